import type { ProbeFigures } from '../../../load/src/prober.ts';
import { describeFailed } from '../../../load/src/prober.ts';

/** What goes wrong, by the name that `--only` takes, and in the words of the report. */
export const disturbances = {
  kill: 'deployer killed (SIGKILL)',
  suspend: 'deployer suspended (SIGSTOP) while another takes over',
  network: 'network lost in the middle of a rollout',
  restart: 'API server restarted',
  leader: 'etcd without a leader for 5 s',
  webhook: 'admission webhook away for 10 s',
  drain: 'node drained',
  clocks: 'two deployers whose clocks differ and jump',
} as const;

/** Name of something that goes wrong. */
export type Disturbance = keyof typeof disturbances;

/** The names, in the report's order. */
export const disturbanceNames = Object.keys(disturbances) as readonly Disturbance[];

/** What came of one disturbance. */
export interface DisturbanceFigures {
  /** How often it happened. */
  readonly rounds: number;
  /** Requests that failed meanwhile; each with what, when, and during what. */
  readonly lost: readonly string[];
  /** What was not as it must be afterwards. */
  readonly stuck: readonly string[];
  /** Good releases that were rolled back, or that failed. */
  readonly rolledBack: readonly string[];
}

/** The figures of a disturbance while it goes on. */
export class Tally {
  rounds = 0;
  readonly stuck: string[] = [];
  readonly rolledBack: string[] = [];
}

/** Puts together what became of disturbances in some places at the same time. */
export function figuresOf(
  tallies: readonly Readonly<Record<Disturbance, Tally>>[],
  { failed }: Pick<ProbeFigures, 'failed'>,
): Record<Disturbance, DisturbanceFigures> {
  const figures = disturbanceNames.map((name): [Disturbance, DisturbanceFigures] => {
    const those = tallies.map((each) => each[name]);
    const lost = failed.filter(({ during }) => during.startsWith(`${name}: `));
    return [
      name,
      {
        rounds: those.reduce((sum, { rounds }) => sum + rounds, 0),
        lost: lost.map(describeFailed),
        stuck: those.flatMap(({ stuck }) => stuck),
        rolledBack: those.flatMap(({ rolledBack }) => rolledBack),
      },
    ];
  });
  return Object.fromEntries(figures) as Record<Disturbance, DisturbanceFigures>;
}
