import type { Page } from 'playwright-core';
import { at, boardOf, cellOf, everyState, manyServices, rowOf } from '../board-of.ts';
import { BoardBrowser } from './open-board.ts';

const browser = new BoardBrowser();
beforeAll(() => browser.start());
afterEach(() => browser.closeBoards());
afterAll(() => browser.stop());

const option = (page: Page) => page.locator('.palette [role=option][aria-selected=true] > span').first();
const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };

describe('palette', () => {
  const openPalette = async (...args: Parameters<BoardBrowser['open']>) => {
    const opened = await browser.open(...args);
    await opened.page.keyboard.press('Control+k');
    await opened.page.locator('.palette').waitFor();
    return opened;
  };

  it('finds a service among 1,000 by its letters, and goes there', async () => {
    const { page } = await openPalette(manyServices(1000));
    const slowest = await page.evaluate(async () => {
      const field = document.querySelector<HTMLInputElement>('.palette input')!;
      let most = 0;
      for (const text of ['s', 'se', 'service-05', 'promote service-0512', 'sv0512']) {
        const start = performance.now();
        field.value = text;
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        most = Math.max(most, performance.now() - start);
      }
      return most;
    });
    console.log(`palette over 1,000 services: slowest letter ${Math.round(slowest)} ms`);
    expect(slowest).toBeLessThan(2000);
    expect(await option(page).textContent()).toBe('service-0512');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/s/service-0512');
    await page.locator('.palette').waitFor({ state: 'detached' });
  });

  it('is a combobox: arrows go round its list, Escape closes it and changes nothing', async () => {
    const { page, board } = await openPalette(everyState());
    const field = page.getByRole('combobox', { name: /^Find/ });
    await page.keyboard.type('held');
    expect(await field.getAttribute('aria-activedescendant')).toBe('palette-0');
    await page.keyboard.press('ArrowUp');
    const last = (await page.locator('.palette [role=option]').count()) - 1;
    expect(await field.getAttribute('aria-activedescendant')).toBe(`palette-${last}`);
    await page.keyboard.press('ArrowDown');
    expect(await option(page).textContent()).toBe('held');
    const before = page.url();
    await page.keyboard.press('Escape');
    await page.locator('.palette').waitFor({ state: 'detached' });
    expect(page.url()).toBe(before);
    expect(board.posts).toEqual([]);
  });

  it('copies a command, and never runs it', async () => {
    const { page, board } = await openPalette({ ...everyState(), hasActions: true }, '/', clipboard);
    await page.keyboard.type('nx audit');
    await page.keyboard.press('Enter');
    await page.locator('.notice', { hasText: 'Copied: nx run infrastructure:audit' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('nx run infrastructure:audit');
    expect(board.posts).toEqual([]);
  });

  it('opens a plan where the page may act, and confirms none', async () => {
    const { page, board } = await openPalette({ ...everyState(), hasActions: true });
    board.answers.set('POST /api/plans', { status: 422, body: { reason: 'There is nothing to promote.' } });
    await page.keyboard.type('promote held prod');
    expect(await option(page).textContent()).toBe('Plan to promote held from preprod to prod');
    await page.keyboard.press('Enter');
    await page.locator('dialog.plan', { hasText: 'There is nothing to promote.' }).waitFor();
    expect(board.posts.map(({ path }) => path)).toEqual(['/api/plans']);
  });
});

describe('map', () => {
  it('leads to the row of a shape by keys, by the pointer and by a click', async () => {
    const { page } = await browser.open(manyServices(1000));
    await page.keyboard.press('m');
    await page.waitForURL('**/?view=map');
    expect(await page.locator('.map path').count()).toBeLessThan(20);
    await page.locator('.map-cursor').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    const label = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await page.waitForFunction(() => !document.activeElement?.getAttribute('aria-label')?.startsWith('service-0000'));
    const [service] = /^service-\d+(?= in preprod)/.exec((await label())!)!;
    expect(await page.locator('.map-said').textContent()).toContain(`${service} in preprod: 20261125-2, healthy`);
    await page.keyboard.press('n');
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label')?.startsWith('service-0'));
    const [trouble] = /^service-\d+/.exec((await label())!)!;
    expect(Number(trouble.slice(8)) % 97).toBe(5);
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      (name) => (document.activeElement as HTMLElement).dataset.cell === name,
      `${trouble}|cell:preprod`,
    );
    expect(page.url()).not.toContain('view=map');
    await page.goBack();
    const box = (await page.locator('.map-field').boundingBox())!;
    await page.mouse.move(box.x + 150 + 42 * 3 + 30, box.y + 6);
    await page.locator('.map-said', { hasText: 'service-0003 in prod' }).waitFor();
    await page.mouse.click(box.x + 150 + 42 * 3 + 30, box.y + 6);
    await page.waitForFunction(() => (document.activeElement as HTMLElement).dataset.cell === 'service-0003|cell:prod');
  });

  it('draws what comes in at once, keeps places and focus, and follows the filter', async () => {
    const { page, board } = await browser.open(manyServices(50), '/?view=map&q=service-00');
    await page.locator('.map-cursor').focus();
    const label = await page.locator('.map-cursor').getAttribute('aria-label');
    board.patch({ cells: [['service-0007', 'prod', cellOf({ state: 'down' })]] });
    await page.locator('.map-down').waitFor({ state: 'attached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(label);
    await page.locator('.map-legend a', { hasText: '1 down' }).click();
    await page.waitForURL('**/?q=state:down&view=map');
    await page.keyboard.press('m');
    await page.waitForFunction(() => document.querySelectorAll('.name-text').length === 1);
  });
});

describe('views', () => {
  it('are linked from each view, the current one marked; the way back keeps the filter', async () => {
    const { page } = await browser.open(everyState(), '/?q=state:stuck');
    const current = () => page.locator('.views [aria-current=page]').allInnerTexts();
    expect(await current()).toEqual(['Services']);
    await page.locator('.views').getByText('Activity').click();
    await page.waitForURL('**/activity');
    expect(await current()).toEqual(['Activity']);
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.waitForURL('**/delivery');
    expect(await current()).toEqual(['Delivery']);
    await page.keyboard.press('Escape');
    await page.waitForURL('**/?q=state:stuck');
    await page.goto(page.url().replace(/\/\?.*/, '/s/orders'));
    await page.locator('.views').waitFor();
    expect(await current()).toEqual([]);
    expect(await page.locator('button.command').innerText()).toBe('nx run orders:history');
  });

  it.each(['/', '/s/orders', '/activity', '/delivery', '/at/now', '/commit/aaaa'])(
    '%s: has no time without its zone, and one switch for all of them',
    async (path) => {
      const { page } = await browser.open(everyState(), path, { timezoneId: 'America/New_York' });
      await page.locator('main time').first().waitFor({ state: 'attached' });
      const times = () =>
        page.evaluate(() => ({
          text: document.body.innerText,
          titles: [...document.querySelectorAll('[title]')].map((each) => each.getAttribute('title')!),
          all: [...document.querySelectorAll('time')].map((each) => each.dateTime),
        }));
      const bare = /\d\d:\d\d(:\d\d(\.\d+)?)?(?![\d:.]*(Z| UTC| GMT-\d))/;
      const utc = await times();
      for (const text of [utc.text, ...utc.titles]) expect(bare.exec(text)?.[0]).toBe(undefined);
      for (const each of utc.all) expect(new Date(each).toISOString()).toBe(each);
      await page.keyboard.press('u');
      await page.getByRole('button', { name: 'Local' }).waitFor();
      const local = await times();
      for (const text of [local.text, ...local.titles]) expect(bare.exec(text)?.[0]).toBe(undefined);
      expect(local.text).not.toMatch(/\d\d:\d\d:\d\d UTC/);
      // It holds for the next view, too.
      await page.keyboard.press('g');
      await page.keyboard.press('a');
      await page.waitForURL('**/activity?tz=local');
    },
  );
});

describe('Ctrl+F', () => {
  it('focuses the filter once and says why; twice is the browser’s', async () => {
    const { page } = await browser.open(manyServices(300));
    const isPrevented = () =>
      page.evaluate(() => !dispatchEvent(new KeyboardEvent('keydown', { key: 'f', ctrlKey: true, cancelable: true })));
    expect(await isPrevented()).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('filter');
    await page.locator('.notice', { hasText: 'only the rows on the screen' }).waitFor();
    expect(await isPrevented()).toBe(false);
  });

  it('is the browser’s where all rows are on the page', async () => {
    const { page } = await browser.open(manyServices(3));
    const isLeft = await page.evaluate(() =>
      dispatchEvent(new KeyboardEvent('keydown', { key: 'f', ctrlKey: true, cancelable: true })),
    );
    expect(isLeft).toBe(true);
  });
});

describe('band', () => {
  const stuck = boardOf([rowOf('orders', { state: 'stuck' })]);

  it('leads to what there is to see, and opens a plan only where the page may act and is live', async () => {
    const { page, board } = await browser.open({ ...stuck, hasActions: true });
    board.answers.set('POST /api/plans', { status: 422, body: { reason: 'There is nothing before it.' } });
    await page.locator('.band-steps').getByRole('button', { name: 'plan to go back: orders in prod' }).click();
    await page.locator('dialog.plan', { hasText: 'There is nothing before it.' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    board.goAway();
    await page.locator('.bar').waitFor();
    expect(await page.locator('.band-steps button').isDisabled()).toBe(true);
    await page.locator('.band-steps a').click();
    await page.waitForURL('**/s/orders');
  });

  it('has the command instead where the page only shows', async () => {
    const { page, board } = await browser.open(stuck, '/', clipboard);
    await page.locator('.band-steps').getByText('nx run orders:rollback --env=prod').click();
    await page.locator('.notice', { hasText: 'Copied' }).waitFor();
    expect(board.posts).toEqual([]);
  });
});

describe('clock', () => {
  /** This machine's clock is an hour ahead of the server's, and stands in the hands of the test. */
  const anHourAhead = (page: Page) => page.clock.install({ time: new Date(Date.parse(at) + 3_600_000) });

  it('of this machine does not count: ages are by the server’s, and 25 s without a beat are noticed', async () => {
    const { page, board } = await browser.open(
      { ...boardOf([rowOf('orders', { state: 'stuck' })]), hasActions: true },
      '/',
      {},
      anHourAhead,
    );
    expect(await page.locator('.band-text').innerText()).toContain('3 h after');
    await page.clock.runFor(20_000);
    expect(await page.locator('.bar').count()).toBe(0);
    await page.clock.runFor(10_000);
    // At one moment: it tries again by itself, which ends both.
    const found = await page.waitForFunction(() => {
      const bar = document.querySelector<HTMLElement>('.bar');
      const isDisabled = document.querySelector<HTMLButtonElement>('.band-steps button')?.disabled;
      return bar?.innerText.includes('no beat for 25 s') && { text: bar.innerText, isDisabled };
    });
    const { text, isDisabled } = (await found.jsonValue()) as { text: string; isDisabled: boolean };
    expect(text).toMatch(/Not live since 2026-11-26 14:03:\d\d UTC: no beat for 25 s\. Trying again in \d+ s\./);
    expect(isDisabled).toBe(true);
    // It opens another stream, whose first beat says that all is well.
    await page.clock.runFor(5000);
    await page.locator('.bar').waitFor({ state: 'detached' });
    expect(board.readers).toBeGreaterThan(0);
  });

  it('that is set back hides no silence', async () => {
    const { page } = await browser.open(boardOf([rowOf('orders')]), '/', {}, anHourAhead);
    await page.clock.setSystemTime(new Date(Date.parse(at) - 3_600_000));
    await page.clock.runFor(30_000);
    await page.locator('.bar', { hasText: 'no beat for 25 s' }).waitFor();
  });

  it('lets the sentence be spoken at most every 10 s', async () => {
    const { page, board } = await browser.open(boardOf([rowOf('orders'), rowOf('payments')]), '/', {}, anHourAhead);
    const spoken = page.locator('[aria-live=polite]').first();
    await page.locator('.headline', { hasText: '0 need you' }).waitFor();
    await page.clock.runFor(1000);
    await page.locator('[aria-live=polite]', { hasText: '0 need you' }).waitFor({ state: 'attached' });
    board.patch({ cells: [['orders', 'prod', cellOf({ state: 'down' })]] });
    await page.locator('.headline', { hasText: '1 needs you' }).waitFor();
    await page.clock.runFor(5000);
    expect(await spoken.textContent()).toContain('0 need you');
    board.patch({ cells: [['payments', 'prod', cellOf({ state: 'down' })]] });
    await page.locator('.headline', { hasText: '2 need you' }).waitFor();
    await page.clock.runFor(6000);
    await page.locator('[aria-live=polite]', { hasText: '2 need you' }).waitFor({ state: 'attached' });
  });
});

it('single keys can be turned off, those with Ctrl stay', async () => {
  const { page } = await browser.open(manyServices(300), '/', clipboard);
  await page.keyboard.press('?');
  await page.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  const before = page.url();
  for (const key of ['m', 'd', 'u', 'n', 'N', '[', ']', 'y', '?', '/', 'g', 'a']) await page.keyboard.press(key);
  expect(page.url()).toBe(before);
  expect(await page.locator('.notice, dialog').count()).toBe(0);
  await page.keyboard.press('Control+k');
  await page.locator('.palette').waitFor();
});
