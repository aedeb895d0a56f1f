import type { DeploymentRecord, Hold } from '../../model/deploy/deployment-record.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import { holdOf } from '../../model/rollback/hold.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { RollbackRequest } from './rollback.ts';

/** Returns the hold that stands when one has gone to a release: on the newest build that was left, if that is a newer one. */
export function holdAfter(
  { actor, reason }: RollbackRequest,
  records: readonly DeploymentRecord[],
  to: BuildNumber,
  { clock }: Pick<ReleasePorts, 'clock'>,
): Hold | undefined {
  const before = holdOf(records);
  const { buildNumber } = records[0]!.release;
  const isLeftAlready = before !== undefined && !buildNumber.isNewerThan(before.buildNumber);
  const why = reason === undefined ? {} : { reason };
  const hold = isLeftAlready ? before : { buildNumber, actor, ...why, since: clock().toISOString() };
  return hold.buildNumber.isNewerThan(to) ? hold : undefined;
}
