/** A write that was not answered with success. */
export interface FailedWrite {
  readonly service: string;
  /** Status and title, or the error. */
  readonly what: string;
  /** Begin and end, in milliseconds of `performance.now()`. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** When a store was away. */
export interface Outage {
  readonly store: string;
  /** Begin and end, in milliseconds of `performance.now()`. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** What callers are told when their service has waited in vain. */
export const storeIsAway = '503 store-unavailable, to be tried again';

/**
 * Returns the failed writes that services promise to wait out: those that were told something else than that the store
 * is away, and those whose store was away for less than the wait.
 * @param storeOf store of each service. @param waitMs how long a service waits at least, less what it takes to notice.
 */
export function findUnkeptWaits(
  failed: readonly FailedWrite[],
  outages: readonly Outage[],
  storeOf: Readonly<Record<string, string>>,
  waitMs: number,
): FailedWrite[] {
  const isWaitedOut = ({ service, what, fromMs, toMs }: FailedWrite): boolean => {
    const during = outages.filter(({ store }) => store === storeOf[service]);
    const common = during.map((outage) => Math.min(toMs, outage.toMs) - Math.max(fromMs, outage.fromMs));
    return what === storeIsAway && Math.max(0, ...common) >= waitMs;
  };
  return failed.filter((write) => !isWaitedOut(write));
}
