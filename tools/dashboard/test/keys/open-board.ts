import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { chromiumPath, ensureChromium } from '../../../browser/src/chromium.ts';
import type { DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { answerTo } from '../detail/answers.ts';
import { FakeBoard } from '../fake-board.ts';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { bundleDashboard } = require('../../bundle.cjs') as {
  bundleDashboard(): Promise<{ html: string; js: string; css: string }>;
};
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
/** Where pictures are left, for people who want to see them. */
const pictures = process.env.DASHBOARD_PICTURES ?? join(tmpdir(), 'dashboard pictures');

/** One browser and one bundle for all tests of a file. */
export class BoardBrowser {
  private browser!: Browser;
  private bundle!: { html: string; js: string; css: string };
  private readonly closing: (() => Promise<void>)[] = [];

  async start(): Promise<void> {
    await ensureChromium();
    mkdirSync(pictures, { recursive: true });
    this.bundle = await bundleDashboard();
    this.browser = await chromium.launch({
      executablePath: chromiumPath(),
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
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

/** Leaves a picture of the page. */
export async function leavePicture(page: Page, name: string, isGrey = false): Promise<void> {
  await page.evaluate((grey) => (document.documentElement.style.filter = grey ? 'grayscale(1)' : ''), isGrey);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  await page.evaluate(() => (document.documentElement.style.filter = ''));
}

/** Returns what axe finds wrong in a part of the page, a line each. */
export async function violationsIn(page: Page, selector: string): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (part) => {
    const { axe: loaded } = globalThis as unknown as {
      axe: {
        run(part: string): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations } = await loaded.run(part);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  }, selector);
}

/** Returns whether something is wider than the window. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
}
