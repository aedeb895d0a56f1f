import { join } from 'node:path';
import { readEnvironments } from '../../../plugin/src/adapters/workspace/environments.ts';
import { buildBuildKit } from '../../../local-platform/src/platform.ts';
import { kubectl, platform } from '../../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import type { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { RealBuildKit } from '../../../simulators/src/builders/real-buildkit.ts';
import { addIdleTargets } from '../idle-targets.ts';
import { describeTimings, interleaved, median } from '../timing.ts';
import { makeShop, writeRawManifests } from './shop.ts';

const services = 10;

/**
 * Releases ten services that changed at once, and one of them alone, by one command and by hand, in turns.
 * @returns lines of the page.
 */
export async function atOnce(workspace: ScratchWorkspace, rounds: number): Promise<string[]> {
  const names = makeShop(workspace, services);
  addIdleTargets(
    workspace,
    names.map((name) => `apps/${name}`),
  );
  const namespace = `${workspace.id}-raw`;
  // Its base image is in the platform's registry, as those of docker.io are in that.
  const builder = await RealBuildKit.start(await buildBuildKit(), { mirror: '127.0.0.1:5000' });
  await kubectl(['create', 'namespace', namespace]);
  try {
    Object.assign(process.env, builder.env);
    const raw = await RawRelease.prepare(workspace, namespace, names);
    const all = await compare(workspace, raw, { rounds, names });
    const one = await compare(workspace, raw, { rounds, names: names.slice(0, 1) });
    return [
      '## Release ten services that changed at once\n',
      `After \`build\` (which is Nx and esbuild alike for both), with BuildKit, its cache warm, as the builder of both. By hand is \`tools/bench/src/at-once/raw-release.sh\`: \`docker buildx build --push\` of as many services at once as there are processors, pushed and applied with \`kubectl\` as soon as they are built, and \`kubectl rollout status\` of all at the same time. 2 replicas each.\n`,
      '| | seconds | of by hand |\n| --- | --- | --- |',
      ...rowsOf(`nx run-many -t release -p ${services} services`, all),
      '',
      '## Release one of them\n',
      '| | seconds | of by hand |\n| --- | --- | --- |',
      ...rowsOf('nx run …:release', one),
    ];
  } finally {
    for (const name of Object.keys(builder.env)) delete process.env[name];
    await builder.stop();
    await kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', namespace]);
  }
}

/** A release by hand. */
class RawRelease {
  private readonly workspace: ScratchWorkspace;
  private readonly env: NodeJS.ProcessEnv;
  private readonly args: readonly string[];

  private constructor(workspace: ScratchWorkspace, env: NodeJS.ProcessEnv, args: readonly string[]) {
    this.workspace = workspace;
    this.env = env;
    this.args = args;
  }

  static async prepare(workspace: ScratchWorkspace, namespace: string, names: readonly string[]): Promise<RawRelease> {
    const { kubeconfig, context, binaries } = await platform();
    const folder = join(workspace.folder, '..', 'raw');
    const { variables } = (await readEnvironments(workspace.folder)).find(({ name }) => name === 'preprod')!;
    const own = { ...variables, ROUTE_HOSTNAME: `${namespace}.localhost` };
    writeRawManifests(workspace, names, { folder, variables: own });
    const env = { KUBECTL: `${join(binaries, 'kubectl')} --kubeconfig=${kubeconfig} --context=${context}` };
    return new RawRelease(workspace, env, [await workspace.registry(), namespace, folder]);
  }

  async run(names: readonly string[]): Promise<void> {
    const script = join(import.meta.dirname, 'raw-release.sh');
    await runSuccessfully(script, [...this.args, ...names], { cwd: this.workspace.folder, env: this.env });
  }
}

interface Comparison {
  readonly nx: readonly number[];
  readonly idle: readonly number[];
  readonly raw: readonly number[];
}

async function compare(
  workspace: ScratchWorkspace,
  raw: RawRelease,
  { rounds, names }: { readonly rounds: number; readonly names: readonly string[] },
): Promise<Comparison> {
  const nx = (target: string) =>
    workspace.nxSuccessfully(['run-many', '-t', target, '-p', ...names, '--excludeTaskDependencies']);
  const found: Record<string, number[]> = { nx: [], idle: [], raw: [] };
  // The first round creates everything, which is other work.
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) changeShop(workspace, name, `${names.length} ${round}`);
    await workspace.commit(`feat: ${names.length} services, round ${round}`);
    await workspace.nxSuccessfully(['run-many', '-t', 'build', '-p', ...names]);
    const contestants = { nx: () => nx('release'), idle: () => nx('idle'), raw: () => raw.run(names) };
    const timings = await interleaved(1, rotated(contestants, round));
    if (round > 0) for (const [name, [seconds]] of Object.entries(timings)) found[name]!.push(seconds!);
  }
  return found as unknown as Comparison;
}

/** Each goes first in turn. */
function rotated<T extends object>(contestants: T, by: number): T {
  const entries = Object.entries(contestants);
  const first = by % entries.length;
  return Object.fromEntries([...entries.slice(first), ...entries.slice(0, first)]) as T;
}

function changeShop(workspace: ScratchWorkspace, name: string, mark: string): void {
  const main = `apps/${name}/src/main.ts`;
  const rest = workspace.read(main).replace(/^console\.log\('bench .*'\);\n/, '');
  workspace.write(main, `console.log('bench ${name} ${mark}');\n${rest}`);
}

function rowsOf(command: string, { nx, idle, raw }: Comparison): string[] {
  const [all, nothing, hand] = [median(nx), median(idle), median(raw)];
  const beyond = all - nothing;
  return [
    `| \`${command}\`, all of it | ${describeTimings(nx)} | ${(all / hand).toFixed(2)} |`,
    `| beyond Nx itself (${nothing.toFixed(2)}) | ${beyond.toFixed(2)} | ${(beyond / hand).toFixed(2)} |`,
    `| by hand | ${describeTimings(raw)} | 1.00 |`,
  ];
}
