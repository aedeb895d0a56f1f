import type { DeploymentRecord } from './deployment-record.ts';

/** Records kept for each service and environment. */
export const recordsKept = 20;

/**
 * Which records may be forgotten: all but the newest 20, and never the newest that succeeded, because going back needs
 * it.
 */
export function forgettable<T extends Pick<DeploymentRecord, 'sequence' | 'outcome'>>(records: readonly T[]): T[] {
  const newestFirst = [...records].sort((a, b) => b.sequence - a.sequence);
  const good = newestFirst.find(({ outcome }) => outcome === 'succeeded');
  return newestFirst.slice(recordsKept).filter((record) => record !== good);
}
