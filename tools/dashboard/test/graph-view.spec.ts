import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../../browser/src/launch-chromium.ts';
import { bundleDashboard, type Bundle } from './bundle.ts';
import type { AuditPage } from '../../plugin/src/model/dashboard/audit-page.ts';
import type { GraphNode, ReleaseGraph } from '../../plugin/src/model/dashboard/graph/release-graph.ts';
import { shortestPaths } from '../../plugin/src/model/dashboard/graph/shortest-paths.ts';
import { everyState } from './board-of.ts';
import { FakeBoard } from './fake-board.ts';
import { violations } from './axe.ts';
import { isTooWide } from './is-too-wide.ts';
import { leavePicture } from './left-pictures.ts';

const now = '2026-11-26T12:00:00.000Z';

let browser: Browser;
let bundle: Bundle;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  bundle = await bundleDashboard();
  browser = await launchChromium();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => browser.close());

/** One file of a library that so many services need, one of them by way of others. */
function graphOf(services: number): ReleaseGraph {
  const names = Array.from({ length: services }, (_, index) => `service-${String(index).padStart(3, '0')}`);
  const nodes: GraphNode[] = [
    { kind: 'file', name: 'libs/money/src/round.ts' },
    { kind: 'version', name: 'left-pad in package-lock.json' },
    { kind: 'project', name: 'libs/money' },
    { kind: 'project', name: 'libs/tax' },
    { kind: 'service', name: 'orders' },
    ...names.map((name) => ({ kind: 'service' as const, name })),
  ];
  const ways = [[0, 2], [2, 3], [3, 4], [1, 3], ...names.map((_, index) => [2, 5 + index])] as [number, number][];
  const commit = {
    id: '1a2b3c4d'.repeat(5),
    author: 'Ada',
    date: now,
    subject: '<img src=x onerror="document.title=1">',
  };
  const graph = { nodes, edges: ways };
  return { now, commit, isMerge: false, unaffected: 3, ...graph, paths: shortestPaths(graph) };
}

const audit: AuditPage = {
  ...{ now, auditedAt: now, forge: 'unavailable', withoutForge: 'there is no GITHUB_TOKEN' },
  checked: { services: 2, deployments: 4, releases: 6 },
  subjects: [
    {
      subject: 'orders 20261124-1',
      findings: [
        {
          type: 'no-tag',
          says: 'There is no tag <b>orders</b>.',
          remedy: 'Fixed by `nx run infrastructure:audit --repair`.',
        },
      ],
    },
    {
      subject: 'prod',
      findings: [
        { type: 'environment-unreachable', says: 'It cannot be read: gone.', remedy: 'Audit again when it can.' },
      ],
    },
  ],
};

async function open(path: string, answers: Record<string, unknown>, options: BrowserContextOptions = {}) {
  const board = new FakeBoard(bundle, everyState());
  for (const [name, body] of Object.entries(answers)) board.answers.set(`GET ${name}`, { status: 200, body });
  const address = await board.start();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  // CI's machines may be ten times slower.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  closing.push(
    () => context.close(),
    () => board.stop(),
  );
  await page.goto(address + path);
  return { board, page, complaints };
}

const node = (page: Page, name: string) =>
  page.locator('.graph-node').filter({ has: page.getByText(name, { exact: true }) });

