import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../browser/src/launch-chromium.ts';
import { bundleDashboard } from './bundle.ts';
import { cellOf, manyServices } from './board-of.ts';
import { CollectingProxy } from './collecting-proxy.ts';
import { FakeBoard } from './fake-board.ts';

let browser: Browser;
let board: FakeBoard;
let address: string;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});
beforeEach(async () => {
  board = new FakeBoard(await bundleDashboard(), manyServices(3));
  address = await board.start();
  closing.push(() => board.stop());
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => browser.close());

async function newContext() {
  const context = await browser.newContext();
  // CI's machines may be ten times slower.
  context.setDefaultTimeout(120_000);
  closing.push(() => context.close());
  return context;
}

const isDown = (page: Page, service: string) => page.locator(`[data-cell="${service}|cell:dev"] .shape-down`).waitFor();

it('says that it is not live where a proxy holds the changes back, and is live when that ends', async () => {
  const proxy = await CollectingProxy.start(address);
  closing.push(() => proxy.stop());
  const page = await (await newContext()).newPage();
  await page.clock.install();
  await page.goto(proxy.address);
  await page.locator('.row').first().waitFor();
  await page.clock.fastForward(26_000);
  await page.locator('.bar', { hasText: 'a proxy may hold them back' }).waitFor();
  // What comes by other ways is shown all the same.
  board.patch({ cells: [['service-0001', 'dev', cellOf({ state: 'down' })]] });
  await page.clock.fastForward(3000);
  await isDown(page, 'service-0001');
  expect(await page.locator('.bar').count()).toBe(1);
  proxy.isCollecting = false;
  for (let waited = 0; (await page.locator('.bar').count()) > 0; waited++) {
    if (waited > 60) throw new Error('It is not live again.');
    await page.clock.fastForward(15_000);
    board.beat();
    await page.waitForTimeout(200);
  }
});

it('has eight tabs of a browser open, all of which show what changes, by one stream', async () => {
  const context = await newContext();
  const tabs: Page[] = [];
  for (let count = 0; count < 8; count++) {
    const tab = await context.newPage();
    await tab.goto(address);
    await tab.locator('.row').first().waitFor();
    tabs.push(tab);
  }
  expect(board.readers).toBe(1);
  board.patch({ cells: [['service-0002', 'dev', cellOf({ state: 'down' })]] });
  await Promise.all(tabs.map((tab) => isDown(tab, 'service-0002')));
});
