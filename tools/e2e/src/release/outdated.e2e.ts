import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;
let changes = 0;

const deployment = 'apps/payments/k8s/deployment.yaml';
const release = ['run', 'payments:release'];

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('outdated');
});
afterAll(() => workspace.remove());
afterEach(() => workspace.git(['checkout', '--quiet', 'main']));

/** Returns the outdated services with their reasons. */
async function reasons(checkout = workspace): Promise<Record<string, string>> {
  const { stdout } = await checkout.task(['run', 'infrastructure:outdated', '--json']);
  const line = stdout.split('\n').find((each) => each.startsWith('[{') || each === '[]');
  const found = JSON.parse(line ?? '') as { service: string; reason: string }[];
  return Object.fromEntries(found.map(({ service, reason }) => [service, reason]));
}

interface Matrix {
  readonly services: readonly { readonly agent: number; readonly projects: string }[];
  readonly base: string;
  readonly any: boolean;
  readonly failed: string;
}

/** Returns the output for a CI that has no variables of its own. */
async function matrix(checkout = workspace): Promise<Matrix> {
  const { stdout } = await checkout.task(['run', 'infrastructure:outdated', '--matrix', '--jobs=2']);
  return JSON.parse(stdout.split('\n').find((each) => each.startsWith('{')) ?? '') as Matrix;
}

/** Runs the later CI job for the service that this test is about. */
async function releaseOutdated(): Promise<string> {
  const { services } = await matrix();
  const projects = services.flatMap((job) => job.projects.split(',')).filter((project) => project === 'payments');
  expect(projects).toEqual(['payments']);
  return workspace.nxSuccessfully(['run-many', '-t', 'release', '-p', projects.join(',')]);
}

/** Commits something else to deploy of payments. */
async function change(): Promise<string> {
  workspace.edit(deployment, /periodSeconds: 1\d/, `periodSeconds: 1${++changes}`);
  return commit(`feat(payments): change ${changes}`);
}

async function commit(message: string): Promise<string> {
  const made = await workspace.commit(message);
  await workspace.git(['push', '--quiet', 'origin', 'HEAD:main']);
  return made;
}

const runningBuild = () =>
  kubectl([
    'get',
    'deployment',
    'payments',
    `--namespace=${workspace.namespace('preprod')}`,
    '--output=jsonpath={.metadata.annotations.poc\\.dev/build-number}',
  ]);

it('tells what was never deployed, in the variables of each CI', async () => {
  const head = await workspace.git(['rev-parse', 'HEAD^']);
  const never = 'It was never deployed there.';
  expect(await reasons()).toEqual({ inventory: never, orders: never, payments: never });
  expect(await matrix()).toEqual({
    services: [
      { agent: 1, projects: 'inventory,payments' },
      { agent: 2, projects: 'orders' },
    ],
    base: head,
    any: true,
    failed: '',
  });
  const command = ['run', 'infrastructure:outdated', '--matrix', '--jobs=1'];
  const output = join(workspace.folder, '..', 'github-output');
  await workspace.taskSuccessfully(command, { env: { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: output } });
  expect(readFileSync(output, 'utf8')).toBe(
    `services={"include":[{"agent":1,"projects":"inventory,orders,payments"}]}\nbase=${head}\nfailed=\nany=true\n`,
  );
  const azure = await workspace.taskSuccessfully(command, { env: { TF_BUILD: 'True' } });
  expect(azure.split('\n').filter((line) => line.startsWith('##vso['))).toEqual([
    '##vso[task.setvariable variable=services;isOutput=true]{"agent_1":{"projects":"inventory,orders,payments"}}',
    `##vso[task.setvariable variable=base;isOutput=true]${head}`,
    '##vso[task.setvariable variable=failed;isOutput=true]',
    '##vso[task.setvariable variable=any;isOutput=true]true',
  ]);
});

it('tells no more what is deployed, until its content changes', async () => {
  await releaseOutdated();
  expect(Object.keys(await reasons())).toEqual(['inventory', 'orders']);
  const deployed = await workspace.git(['rev-parse', 'HEAD']);
  await change();
  workspace.write('docs/later.md', '# Later\n');
  await commit('docs: later');
  expect((await reasons())['payments']).toMatch(/^\d{8}-1 has other content\.$/);
  expect((await matrix()).base).toBe(deployed);
});

