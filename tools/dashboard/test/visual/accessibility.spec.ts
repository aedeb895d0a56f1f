import { PNG } from 'pngjs';
import type { Locator, Page } from 'playwright-core';
import type { DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { at, boardOf, cellOf, cellStates, everyState, rowOf } from '../board-of.ts';
import { walkByKeyboard } from './keyboard-walk.ts';
import { darkPhone, lightPhone } from './looks.ts';
import { actionScenes } from './scenes-of-actions.ts';
import { gridScenes } from './scenes-of-grid.ts';
import { viewScenes } from './scenes-of-views.ts';
import { ago } from './shop.ts';
import { settle, show, Stage, type Scene } from './stage.ts';

const scenes = [...gridScenes, ...viewScenes, ...actionScenes];
const sceneOf = (name: string): Scene => scenes.find((scene) => scene.name === name)!;
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

/** Every state in prod, dev out of reach, and each mark that stands beside a shape. */
function everyGlyph(): DashboardState {
  const [dev, preprod, prod] = boardOf([]).environments;
  const answer = { state: 'unreachable', since: at, reason: 'connection refused' } as const;
  const failing = (outcome: 'cancelled' | 'abandoned') =>
    rowOf(outcome, { deployment: { build: '20261126-1', outcome, cause: 'deploy', by: 'ada', startedAt: ago(3) } });
  const rows = [...everyState().rows, failing('cancelled'), failing('abandoned')];
  return boardOf(rows, { environments: [{ ...dev!, answer }, preprod!, prod!] });
}

/** Where each glyph is: a state's shape, or the mark of an outcome or a gap. */
function glyphsOf(page: Page): Map<string, Locator> {
  const within = (cell: string, what: string) => page.locator(`[data-cell="${cell}"] ${what}`).first();
  const outcomes = ['failed', 'cancelled', 'abandoned'];
  return new Map([
    ...cellStates.map((state) => [state, within(`state-${state}|cell:prod`, '.shape')] as const),
    ['unreachable', within('held|cell:dev', '.shape')],
    ...outcomes.map((outcome) => [`outcome ${outcome}`, within(`${outcome}|cell:prod`, '.outcome')] as const),
    ['lock', within('held|gap:prod', '.mark')],
    ['approval', within('behind|gap:prod', '.mark')],
    ['soak', within('soaking|gap:prod', '.mark')],
    ['lost', within('hotfix|gap:prod', '.gap-lost .mark')],
  ]);
}

/** Which of 18 × 18 pixels around the middle of an element are ink: lighter or darker than what it lies on. */
async function inkOf(picture: PNG, element: Locator): Promise<boolean[]> {
  const { x, y, width, height } = (await element.boundingBox())!;
  const [left, top] = [Math.round(x + width / 2) - 9, Math.round(y + height / 2) - 9];
  const grey = (column: number, row: number) => {
    const [red, green, blue] = picture.data.subarray((row * picture.width + column) * 4);
    return 0.3 * red! + 0.6 * green! + 0.1 * blue!;
  };
  const ground = grey(left, top);
  return Array.from({ length: 18 * 18 }, (_, at) => {
    const [column, row] = [at % 18, Math.floor(at / 18)];
    return Math.abs(grey(left + column, top + row) - ground) > 50;
  });
}

describe('without colours', () => {
  it.each(['light', 'dark', 'forced'] as const)('tells each glyph from each other by its form, %s', async (mode) => {
    const { page } = await stage.play({ ...sceneOf('grid'), path: '/', state: everyGlyph() });
    if (mode === 'forced') await page.emulateMedia({ forcedColors: 'active' });
    else await page.emulateMedia({ colorScheme: mode });
    await page.setViewportSize({ width: 1440, height: 1500 });
    await settle(page);
    const found: [string, boolean[]][] = [];
    const picture = PNG.sync.read(await page.screenshot({ animations: 'disabled' }));
    for (const [name, element] of glyphsOf(page)) found.push([name, await inkOf(picture, element)]);
    const alike: string[] = [];
    for (const [index, [name, ink]] of found.entries()) {
      if (ink.filter(Boolean).length < 6) alike.push(`${name} is hardly there`);
      for (const [other, otherInk] of found.slice(index + 1)) {
        const differing = ink.filter((isInk, pixel) => isInk !== otherInk[pixel]).length;
        if (differing < 16) alike.push(`${name} and ${other}: ${differing} pixels`);
      }
    }
    expect(alike).toEqual([]);
  });
});

describe('motion', () => {
  const running = () => document.getAnimations().filter(({ playState }) => playState === 'running').length;

  it('is there only where nobody asked for less', async () => {
    const { page } = await stage.play(sceneOf('grid'));
    expect(await page.evaluate(running)).toBe(0);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await page.evaluate(running)).toBe(1);
  });
});

describe('text with more room around it (WCAG 1.4.12)', () => {
  const spacing =
    '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }';

  it.each(['grid', 'timeline', 'changes', 'delivery', 'plan-protected', 'run-failed'])(
    'loses nothing: %s',
    async (name) => {
      const { page } = await stage.play(sceneOf(name));
      await page.addStyleTag({ content: spacing });
      for (const look of [lightPhone, { ...lightPhone, width: 1440 } as const]) {
        await show(page, look);
        const clipped = await page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>('body *')]
            .filter((each) => /hidden|clip/.test(getComputedStyle(each).overflowY) && !each.matches('.unseen, .branch'))
            .filter(({ scrollHeight, clientHeight }) => clientHeight > 0 && scrollHeight > clientHeight + 2)
            .map((each) => `${each.className}: ${each.textContent?.slice(0, 60)}`),
        );
        expect(clipped).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      }
    },
  );
});

describe('keys alone', () => {
  const walked = [
    ...['grid-calm', 'filter-hides-all', 'unreachable', 'timeline', 'changes', 'objects', 'requests', 'commit'],
    ...['moment', 'delivery', 'activity', 'refused-view', 'plan-protected', 'plan-as-command', 'run-failed', 'help'],
  ];

  it.each(walked)('come to everything, see where they are, and leave: %s', async (name) => {
    const { page } = await stage.play(sceneOf(name));
    await page.setViewportSize({ width: 1440, height: 700 });
    expect(await walkByKeyboard(page)).toEqual([]);
  });

  it('come to everything in the window of a phone in the dark, too', async () => {
    const { page } = await stage.play(sceneOf('changes'));
    await show(page, darkPhone);
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await walkByKeyboard(page)).toEqual([]);
  });
});

describe('data that changes', () => {
  const focused = () => document.activeElement?.outerHTML;

  it('leaves the focus in a view where it is', async () => {
    const { page, board } = await stage.play(sceneOf('timeline'));
    await page.locator('main table a').first().focus();
    const before = await page.evaluate(focused);
    board.patch({ cells: [['search', 'prod', cellOf({ state: 'down' })]] });
    await page.locator('.headline', { hasText: '1 needs you' }).waitFor();
    expect(await page.evaluate(focused)).toBe(before);
  });

  it('leaves the focus, and what was typed, in a plan', async () => {
    const { page, board } = await stage.play(sceneOf('plan-protected'));
    await page.locator('dialog [name=typed]').fill('prod');
    board.patch({ cells: [['search', 'prod', cellOf({ state: 'down' })]] });
    await page.locator('.headline', { hasText: '1 needs you' }).waitFor();
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).name)).toBe('typed');
    expect(await page.locator('dialog .confirm').isEnabled()).toBe(true);
  });
});
