import { runningAt } from '../deploy/running-at.ts';
import type { NotReached, ShownDeployment } from './service-page.ts';

/** The builds that ran at an instant, by the records. Times are ISO 8601, UTC. */
export interface Moment {
  readonly at: string;
  /** By the server's clock. */
  readonly now: string;
  /** Ends of deployments before and after it, to step to; left out where there is none. */
  readonly previous?: string;
  readonly next?: string;
  /** The oldest end of a deployment that is recorded; left out where none is. */
  readonly oldest?: string;
  /** In the order in which releases are promoted. */
  readonly environments: readonly EnvironmentMoment[];
}

export type EnvironmentMoment =
  | NotReached
  | {
      readonly environment: string;
      readonly state: 'read';
      readonly isProtected: boolean;
      /** By the name of the service. */
      readonly services: Readonly<Record<string, MomentCell>>;
    };

/**
 * A service in an environment at an instant. `ran`: that was in force. `not-there`: nothing had been put in yet.
 * `not-recorded`: records do not reach so far.
 */
export type MomentCell = (
  | { readonly state: 'ran'; readonly build: string; readonly commit: string; readonly since: string }
  | { readonly state: 'not-there' }
  | { readonly state: 'not-recorded'; readonly oldest?: string }
) & {
  /** The build that is in force by the newest records; left out where none is. */
  readonly now?: string;
  /** True when that is another than the one of then, or when it cannot be told. */
  readonly differs: boolean;
  /** A deployment that was under way. */
  readonly underWay?: { readonly build: string; readonly since: string };
  /** The last one before it, where that did not end well: what ran may have been more than one build. */
  readonly unsettled?: { readonly build: string; readonly outcome: string; readonly at: string };
};

/**
 * Returns what of a service was in force in an environment at an instant.
 * @param deployments all that are recorded, newest first.
 */
export function momentCell(deployments: readonly ShownDeployment[], at: Date): MomentCell {
  const then = runningAt(deployments, at);
  const current = deployments.find(({ outcome }) => outcome === 'succeeded');
  const during = deployments.find(
    ({ startedAt, finishedAt }) => isBy(startedAt, at) && (finishedAt === undefined || !isBy(finishedAt, at)),
  );
  const last = deployments.find(({ finishedAt }) => finishedAt !== undefined && isBy(finishedAt, at));
  return {
    ...stateOf(then, deployments),
    ...(current ? { now: current.build } : {}),
    differs: typeof then === 'string' || then?.build !== current?.build,
    ...(during ? { underWay: { build: during.build, since: during.startedAt } } : {}),
    ...(last && last.outcome !== 'succeeded'
      ? { unsettled: { build: last.build, outcome: last.outcome, at: last.finishedAt! } }
      : {}),
  };
}

function stateOf(then: ReturnType<typeof runningAt<ShownDeployment>>, deployments: readonly ShownDeployment[]) {
  if (then === undefined) return { state: 'not-there' as const };
  if (then !== 'before-what-is-kept')
    return { state: 'ran' as const, build: then.build, commit: then.commit, since: then.finishedAt! };
  const oldest = deployments.at(-1)?.startedAt;
  return { state: 'not-recorded' as const, ...(oldest === undefined ? {} : { oldest }) };
}

function isBy(iso: string, at: Date): boolean {
  return Date.parse(iso) <= at.getTime();
}

/** Returns the ends of deployments next to an instant, on both sides of it, and the oldest. */
export function neighbouringEnds(
  deployments: readonly ShownDeployment[],
  at: Date,
): Pick<Moment, 'previous' | 'next' | 'oldest'> {
  const ends = deployments.flatMap(({ finishedAt }) => finishedAt ?? []);
  const sorted = ends.sort((a, b) => Date.parse(a) - Date.parse(b));
  const [previous, next] = [
    sorted.findLast((end) => Date.parse(end) < at.getTime()),
    sorted.find((end) => Date.parse(end) > at.getTime()),
  ];
  return {
    ...(previous === undefined ? {} : { previous }),
    ...(next === undefined ? {} : { next }),
    ...(sorted[0] === undefined ? {} : { oldest: sorted[0] }),
  };
}

/** Returns how many cells of an instant differ from now, and of how many that cannot be told. */
export function countDifferences(environment: EnvironmentMoment): { differ: number; unknown: number } {
  const cells = environment.state === 'read' ? Object.values(environment.services) : [];
  return {
    differ: cells.filter(({ state, differs }) => differs && state !== 'not-recorded').length,
    unknown: cells.filter(({ state }) => state === 'not-recorded').length,
  };
}
