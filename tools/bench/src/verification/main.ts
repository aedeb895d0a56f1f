import { join } from 'node:path';
import { up } from '../../../local-platform/src/platform.ts';
import { describeMachine } from '../../../scratch-workspace/src/machine.ts';
import { repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { replaceSection } from '../page.ts';
import { describeTimings, interleaved, median } from '../timing.ts';

/** Times what it adds to the plan of a deployment that its release is verified: `npm run bench:verification -- 3`. */
const rounds = Number(process.argv[2] ?? 15);
type Way = 'verified' | 'unverified';

await up();
const workspace = await ScratchWorkspace.create('verification');
try {
  await workspace.nxSuccessfully(['run', 'orders:release']);
  await measure();
} finally {
  await workspace.remove();
}

async function measure(): Promise<void> {
  const timings: Record<Way, number[]> = { verified: [], unverified: [] };
  const plan = async (way: Way) => void timings[way].push(await planOnce(way));
  await interleaved(rounds, { verified: () => plan('verified'), unverified: () => plan('unverified') });
  const added = median(timings.verified) - median(timings.unverified);
  replaceSection('verification', [
    'Made by `npm run bench:verification`. Seconds: median (lowest–highest).\n',
    `${describeMachine()}; ${rounds} runs each, in turns, each in a process of its own that has asked nobody yet.\n`,
    '## Verify a release before it is deployed\n',
    'Its commit is on the branch, its image at the digest and the content of the checkout say the same ([decision 30](decisions/0030-verified-releases.md)).\n',
    '| plan to deploy one service | seconds |\n| --- | --- |',
    `| with it | ${describeTimings(timings.verified)} |`,
    `| without it | ${describeTimings(timings.unverified)} |`,
    `| difference of the medians (limit 0.15) | ${added.toFixed(2)} |`,
  ]);
  console.log(`verification adds ${added.toFixed(3)} s`);
  if (added > 0.15) process.exitCode = 1;
}

async function planOnce(way: Way): Promise<number> {
  const script = join(repositoryRoot, 'tools/bench/src/verification/plan-once.ts');
  const tsx = join(repositoryRoot, 'node_modules/tsx/dist/cli.mjs');
  const env = { KUBECONFIG: workspace.kubeconfig('preprod'), NX_DAEMON: 'false' };
  const output = await runSuccessfully(process.execPath, [tsx, script, workspace.folder, way], {
    cwd: workspace.folder,
    env,
  });
  return (JSON.parse(output.trim().split('\n').at(-1)!) as { seconds: number }).seconds;
}
