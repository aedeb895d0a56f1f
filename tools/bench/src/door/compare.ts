import type { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { describeTimings, median, timed } from '../timing.ts';
import { atOnce, likeAzure, type Pace, type SimulatedDoor } from './simulated-door.ts';

/** Doors that a command is timed with: none, one that takes no time, one as Azure's. */
const doors = { none: undefined, quick: atOnce, azure: likeAzure } satisfies Record<string, Pace | undefined>;
type DoorName = keyof typeof doors;
const all = Object.keys(doors) as DoorName[];

/** A workspace with a door. */
export interface Shop {
  readonly workspace: ScratchWorkspace;
  readonly door: SimulatedDoor;
  /** Where the door finds the services. */
  readonly backend: string;
  readonly rounds: number;
}

/** Seconds of a command by door, and the requests of its last run. */
export interface Comparison {
  readonly timings: Readonly<Record<DoorName, readonly number[]>>;
  readonly requests: Readonly<Record<DoorName, readonly string[]>>;
}

/**
 * Times a command with each door in turns, after a round that makes what there is not yet.
 * @param prepare is called before each run, with the door in its place, and returns Nx's arguments.
 */
export async function compare(
  { workspace, door, backend, rounds }: Shop,
  prepare: (run: number) => readonly string[] | Promise<readonly string[]>,
  names: readonly DoorName[] = all,
): Promise<Comparison> {
  const timings: Record<DoorName, number[]> = { none: [], quick: [], azure: [] };
  const requests: Record<DoorName, string[]> = { none: [], quick: [], azure: [] };
  let run = 0;
  for (let round = 0; round <= rounds; round++)
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      const pace: Pace | undefined = doors[name];
      door.standBefore(workspace, pace && backend);
      door.pace = pace ?? atOnce;
      const args = await prepare(run++);
      door.takeRequests();
      const seconds = await timed(() => workspace.nxSuccessfully(args, { env: door.variables }));
      requests[name] = door.takeRequests();
      if (round > 0) timings[name].push(seconds);
      process.stderr.write(`  round ${round}: ${args.join(' ')}, ${name}: ${seconds.toFixed(2)} s\n`);
    }
  return { timings, requests };
}

/** The head of the page's table. */
export const head = [
  '| | without a door | with one that answers at once | adds | with one like Azure | adds | requests |',
  '| --- | --- | --- | --- | --- | --- | --- |',
];

/** Returns a row of the page's table. */
export function row(title: string, { timings, requests }: Comparison): string {
  const cells = (['quick', 'azure'] as const).flatMap((name) => {
    const added = median(timings[name]) - median(timings.none);
    return timings[name].length === 0 ? ['', ''] : [describeTimings(timings[name]), added.toFixed(2)];
  });
  return `| ${[title, describeTimings(timings.none), ...cells, requests.azure.length].join(' | ')} |`;
}
