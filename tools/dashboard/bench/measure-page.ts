import { gzipSync } from 'node:zlib';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { dashboardPage } from '../../plugin/src/adapters/dashboard/dashboard-page.ts';
import { serveDashboard } from '../../plugin/src/adapters/dashboard/serve-dashboard.ts';
import type { DashboardState } from '../../plugin/src/model/dashboard/dashboard-state.ts';
import { repositoryRoot } from '../../scratch-workspace/src/platform.ts';
import { MeasuredPage } from './measured-page.ts';
import { ScriptedFeed } from './scripted-feed.ts';

const openings = 5;
const graphLayout = '/graph-layout.js';
/** Rows that a window shows, so that each patch has something drawn. */
const visibleRows = 25;
const perSecond = 60;
const steadySeconds = 12;
const manyPatches = 10_000;

/** What is measured of the page, in milliseconds and megabytes. */
export interface PageFigures {
  readonly gzipBytes: number;
  /** Of what is loaded when a graph is to be drawn. */
  readonly gzipBytesOfGraph: number;
  readonly firstPaint: readonly number[];
  readonly firstRows: readonly number[];
  readonly keys: readonly number[];
  readonly patches: readonly number[];
  readonly steady: {
    /** Updates that came in each second. */
    readonly rate: number;
    readonly frames: readonly number[];
    readonly keys: readonly number[];
  };
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly listenersAdded: number;
}

/** Measures the page with the server that the command has, whose changes are made here. */
export async function measurePage(browser: Browser, state: DashboardState): Promise<PageFigures> {
  const files = await dashboardPage(repositoryRoot);
  const gzipped = (paths: readonly string[]) =>
    paths.reduce((sum, path) => sum + gzipSync(files.get(path)!.body).length, 0);
  const feed = new ScriptedFeed(state);
  const server = await serveDashboard({ page: files, feed, routes: [], port: 0 });
  try {
    const opened: Awaited<ReturnType<MeasuredPage['opening']>>[] = [];
    for (let count = 0; count < openings; count++) {
      const page = await MeasuredPage.open(browser, server.address);
      opened.push(await page.opening());
      await page.close();
    }
    console.log('the page was opened');
    const page = await MeasuredPage.open(browser, server.address);
    await pause(1000);
    const keys = await page.type('service-0');
    const patches: number[] = [];
    for (let count = 0; count < 10; count++)
      patches.push(...(await page.patched(1, () => feed.change(50, visibleRows))));
    console.log('the page was typed into, and patched');
    const steady = await keepSteady(page, feed);
    const held = await holdMany(page, feed);
    await page.close();
    return {
      gzipBytes: gzipped([...files.keys()].filter((path) => path !== graphLayout)),
      gzipBytesOfGraph: gzipped([graphLayout]),
      firstPaint: opened.map(({ firstPaint }) => firstPaint),
      firstRows: opened.map(({ firstRows }) => firstRows),
      ...{ keys, patches, steady, ...held },
    };
  } finally {
    await server.close();
  }
}

/** Sends updates at a rate while somebody types. */
async function keepSteady(page: MeasuredPage, feed: ScriptedFeed): Promise<PageFigures['steady']> {
  let sent = 0;
  await page.focusFilter();
  const {
    frames = [],
    keys,
    patches,
  } = await page.framesDuring(async () => {
    const began = performance.now();
    const sending = setInterval(() => {
      // What the timer lost is made up for.
      for (; sent < ((performance.now() - began) / 1000) * perSecond; sent++) feed.change(3, visibleRows);
    }, 1000 / perSecond);
    while (performance.now() - began < steadySeconds * 1000) {
      await page.press('s');
      await pause(250);
      await page.press('Backspace');
      await pause(250);
    }
    clearInterval(sending);
  });
  console.log('the page was kept busy');
  return { rate: patches.length / steadySeconds, frames, keys };
}

async function holdMany(page: MeasuredPage, feed: ScriptedFeed) {
  const before = await page.held();
  const batch = 100;
  for (let sent = 0; sent < manyPatches; sent += batch)
    await page.patched(batch, async () => {
      for (let count = 0; count < batch; count++) {
        feed.change(1);
        // The server gives up on a reader for whom more waits than the socket takes at once.
        await turn();
      }
    });
  const after = await page.held();
  return { heapBefore: before.heap, heapAfter: after.heap, listenersAdded: after.listeners - before.listeners };
}
