import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../../browser/src/launch-chromium.ts';
import { bundleDashboard } from './bundle.ts';
import { pageOf, type DashboardPage } from '../../plugin/src/adapters/dashboard/dashboard-page.ts';
import { exportPage } from '../../plugin/src/adapters/dashboard/export/export-page.ts';
import type { DashboardState } from '../../plugin/src/model/dashboard/dashboard-state.ts';
import { boardOf, cellOf, everyState, manyServices, rowOf } from './board-of.ts';
import { exportOf, hostileSubject } from './export-of.ts';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
/** CI's machines may be ten times slower. */
const patience = 120_000;
const phone = { viewport: { width: 360, height: 740 } };

let browser: Browser;
let files: DashboardPage;
let folder: string;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  files = pageOf(await bundleDashboard());
  browser = await launchChromium();
});
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'poc export '))));
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true });
});
afterAll(() => browser.close());

/** Writes an export, and opens it from the disk, without a network. */
async function open(state: DashboardState, hash = '', options: BrowserContextOptions = {}) {
  const html = exportPage(files, exportOf(state));
  const path = join(folder, 'index.html');
  writeFileSync(path, html);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, offline: true, ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => !request.url().startsWith('data:') && requests.push(request.url()));
  closing.push(() => context.close());
  const address = pathToFileURL(path).href;
  await page.goto(address + hash);
  return { page, complaints, requests, address, html };
}

/** Returns what axe finds wrong, a line each. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: loaded } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await loaded.run();
    return found.violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html}`));
  });
}

const text = (page: Page, words: string) => page.getByText(words).first();
const ahead = { kind: 'ahead', commits: 5, isLeast: false } as const;

/** Each view with something that only its answer has. */
const views = [
  ['', 'held in prod'],
  ['#/s/held', 'Deployments of held'],
  ['#/s/held/changes/prod..preprod', 'Commits that the newer one has'],
  ['#/delivery?env=prod', 'They are no grades'],
  ['#/commit/1a2b', 'That is not in this export.'],
] as const;

