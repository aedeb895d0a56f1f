import { startLoad } from '../../../load/src/gateway-load.ts';
import { describeTimings, timed } from '../timing.ts';
import { VersionWatch } from './version-watch.ts';

/** A way to go back from the second version to the first. */
export interface GoingBack {
  /** As the table calls it. */
  readonly title: string;
  /** Host under which the gateway knows its service. */
  readonly hostname: string;
  /** Puts the second version in. */
  readonly forth: () => Promise<unknown>;
  readonly back: () => Promise<unknown>;
}

interface Figures {
  /** Seconds: of the command, and until the last answer of the second version. */
  readonly command: number[];
  readonly traffic: number[];
  requests: number;
  failed: number;
}

/**
 * Goes back in several ways, in turns, while the service is asked at a steady rate.
 * @param path asked at the gateway; its answers tell their version.
 * @returns lines of the page.
 */
export async function benchRollbacks(
  rounds: number,
  ways: readonly GoingBack[],
  { path, rate }: { readonly path: string; readonly rate: number },
): Promise<string[]> {
  const figures = ways.map((): Figures => ({ command: [], traffic: [], requests: 0, failed: 0 }));
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < ways.length; turn++) {
      const index = (round + turn) % ways.length;
      const { title, hostname, forth, back } = ways[index]!;
      const of = figures[index]!;
      await forth();
      const load = await startLoad(hostname, path, { mostSeconds: 120, rate });
      const watch = await VersionWatch.begin(hostname, path, '2');
      of.command.push(await timed(back));
      of.traffic.push(await watch.gone());
      const { requests, failed } = await load.stop();
      of.requests += requests;
      for (const count of Object.values(failed)) of.failed += count;
      process.stderr.write(
        `  round ${round + 1}: ${title}: ${of.command.at(-1)!.toFixed(2)} s, ${of.traffic.at(-1)!.toFixed(2)} s\n`,
      );
    }
  return [
    '## Roll one service back under load\n',
    `From the second version to the first, which the cluster ran before, at ${rate} requests a second through the gateway; a quarter of them over connections of their own. Until all traffic is on the old version: from the start of the command to the last answer of the new one.\n`,
    '| | command, seconds | all traffic on the old version, seconds | of requests | failed |',
    '| --- | --- | --- | --- | --- |',
    ...ways.map(({ title }, index) => {
      const { command, traffic, requests, failed } = figures[index]!;
      return `| ${title} | ${describeTimings(command)} | ${describeTimings(traffic)} | ${requests} | ${failed} |`;
    }),
  ];
}
