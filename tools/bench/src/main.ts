import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildTool, up } from '../../local-platform/src/platform.ts';
import { describeMachine } from '../../scratch-workspace/src/machine.ts';
import { kubectl } from '../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace, services } from '../../scratch-workspace/src/scratch-workspace.ts';
import { atOnce } from './at-once/bench-at-once.ts';
import { addIdleTargets } from './idle-targets.ts';
import { replaceSection } from './page.ts';
import { changeSource, namespaceOf, numberOf, prepare, rivals, versions, type Files } from './releases.ts';
import { deployWithHelm, deployWithKubectl, undoWithHelm4, undoWithKubectl, type ReleaseFiles } from './rivals.ts';
import { rollbacks } from './rollbacks/ways-back.ts';
import { describeTimings, interleaved, median, timed } from './timing.ts';

/** How often each contestant runs. Fewer give a first idea: `npm run bench -- 3`. */
const rounds = Number(process.argv[2] ?? 10);
/** `npm run bench -- ${rounds} rollbacks` or `… at-once` measures these alone. */
const only = process.argv[3];

const lines: string[] = [];
const say = (line: string) => {
  lines.push(line);
  console.log(line);
};

await up();
if (only !== 'at-once') for (const tool of ['helm3', 'helm4'] as const) await buildTool(tool);
const workspace = await ScratchWorkspace.create('bench', { keep: ['checks', 'preStop'] });
const registryHost = await workspace.registry();
try {
  await bench();
} finally {
  await kubectl([
    'delete',
    'namespace',
    '--ignore-not-found',
    '--wait=false',
    ...rivals.map((rival) => namespaceOf(workspace, rival)),
  ]);
  await workspace.remove();
}
if (only === undefined) replaceSection('rivals', lines);

async function bench(): Promise<void> {
  if (only === 'at-once') return benchAtOnce();
  say('Made by `npm run bench`. Seconds: median (lowest–highest).\n');
  say(`${describeMachine()}; ${rounds} runs each, in turns.\n`);

  addIdleTargets(
    workspace,
    services.map((service) => `apps/${service}`),
  );
  const files = await prepare(workspace);
  replaceSection('rollbacks', [
    `Made by \`npm run bench -- ${rounds} rollbacks\`.\n`,
    ...(await rollbacks(workspace, files, rounds)),
  ]);
  if (only !== undefined) return;
  await one(files);
  await back(files);
  await three(files);
  await nothingToDo();
  await everything(files);
  await benchAtOnce();
}

/** Last: its services would be in the way of the others. */
async function benchAtOnce(): Promise<void> {
  replaceSection('at-once', [
    `Made by \`npm run bench -- ${rounds} at-once\`. Seconds: median (lowest–highest).\n`,
    `${describeMachine()}; ${rounds} runs each, in turns.\n`,
    ...(await atOnce(workspace, rounds)),
  ]);
}

async function one(files: Files): Promise<void> {
  const tags = Object.fromEntries(
    await Promise.all(versions.map(async (version) => [version, await numberOf(workspace, 'orders', version)])),
  );
  // The newest runs already; begin with the other.
  const versionOf = (round: number) => versions[round % 2]!;
  const timings = await interleaved(rounds + 1, {
    nx: (round) =>
      workspace.nxSuccessfully([
        'run',
        'orders:k8s-deploy',
        '--env=preprod',
        `--tag=${tags[versionOf(round)]}`,
        '--force',
      ]),
    idle: () => workspace.nxSuccessfully(['run', 'orders:idle']),
    kubectl: (round) =>
      deployWithKubectl('orders', namespaceOf(workspace, 'kubectl'), files['kubectl']![versionOf(round)]!['orders']!),
    helm3: (round) =>
      deployWithHelm(3, 'orders', namespaceOf(workspace, 'helm3'), files['helm3']![versionOf(round)]!['orders']!),
    helm4: (round) =>
      deployWithHelm(4, 'orders', namespaceOf(workspace, 'helm4'), files['helm4']![versionOf(round)]!['orders']!),
  });
  // The first round of the others creates everything; it is not the same work.
  for (const name of Object.keys(timings)) timings[name] = timings[name]!.slice(1);
  const of = (name: string) => timings[name] ?? [];
  const beyond = median(of('nx')) - median(of('idle'));
  say('## Deploy one service\n');
  say(
    'The same manifests, each tool in a namespace of its own, each run to the other of two images; 2 replicas, `preStop` 10 s.\n',
  );
  say('| | seconds | of kubectl |\n| --- | --- | --- |');
  const row = (name: string, timing: number[]) =>
    say(`| ${name} | ${describeTimings(timing)} | ${(median(timing) / median(of('kubectl'))).toFixed(2)} |`);
  row('`nx run orders:k8s-deploy`, all of it', of('nx'));
  row('of that, Nx itself (a task of an executor that does nothing)', of('idle'));
  say(`| beyond Nx itself | ${beyond.toFixed(2)} | ${(beyond / median(of('kubectl'))).toFixed(2)} |`);
  row('`kubectl apply --server-side`, `kubectl rollout status`', of('kubectl'));
  row('`helm upgrade --install --wait --atomic` (3)', of('helm3'));
  row('`helm upgrade --install --rollback-on-failure` (4)', of('helm4'));
  say('');
}

