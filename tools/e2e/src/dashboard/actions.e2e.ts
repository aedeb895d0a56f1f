import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { cellOf, OpenDashboard, press, startBrowser } from './dashboard-page.ts';

/*
 * The dashboard as its users start it, in Chromium, under the account that is shipped for deployers: a release from the page,
 * and back.
 */

let workspace: ScratchWorkspace;
let browser: Browser;
let dashboard: OpenDashboard;
let tabs: [Page, Page];

beforeAll(async () => {
  [workspace, browser] = await Promise.all([ScratchWorkspace.create('dashboard'), startBrowser()]);
  await workspace.taskSuccessfully(['run', 'inventory:release']);
  dashboard = await OpenDashboard.start(workspace, browser, { args: ['--actions'] });
  tabs = [await dashboard.tab(), await dashboard.tab()];
});
afterAll(async () => {
  await dashboard?.stop();
  await browser?.close();
  await workspace?.remove();
});

/** The records of the service in preprod, oldest first: `succeeded`. */
async function outcomes(): Promise<string[]> {
  const where = [`--namespace=${workspace.namespace('preprod')}`, '--selector=poc.dev/record-of=inventory'];
  const output = '--output=jsonpath={range .items[*]}{.metadata.annotations.poc\\.dev/outcome}{"\\n"}{end}';
  const text = await kubectl(['get', 'controllerrevisions', ...where, '--sort-by=.revision', output]);
  return text.split('\n').filter((line) => line !== '');
}

const runningBuild = () =>
  kubectl([
    ...['get', 'deployment', 'inventory', `--namespace=${workspace.namespace('preprod')}`],
    '--output=jsonpath={.metadata.annotations.poc\\.dev/build-number}',
  ]);

/** Waits until a run has ended, and returns its lines. */
async function ended(page: Page, title: string): Promise<string> {
  const run = page.locator('.runs details', { hasText: title });
  await run.locator('summary strong', { hasText: /succeeded|failed|cancelled/ }).waitFor();
  return run.innerText();
}

it('releases from the page, and shows it in two tabs', async () => {
  const [first] = await Promise.all([
    runningBuild(),
    ...tabs.map((tab) => cellOf(tab, 'inventory', 'cell:preprod').locator('.shape-healthy').waitFor()),
  ]);
  workspace.edit('apps/inventory/k8s/deployment.yaml', /periodSeconds: 1\d/, 'periodSeconds: 13');
  await workspace.commit('feat(inventory): probe every 13 s');
  const dialog = await press(tabs[0], 'r', 'inventory', 'cell:preprod');
  await dialog.locator('.confirm').click();
  // Of the build by Nx, and of the rollout.
  for (const tab of tabs) await tab.locator('.run-lines li', { hasText: 'inventory:release --only=build' }).waitFor();
  const [here, there] = await Promise.all(tabs.map((tab) => ended(tab, 'Release inventory')));
  expect(here).toContain('succeeded');
  expect(there).toBe(here);
  const build = await runningBuild();
  expect(build).not.toBe(first);
  for (const tab of tabs) await cellOf(tab, 'inventory', 'cell:preprod').filter({ hasText: build }).waitFor();
  expect(await outcomes()).toEqual(['succeeded', 'succeeded']);
});

it('rolls back once where two tabs confirm it, and shows who holds it and why', async () => {
  const before = await runningBuild();
  const dialogs = await Promise.all(tabs.map((tab) => press(tab, 'b', 'inventory', 'cell:preprod')));
  for (const dialog of dialogs) await dialog.locator('[name=reason]').fill('wrong totals');
  await Promise.all(dialogs.map((dialog) => dialog.locator('.confirm').click()));
  const results = await Promise.all(
    tabs.map((tab, index) =>
      Promise.race([
        dialogs[index]!.waitFor({ state: 'detached' }).then(() => 'begun'),
        dialogs[index]!.getByText('Nothing was done')
          .waitFor()
          .then(() => 'changed'),
      ]),
    ),
  );
  expect(results).toContain('begun');
  for (const tab of tabs)
    await cellOf(tab, 'inventory', 'cell:preprod')
      .locator('.unseen', { hasText: 'wrong totals' })
      .waitFor({ state: 'attached' });
  expect(await ended(tabs[0], 'inventory')).toBeDefined();
  expect(await runningBuild()).not.toBe(before);
  expect(await outcomes()).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

it('shows what a dashboard left behind that was killed, and finishes it', async () => {
  workspace.edit('apps/inventory/k8s/deployment.yaml', /periodSeconds: 1\d/, 'periodSeconds: 14');
  await workspace.commit('feat(inventory): probe every 14 s');
  const count = (await outcomes()).length;
  await (await press(tabs[0], 'r', 'inventory', 'cell:preprod')).locator('.confirm').click();
  while ((await outcomes()).length === count) await pause(100);
  dashboard.command.end('SIGKILL');
  await dashboard.command.ended;
  // The page of the one that is gone says so.
  await tabs[0].locator('.bar').waitFor();
  await dashboard.context.close();
  expect((await outcomes()).at(-1)).toBe('running');

  dashboard = await OpenDashboard.start(workspace, browser, { args: ['--actions'] });
  const tab = await dashboard.tab();
  const dialog = await press(tab, 'r', 'inventory', 'cell:preprod');
  await dialog.locator('.confirm').click();
  expect(await ended(tab, 'inventory')).toContain('succeeded');
  await cellOf(tab, 'inventory', 'cell:preprod')
    .filter({ hasText: await runningBuild() })
    .waitFor();
  expect((await outcomes()).slice(count)).toEqual(['abandoned', 'succeeded']);
});
