import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { TcpProxy } from '../../../simulators/src/tcp-proxy.ts';
import { tokenOf, writeKubeconfig } from '../../../scratch-workspace/src/cluster-account.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { cellOf, OpenDashboard, press, startBrowser } from './dashboard-page.ts';

/*
 * The dashboard of who may only look, by the role that is shipped for that, over a network that fails. The API server is the
 * platform's; what is between it and the dashboard passes bytes on, or does not.
 */

/** Milliseconds after which it must say that nothing comes. It takes 20 s; without its own requests it takes two minutes. */
const soonMs = 55_000;

let workspace: ScratchWorkspace;
let browser: Browser;
let network: TcpProxy;
let dashboard: OpenDashboard;
let page: Page;

beforeAll(async () => {
  [workspace, browser] = await Promise.all([ScratchWorkspace.create('readers'), startBrowser()]);
  await workspace.taskSuccessfully(['run', 'inventory:release']);
  const kubeconfig = await readersKubeconfig();
  dashboard = await OpenDashboard.start(workspace, browser, {
    args: ['--actions', '--env=preprod'],
    env: { KUBECONFIG: kubeconfig },
  });
  page = await dashboard.tab();
});
afterAll(async () => {
  await dashboard?.stop();
  await network?.stop();
  await browser?.close();
  await workspace?.remove();
});

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
  Object.assign(cluster, { server: `https://127.0.0.1:${network.port}`, 'tls-server-name': hostname });
  writeFileSync(path, JSON.stringify(config));
  return path;
}

it('shows what runs, and refuses an action in words', async () => {
  await cellOf(page, 'inventory', 'cell:preprod').locator('.shape-healthy').waitFor();
  const dialog = await press(page, 'b', 'inventory', 'cell:preprod');
  await dialog
    .getByText(/may not/)
    .first()
    .waitFor();
  expect(await dialog.locator('.confirm').count()).toBe(0);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

it.each([
  ['drops all packets', async () => network.goSilent()],
  ['refuses connections', () => network.refuse()],
])('says since when an environment is gone whose network %s, and when it is back', async (_, fail) => {
  await page.locator('.shape-healthy').first().waitFor();
  const failed = Date.now();
  await fail();
  await page.locator('.headline', { hasText: /preprod cannot be reached since/ }).waitFor();
  const took = Date.now() - failed;
  console.log(`unreachable ${Math.round(took / 1000)} s after it was`);
  expect(took).toBeLessThan(soonMs);
  expect(await page.locator('.state-unreachable .shape-healthy').count()).toBe(0);
  await network.recover();
  const back = Date.now();
  await page.locator('.headline', { hasText: /^(?!.*cannot be reached)/ }).waitFor();
  console.log(`live ${Math.round((Date.now() - back) / 1000)} s after it was`);
  expect(await cellOf(page, 'inventory', 'cell:preprod').innerText()).not.toContain('was healthy');
});
