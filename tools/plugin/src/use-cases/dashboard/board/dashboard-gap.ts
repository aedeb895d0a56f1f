import type { DashboardCell, DashboardGap } from '../../../model/dashboard/dashboard-state.ts';
import { soakedAt, type DeploymentTimes } from '../../../model/deploy/soak.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import { parseDuration } from '../../../model/text/duration.ts';
import { BranchHistory } from '../../observe/behind.ts';
import type { History } from '../../observe/status.ts';

/** Returns what lies between the main branch and the first environment. */
export function gapFromBranch({ behind }: DashboardCell): DashboardGap {
  if (!behind) return { kind: 'none' };
  if ('unknown' in behind) return { kind: 'unknown', reason: behind.unknown };
  return behind.commits === 0 && !behind.isLeast ? { kind: 'same' } : { kind: 'ahead', ...behind };
}

/** Two neighbours in the order in which releases are promoted. */
export interface Neighbours {
  readonly service: string;
  readonly left: DashboardCell;
  readonly right: DashboardCell;
  /** Those to the environment on the left that are recorded, newest first. */
  readonly deployments: readonly DeploymentTimes[];
  /** The one on the right. */
  readonly environment: Environment;
}

/** Returns what lies between two environments. @param history undefined while it is being read. */
export function gapBetween(neighbours: Neighbours, history: History | undefined): DashboardGap {
  const { service, left, right } = neighbours;
  if (isNowhere(left) || isNowhere(right)) return { kind: 'none' };
  if (left.build !== undefined && left.build === right.build) return { kind: 'same' };
  if (left.commit === undefined || right.commit === undefined)
    return { kind: 'unknown', reason: 'Of one side it is not known from which commit it was built.' };
  if (!(history instanceof BranchHistory))
    return { kind: 'unknown', reason: history?.unknown ?? 'The history of the main branch is being read.' };
  if (![left.commit, right.commit].every((commit) => history.isReadFor(commit)))
    return { kind: 'unknown', reason: 'The history of the main branch is being read.' };
  const apart = history.apart(service, left.commit, right.commit);
  if ('unknown' in apart) return { kind: 'unknown', reason: apart.unknown };
  const { ahead: commits, lost, isLeast } = apart;
  const soakUntil = soakEnd(neighbours);
  return {
    kind: 'ahead',
    commits,
    isLeast,
    ...(lost === 0 ? {} : { lost }),
    ...(soakUntil === undefined ? {} : { soakUntil }),
  };
}

function isNowhere({ build, commit, state }: DashboardCell): boolean {
  return (build === undefined && commit === undefined) || state === 'absent' || state === 'gone';
}

/** When the build on the left has run there for as long as `promote` asks; undefined where nothing is known to be waited for. */
function soakEnd({ left, deployments, environment: { soak } }: Neighbours): string | undefined {
  const { deployment, build = '' } = left;
  const [buildNumber, soakMs] = [BuildNumber.parse(build), soak === undefined ? undefined : parseDuration(soak)];
  if (buildNumber === undefined || soakMs === undefined) return undefined;
  if (deployment?.outcome !== 'succeeded' || deployment.build !== build) return undefined;
  return soakedAt(deployments, buildNumber, soakMs)?.toISOString();
}
