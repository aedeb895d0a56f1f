import type { DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { at, boardOf, cellOf, everyState, manyServices, rowOf } from '../board-of.ts';
import { violations } from '../axe.ts';
import { isTooWide } from '../is-too-wide.ts';
import { leavePicture } from '../left-pictures.ts';
import { BoardBrowser } from './open-board.ts';

const browser = new BoardBrowser();
beforeAll(() => browser.start());
afterEach(() => browser.closeBoards());
afterAll(() => browser.stop());

const away = { state: 'unreachable', since: at, lastSeen: at, reason: 'connection refused' } as const;
/** All services of `everyState`, many of them several times, by teams. */
const mapBoard: DashboardState = {
  ...boardOf([
    ...everyState().rows,
    ...manyServices(979).rows.map((row, index) => ({ ...row, folder: `apps/team-${index % 9}/${row.service}` })),
  ]),
  hasActions: true,
};

/** Returns a board with one environment that does not answer. */
function without(board: DashboardState, name: string): DashboardState {
  const environments = board.environments.map((head) => (head.name === name ? { ...head, answer: away } : head));
  return { ...board, environments };
}

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  it('the band with its next steps, the map and the palette have no finding of axe', async () => {
    const { page } = await browser.open(mapBoard, '/', { colorScheme, reducedMotion: 'reduce' });
    await leavePicture(page, `band-${colorScheme}`);
    expect(await violations(page, 'header')).toEqual([]);
    expect(await violations(page, '.band')).toEqual([]);
    await page.keyboard.press('m');
    await page.locator('.map-cursor').focus();
    await leavePicture(page, `map-${colorScheme}`);
    expect(await violations(page, '.map')).toEqual([]);
    // All of it on one screen.
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(900);
    await leavePicture(page, `map-${colorScheme}-greyscale`, { isGrey: true });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('held');
    await page.locator('.palette [role=option]').first().waitFor();
    await leavePicture(page, `palette-${colorScheme}`);
    expect(await violations(page, '.palette')).toEqual([]);
  });
});

describe.each([
  ['720 px, as 1440 at 200 % zoom', { width: 720, height: 450 }],
  ['360 px', { width: 360, height: 740 }],
] as const)('%s', (_, viewport) => {
  it('nothing is wider than the window: grid, map, palette, and an environment that does not answer', async () => {
    const { page } = await browser.open(without(mapBoard, 'preprod'), '/', { viewport });
    await leavePicture(page, `keys-grid-${viewport.width}`);
    expect(await isTooWide(page)).toBe(false);
    await page.locator('.row').nth(3).scrollIntoViewIfNeeded();
    await leavePicture(page, `keys-rows-${viewport.width}`);
    await page.keyboard.press('m');
    await page.locator('.map-cursor').scrollIntoViewIfNeeded();
    await leavePicture(page, `keys-map-${viewport.width}`);
    expect(await isTooWide(page)).toBe(false);
    await page.keyboard.press('Control+k');
    await page.locator('.palette [role=option]').first().waitFor();
    await leavePicture(page, `keys-palette-${viewport.width}`);
    expect(await isTooWide(page)).toBe(false);
  });
});

it.each([1440, 360])('loses nothing to letters and spacing of people’s own (WCAG 1.4.12), %d px', async (width) => {
  const { page } = await browser.open(everyState(), '/', { viewport: { width, height: 900 } });
  await page.evaluate(() => {
    const style = new CSSStyleSheet();
    style.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }',
    );
    document.adoptedStyleSheets = [style];
  });
  const isCut = () =>
    page.evaluate(() =>
      [
        ...document.querySelectorAll(
          '.row .build, .row .name-text, .row .gap-count, .band-text, .headline, .row .cell-line',
        ),
      ]
        .filter((each) => {
          const box = each.getBoundingClientRect();
          const cell = (each.closest('[data-cell], li') ?? each).getBoundingClientRect();
          return box.right > cell.right + 1 || box.bottom > cell.bottom + 1 || box.top < cell.top - 1;
        })
        .map((each) => each.textContent),
    );
  await page.waitForFunction(
    () => parseFloat(getComputedStyle(document.querySelector('.grid')!).getPropertyValue('--row-height')) > 44,
  );
  await leavePicture(page, `spacing-${width}`);
  expect(await isCut()).toEqual([]);
  if (width === 360) expect(await isTooWide(page)).toBe(false);
});

