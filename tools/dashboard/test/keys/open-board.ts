import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../../../browser/src/launch-chromium.ts';
import { bundleDashboard, type Bundle } from '../bundle.ts';
import type { DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { answerTo } from '../detail/answers.ts';
import { FakeBoard } from '../fake-board.ts';

/** One browser and one bundle for all tests of a file. */
export class BoardBrowser {
  private browser!: Browser;
  private bundle!: Bundle;
  private readonly closing: (() => Promise<void>)[] = [];

  async start(): Promise<void> {
    this.bundle = await bundleDashboard();
    this.browser = await launchChromium();
  }

  /** Opens the page of a board. @param prepare runs before the page is loaded. */
  async open(
    state: DashboardState,
    path = '/',
    options: BrowserContextOptions = {},
    prepare?: (page: Page) => Promise<void>,
  ) {
    const board = new FakeBoard(this.bundle, state);
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    // CI's machines may be ten times slower.
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    this.closing.push(
      () => context.close(),
      () => board.stop(),
    );
    for (const each of [
      '/api/services/orders',
      '/api/activity',
      '/api/delivery',
      '/api/moments/now',
      '/api/commits/aaaa',
    ]) {
      const body = answerTo(each);
      if (body !== undefined) board.answers.set(`GET ${each}`, { status: 200, body });
    }
    await prepare?.(page);
    await page.goto((await board.start()) + path);
    await page.locator('.headline a, .empty, .bar').first().waitFor();
    return { board, page };
  }

  async closeBoards(): Promise<void> {
    for (const close of this.closing.splice(0)) await close();
  }

  stop(): Promise<void> {
    return this.browser.close();
  }
}