/** Going back from the second version to the first; putting the second in again is not timed. */
async function back(files: Files): Promise<void> {
  const [first, second] = await Promise.all(versions.map((version) => numberOf(workspace, 'orders', version)));
  const contestants = {
    nx: {
      forth: () => workspace.nxSuccessfully(['run', 'orders:k8s-deploy', `--tag=${second}`, '--force']),
      back: () => workspace.nxSuccessfully(['run', 'orders:rollback', `--tag=${first}`]),
    },
    kubectl: {
      forth: () => deployWithKubectl('orders', namespaceOf(workspace, 'kubectl'), files['kubectl']![2]!['orders']!),
      back: () => undoWithKubectl('orders', namespaceOf(workspace, 'kubectl')),
    },
    helm4: {
      forth: () => deployWithHelm(4, 'orders', namespaceOf(workspace, 'helm4'), files['helm4']![2]!['orders']!),
      back: () => undoWithHelm4('orders', namespaceOf(workspace, 'helm4')),
    },
    idle: { forth: async () => {}, back: () => workspace.nxSuccessfully(['run', 'orders:idle']) },
  };
  // One before the other: a rollback needs something to go back to.
  await deployWithKubectl('orders', namespaceOf(workspace, 'kubectl'), files['kubectl']![1]!['orders']!);
  await deployWithHelm(4, 'orders', namespaceOf(workspace, 'helm4'), files['helm4']![1]!['orders']!);
  const timings: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    const names = Object.keys(contestants) as (keyof typeof contestants)[];
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      await contestants[name].forth();
      (timings[name] ??= []).push(await timed(contestants[name].back));
      process.stderr.write(`  round ${round + 1}: back with ${name} ${timings[name].at(-1)!.toFixed(2)} s\n`);
    }
  }
  const of = (name: string) => timings[name] ?? [];
  const beyond = median(of('nx')) - median(of('idle'));
  say('## Roll one service back\n');
  say('From the command to all traffic on the old version, which the cluster ran before.\n');
  say('| | seconds | of kubectl |\n| --- | --- | --- |');
  const row = (name: string, timing: number[]) =>
    say(`| ${name} | ${describeTimings(timing)} | ${(median(timing) / median(of('kubectl'))).toFixed(2)} |`);
  row('`nx run orders:rollback --tag=…`, all of it', of('nx'));
  row('of that, Nx itself (a task of an executor that does nothing)', of('idle'));
  say(`| beyond Nx itself | ${beyond.toFixed(2)} | ${(beyond / median(of('kubectl'))).toFixed(2)} |`);
  row('`kubectl rollout undo`, `kubectl rollout status`', of('kubectl'));
  row('`helm rollback --wait` (4)', of('helm4'));
  say('');
}

