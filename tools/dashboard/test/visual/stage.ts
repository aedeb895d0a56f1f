import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../../browser/src/launch-chromium.ts';
import { bundleDashboard, type Bundle } from '../bundle.ts';
import type { DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { at } from '../board-of.ts';
import { FakeBoard } from '../fake-board.ts';

/** A way in which a scene is seen. */
export interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly width: 1440 | 360;
}

/** A state of the page that people may see, and how it comes about. */
export interface Scene {
  readonly name: string;
  readonly state: DashboardState;
  /** Path and query; the grid when left out. */
  readonly path?: string;
  /** Answers of the server, by requests: `GET /api/services/orders`. */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** Of what has to be there before anything is looked at. */
  readonly shows: string;
  /** Before the page is opened. */
  readonly before?: (staged: Staged) => Promise<void>;
  /** After the page was opened. */
  readonly prepare?: (staged: Staged) => Promise<void>;
  /** Those that a picture is kept of. */
  readonly pictures: readonly Look[];
  /** Pixels that the window is high at least: for what lies over the page. */
  readonly minHeight?: number;
  /** Pixels that a picture is high at most: for what repeats itself below. */
  readonly maxHeight?: number;
}

/** An open scene. */
export interface Staged {
  readonly board: FakeBoard;
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complains of. */
  readonly complaints: readonly string[];
}

/** An answer of the server that is no 200. */
export class Refusal {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    this.status = status;
    this.body = body;
  }
}

/** A browser in which each machine draws the same, and the page's bundle. */
export class Stage {
  private readonly browser: Browser;
  private readonly bundle: Bundle;
  /** A page without anything. */
  readonly blank: Page;
  private readonly closing: (() => Promise<void>)[] = [];

  private constructor(browser: Browser, bundle: Bundle, blank: Page) {
    this.browser = browser;
    this.bundle = bundle;
    this.blank = blank;
  }

  static async open(): Promise<Stage> {
    const browser = await launchChromium({
      args: [
        ...['--hide-scrollbars', '--disable-gpu'],
        ...[
          '--font-render-hinting=none',
          '--disable-font-subpixel-positioning',
          '--disable-lcd-text',
          '--force-color-profile=srgb',
        ],
      ],
      env: { ...process.env, FONTCONFIG_FILE: join(__dirname, 'letters.conf') },
    });
    return new Stage(browser, await bundleDashboard(), await browser.newPage());
  }

  /** Opens a scene, at a time that stands still. Motion is as somebody asks for who wants none. */
  async play({ state, path = '/', answers = {}, shows, before, prepare }: Scene): Promise<Staged> {
    const board = new FakeBoard(this.bundle, state);
    for (const [request, body] of Object.entries(answers)) {
      board.answers.set(request, body instanceof Refusal ? body : { status: 200, body });
    }
    const address = await board.start();
    const context = await this.browser.newContext({
      ...{
        viewport: { width: 1440, height: 900 },
        reducedMotion: 'reduce',
        locale: 'en-GB',
        timezoneId: 'Europe/Berlin',
      },
      // Tests add styles of their own.
      bypassCSP: true,
    });
    // CI's machines may be ten times slower.
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    this.closing.push(
      () => context.close(),
      () => board.stop(),
    );
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.clock.setFixedTime(at);
    const staged = { board, page, context, complaints };
    await before?.(staged);
    await page.goto(address + path);
    await prepare?.(staged);
    await page.locator(shows).first().waitFor();
    return staged;
  }

  /** Ends the scenes that are open. */
  async clear(): Promise<void> {
    for (const close of this.closing.splice(0)) await close();
  }

  async close(): Promise<void> {
    await this.clear();
    await this.browser.close();
  }
}

/** Limits of a window's height, pixels, by its width. */
const heights = { 1440: { least: 420, most: 1200 }, 360: { least: 640, most: 1500 } } as const;

/** Shows an open scene in a look, in a window that is as high as what is in it. */
export async function show(page: Page, { colorScheme, width }: Look, scene: Partial<Scene> = {}): Promise<void> {
  const { minHeight = 0, maxHeight = Infinity } = scene;
  const { least, most } = heights[width];
  const lowest = Math.max(least, minHeight);
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: lowest });
  await settle(page);
  const needed = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.min(Math.max(needed, lowest), most, maxHeight) });
  await settle(page);
}

/** Waits until what was changed has been drawn. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))),
  );
}
