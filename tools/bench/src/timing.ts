/** Seconds that runs of one thing took. */
export type Timings = readonly number[];

/** Runs something and takes its time. @returns seconds. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(timings: Timings): number {
  const sorted = [...timings].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

/** `2.31 (1.98–2.77)`: median, lowest and highest, seconds. */
export function describeTimings(timings: Timings): string {
  const [low, high] = [Math.min(...timings), Math.max(...timings)];
  return `${median(timings).toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

/**
 * Times several contestants in turns, so that whatever else the machine does meets all of them alike.
 * @returns seconds, by contestant.
 */
export async function interleaved(
  rounds: number,
  contestants: Readonly<Record<string, (round: number) => Promise<unknown>>>,
): Promise<Record<string, number[]>> {
  const timings: Record<string, number[]> = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const names = Object.keys(contestants);
    // Each goes first in turn.
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      timings[name]!.push(await timed(() => contestants[name]!(round)));
      process.stderr.write(`  round ${round + 1}: ${name} ${timings[name]!.at(-1)!.toFixed(2)} s\n`);
    }
  }
  return timings;
}
