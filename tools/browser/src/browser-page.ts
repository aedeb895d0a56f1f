import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { InspectorClient } from '../../scratch-workspace/src/clients/inspector-client.ts';
import type { Chromium } from './chromium.ts';

/** Milliseconds that a page may take for anything: machines are busy. */
const patience = 60_000;

/** How a page is looked at. */
interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

/** A page in a browser, as a person uses it. */
export class BrowserPage {
  private readonly client: InspectorClient;

  private constructor(client: InspectorClient) {
    this.client = client;
  }

  /** Takes the browser's page. From here on, all that it asks for and complains of is kept. */
  static async of({ port }: Chromium): Promise<BrowserPage> {
    const page = new BrowserPage(await InspectorClient.connect(port));
    for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await page.send(`${domain}.enable`);
    return page;
  }

  async goTo(url: string): Promise<void> {
    await this.send('Page.navigate', { url });
  }

  async look({ width, height, scheme }: View): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.send('Emulation.setEmulatedMedia', { features });
  }

  /** Returns what an expression comes to in the page. */
  async evaluate<T = unknown>(expression: string): Promise<T> {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', options)) as {
      result: { value: T };
      exceptionDetails?: { exception?: { description?: string }; text: string };
    };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until an expression comes to something true in the page. */
  async until(expression: string): Promise<void> {
    for (const end = Date.now() + patience; Date.now() < end; await pause(50)) {
      if (await this.evaluate(`Boolean(${expression})`)) return;
    }
    throw new Error(
      `It never came to be in the page: ${expression}\n${await this.evaluate('document.body.innerText')}`,
    );
  }

  /** Types a text where the focus is. */
  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
  }

  /** Presses a key of the keyboard: `Tab`, `Enter`, `/`. */
  async press(key: string): Promise<void> {
    const codes: Readonly<Record<string, number>> = { Tab: 9, Enter: 13, ' ': 32, '/': 191 };
    const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
    const event = { key, windowsVirtualKeyCode: codes[key], ...(text === undefined ? {} : { text }) };
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** Returns the addresses of all that pages asked for, but for what their security policy kept back. */
  requests(): string[] {
    const blocked = this.client
      .seen('Network.loadingFailed')
      .map(({ params }) => params as { requestId: string; blockedReason?: string })
      .flatMap(({ requestId, blockedReason }) => (blockedReason === 'csp' ? [requestId] : []));
    return this.client
      .seen('Network.requestWillBeSent')
      .map(({ params }) => params as { requestId: string; request: { url: string } })
      .filter(({ requestId }) => !blocked.includes(requestId))
      .map(({ request }) => request.url);
  }

  /** Returns what the browser and the page's scripts complained of. */
  complaints(): string[] {
    const entries = this.client
      .seen('Log.entryAdded')
      .map(({ params }) => (params as { entry: { level: string; text: string; url?: string } }).entry)
      .filter(({ level }) => level === 'error')
      .map(({ text, url = '' }) => `${text} ${url}`.trim());
    const thrown = this.client
      .seen('Runtime.exceptionThrown')
      .map(({ params }) => JSON.stringify((params as { exceptionDetails: unknown }).exceptionDetails));
    return [...entries, ...thrown];
  }

  /** Writes a picture of what is seen. */
  async picture(path: string): Promise<void> {
    const { data } = (await this.send('Page.captureScreenshot', { format: 'png' })) as { data: string };
    writeFileSync(path, Buffer.from(data, 'base64'));
  }

  close(): void {
    this.client.close();
  }

  private async send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    const { result, error } = await this.client.send(method, params);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }
}