async function three(files: Files): Promise<void> {
  const versionOf = (round: number) => versions[(round + rounds) % 2]!;
  const sideBySide = (deploy: (service: string) => Promise<void>) => Promise.all(services.map(deploy));
  const days = (await numberOf(workspace, 'orders', 1)).slice(0, 8);
  const timings = await interleaved(rounds + 1, {
    nx: (round) =>
      workspace.nxSuccessfully([
        'run-many',
        '-t',
        'k8s-deploy',
        '-p',
        ...services,
        '--env=preprod',
        `--tag=${days}-${versionOf(round)}`,
        '--force',
      ]),
    helm3: (round) =>
      sideBySide((service) =>
        deployWithHelm(3, service, namespaceOf(workspace, 'helm3'), files['helm3']![versionOf(round)]![service]!),
      ),
    helm4: (round) =>
      sideBySide((service) =>
        deployWithHelm(4, service, namespaceOf(workspace, 'helm4'), files['helm4']![versionOf(round)]![service]!),
      ),
    kubectl: (round) =>
      sideBySide((service) =>
        deployWithKubectl(service, namespaceOf(workspace, 'kubectl'), files['kubectl']![versionOf(round)]![service]!),
      ),
  });
  say('## Deploy three services\n');
  say('| | seconds |\n| --- | --- |');
  const names = {
    nx: '`nx run-many -t k8s-deploy`, Nx included',
    helm3: 'three `helm upgrade` (3) side by side',
    helm4: 'three `helm upgrade` (4) side by side',
    kubectl: 'three `kubectl apply` and `rollout status` side by side',
  };
  for (const [name, title] of Object.entries(names)) say(`| ${title} | ${describeTimings(timings[name]!.slice(1))} |`);
  say('');
}

async function nothingToDo(): Promise<void> {
  await workspace.nxSuccessfully(['run-many', '-t', 'release', '--force']);
  const timings = await interleaved(rounds, {
    release: () => workspace.nxSuccessfully(['run-many', '-t', 'release', '-p', ...services]),
    noop: () => workspace.nxSuccessfully(['run-many', '-t', 'noop', '-p', ...services]),
  });
  say('## Nothing to do, three services\n');
  say('| | seconds |\n| --- | --- |');
  say(`| \`nx run-many -t release\` | ${describeTimings(timings['release']!)} |`);
  say(`| \`nx run-many -t noop\` | ${describeTimings(timings['noop']!)} |`);
  say(`| difference of the medians | ${(median(timings['release']!) - median(timings['noop']!)).toFixed(2)} |`);
  say('');
}

async function everything(files: Files): Promise<void> {
  const release: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < rounds; round++) {
    changeSource(workspace, 'orders', `all ${round}`);
    await workspace.commit(`feat(orders): ${round}`);
    await workspace.nxSuccessfully(['run', 'orders:build']);
    release.push(await timed(() => workspace.nxSuccessfully(['run', 'orders:release', '--excludeTaskDependencies'])));
    raw.push(await rawRelease(`raw ${round}`, files['kubectl']![1]!['orders']!));
  }
  const idle: number[] = [];
  for (let round = 0; round < rounds; round++)
    idle.push(await timed(() => workspace.nxSuccessfully(['run', 'orders:idle'])));
  const beyond = median(release) - median(idle);
  say('## Release one changed service, all steps\n');
  say('After `build` (which is Nx and esbuild alike for both).\n');
  say('| | seconds | of raw |\n| --- | --- | --- |');
  say(
    `| \`nx run orders:release\`, all of it | ${describeTimings(release)} | ${(median(release) / median(raw)).toFixed(2)} |`,
  );
  say(
    `| beyond Nx itself (${median(idle).toFixed(2)}) | ${beyond.toFixed(2)} | ${(beyond / median(raw)).toFixed(2)} |`,
  );
  say(
    `| \`docker build\`, \`docker push\`, \`kubectl apply\`, \`kubectl rollout status\` | ${describeTimings(raw)} | 1.00 |`,
  );
}

/** The same by hand: build, push, and deploy what was pushed. @returns seconds. */
async function rawRelease(mark: string, { manifests }: ReleaseFiles): Promise<number> {
  const context = join(workspace.folder, 'apps/orders');
  const image = `${registryHost}/orders-raw:latest`;
  // The same bundle again would be in the engine's cache.
  const bundle = join(context, 'dist/main.cjs');
  writeFileSync(bundle, `// ${mark}\n${readFileSync(bundle, 'utf8')}`);
  return timed(async () => {
    await runSuccessfully('docker', ['build', `--tag=${image}`, context], { env: { DOCKER_BUILDKIT: '0' } });
    const digest = /digest: (sha256:\S+)/.exec(await runSuccessfully('docker', ['push', image]))?.[1];
    const pushed = JSON.stringify(`${image}@${digest}`);
    writeFileSync(manifests, readFileSync(manifests, 'utf8').replace(/(?<="image":)"[^"]*\/orders[^"]*"/, pushed));
    await deployWithKubectl('orders', namespaceOf(workspace, 'kubectl'), { manifests, chart: '' });
  });
}