it('fetches into a shallow clone what it needs, and what nx affected needs after it', async () => {
  const clone = await workspace.clone('shallow', ['--depth=1']);
  const { base, any } = await matrix(clone);
  expect({ base, any }).toEqual({ base: (await matrix()).base, any: true });
  const { stdout } = await clone.nx(['show', 'projects', '--affected', `--base=${base}`]);
  expect(stdout.split('\n')).toContain('payments');
});

it('tells what failed, also on the page of the run, and the next run heals it', async () => {
  workspace.edit(deployment, 'path: /healthz/ready', 'path: /nowhere');
  await change();
  const page = join(workspace.folder, '..', 'page.md');
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: page };
  const { code, output } = await workspace.nx([...release, '--timeout=20'], { env });
  expect(code).toBe(1);
  expect(output).toMatch(/^::group::payments {2}building image with \w+ for linux\/\w+\n[^]*?^::endgroup::$/m);
  expect(output).toMatch(/^::warning title=payments::preprod: \d{8}-2 failed; rolling back to \d{8}-1$/m);
  expect(output).toMatch(/^::error title=payments%3Arelease::Could not deploy payments \d{8}-2 to preprod: /m);
  expect(readFileSync(page, 'utf8')).toMatch(/^\| payments \|(?: {2}\|){3} failed: Deployment payments was not ready/m);
  expect((await reasons())['payments']).toMatch(
    /^A newer build failed and was rolled back to \d{8}-1\. \d{8}-2 ran nowhere, and is built again\.$/,
  );
  expect((await matrix()).failed).toMatch(/^payments-\d{8}-2$/);
  await workspace.git(['checkout', 'HEAD^', '--', deployment]);
  await change();
  await releaseOutdated();
  expect(await reasons()).not.toHaveProperty('payments');
});

it('tells what was cancelled, and the next run heals it', async () => {
  await change();
  const running = await workspace.startNx(release);
  let isOver = false;
  void running.ended.then(() => (isOver = true));
  while (!isOver && !/Deployment payments: \d of 2 pods ready/.test(running.soFar())) await pause(50);
  running.end('SIGINT');
  await running.ended;
  expect((await reasons())['payments']).toMatch(/^\d{8}-\d+ cancelled\.$/);
  await releaseOutdated();
  expect(await reasons()).not.toHaveProperty('payments');
});

it('tells what was superseded, and the next run heals it', async () => {
  const before = await workspace.git(['rev-parse', 'HEAD']);
  await change();
  const pushed = await workspace.taskSuccessfully(['run', 'payments:docker-release']);
  const number = /payments-(\d{8}-\d+) is pushed/.exec(pushed)?.[1];
  await workspace.nxSuccessfully(['run', 'payments:git-tag', `--tag=${number}`]);
  // Another run, of an older commit, gets the newer number by force alone.
  await workspace.git(['checkout', '--quiet', '--detach', before]);
  expect(await workspace.taskSuccessfully(release)).toMatch(
    /skipped in preprod: the later commit [0-9a-f]{12} ".*this is commit/,
  );
  await workspace.taskSuccessfully([...release, '--force']);
  await workspace.git(['checkout', '--quiet', 'main']);
  const late = await workspace.nxSuccessfully(['run', 'payments:k8s-deploy', '--env=preprod', `--tag=${number}`]);
  expect(late).toContain('skipped: preprod already runs the newer');
  expect((await reasons())['payments']).toMatch(/has other content/);
  await releaseOutdated();
  expect(await reasons()).not.toHaveProperty('payments');
});

it('leaves to a run of an older commit nothing of what a later one has brought', async () => {
  const older = await workspace.clone('older', ['--depth=1']);
  await change();
  await releaseOutdated();
  const build = await runningBuild();
  expect((await reasons(older))['payments']).toBe(`${build} is of a later commit.`);
  expect((await matrix(older)).services.map((job) => job.projects).sort()).toEqual(['inventory', 'orders']);
});

it('tells what is held', async () => {
  const left = await runningBuild();
  await workspace.taskSuccessfully(['run', 'payments:rollback', '--reason=wrong totals']);
  expect((await reasons())['payments']).toMatch(
    new RegExp(`^${left} is held in preprod since .*: wrong totals\\)\\.$`),
  );
});
