import { dark, darkPhone, light, lightPhone } from './looks.ts';
import { planOfNow, protectedPlan, refusedPlan, runOf } from './plans.ts';
import { calmShop } from './shop.ts';
import { Refusal, type Scene, type Staged } from './stage.ts';

const state = calmShop({ hasActions: true });
const planned = { state, prepare: askForPlan, minHeight: 900 };
const withRun = (...args: Parameters<typeof runOf>) => ({
  ...{ state, shows: '.runs .run-lines', minHeight: 740 },
  answers: { 'GET /api/runs': { runs: [runOf(...args)] } },
});

/** What the page offers to do, and what came of it; and the help. */
export const actionScenes: readonly Scene[] = [
  {
    ...{ ...planned, name: 'plan-protected', shows: '.confirm', pictures: [light, darkPhone] },
    answers: { 'POST /api/plans': protectedPlan },
  },
  {
    ...{ ...planned, name: 'plan-refused', shows: 'dialog code', pictures: [dark] },
    answers: { 'POST /api/plans': refusedPlan },
  },
  {
    ...{ ...planned, name: 'plan-changed', shows: 'dialog [role=alert]', prepare: confirmTooLate, pictures: [light] },
    answers: {
      'POST /api/plans': protectedPlan,
      'POST /api/runs': new Refusal(409, {
        ...{ type: 'plan-changed', plan: planOfNow },
        changes: ['grace deployed orders 20261125-3 to prod while you looked.'],
      }),
    },
  },
  {
    ...{ ...planned, name: 'plan-denied', shows: 'dialog [role=alert]', pictures: [lightPhone] },
    answers: {
      'POST /api/plans': new Refusal(422, {
        reason: 'prod takes builds of main only, and 20261126-1 was built from feature/totals.',
        remedy: 'Merge it, and release from main.',
      }),
    },
  },
  {
    ...{ name: 'plan-as-command', state: calmShop(), minHeight: 600 },
    ...{ prepare: askForPlan, shows: 'dialog[open] pre', pictures: [light] },
  },
  { ...withRun('running', 3), name: 'run-going', pictures: [light] },
  { ...withRun('failed', 6), name: 'run-failed', pictures: [dark, lightPhone] },
  { ...withRun('succeeded', 3), name: 'run-done', pictures: [] },
  {
    ...{ name: 'help', state: calmShop(), shows: 'dialog[open]', minHeight: 700 },
    prepare: ({ page }) => page.keyboard.press('?'),
    pictures: [light, darkPhone],
  },
];

async function askForPlan({ page }: Staged): Promise<void> {
  await page.locator('[data-cell="orders|gap:prod"]').focus();
  await page.keyboard.press('p');
}

async function confirmTooLate(staged: Staged): Promise<void> {
  await askForPlan(staged);
  await staged.page.locator('dialog [name=typed]').fill('prod');
  await staged.page.locator('dialog .confirm').click();
}
