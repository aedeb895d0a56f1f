import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { up } from '../../../local-platform/src/platform.ts';
import { describeMachine } from '../../../scratch-workspace/src/machine.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { addIdleTargets } from '../idle-targets.ts';
import { replaceSection } from '../page.ts';
import { describeTimings, interleaved, median } from '../timing.ts';
import { filesOf, fullSize } from './shop.ts';

/**
 * Times what it costs each Nx command that references of Go, Python and .NET are read from files:
 * `npm run bench:languages -- 3` gives a first idea.
 */
const rounds = Number(process.argv[2] ?? 9);
const ways = ['by-hand', 'in-sources'] as const;
type Way = (typeof ways)[number];

await up();
const workspaces = new Map<Way, ScratchWorkspace>();
try {
  for (const way of ways) workspaces.set(way, await workspaceOf(way));
  await measure();
} finally {
  for (const workspace of workspaces.values()) await workspace.remove();
}

async function workspaceOf(way: Way): Promise<ScratchWorkspace> {
  const workspace = await ScratchWorkspace.create(way);
  for (const [path, text] of filesOf(fullSize, way)) workspace.write(path, text);
  addIdleTargets(workspace, ['Infrastructure']);
  await workspace.commit('test: services and libraries in four languages');
  return workspace;
}

async function measure(): Promise<void> {
  const run = (way: Way) => () => workspaces.get(way)!.nxSuccessfully(['run', 'infrastructure:idle']);
  const cold = (way: Way) => () => {
    rmSync(join(workspaces.get(way)!.folder, '.nx'), { recursive: true, force: true });
    return run(way)();
  };
  for (const way of ways) await run(way)();
  const timings = {
    cold: await interleaved(rounds, Object.fromEntries(ways.map((way) => [way, cold(way)]))),
    cached: await interleaved(rounds, Object.fromEntries(ways.map((way) => [way, run(way)]))),
  };
  const row = (name: string, { 'by-hand': byHand, 'in-sources': inSources }: Record<string, number[]>) =>
    `| ${name} | ${describeTimings(byHand!)} | ${describeTimings(inSources!)} | ${(median(inSources!) - median(byHand!)).toFixed(2)} |`;
  replaceSection('languages', [
    '## Many languages',
    '',
    `Made by \`npm run bench:languages\`. ${describeMachine()}; ${fullSize.services} services and ${fullSize.libraries} libraries, a quarter of them each in TypeScript, Go, Python and .NET, ${filesOf(fullSize, 'in-sources').size} files. \`nx run infrastructure:idle\`, a task that does nothing, without Nx's daemon. ${rounds} runs each, in turns: median (lowest–highest).`,
    '',
    '| | seconds, libraries named in project.json | seconds, read from the sources | more |',
    '| --- | --- | --- | --- |',
    row("cold: Nx's cache of the graph is empty", timings.cold),
    row("with Nx's cache of the graph", timings.cached),
  ]);
}
