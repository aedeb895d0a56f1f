import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { up } from '../../../local-platform/src/platform.ts';
import { ReleaseTag } from '../../../plugin/src/model/release/release-tag.ts';
import { readEnvironments } from '../../../plugin/src/adapters/workspace/environments.ts';
import { addIdleTargets } from '../idle-targets.ts';
import { replaceSection } from '../page.ts';
import { describeTimings, interleaved, median } from '../timing.ts';
import { describeMachine } from '../../../scratch-workspace/src/machine.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { fillEnvironment } from './cluster.ts';
import { commitOf, makeHistory } from './history.ts';
import { fullSize, releaseOf, serviceName, type Size } from './shop.ts';

/**
 * How many services, and how often each command runs: `npm run bench:scale -- 100 3` gives a first idea. To fill three
 * environments takes ten minutes: with a checkout that was filled before as the third argument, they are measured as they
 * are, and stay.
 */
const size: Size = { ...fullSize, services: Number(process.argv[2] ?? fullSize.services) };
const rounds = Number(process.argv[3] ?? 7);
const filled = process.argv[4];

await up();
const workspace =
  filled === undefined
    ? await ScratchWorkspace.create('scale', { keep: ['checks', 'preStop'] })
    : ScratchWorkspace.existing(filled);
process.env['KUBECONFIG'] = workspace.administratorKubeconfig;
try {
  if (filled === undefined) await fill();
  await measure(
    (await workspace.git(['rev-list', '--first-parent', '--reverse', 'main'])).split('\n').slice(-size.commits),
  );
} finally {
  if (filled === undefined) await workspace.remove();
}

async function fill(): Promise<void> {
  const commits = await makeHistory(workspace, size);
  for (const [lag, environment] of (await readEnvironments(workspace.folder)).entries()) {
    console.log(`filling ${environment.name} with ${size.services} services, ${size.records} records each`);
    await fillEnvironment(environment, commits, size, lag);
  }
  addIdleTargets(workspace, ['Infrastructure', `apps/${serviceName(0)}`]);
}

async function measure(commits: readonly string[]): Promise<void> {
  const service = serviceName(0);
  // So far back that 2,000 commits lie in between.
  const old = Math.max(0, Math.floor((size.releases * (size.commits - 2000)) / size.commits) - 1);
  const from = releaseOf(service, old, commitOf(commits, 0, old, size));
  const tag = new ReleaseTag(service, from.buildNumber);
  const commands: Record<string, readonly string[]> = {
    idle: ['infrastructure:idle'],
    status: ['infrastructure:status'],
    'status as JSON': ['infrastructure:status', '--json'],
    'one service': [`${service}:status`],
    // A library that every service needs.
    where: ['infrastructure:where', `--commit=${commits[1000]}`],
    changes: [`${service}:changes`, `--from=${tag}`],
    metrics: ['infrastructure:metrics'],
  };
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    workspace.nxSuccessfully(['run', ...args], { env });
  // What Nx and the plugin make once, for the first command of a workspace.
  for (const args of Object.values(commands)) await run(args);
  const timings = await interleaved(
    rounds,
    Object.fromEntries(Object.entries(commands).map(([name, args]) => [name, () => run(args)])),
  );
  const beyond = (name: string) => (median(timings[name]!) - median(timings['idle']!)).toFixed(2);
  const row = async (name: string, command: string) =>
    `| \`${command}\` | ${describeTimings(timings[name]!)} | ${beyond(name)} | ${await peakMemory(commands[name]!)} |`;
  replaceSection('scale', [
    '## Many services',
    '',
    `Made by \`npm run bench:scale\`. ${describeMachine()}; ${size.services} services and ${size.libraries} libraries, 3 environments, ${size.records} records of each service in each, ${size.services * size.releases} release tags, ${size.commits} commits; pods and objects without containers. Cluster and command share the machine. ${rounds} runs each, in turns: median (lowest–highest).`,
    '',
    '| | seconds | beyond Nx itself | largest process, MB |',
    '| --- | --- | --- | --- |',
    await row('idle', 'nx run infrastructure:idle (a task that does nothing)'),
    await row('status', 'nx run infrastructure:status'),
    await row('status as JSON', 'nx run infrastructure:status --json'),
    await row('one service', `nx run ${service}:status`),
    await row('where', 'nx run infrastructure:where --commit=…'),
    await row('changes', `nx run ${service}:changes --from=… (2,000 commits)`),
    await row('metrics', 'nx run infrastructure:metrics'),
  ]);
}

/** Megabytes that the largest of the processes of a command had at most. */
async function peakMemory(args: readonly string[]): Promise<string> {
  const file = join(workspace.folder, '..', 'peak-memory');
  rmSync(file, { force: true });
  writeFileSync(file, '');
  const required = join(import.meta.dirname, 'peak-memory.cjs');
  await workspace.nxSuccessfully(['run', ...args], {
    env: { NODE_OPTIONS: `--require "${required}"`, POC_PEAK_MEMORY: file },
  });
  const peaks = readFileSync(file, 'utf8').trim().split('\n').map(Number);
  return (Math.max(...peaks) / 1024).toFixed(0);
}
