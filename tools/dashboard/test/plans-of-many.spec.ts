import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../../browser/src/launch-chromium.ts';
import { bundleDashboard, type Bundle } from './bundle.ts';
import type { ActionPlan, PlannedService, PlanWish } from '../../plugin/src/model/dashboard/action-plan.ts';
import type { Moment } from '../../plugin/src/model/dashboard/moment.ts';
import { at, boardOf, cellOf, rowOf } from './board-of.ts';
import { FakeBoard } from './fake-board.ts';
import { violations } from './axe.ts';
import { leavePicture } from './left-pictures.ts';

const names = ['billing', 'carts', 'orders', 'payments', 'stock'];

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

/** Opens the page on five services, of a server that makes a plan of whatever is wished. */
async function open(
  path = '/',
  options: BrowserContextOptions = {},
  makePlan: (wish: PlanWish) => ActionPlan = planOf,
) {
  const board = new FakeBoard(
    bundle,
    boardOf(
      names.map((name) => rowOf(name)),
      { hasActions: true },
    ),
  );
  board.answers.set(`GET /api/moments/${encodeURIComponent(then)}`, { status: 200, body: moment });
  const address = await board.start();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  // CI's machines may be ten times slower.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const wishes: PlanWish[] = [];
  await page.route('**/api/plans', async (route) => {
    const wish = route.request().postDataJSON() as PlanWish;
    wishes.push(wish);
    await route.fulfill({ status: 200, json: makePlan(wish) });
  });
  closing.push(
    () => context.close(),
    () => board.stop(),
  );
  await page.goto(address + path);
  await page.locator('.headline a, .empty').first().waitFor();
  return { board, page, wishes, dialog: page.locator('dialog.plan') };
}

const planned = (service: string, said: Partial<PlannedService> = {}): PlannedService => ({
  ...{ service, state: 'ready', sentence: `Put ${service} 20261126-1 into prod, in place of 20261125-2` },
  ...{ build: '20261126-1', command: `nx run ${service}:promote --from=preprod --to=prod --tag=20261126-1` },
  ...{ lost: [], gained: [], unknown: [], breaks: [], migrations: [], changes: [], checks: [], warnings: [] },
  ...said,
});

/** A plan as the server makes it: payments is refused, orders loses a commit, of stock there is nothing to do. */
function planOf({ action, services, at: moment }: PlanWish): ActionPlan {
  const whole = moment === undefined ? {} : { command: `nx run infrastructure:rollback --env=prod --to=${moment}` };
  const all = (moment === undefined ? services : names).map((service) => {
    if (service === 'payments' && moment === undefined) {
      const override = `nx run payments:promote --from=preprod --to=prod --force`;
      const refusal = { type: 'soaking', remedy: 'Promote it then.', override };
      return planned(service, { state: 'refused', sentence: 'It must run in preprod for 10m.', refusal });
    }
    if (service === 'stock') return planned(service, { state: 'nothing', sentence: 'stock is there already.' });
    const subject = '<img src=x onerror=alert(1)>';
    return planned(service, service === 'orders' ? { lost: [{ id: 'f'.repeat(40), author: 'ada', subject }] } : {});
  });
  const ready = all.filter(({ state }) => state === 'ready');
  const order = ['refused', 'nothing', 'ready'];
  return {
    ...{ id: `plan of ${services.join()}`, action, environments: ['prod'], by: { person: 'ada', run: 'ada@desk' } },
    title: moment === undefined ? `Promote ${services.length} services` : 'Take prod back to 2026-11-24 12:30:00 UTC',
    button: `Promote ${ready.length} services to prod`,
    ...{ madeAt: at, expiresAt: '2026-11-26T14:05:21.000Z', isReady: ready.length > 0 },
    ...{ needsReason: moment !== undefined, stopsAtFailure: moment === undefined },
    typed: { text: 'prod', reasons: ['prod is protected.'] },
    services: [...all].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)),
    ...whole,
  };
}

const then = '2026-11-24T12:30:00.000Z';
const ran = (build: string, now: string) => ({
  ...({ state: 'ran', build, commit: 'a'.repeat(40), since: '2026-11-24T10:00:00.000Z' } as const),
  ...{ now, differs: build !== now },
});
const moment: Moment = {
  ...{ at: then, now: at, oldest: '2026-11-20T10:00:00.000Z' },
  environments: ['preprod', 'prod'].map((environment) => ({
    ...({ environment, state: 'read', isProtected: environment === 'prod' } as const),
    services: {
      orders: ran('20261124-1', environment === 'prod' ? '20261125-2' : '20261124-1'),
      stock: ran('20261124-1', '20261124-1'),
    },
  })),
};

