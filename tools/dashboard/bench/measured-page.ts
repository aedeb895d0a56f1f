import { setTimeout as pause } from 'node:timers/promises';
import type { DashboardState } from '../../plugin/src/model/dashboard/dashboard-state.ts';
import type { Browser, CDPSession, Page } from 'playwright-core';

/** Figures that a page keeps of itself, in milliseconds. */
interface PageFigures {
  /** When the first row was painted, since the navigation began. */
  firstRow?: number;
  /** From a key to the frame after it. */
  keys: number[];
  /** From a patch to the frame after it. */
  patches: number[];
  /** Between frames, while they are counted. */
  frames: number[] | undefined;
}

/** Runs in the page before its own script: takes times at keys, patches and frames. */
function watchPage(): void {
  const figures: PageFigures = { keys: [], patches: [], frames: undefined };
  (globalThis as unknown as { figures: PageFigures }).figures = figures;
  // A message that is sent in a frame's callback is received when the frame was painted.
  const afterFrame = (then: () => void) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then;
      port2.postMessage(undefined);
    });
  const waitForRow = () => {
    if (document.querySelector('[data-cell]') === null) return void requestAnimationFrame(waitForRow);
    afterFrame(() => (figures.firstRow = performance.now()));
  };
  waitForRow();
  addEventListener(
    'keydown',
    ({ timeStamp }) => afterFrame(() => figures.keys.push(performance.now() - timeStamp)),
    true,
  );
  const listen = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function (this: EventSource, type: string, listener: unknown) {
    const heard = (event: Event) => {
      const began = performance.now();
      (listener as (event: Event) => void)(event);
      if (type === 'patch') afterFrame(() => figures.patches.push(performance.now() - began));
    };
    listen.call(this, type, heard);
  } as typeof listen;
}

/** Runs in the page: counts frames until nobody asks for them, since whoever asks for frames has the page drawn all the time. */
function countFrames(): void {
  const { figures } = globalThis as unknown as { figures: PageFigures };
  Object.assign(figures, { keys: [], patches: [], frames: [] });
  let last = performance.now();
  const frame = (now: number) => {
    if (figures.frames === undefined) return;
    figures.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** A page of the dashboard in a browser, and what it takes. */
export class MeasuredPage {
  private readonly page: Page;
  private readonly devTools: CDPSession;

  private constructor(page: Page, devTools: CDPSession) {
    this.page = page;
    this.devTools = devTools;
  }

  static async open(browser: Browser, address: string): Promise<MeasuredPage> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    // What tsx compiles names its functions by a helper of that name.
    await page.addInitScript('globalThis.__name = (named) => named');
    await page.addInitScript(watchPage);
    await page.goto(address);
    await page.locator('[data-cell]').first().waitFor();
    const devTools = await context.newCDPSession(page);
    await devTools.send('Performance.enable');
    return new MeasuredPage(page, devTools);
  }

  /** Milliseconds until the first paint, and from the data to the first rows. */
  async opening(): Promise<{ firstPaint: number; firstRows: number }> {
    await this.page.waitForFunction(() => (globalThis as unknown as { figures: PageFigures }).figures.firstRow);
    return this.page.evaluate(() => {
      const { firstRow } = (globalThis as unknown as { figures: PageFigures }).figures;
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      const answers = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      const state = answers.find(({ name }) => name.endsWith('/api/state'));
      return { firstPaint: paint?.startTime ?? 0, firstRows: firstRow! - (state?.responseEnd ?? 0) };
    });
  }

  /** Types a word into the filter, and takes it out. @returns milliseconds of each key. */
  async type(word: string): Promise<number[]> {
    await this.figuresAnew();
    await this.page.locator('#filter').focus();
    for (const key of [...word, ...Array.from(word, () => 'Backspace')]) {
      await this.page.keyboard.press(key);
      await pause(50);
    }
    return (await this.figures()).keys;
  }

  /** Waits until the page has drawn so many patches more. @returns milliseconds of each of them. */
  async patched(count: number, change: () => unknown): Promise<number[]> {
    await this.figuresAnew();
    await change();
    await this.page.waitForFunction(
      (wanted) => (globalThis as unknown as { figures: PageFigures }).figures.patches.length >= wanted,
      count,
    );
    return (await this.figures()).patches;
  }

  /** Counts frames while something happens. @returns milliseconds between them, and those of keys. */
  async framesDuring(happening: () => Promise<unknown>): Promise<PageFigures> {
    await this.page.evaluate(countFrames);
    await happening();
    const counted = await this.figures();
    await this.figuresAnew();
    return counted;
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  focusFilter(): Promise<void> {
    return this.page.locator('#filter').focus();
  }

  /** Returns when a cell shows a text, as milliseconds since 1970. */
  async shows(cell: string, text: string): Promise<number> {
    return (await this.page
      .waitForFunction(
        ([name, wanted]) =>
          document.querySelector(`[data-cell="${name}"]`)?.textContent?.includes(wanted!) ? Date.now() : false,
        [cell, text],
      )
      .then((handle) => handle.jsonValue())) as number;
  }

  /** Returns the state as the server has it. */
  state(): Promise<DashboardState> {
    return this.page.evaluate(async () => (await (await fetch('/api/state')).json()) as DashboardState);
  }

  /** Returns which share of a processor the page's own thread takes. */
  async idleShare(milliseconds: number): Promise<number> {
    const before = await this.taskSeconds();
    await pause(milliseconds);
    return ((await this.taskSeconds()) - before) / (milliseconds / 1000);
  }

  /** Returns the megabytes of objects that are still used, and how many listeners there are. */
  async held(): Promise<{ heap: number; listeners: number; nodes: number }> {
    await this.devTools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.devTools.send('Runtime.getHeapUsage');
    const metrics = await this.metrics();
    return { heap: usedSize / 2 ** 20, listeners: metrics['JSEventListeners'] ?? 0, nodes: metrics['Nodes'] ?? 0 };
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  private async taskSeconds(): Promise<number> {
    return (await this.metrics())['TaskDuration'] ?? 0;
  }

  private async metrics(): Promise<Record<string, number>> {
    const { metrics } = await this.devTools.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  }

  private figures(): Promise<PageFigures> {
    return this.page.evaluate(() => (globalThis as unknown as { figures: PageFigures }).figures);
  }

  private async figuresAnew(): Promise<void> {
    await this.page.evaluate(() => {
      const { figures } = globalThis as unknown as { figures: PageFigures };
      Object.assign(figures, { keys: [], patches: [], frames: undefined });
    });
  }
}
