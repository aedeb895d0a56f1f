import type { ChangeVerdict } from '../observe/delivered-changes.ts';
import type { DeliveryMetrics } from '../observe/delivery-metrics.ts';
import type { NotReached } from './service-page.ts';

/** How changes are delivered to an environment. Times are ISO 8601, UTC. */
export type Delivery = { readonly now: string; readonly environments: readonly string[] } & (
  | NotReached
  | {
      readonly environment: string;
      readonly state: 'read';
      readonly since: string;
      readonly until: string;
      readonly all: DeliveryMetrics;
      /** Those with the most changes that failed first. */
      readonly services: readonly (DeliveryMetrics & { readonly service: string; readonly commitsUnknown?: string })[];
      /** Oldest first. */
      readonly changes: readonly ShownChange[];
    }
);

/** A change that was delivered. */
export interface ShownChange {
  readonly service: string;
  readonly sequence: number;
  readonly finishedAt: string;
  readonly verdict: ChangeVerdict;
  /** Seconds from each commit that it brought to its end; left out where nobody knows. */
  readonly leadTimes?: readonly number[];
  /** Seconds from its failure to the next deployment that ended well. */
  readonly restoredAfter?: number;
}

/** A part of the time that figures are of. */
export interface DeliveryBin {
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly to: string;
  readonly deployed: number;
  readonly failed: number;
  /** Cancelled and abandoned ones: nobody knows how they would have ended. */
  readonly undecided: number;
}

/** Puts changes into parts of the same length. @param count of parts, at least 1. */
export function deliveryBins(
  changes: readonly Pick<ShownChange, 'finishedAt' | 'verdict'>[],
  period: { readonly since: string; readonly until: string },
  count: number,
): DeliveryBin[] {
  const [since, until] = [Date.parse(period.since), Date.parse(period.until)];
  const width = (until - since) / count;
  const bins = Array.from({ length: count }, (_, index) => ({
    from: new Date(since + index * width).toISOString(),
    to: new Date(since + (index + 1) * width).toISOString(),
    ...{ deployed: 0, failed: 0, undecided: 0 },
  }));
  for (const { finishedAt, verdict } of changes) {
    const at = Date.parse(finishedAt);
    // The last part has its end, too.
    const index = width === 0 ? 0 : Math.min(count - 1, Math.floor((at - since) / width));
    const bin = bins[index];
    if (!bin || at > until) continue;
    if (verdict === 'succeeded') bin.deployed++;
    else if (verdict === 'failed' || verdict === 'rolled-back') bin.failed++;
    else bin.undecided++;
  }
  return bins;
}

/** Returns a length of time as people say it, of seconds: `2.5 h`; `-` where it is not known. */
export function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined) return '-';
  const [size, unit] = (
    [
      [86_400, 'd'],
      [3600, 'h'],
      [60, 'min'],
    ] as const
  ).find(([each]) => seconds >= each) ?? [1, 's'];
  const value = seconds / size;
  return `${value >= 10 ? Math.round(value) : Math.round(value * 10) / 10} ${unit}`;
}