const cell = (page: Page, name: string) => page.locator(`[data-cell="${name}"]`);
const selected = (page: Page) => page.locator('[aria-selected=true] .name-text').allTextContents();
const bar = (page: Page) => page.locator('.selection-bar');

describe('the selection', () => {
  it('is made by keys alone: x, Shift and arrows there and back, Ctrl+A, and Esc clears it', async () => {
    const { page } = await open();
    await cell(page, 'orders|gap:prod').focus();
    await page.keyboard.press('x');
    expect(await selected(page)).toEqual(['orders']);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+End');
    await page.keyboard.press('Shift+PageDown');
    expect(await selected(page)).toEqual(names);
    await page.keyboard.press('Shift+ArrowUp');
    expect(await selected(page)).toEqual(names.slice(0, 4));
    await page.keyboard.press('Escape');
    await bar(page).waitFor({ state: 'detached' });
    expect(await selected(page)).toEqual([]);
    await page.keyboard.press('Control+a');
    expect(await bar(page).locator('strong').textContent()).toBe('5 selected');
    await page.keyboard.press('x');
    expect(await selected(page)).toHaveLength(4);
  });

  it('survives what comes in, and says how many of it a filter hides', async () => {
    const { page, board, wishes } = await open();
    for (const name of ['orders', 'stock']) await cell(page, `${name}|name`).click({ modifiers: ['Control'] });
    expect(new URL(page.url()).pathname).toBe('/');
    board.patch({ cells: [['stock', 'prod', cellOf({ state: 'down' })]] });
    await page.locator('[data-cell="stock|cell:prod"] .shape-down').waitFor();
    expect(await selected(page)).toEqual(['orders', 'stock']);
    await page.locator('#filter').fill('orders');
    await cell(page, 'billing|name').waitFor({ state: 'detached' });
    await page.waitForFunction(() =>
      document.querySelector('.selection-bar')?.textContent?.includes('2 selected, 1 of them hidden by the filter'),
    );
    // A service that is nowhere any more is no part of it.
    board.patch({ removed: ['orders'] });
    await page.waitForFunction(() =>
      document.querySelector('.selection-bar')?.textContent?.includes('1 selected, 1 of'),
    );
    await bar(page).getByRole('combobox').selectOption('prod');
    await bar(page).getByRole('button', { name: 'Plan to promote from preprod' }).click();
    await page.locator('dialog.plan table, dialog.plan section').first().waitFor();
    expect(wishes).toEqual([{ action: 'promote', services: ['stock'], from: 'preprod', to: 'prod' }]);
  });

  it.each([
    ['light', 1440],
    ['dark', 360],
  ] as const)('is accessible, %s at %i px', async (colorScheme, width) => {
    const { page } = await open('/', { colorScheme, viewport: { width, height: 740 } });
    await cell(page, 'orders|name').focus();
    await page.keyboard.press('x');
    await bar(page).waitFor();
    await leavePicture(page, `selection-${colorScheme}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
    expect(await violations(page)).toEqual([]);
  });
});

describe('a plan of many services', () => {
  const openPlan = async (options: BrowserContextOptions = {}) => {
    const opened = await open('/', options);
    await cell(opened.page, 'orders|gap:prod').focus();
    await opened.page.keyboard.press('Control+a');
    await opened.page.keyboard.press('p');
    await opened.dialog.locator('table').waitFor();
    return opened;
  };

  it('is a table, refused ones first with the reason, then what loses something', async () => {
    const { page, dialog, wishes } = await openPlan();
    expect(wishes).toEqual([{ action: 'promote', services: names, from: 'preprod', to: 'prod' }]);
    expect(await dialog.locator('tbody th').allTextContents()).toEqual(['payments', 'orders', 'billing', 'carts']);
    expect(await dialog.locator('tbody tr').first().textContent()).toContain(
      'Refused: It must run in preprod for 10m. Promote it then.',
    );
    expect(await dialog.textContent()).toContain('1 refused.');
    expect(await dialog.textContent()).toContain('In all: 1 commit is lost.');
    expect(await dialog.textContent()).toContain('after the first that fails none is begun');
    await dialog.getByText('1 lost').click();
    await dialog.getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  });

  it('is made again without those that are taken out, by keys alone, and never confirmed as it was', async () => {
    const { page, dialog, wishes, board } = await openPlan();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
    await dialog.getByRole('checkbox', { name: 'billing is in the plan' }).focus();
    await page.keyboard.press('Space');
    await dialog.locator('.confirm').waitFor({ state: 'detached' });
    await page.keyboard.press('Tab');
    const again = dialog.getByRole('button', { name: 'Plan the 4 that are left' });
    await again.focus();
    await page.keyboard.press('Enter');
    await dialog.locator('h2', { hasText: 'Promote 4 services' }).waitFor();
    expect(wishes.at(-1)?.services).toEqual(['carts', 'orders', 'payments', 'stock']);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
    const bodies: unknown[] = [];
    const run = { id: 'r', plan: 'p', title: 't', by: { person: 'ada', run: 'x' }, startedAt: at, state: 'running' };
    await page.route('**/api/runs', (route) => {
      if (route.request().method() === 'GET') return route.continue();
      bodies.push(route.request().postDataJSON());
      return route.fulfill({ status: 200, json: { run: { ...run, services: [], environments: ['prod'] } } });
    });
    await dialog.locator('[name=typed]').fill('prod');
    await dialog.locator('.confirm').focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(bodies).toEqual([{ plan: 'plan of carts,orders,payments,stock', typed: 'prod' }]);
    expect(board.posts.filter(({ path }) => path === '/api/runs')).toEqual([]);
  });

  it('is none when all are taken out', async () => {
    const { dialog } = await openPlan();
    for (const name of ['billing', 'carts', 'orders'])
      await dialog.getByRole('checkbox', { name: `${name} is in the plan` }).uncheck();
    // Those that are refused, or of which there is nothing to do, are planned again: they may have changed.
    await dialog.getByRole('button', { name: 'Plan the 2 that are left' }).waitFor();
  });

  it('shows the answer to the newest question alone', async () => {
    const { page, dialog } = await openPlan();
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.unroute('**/api/plans');
    let asked = 0;
    await page.route('**/api/plans', async (route) => {
      const mine = ++asked;
      if (mine === 1) await held;
      const wish = route.request().postDataJSON() as PlanWish;
      await route.fulfill({ status: 200, json: planOf(wish) }).catch(() => {});
    });
    await dialog.getByRole('checkbox', { name: 'billing is in the plan' }).uncheck();
    await dialog.getByRole('button', { name: 'Plan the 4' }).click();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await cell(page, 'carts|gap:prod').focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('p');
    await dialog.locator('h2', { hasText: 'Promote 1 services' }).waitFor();
    release();
    await page.waitForFunction(() => document.querySelector('dialog.plan .confirm'));
    expect(await dialog.locator('h2').textContent()).toBe('Promote 1 services');
  });

  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['dark', 360],
  ] as const)('is accessible, %s at %i px', async (colorScheme, width) => {
    const { page, dialog } = await openPlan({ colorScheme, viewport: { width, height: 740 } });
    await leavePicture(page, `plan-many-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
    await dialog.getByText('1 lost').click();
    await dialog.getByRole('checkbox', { name: 'billing is in the plan' }).uncheck();
    await leavePicture(page, `plan-many-out-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
    expect(await dialog.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(false);
  });
});

describe('a moment', () => {
  it('leads to the plan that takes an environment back to it', async () => {
    const { page, wishes, dialog } = await open(`/at/${then}`);
    const ways = page.getByRole('button', { name: /^Plan to take/ });
    await ways.first().waitFor();
    // In preprod all is as it was.
    expect(await ways.allTextContents()).toEqual(['Plan to take prod back to 2026-11-24 12:30:00 UTC']);
    await ways.first().focus();
    await page.keyboard.press('Enter');
    await dialog.locator('h2', { hasText: 'Take prod back to 2026-11-24 12:30:00 UTC' }).waitFor();
    expect(wishes).toEqual([{ action: 'rollback-environment', services: [], to: 'prod', at: then }]);
    expect(await dialog.getByRole('checkbox').count()).toBe(0);
    expect(await dialog.textContent()).toContain('one that fails stops no other');
    await leavePicture(page, 'plan-environment');
    expect(await violations(page)).toEqual([]);
    await dialog.locator('[name=typed]').fill('prod');
    expect(await dialog.locator('.confirm').isDisabled()).toBe(true);
    await dialog.locator('[name=reason]').fill('all wrong');
    expect(await dialog.locator('.confirm').isEnabled()).toBe(true);
    await dialog.getByText('The same in a terminal').click();
    expect(await dialog.locator('pre').textContent()).toBe(`nx run infrastructure:rollback --env=prod --to=${then}`);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });
});
