import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../../browser/src/launch-chromium.ts';
import { TcpProxy } from '../../../simulators/src/tcp-proxy.ts';
import { tokenOf, writeKubeconfig } from '../../../scratch-workspace/src/cluster-account.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { cellOf, OpenDashboard, press } from './dashboard-page.ts';

/*
 * The dashboard as its users start it, in Chromium: under the account that is shipped for deployers a release from the page,
 * and back; under that of who may only look, over a network that fails, what is seen of that.
 */

/** Milliseconds for each test: a release builds, and the machine may do much else. */
const limitMs = 900_000;
/** Milliseconds after which it must say that nothing comes. It takes 20 s; a watch by itself takes two minutes. */
const soonMs = 55_000;

let workspace: ScratchWorkspace;
let browser: Browser;
let dashboard: OpenDashboard;
let tabs: [Page, Page];
let network: TcpProxy | undefined;

beforeAll(async () => {
  [workspace, browser] = await Promise.all([ScratchWorkspace.create('dashboard'), launchChromium()]);
  await workspace.taskSuccessfully(['run', 'payments:release']);
  dashboard = await OpenDashboard.start(workspace, browser, { args: ['--actions'] });
  tabs = [await dashboard.tab(), await dashboard.tab()];
}, limitMs);
afterAll(async () => {
  await dashboard?.stop();
  await network?.stop();
  await browser?.close();
  await workspace?.remove();
});

/** The records of the service in preprod, oldest first: `succeeded`. */
async function outcomes(): Promise<string[]> {
  const where = [`--namespace=${workspace.namespace('preprod')}`, '--selector=poc.dev/record-of=payments'];
  const output = '--output=jsonpath={range .items[*]}{.metadata.annotations.poc\\.dev/outcome}{"\\n"}{end}';
  const text = await kubectl(['get', 'controllerrevisions', ...where, '--sort-by=.revision', output]);
  return text.split('\n').filter((line) => line !== '');
}

const runningBuild = () =>
  kubectl([
    ...['get', 'deployment', 'payments', `--namespace=${workspace.namespace('preprod')}`],
    '--output=jsonpath={.metadata.annotations.poc\\.dev/build-number}',
  ]);

/** Waits until the newest run of a title has ended, and returns its lines. */
async function ended(page: Page, title: string): Promise<string> {
  const run = page.locator('.runs details', { hasText: title }).first();
  await run.locator('summary strong', { hasText: /succeeded|failed|cancelled|changed/ }).waitFor();
  return run.innerText();
}

/** Writes a kubeconfig of an account that has the shipped role of readers, over the network that fails. */
async function readersKubeconfig(): Promise<string> {
  const preprod = workspace.namespace('preprod');
  const role = workspace.read('Infrastructure/kubernetes/reader.yaml');
  await kubectl(
    ['apply', '--filename=-'],
    role.replaceAll('${NAMESPACE}', preprod).replaceAll('${READERS}', `${preprod}-readers`),
  );
  await kubectl(['create', 'serviceaccount', 'visitor', '--namespace', preprod]);
  const visitor = `--serviceaccount=${preprod}:visitor`;
  await kubectl(['create', 'rolebinding', 'visitor', '--role=reader', visitor, '--namespace', preprod]);
  const path = join(workspace.folder, '../reader.json');
  await writeKubeconfig(path, [{ context: preprod, token: await tokenOf('visitor', preprod) }]);
  const config = JSON.parse(readFileSync(path, 'utf8')) as { clusters: { cluster: { server: string } }[] };
  const { cluster } = config.clusters[0]!;
  const { hostname, port } = new URL(cluster.server);
  network = await TcpProxy.start({ host: hostname, port: Number(port === '' ? 443 : port) });
  cluster.server = `https://127.0.0.1:${network.port}`;
  writeFileSync(path, JSON.stringify(config));
  return path;
}

it(
  'releases from the page, and shows it in two tabs',
  async () => {
    const [first] = await Promise.all([
      runningBuild(),
      ...tabs.map((tab) => cellOf(tab, 'payments', 'cell:preprod').locator('.shape-healthy').waitFor()),
    ]);
    workspace.edit('apps/payments/k8s/deployment.yaml', /periodSeconds: 1\d/, 'periodSeconds: 13');
    await workspace.commit('feat(payments): probe every 13 s');
    const dialog = await press(tabs[0], 'r', 'payments', 'cell:preprod');
    await dialog.locator('.confirm').click();
    // Of the build by Nx, and of the rollout.
    for (const tab of tabs) await tab.locator('.run-lines li', { hasText: 'payments:release --only=build' }).waitFor();
    const [here, there] = await Promise.all(tabs.map((tab) => ended(tab, 'Release payments')));
    expect(here).toContain('succeeded');
    expect(there).toBe(here);
    const build = await runningBuild();
    expect(build).not.toBe(first);
    for (const tab of tabs) await cellOf(tab, 'payments', 'cell:preprod').filter({ hasText: build }).waitFor();
    expect(await outcomes()).toEqual(['succeeded', 'succeeded']);
  },
  limitMs,
);