describe('an exported page', () => {
  it.each(views)('opens %s from the disk in both themes and on a phone, and asks for nothing', async (hash, words) => {
    const { page, complaints, requests, address } = await open(everyState(), hash);
    for (const [colorScheme, size] of [
      ['light', { width: 1440, height: 900 }],
      ['dark', phone.viewport],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      await text(page, words).waitFor({ state: 'attached' });
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([address]);
      // An age has its moment in its title.
      const times = page.locator('time');
      for (const said of await times.evaluateAll((all) =>
        all.map((each) => `${each.textContent} ${each.getAttribute('title')}`),
      ))
        expect(said).toContain('UTC');
    }
  });

  it('says as of when it is, by whom, from which commit, what it lacks, and after a day that it is old', async () => {
    const { page } = await open(everyState());
    const bar = page.locator('.export-bar');
    await expectText(bar, /^as of 2026-11-26 14:03:21 UTC, by ada, from ddddddd/);
    await bar.getByText('What is left out').click();
    await bar.getByText('deployments before the newest 5').waitFor();
    const isOld = Date.now() - Date.parse('2026-11-26T14:03:21Z') > 24 * 3600_000;
    expect(await bar.getByText(/This is .+ old/).count()).toBe(isOld ? 1 : 0);
    const fresh = await open({ ...everyState(), now: new Date().toISOString() });
    await fresh.page.locator('.row').first().waitFor();
    expect(await fresh.page.getByText(/This is .+ old/).count()).toBe(0);
  });

  it('goes about by links, Back and keys, with addresses that can be opened', async () => {
    const { page, address } = await open(everyState());
    await page.locator('[data-cell="held|gap:prod"]').click();
    await page.waitForURL(`${address}#/s/held/changes/prod..preprod`);
    await page.getByRole('link', { name: 'preprod and dev' }).click();
    await text(page, 'dev and preprod run the same build').waitFor();
    await page.goBack();
    await text(page, 'Commits that the newer one has').waitFor();
    expect(await page.getByRole('link', { name: 'Timeline' }).getAttribute('href')).toBe('#/s/held');
    await page.keyboard.press('Escape');
    await page.locator('#filter').fill('state:stuck');
    await page.waitForFunction(() => document.querySelectorAll('.row').length === 1);
    expect(page.url()).toBe(`${address}#/?q=state:stuck`);
    await page.reload();
    await text(page, '1 of 21').waitFor();
  });

  it('draws an environment that could not be reached as that, without actions', async () => {
    const reason = 'The API server does not answer.';
    const board = boardOf([rowOf('orders')]);
    const answer = { state: 'unreachable', since: board.now, reason } as const;
    const environments = board.environments.map((head) => (head.name === 'prod' ? { ...head, answer } : head));
    const { page } = await open({ ...board, environments });
    await page.locator('[data-cell="orders|cell:prod"] .shape-unreachable').waitFor();
    expect(await page.locator('.heads').innerText()).toContain(reason);
    expect(await page.locator('.heads').innerText()).not.toContain('live');
    await page.goto(`${page.url()}#/s/orders`);
    await text(page, 'prod cannot be reached.').waitFor();
  });

  it('shows what others wrote, and does none of it', async () => {
    const name = 'x</noscript></script><img src=x onerror="document.title=2">';
    const state = boardOf([rowOf('orders', { troubles: [hostileSubject] }, ahead)], { workspace: name });
    const { page, complaints } = await open(state, '#/s/orders/changes/prod..preprod');
    await text(page, hostileSubject).waitFor();
    expect(await page.title()).toBe(`${name}: dashboard`);
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('may not run what is put into it afterwards', async () => {
    const { page } = await open(boardOf([rowOf('orders')]));
    await page.evaluate(() => {
      const script = document.createElement('script');
      try {
        script.textContent = 'document.title = "run"';
      } catch {
        // Trusted types refuse it already.
      }
      document.body.append(script);
    });
    expect(await page.title()).not.toBe('run');
  });
});

describe('an export of 1,000 services in 3 environments', () => {
  const many = manyServices(1000);
  const rows = many.rows.map((row, at) =>
    at % 2
      ? row
      : {
          ...row,
          cells: { ...row.cells, dev: cellOf({ build: `20261126-${at}` }) },
          gaps: { ...row.gaps, prod: ahead },
        },
  );
  const state = { ...many, rows };

  it('has at most 5 MB, and all rows, which the search of the browser and its printer find', async () => {
    const { page, html } = await open(state, '', phone);
    console.log(`export of 1,000 x 3: ${(Buffer.byteLength(html) / 1e6).toFixed(2)} MB`);
    expect(Buffer.byteLength(html)).toBeLessThan(5_000_000);
    await page.waitForFunction(() => document.querySelectorAll('.row').length === 1000);
    const find = () => (window as unknown as { find(words: string): boolean }).find('service-0987');
    expect(await page.evaluate(find)).toBe(true);
    await page.waitForFunction(() => scrollY > 100_000);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const hidden = await page
      .locator('.row')
      .first()
      .evaluate((row) => getComputedStyle(row).contentVisibility);
    expect(hidden).toBe('auto');
    await page.emulateMedia({ media: 'print' });
    expect(
      await page
        .locator('.row')
        .nth(900)
        .evaluate((row) => getComputedStyle(row).contentVisibility),
    ).toBe('visible');
  });

  it('is a table where scripts are off', async () => {
    const { page, complaints } = await open(state, '', { javaScriptEnabled: false, ...phone });
    await page.locator('tbody th', { hasText: 'service-0987' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1000);
    expect(await page.locator('.export-plain').innerText()).toContain('as of 2026-11-26 14:03:21 UTC, by ada');
    expect(complaints).toEqual([]);
  });
});

async function expectText(locator: { innerText(): Promise<string> }, pattern: RegExp): Promise<void> {
  expect((await locator.innerText()).replaceAll(/\s+/g, ' ')).toMatch(pattern);
}
