import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readEnvironments } from '../../../plugin/src/adapters/workspace/environments.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { fillEnvironment } from '../scale/cluster.ts';
import { makeHistory } from '../scale/history.ts';
import { timed } from '../timing.ts';
import { likeAzure, type SimulatedDoor } from './simulated-door.ts';

/** What Azure's Resource Manager lets a principal write: so much at once, and so much each second. */
const limits = { capacity: 200, refillPerSecond: 10 };

/** Times the publication of many services in one command: the first, and one that finds nothing to do. @returns rows of the page's table. */
export async function publishMany(door: SimulatedDoor, services: number): Promise<string[]> {
  const size = { services, libraries: 5, commits: 20, releases: 1, records: 1, pods: 2 };
  const backend = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"orders":[]}');
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const workspace = await ScratchWorkspace.create('door-many');
  const before = process.env['KUBECONFIG'];
  try {
    process.env['KUBECONFIG'] = workspace.administratorKubeconfig;
    const commits = await makeHistory(workspace, size);
    const preprod = (await readEnvironments(workspace.folder)).find(({ name }) => name === 'preprod')!;
    await fillEnvironment(preprod, commits, size, 0);
    door.standBefore(workspace, `http://127.0.0.1:${(backend.address() as AddressInfo).port}`);
    door.pace = likeAzure;
    Object.assign(door.management.throttle, limits);
    const rows = [];
    for (const title of ['100 services for the first time', 'the same again: nothing differs'])
      rows.push(await publishAll(door, workspace, title.replace('100', `${services}`)));
    return rows;
  } finally {
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
    await workspace.remove();
    backend.close();
    backend.closeAllConnections();
  }
}

async function publishAll(door: SimulatedDoor, workspace: ScratchWorkspace, title: string): Promise<string> {
  const { throttle } = door.management;
  throttle.refused = 0;
  door.takeRequests();
  const args = ['run-many', '-t', 'api-publish', '-p', 'service-*', '--env=preprod'];
  const seconds = await timed(() => workspace.nxSuccessfully(args, { env: door.variables }));
  const requests = door.takeRequests();
  const written = requests.filter((line) => /^(PUT|PATCH|DELETE) /.test(line)).length - throttle.refused;
  return `| ${[title, seconds.toFixed(1), requests.length, written, throttle.refused].join(' | ')} |`;
}