it(
  'rolls back once where two tabs confirm it, and shows who holds it and why',
  async () => {
    const before = await runningBuild();
    const dialogs = await Promise.all(tabs.map((tab) => press(tab, 'b', 'payments', 'cell:preprod')));
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
      await cellOf(tab, 'payments', 'cell:preprod')
        .locator('.unseen', { hasText: 'wrong totals' })
        .waitFor({ state: 'attached' });
    expect(await ended(tabs[0], 'payments')).toBeDefined();
    expect(await runningBuild()).not.toBe(before);
    expect(await outcomes()).toEqual(['succeeded', 'succeeded', 'succeeded']);
    for (const tab of tabs) await tab.keyboard.press('Escape');
  },
  limitMs,
);

it(
  'shows what a dashboard left behind that was killed, and finishes it',
  async () => {
    workspace.edit('apps/payments/k8s/deployment.yaml', /periodSeconds: 1\d/, 'periodSeconds: 14');
    await workspace.commit('feat(payments): probe every 14 s');
    const count = (await outcomes()).length;
    await (await press(tabs[0], 'r', 'payments', 'cell:preprod')).locator('.confirm').click();
    while ((await outcomes()).length === count) await pause(100);
    dashboard.kill();
    // The page of the one that is gone says so.
    await tabs[0].locator('.bar').waitFor();
    await dashboard.stop();
    expect((await outcomes()).slice(count)).toEqual(['running']);

    dashboard = await OpenDashboard.start(workspace, browser, { args: ['--actions'] });
    const tab = await dashboard.tab();
    await cellOf(tab, 'payments', 'cell:preprod')
      .locator('.unseen', { hasText: 'deploys' })
      .waitFor({ state: 'attached' });
    const confirmRelease = async () => (await press(tab, 'r', 'payments', 'cell:preprod')).locator('.confirm').click();
    await confirmRelease();
    // It waits for the lock to expire, and calls what was killed abandoned: that is not what was shown any more.
    expect(await ended(tab, 'payments')).toContain('changed');
    expect((await outcomes()).slice(count)).toEqual(['abandoned']);
    await confirmRelease();
    while ((await outcomes()).at(-1) !== 'succeeded') await pause(500);
    expect((await outcomes()).slice(count)).toEqual(['abandoned', 'succeeded']);
    await cellOf(tab, 'payments', 'cell:preprod')
      .filter({ hasText: await runningBuild() })
      .waitFor();
  },
  limitMs,
);

describe('who may only look', () => {
  let page: Page;
  beforeAll(async () => {
    const kubeconfig = await readersKubeconfig();
    await dashboard.stop();
    dashboard = await OpenDashboard.start(workspace, browser, {
      args: ['--actions', '--env=preprod'],
      env: { KUBECONFIG: kubeconfig },
    });
    page = await dashboard.tab();
  }, limitMs);

  it(
    'shows what runs, and refuses an action in words',
    async () => {
      await cellOf(page, 'payments', 'cell:preprod').locator('.shape-healthy').waitFor();
      const dialog = await press(page, 'b', 'payments', 'cell:preprod');
      await dialog
        .getByText(/may not/)
        .first()
        .waitFor();
      expect(await dialog.locator('.confirm').count()).toBe(0);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
    },
    limitMs,
  );

  it.each([
    ['drops all packets', async () => network!.goSilent()],
    ['refuses connections', () => network!.refuse()],
  ])(
    'says since when an environment is gone whose network %s, and when it is back',
    async (_, fail) => {
      await page.locator('.shape-healthy').first().waitFor();
      const failed = Date.now();
      await fail();
      await page.locator('.headline', { hasText: /preprod cannot be reached since/ }).waitFor();
      const took = Date.now() - failed;
      console.log(`unreachable ${Math.round(took / 1000)} s after it was`);
      expect(took).toBeLessThan(soonMs);
      expect(await page.locator('.state-unreachable .shape-healthy').count()).toBe(0);
      await network!.recover();
      const back = Date.now();
      await page.locator('.headline', { hasText: /^(?!.*cannot be reached)/ }).waitFor();
      console.log(`live ${Math.round((Date.now() - back) / 1000)} s after it was`);
      expect(await cellOf(page, 'payments', 'cell:preprod').innerText()).not.toContain('was healthy');
    },
    limitMs,
  );
});
