import { changeVerdicts, type ChangeVerdict, type Coverage, type DeliveredChange } from './delivered-changes.ts';

/** A change, and when the commits were made that it brought first. */
export interface MeasuredChange extends DeliveredChange {
  /** Milliseconds since 1970; undefined when nobody knows them. */
  readonly committedAt: readonly number[] | undefined;
}

/** Changes of one service to one environment, of the time that is known. */
export interface MeasuredService {
  readonly coverage: Pick<Coverage, 'from' | 'complete'>;
  readonly changes: readonly MeasuredChange[];
}

/**
 * The four figures of DORA (dora.dev/guides/dora-metrics), over a period, with what they are made of. Times are in
 * seconds. What cannot be told is undefined. docs/metrics.md defines each.
 */
export interface DeliveryMetrics {
  /** True when all of the period is known; otherwise the figures are of the part that is. */
  readonly complete: boolean;
  readonly changes: Readonly<Record<ChangeVerdict, number>>;
  readonly deploymentsPerDay: number | undefined;
  readonly leadTime: {
    readonly median: number | undefined;
    readonly p90: number | undefined;
    /** Commits that were brought. */
    readonly commits: number;
    /** Changes of which nobody knows the commits. */
    readonly unknownChanges: number;
  };
  /** From 0 to 1. */
  readonly changeFailureRate: number | undefined;
  readonly timeToRestore: {
    readonly median: number | undefined;
    /** Failed changes that were followed by a deployment that ended well. */
    readonly restored: number;
    /** Failed changes that were not, yet. */
    readonly open: number;
  };
}

/**
 * Figures of one service, or of several together: counts and frequencies add up, medians are of all values.
 * @param until end of the period, milliseconds since 1970.
 */
export function deliveryMetrics(services: readonly MeasuredService[], until: number): DeliveryMetrics {
  const all = services.flatMap(({ changes }) => changes);
  const counts = Object.fromEntries(
    changeVerdicts.map((verdict) => [verdict, all.filter((change) => change.verdict === verdict).length]),
  ) as Record<ChangeVerdict, number>;
  const failures = counts.failed + counts['rolled-back'];
  const judged = counts.succeeded + failures;
  return {
    complete: services.every(({ coverage }) => coverage.complete),
    changes: counts,
    deploymentsPerDay: sum(services.map((service) => frequencyOf(service, until))),
    leadTime: leadTimeOf(all),
    changeFailureRate: judged === 0 ? undefined : failures / judged,
    timeToRestore: timeToRestoreOf(all),
  };
}

/** Seconds between two moments. Clocks of two machines may differ: never less than none. */
function secondsBetween(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}

const day = 86_400;

function frequencyOf({ coverage, changes }: MeasuredService, until: number): number | undefined {
  const known = secondsBetween(coverage.from, until);
  return known === 0 ? undefined : (changes.filter(wasDeployed).length * day) / known;
}

function leadTimeOf(changes: readonly MeasuredChange[]): DeliveryMetrics['leadTime'] {
  const deployed = changes.filter(wasDeployed);
  const times = deployed.flatMap(({ committedAt = [], finishedAt }) =>
    committedAt.map((at) => secondsBetween(at, finishedAt)),
  );
  return {
    median: quantile(times, 0.5),
    p90: quantile(times, 0.9),
    commits: times.length,
    unknownChanges: deployed.filter(({ committedAt }) => committedAt === undefined).length,
  };
}

function timeToRestoreOf(changes: readonly MeasuredChange[]): DeliveryMetrics['timeToRestore'] {
  const failures = changes.filter(({ verdict }) => verdict === 'failed' || verdict === 'rolled-back');
  const times = failures.flatMap(({ finishedAt, restoredAt }) =>
    restoredAt === undefined ? [] : [secondsBetween(finishedAt, restoredAt)],
  );
  return { median: quantile(times, 0.5), restored: times.length, open: failures.length - times.length };
}

/** Reports whether a change got there, whatever came of it then. */
export function wasDeployed({ verdict }: Pick<DeliveredChange, 'verdict'>): boolean {
  return verdict === 'succeeded' || verdict === 'rolled-back';
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}

/** Interpolated between the two nearest values, as SQL's PERCENTILE_CONT, by which DORA's "Four Keys" takes medians. */
function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  if (below === undefined || above === undefined) return undefined;
  return below + (above - below) * (at - Math.floor(at));
}
