import type { DashboardCell, DashboardDeployment } from '../../../model/dashboard/dashboard-state.ts';
import type { DeploymentSummary } from '../../../model/deploy/deployment-record.ts';
import { describeObjectDrift } from '../../../model/observe/describe-drift.ts';
import { oneLine } from '../../../model/text/one-line.ts';
import { isFirstRollout, mayRunUnread, troublesOf } from '../../observe/describe-troubles.ts';
import type { EnvironmentStatus } from '../../observe/status.ts';

type Deployed = Extract<EnvironmentStatus, { state: 'deployed' }>;

/** Returns a cell of the grid: what `status` says of a service in an environment. */
export function dashboardCell(found: EnvironmentStatus): DashboardCell {
  if (found.state === 'absent') return { state: 'absent' };
  if (found.state === 'unreachable') return { state: 'unknown' };
  const { running, record, hold, drift, behind } = found;
  const build = (running?.buildNumber ?? (running ? undefined : record?.release.buildNumber))?.toString();
  const troubles = troublesOf(found);
  const changed = drift.flatMap(describeObjectDrift);
  return {
    state: stateOf(found),
    ...(build === undefined ? {} : { build }),
    ...(running?.commit === undefined ? {} : { commit: running.commit }),
    ...(running ? { pods: { ready: running.podsReady, wanted: running.podsWanted } } : {}),
    ...(record ? { deployment: shownDeployment(record) } : {}),
    ...(behind ? { behind } : {}),
    ...(hold ? { hold: { by: hold.actor.person, ...(hold.reason === undefined ? {} : { reason: hold.reason }) } } : {}),
    ...(changed.length === 0 ? {} : { drift: changed }),
    ...(troubles.length === 0 ? {} : { troubles }),
  };
}

function stateOf(found: Deployed): DashboardCell['state'] {
  if (found.running) return found.running.health;
  if (isFirstRollout(found)) return 'rolling-out';
  return mayRunUnread(found) ? 'unknown' : 'gone';
}

function shownDeployment(record: DeploymentSummary): DashboardDeployment {
  const { release, outcome, cause, actor, startedAt, finishedAt } = record;
  const reason = record.reason ?? cause.reason;
  return {
    build: release.buildNumber.toString(),
    outcome,
    cause: cause.action,
    by: actor.person,
    startedAt,
    ...(finishedAt === undefined ? {} : { endedAt: finishedAt }),
    ...(reason === undefined ? {} : { reason: oneLine(reason) }),
  };
}
