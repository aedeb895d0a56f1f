import { addPlugin, publishPackages } from '../../../adoption/src/adopt-plugin.ts';
import { ForeignWorkspace } from '../../../adoption/src/foreign-workspace.ts';
import { LocalRegistry } from '../../../adoption/src/local-registry.ts';
import { packageManagers } from '../../../adoption/src/package-manager.ts';
import { up } from '../../../local-platform/src/platform.ts';
import { describeMachine } from '../../../scratch-workspace/src/machine.ts';
import { replaceSection } from '../page.ts';
import { describeTimings, interleaved, median, timed } from '../timing.ts';

/** Times the way from a foreign workspace to a pod that serves, and what the plugin adds to Nx: `npm run bench:adoption -- 3`. */
const rounds = Number(process.argv[2] ?? 3);
const startRounds = rounds * 5;
/** Seconds. */
const limits = { cold: 60, startUp: 0.03 };
/** How Nx is started. Only of the first two can a plugin make anything better: in the last, Nx starts a process for each. */
const ways = {
  daemon: { name: "with Nx's daemon", env: { NX_DAEMON: 'true' } },
  pipelines: {
    name: '`NX_DAEMON=false NX_ISOLATE_PLUGINS=false`, as generated pipelines have it',
    env: { NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false' },
  },
  isolated: {
    name: '`NX_DAEMON=false`: Nx starts a process for each plugin',
    env: { NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'true' },
  },
} as const;
type Way = keyof typeof ways;

await up();
const registry = await LocalRegistry.start();
try {
  await publishPackages(registry);
  await measure();
} finally {
  await registry.stop();
}

async function measure(): Promise<void> {
  const steps = await coldSteps();
  const totals = steps.add.map((_, round) => Object.values(steps).reduce((sum, each) => sum + each[round]!, 0));
  const starts = await startUps();
  const added = (way: Way) => median(starts[way].with) - median(starts[way].without);
  replaceSection('adoption', [
    'Made by `npm run bench:adoption`. Seconds: median (lowest–highest).\n',
    `${describeMachine()}; packages from a registry on this machine that has them all, base image there.\n`,
    '## From a foreign workspace to a pod that serves\n',
    `A workspace of npm and Nx 23.2 with one service that was written for kubectl, a new one each time; ${rounds} runs.\n`,
    '| | seconds |\n| --- | --- |',
    `| \`nx add @poc/plugin\`, \`nx g @poc/plugin:environment dev\`, each committed and pushed | ${describeTimings(steps.add)} |`,
    `| \`nx g @poc/plugin:adopt shop --write\`, committed and pushed | ${describeTimings(steps.adopt)} |`,
    `| \`nx run shop:release\`, to two pods that serve | ${describeTimings(steps.release)} |`,
    `| all (limit ${limits.cold}) | ${describeTimings(totals)} |\n`,
    '## Start Nx with the plugin and without it\n',
    `\`nx show projects\` in two such workspaces, one of which has the plugin in nx.json; ${startRounds} runs each, in turns.\n`,
    '| | with it | without it | difference of the medians |\n| --- | --- | --- | --- |',
    ...(Object.keys(ways) as Way[]).map((way) => {
      const { with: plugin, without } = starts[way];
      return `| ${ways[way].name} | ${describeTimings(plugin)} | ${describeTimings(without)} | ${added(way).toFixed(3)} |`;
    }),
    `\nThe limit is ${limits.startUp * 1000} ms for the first two.`,
  ]);
  const most = Math.max(added('daemon'), added('pipelines'));
  console.log(`cold ${median(totals).toFixed(1)} s; start-up ${(most * 1000).toFixed(0)} ms later`);
  if (median(totals) > limits.cold || most > limits.startUp) process.exitCode = 1;
}

/** Somebody's workspace, before the plugin is added. */
function foreignWorkspace(): Promise<ForeignWorkspace> {
  const shape = { manager: packageManagers.npm, nx: '23.2.1', project: 'project.json' } as const;
  return ForeignWorkspace.create({ ...shape, registry: registry.url });
}

async function adoptShop(workspace: ForeignWorkspace): Promise<void> {
  await workspace.succeed('nx', 'g', '@poc/plugin:adopt', 'shop', '--write');
}

async function coldSteps() {
  const steps = { add: [] as number[], adopt: [] as number[], release: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const workspace = await foreignWorkspace();
    try {
      steps.add.push(await timed(() => addPlugin(workspace)));
      steps.adopt.push(
        await timed(async () => {
          await adoptShop(workspace);
          await workspace.commit('feat: what a release asks for');
        }),
      );
      steps.release.push(await timed(() => workspace.succeed('nx', 'run', 'shop:release', '--env=dev')));
    } finally {
      await workspace.remove();
    }
  }
  return steps;
}

async function startUps() {
  const [plugin, without] = await Promise.all([foreignWorkspace(), foreignWorkspace()]);
  try {
    await addPlugin(plugin);
    await adoptShop(plugin);
    const times: Partial<Record<Way, { readonly with: number[]; readonly without: number[] }>> = {};
    for (const way of Object.keys(ways) as Way[]) {
      const start = (workspace: ForeignWorkspace) => workspace.with(ways[way].env).succeed('nx', 'show', 'projects');
      // The first one fills caches, and starts the daemon.
      await Promise.all([plugin, without].map(start));
      const both = await interleaved(startRounds, { with: () => start(plugin), without: () => start(without) });
      times[way] = { with: both['with']!, without: both['without']! };
    }
    return times as Required<typeof times>;
  } finally {
    for (const workspace of [plugin, without]) {
      await workspace.exec('nx', 'daemon', '--stop');
      await workspace.remove();
    }
  }
}
