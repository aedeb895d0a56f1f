import type { Browser, BrowserContext, Page } from 'playwright-core';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunningCommand } from '../../../scratch-workspace/src/run-command.ts';
import type { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/** Milliseconds for what a page waits for: a release, on a machine that does much else. */
export const patienceMs = 240_000;

/** A dashboard, started as its users do, and one browser's tabs at it. */
export class OpenDashboard {
  /** With the key. */
  readonly address: string;
  readonly command: RunningCommand;
  readonly context: BrowserContext;
  private wasKilled = false;

  private constructor(address: string, command: RunningCommand, context: BrowserContext) {
    this.address = address;
    this.command = command;
    this.context = context;
  }

  /** @param args besides those of every start. @param env of the command. */
  static async start(
    workspace: ScratchWorkspace,
    browser: Browser,
    { args = [], env = {} }: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<OpenDashboard> {
    const command = await workspace.startNx(['run', 'infrastructure:dashboard', '--open=false', ...args], {
      // As at a terminal: a CI has no actions.
      env: { CI: undefined, ...env },
      ownGroup: true,
    });
    let hasEnded = false;
    void command.ended.then(() => (hasEnded = true));
    for (;;) {
      const [address] = /http:\/\/127\.0\.0\.1:\d+\/#t=\S+/.exec(command.soFar()) ?? [];
      if (address !== undefined) return new OpenDashboard(address, command, await browser.newContext());
      if (hasEnded) throw new Error(`The dashboard ended: ${command.soFar()}`);
      await pause(50);
    }
  }

  /** Opens a tab, and waits until it shows services. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.goto(this.address);
    await page.locator('.row').first().waitFor();
    return page;
  }

  /** Ends the command as a machine does that is switched off. */
  kill(): void {
    this.wasKilled = true;
    this.command.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.context.close();
    if (!this.wasKilled) this.command.end('SIGINT');
    await this.command.ended;
  }
}

/** A cell of the grid: `orders`, `cell:prod`. */
export const cellOf = (page: Page, service: string, column: string) =>
  page.locator(`[data-cell="${service}|${column}"]`);

/** Presses a key in a cell. @returns the dialog that it opens. */
export async function press(page: Page, key: string, service: string, column: string) {
  await cellOf(page, service, column).focus();
  await page.keyboard.press(key);
  const dialog = page.locator('dialog.plan');
  await dialog.waitFor();
  return dialog;
}
