import type { Browser } from 'playwright-core';
import { launchChromium } from '../../browser/src/launch-chromium.ts';
import { bundleDashboard } from './bundle.ts';
import { boardOf, cellOf, rowOf } from './board-of.ts';
import { FakeBoard } from './fake-board.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

it('draws many patches at once, the last one included, and keeps nothing of them', async () => {
  const board = new FakeBoard(
    await bundleDashboard(),
    boardOf(Array.from({ length: 40 }, (_, at) => rowOf(`s-${at}`))),
  );
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(120_000);
  await page.goto(await board.start());
  await page.locator('.headline').waitFor();
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable');
  const cell = page.locator('[data-cell="s-0|cell:prod"]');
  const held = async (burst: number) => {
    for (let made = 1; made <= 300; made++) {
      const build = `202611${burst}-${made}`;
      board.patch({ cells: [['s-0', 'prod', cellOf({ build })]] });
    }
    await cell.getByText(`202611${burst}-300`).first().waitFor();
    await devTools.send('HeapProfiler.collectGarbage');
    const { metrics } = await devTools.send('Performance.getMetrics');
    const valueOf = (wanted: string) => metrics.find(({ name }) => name === wanted)!.value;
    return { listeners: valueOf('JSEventListeners'), heap: valueOf('JSHeapUsedSize') };
  };
  await held(10);
  const before = await held(11);
  for (let burst = 12; burst < 16; burst++) await held(burst);
  const after = await held(16);
  expect(after.listeners).toBeLessThanOrEqual(before.listeners);
  expect(after.heap - before.heap).toBeLessThan(2 ** 20);
  await page.close();
  await board.stop();
});
