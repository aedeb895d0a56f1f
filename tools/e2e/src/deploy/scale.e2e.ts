import { fillEnvironment } from '../../../bench/src/scale/cluster.ts';
import { makeHistory } from '../../../bench/src/scale/history.ts';
import { serviceName, type Size } from '../../../bench/src/scale/shop.ts';
import { readEnvironments } from '../../../plugin/src/adapters/workspace/environments.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/** The size at which `npm run bench:scale` uses a thousand services. */
const size: Size = { services: 20, libraries: 5, commits: 80, releases: 3, records: 3, pods: 2 };
const names = Array.from({ length: size.services }, (_, index) => serviceName(index));

let workspace: ScratchWorkspace;
let commits: readonly string[];

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('scale');
  // Makes up pods, which is nothing that a deployer does.
  process.env['KUBECONFIG'] = workspace.administratorKubeconfig;
  commits = await makeHistory(workspace, size);
  const filled = [...(await readEnvironments(workspace.folder)).entries()];
  await Promise.all(filled.map(([lag, environment]) => fillEnvironment(environment, commits, size, lag)));
});
afterAll(() => workspace.remove());

/** The one line of JSON that a target prints. */
async function facts<T>(...args: string[]): Promise<T> {
  const output = await workspace.taskSuccessfully(['run', ...args, '--json']);
  return JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '') as T;
}

interface StatusFacts {
  readonly services: readonly {
    readonly service: string;
    readonly environments: readonly { readonly state: string; readonly buildNumber?: string }[];
  }[];
}

it('shows many services in three environments, each with its release there', async () => {
  const { services } = await facts<StatusFacts>('infrastructure:status');
  const shown = services.filter(({ service }) => names.includes(service));
  expect(shown.map(({ service }) => service)).toEqual(names);
  for (const { environments } of shown)
    expect(environments.map(({ state, buildNumber }) => [state, buildNumber])).toEqual([
      ['deployed', '20261103-1'],
      ['deployed', '20261102-1'],
      ['deployed', '20261101-1'],
    ]);
});

it('finds where a commit has got to that all of them got', async () => {
  // The first one after all services came that changes the library which everyone needs.
  const shared = commits[50]!;
  const output = await workspace.taskSuccessfully(['run', 'infrastructure:where', `--commit=${shared}`]);
  for (const name of names) expect(output).toMatch(new RegExp(`^${name} +\\S+`, 'm'));
});

it('measures deliveries of all of them', async () => {
  const output = await workspace.taskSuccessfully(['run', 'infrastructure:metrics', '--env=dev']);
  expect(output).toMatch(/^all +/m);
  for (const name of names) expect(output).toContain(name);
});
