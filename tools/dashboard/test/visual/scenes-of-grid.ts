import { boardOf, everyState, manyServices } from '../board-of.ts';
import { dark, darkPhone, light, lightPhone } from './looks.ts';
import { calmShop, fiveEnvironments, hostileShop, oneEnvironment, startingShop, unreachableShop } from './shop.ts';
import type { Scene, Staged } from './stage.ts';

const row = '.name-text';

/** The grid, and the page where there is nothing to show in it, or nothing new. */
export const gridScenes: readonly Scene[] = [
  {
    name: 'grid',
    state: everyState(),
    path: '/?env=preprod,prod',
    shows: row,
    pictures: [light, dark, darkPhone],
    maxHeight: 1080,
  },
  { name: 'grid-calm', state: calmShop(), shows: row, pictures: [light, lightPhone] },
  {
    name: 'grid-grouped',
    state: everyState(),
    path: '/?q=-state:stuck&sort=behind&group=team&rows=compact&tz=local',
    ...{ shows: row, pictures: [dark], maxHeight: 640 },
  },
  { name: 'grid-selected', state: calmShop(), shows: '.is-selected', prepare: selectRows, pictures: [dark] },
  {
    name: 'grid-forced-colours',
    state: everyState(),
    shows: row,
    before: forceColours,
    pictures: [light],
    maxHeight: 900,
  },
  { name: 'grid-1000', state: manyServices(1000), shows: row, pictures: [light], maxHeight: 560 },
  {
    name: 'filter-words',
    state: calmShop(),
    shows: 'details[open]',
    prepare: openWords,
    pictures: [lightPhone],
  },
  { name: 'filter-hides-all', state: everyState(), path: '/?q=soakingg', shows: 'main .empty', pictures: [light] },
  { name: 'hostile', state: hostileShop(), shows: row, pictures: [light, lightPhone] },
  { name: 'one-environment', state: oneEnvironment(), shows: row, pictures: [light] },
  { name: 'five-environments', state: fiveEnvironments(), shows: row, pictures: [dark], maxHeight: 700 },
  { name: 'unreachable', state: unreachableShop(), shows: row, pictures: [light, darkPhone] },
  { name: 'starting', state: startingShop(), shows: row, pictures: [dark] },
  { name: 'no-answer-yet', state: calmShop(), shows: 'main .empty', before: holdBackState, pictures: [light] },
  { name: 'empty', state: boardOf([]), shows: '.empty', pictures: [light] },
  { name: 'no-environment', state: boardOf([], { environments: [] }), shows: '.empty', pictures: [lightPhone] },
  { name: 'no-such-view', state: calmShop(), path: '/nothing', shows: 'main .empty', pictures: [light] },
  { name: 'stream-lost', state: calmShop(), shows: '.bar', prepare: loseStream, pictures: [darkPhone] },
  { name: 'session-over', state: calmShop(), shows: '.bar', prepare: endSession, pictures: [dark] },
];

async function selectRows({ page }: Staged): Promise<void> {
  await page.locator('[data-cell="basket|name"]').focus();
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
}

/** As in a high contrast mode of Windows. */
async function forceColours({ page }: Staged): Promise<void> {
  await page.emulateMedia({ forcedColors: 'active' });
}

async function openWords({ page }: Staged): Promise<void> {
  await page.locator('.filter-help summary').click();
}

/** The server takes its time. */
async function holdBackState({ page }: Staged): Promise<void> {
  await page.route('**/api/state', () => {});
}

/** The stream breaks and stays away; the second time that the page asks, nothing answers: its words stand still. */
async function loseStream({ page, board }: Staged): Promise<void> {
  await page.locator(row).first().waitFor();
  let asked = 0;
  await page.route('**/api/state', (route) => (asked++ === 0 ? route.abort() : undefined));
  await page.route('**/api/events*', (route) => route.abort());
  board.goAway();
}

async function endSession({ page, board }: Staged): Promise<void> {
  await page.locator(row).first().waitFor();
  board.isKnown = false;
  board.state = { ...board.state, version: 50 };
  board.beat();
}