describe('the graph of a release', () => {
  it.each([
    ['light', 1440],
    ['dark', 360],
  ] as const)('says what would be released, and draws it, %s at %d px', async (colorScheme, width) => {
    const options = { colorScheme, viewport: { width, height: 800 } };
    const { page, complaints } = await open('/graph?commit=1a2b3c4', { '/api/graph': graphOf(5) }, options);
    await node(page, 'libs/money').waitFor();
    const text = await page.locator('main').innerText();
    expect(text).toContain('1a2b3c4 would release 6 services; 3 stay as they are');
    expect(text).toContain('service-000 ← libs/money ← libs/money/src/round.ts');
    expect(text).toContain('nx run infrastructure:where --commit=1a2b3c4');
    expect(await page.locator('.graph-edge').count()).toBe(9);
    await leavePicture(page, `graph-${colorScheme}`, { fullPage: true });
    await page.getByText('The drawing as a table').click();
    expect(await page.getByRole('row').allInnerTexts()).toContain(
      'left-pad in package-lock.json\tpackage in another version\t–\tlibs/tax',
    );
    expect(await violations(page)).toEqual([]);
    expect(await isTooWide(page)).toBe(false);
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('draws at most 60 nodes, and lists what is behind one that stands for many', async () => {
    const { page } = await open('/graph', { '/api/graph': { ...graphOf(1000), branch: 'main' } });
    await node(page, '+1,000 services').waitFor();
    expect(await page.locator('.graph-node').count()).toBeLessThanOrEqual(60);
    await page.getByText('the newest of main').waitFor();
    expect(await page.locator('.graph-paths li').count()).toBe(50);
    await node(page, '+1,000 services').focus();
    await page.keyboard.press('Enter');
    await page.getByText('1,000 of 1,001.').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('graph-services');
    await page.getByRole('button', { name: '950 more' }).click();
    expect(await page.locator('.graph-paths li').count()).toBe(1000);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByText('1,000 of 1,001.').waitFor({ state: 'detached' });
  });

  it('is gone about in with keys alone: along edges, within ranks, to a service', async () => {
    const { page } = await open('/', { '/api/graph': graphOf(5) });
    await page.locator('.headline a').first().waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('g');
    await page.waitForURL('**/graph');
    await node(page, 'libs/money').waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    while (!(await focused())?.startsWith('libs/money/src')) await page.keyboard.press('Tab');
    expect(await focused()).toBe('libs/money/src/round.ts, file, leads to 1');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('libs/money, project, from 1, leads to 6');
    expect(await page.locator('.graph-edge.is-full').count()).toBe(7);
    await page.keyboard.press('ArrowRight');
    const service = (await focused())!.split(',')[0]!;
    await page.keyboard.press('ArrowDown');
    expect(await focused()).not.toContain(service);
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toContain(service);
    await page.keyboard.press('End');
    expect(await focused()).toBe('service-004, service, from 1');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/s/service-004');
  });

  it('lists and tabulates all where it cannot be drawn', async () => {
    const { page } = await open('/graph', {});
    await page.getByText('Ask again').waitFor();
    const without = { ...bundle, graphLayout: 'throw new Error("broken")' };
    const board = new FakeBoard(without, everyState());
    board.answers.set('GET /api/graph', { status: 200, body: graphOf(2) });
    closing.push(() => board.stop());
    await page.goto(`${await board.start()}/graph`);
    await page.getByText('The graph cannot be drawn here').waitFor();
    expect(await page.locator('.graph-paths li').count()).toBe(3);
  });

  it('says so where nothing would be released, and where there is no such commit', async () => {
    const nothing = { ...graphOf(0), nodes: [], edges: [], paths: [], unaffected: 4 };
    const { page, board } = await open('/graph?commit=1a2b', { '/api/graph': nothing });
    await page.getByText('would release no service; 4 stay as they are').waitFor();
    expect(await page.locator('.graph-node').count()).toBe(0);
    board.answers.set('GET /api/graph', {
      status: 422,
      body: { reason: 'This clone knows none.', remedy: 'Fetch it.' },
    });
    await page.reload();
    await page.getByText('This clone knows none.').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

describe('the audit', () => {
  it.each([
    ['light', 1440],
    ['dark', 360],
  ] as const)('shows findings by subject, %s at %d px', async (colorScheme, width) => {
    const options = { colorScheme, viewport: { width, height: 800 } };
    const { page, complaints } = await open('/audit', { '/api/audit': audit }, options);
    await page.getByText('2 of 2 differences').waitFor();
    const text = await page.locator('main').innerText();
    expect(text).toContain('of 6 releases and 4 deployments of 2 services.');
    expect(text).toContain('Not checked: GitHub, because there is no GITHUB_TOKEN.');
    expect(await page.locator('main code').allInnerTexts()).toContain('nx run infrastructure:audit --repair');
    expect(await page.locator('main b').count()).toBe(0);
    await leavePicture(page, `audit-${colorScheme}`, { fullPage: true });
    expect(await violations(page)).toEqual([]);
    expect(await isTooWide(page)).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('is reached and filtered by keys, says that it waits, and asks again', async () => {
    const { page, board } = await open('/', {});
    await page.locator('.headline a').first().waitFor();
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const asked: string[] = [];
    await page.route('**/api/audit*', async (route) => {
      asked.push(new URL(route.request().url()).search);
      await held;
      await route.fulfill({ json: audit });
    });
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await page.getByText('of many releases that takes minutes…').waitFor();
    release();
    await page.getByText('2 of 2 differences').waitFor();
    await page.getByRole('searchbox').fill('UNREACHABLE');
    await page.getByText('1 of 2 differences').waitFor();
    expect(new URL(page.url()).search).toBe('?q=UNREACHABLE');
    await page.getByRole('searchbox').fill('nothing like this');
    await page.getByText('No difference matches the filter.').waitFor();
    await page.getByRole('button', { name: 'Audit again' }).focus();
    const again = page.waitForResponse('**/api/audit?after=*');
    await page.keyboard.press('Enter');
    await again;
    expect(asked).toEqual(['', `?after=${encodeURIComponent(now)}`]);
    board.answers.set('GET /api/audit', {
      status: 500,
      body: { reason: 'git does not answer.', remedy: 'Try again.' },
    });
    await page.unroute('**/api/audit*');
    await page.reload();
    await page.getByText('git does not answer.').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('says so where all sources agree', async () => {
    const { page } = await open('/audit', { '/api/audit': { ...audit, subjects: [] } });
    await page.getByText('All sources agree.').waitFor();
  });
});