describe('an environment that does not answer', () => {
  it('has no gap beside it, no number and no filter that takes its last state for the present one', async () => {
    const waiting = { kind: 'ahead', commits: 5, isLeast: false, lost: 1 } as const;
    const board = boardOf([
      { ...rowOf('orders', {}, waiting), gaps: { dev: waiting, preprod: waiting, prod: waiting } },
      rowOf('never', { state: 'absent' }),
    ]);
    const { page, board: server } = await browser.open(without(board, 'preprod'));
    const line = (column: string) => page.locator(`[data-cell="orders|gap:${column}"] .gap-line`);
    for (const column of ['preprod', 'prod']) {
      expect(await line(column).getAttribute('class')).toBe('gap-line is-unknown is-unseen');
      expect(await line(column).textContent()).toBe('?');
      expect(await page.locator(`[data-cell="orders|gap:${column}"] .unseen`).textContent()).toContain(
        'not known (preprod does not answer; last seen: 5 commits wait)',
      );
    }
    expect(await line('dev').getAttribute('class')).toBe('gap-line is-ahead');
    expect(await page.locator('[data-cell="orders|cell:preprod"]').innerText()).toMatch(
      /last seen \d+ s ago: healthy 2 of 2/,
    );
    expect(await page.locator('.heads').innerText()).toMatch(/not known[^]*not known/);
    expect(await page.locator('.headline').innerText()).toContain(
      '0 quiet · 2 not known · preprod cannot be reached since',
    );
    await leavePicture(page, 'gaps-unreachable');
    await page.locator('#filter').fill('state:healthy env:preprod');
    await page.getByText('0 of 2.').waitFor();
    await page.locator('#filter').fill('state:unreachable');
    await page.waitForFunction(() => document.querySelectorAll('.name-text').length === 2);
    await page.locator('#filter').fill('');
    // What was kept is there again as soon as it answers.
    server.patch({ environments: board.environments });
    await page.locator('[data-cell="orders|gap:prod"] .gap-line.is-ahead').waitFor();
    expect(await page.locator('.headline').innerText()).toContain('2 quiet');
  });

  it('leaves each environment its own state when they come in another order', async () => {
    const board = boardOf([
      rowOf('orders', { state: 'stuck', build: '20261124-1' }, { kind: 'ahead', commits: 3, isLeast: false }),
    ]);
    const { page, board: server } = await browser.open(board);
    const shown = () =>
      page.evaluate(() =>
        Object.fromEntries(
          [...document.querySelectorAll('.row .cell')].map((each) => [
            (each as HTMLElement).dataset.cell,
            each.querySelector('.unseen')!.textContent,
          ]),
        ),
      );
    const before = await shown();
    const [dev, preprod, prod] = board.environments;
    server.patch({
      environments: [prod!, dev!, preprod!],
      cells: [['orders', 'dev', cellOf({ build: '20261126-9' })]],
    });
    await page.waitForFunction(() => document.querySelector('.head-name')?.textContent?.startsWith('prod'));
    expect(await shown()).toEqual({ ...before, 'orders|cell:dev': expect.stringContaining('20261126-9') });
    await page.locator('[data-cell="orders|gap:preprod"]').focus();
    await page.keyboard.press('p');
    expect(await page.locator('dialog pre').innerText()).toBe('nx run orders:promote --from=dev --to=preprod');
  });
});
