import { readEnvironments } from '../../plugin/src/adapters/workspace/environments.ts';
import { addIdleTargets } from '../../bench/src/idle-targets.ts';
import { makeHistory } from '../../bench/src/scale/history.ts';
import { fillEnvironment } from '../../bench/src/scale/cluster.ts';
import { fullSize, type Size } from '../../bench/src/scale/shop.ts';
import { launchChromium } from '../../browser/src/launch-chromium.ts';
import { up } from '../../local-platform/src/platform.ts';
import { ScratchWorkspace } from '../../scratch-workspace/src/scratch-workspace.ts';
import { measurePage } from './measure-page.ts';
import { measureServer } from './measure-server.ts';
import { writeFigures } from './write-figures.ts';

/**
 * `npm run bench:dashboard -- 100` gives a first idea. With a checkout that was filled before, by this or by
 * `bench:scale`, as the second argument, that is shown as it is, and stays.
 */
const size: Size = {
  ...fullSize,
  services: Number(process.argv[2] ?? fullSize.services),
  releases: 3,
  records: 1,
  pods: 1,
};
const filled = process.argv[3];

await up();
const workspace = filled === undefined ? await ScratchWorkspace.create('dashboard') : ScratchWorkspace.existing(filled);
process.env['KUBECONFIG'] = workspace.administratorKubeconfig;
const browser = await launchChromium();
try {
  const environments = await readEnvironments(workspace.folder);
  if (filled === undefined) await fill();
  const server = await measureServer({ workspace, environments, size, browser });
  const page = await measurePage(browser, server.state);
  writeFigures({ size, server, page });
} finally {
  await browser.close();
  if (filled === undefined) await workspace.remove();
}

async function fill(): Promise<void> {
  const commits = await makeHistory(workspace, size);
  console.log(`filling 3 environments with ${size.services} services`);
  const environments = await readEnvironments(workspace.folder);
  await Promise.all(environments.map((environment, lag) => fillEnvironment(environment, commits, size, lag)));
  addIdleTargets(workspace, ['Infrastructure']);
}
