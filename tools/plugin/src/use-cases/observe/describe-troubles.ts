import { describeCanary } from '../../model/canary/canary-progress.ts';
import type { DeploymentSummary } from '../../model/deploy/deployment-record.ts';
import { describeDoorDrift } from '../../model/facade/observing/door-drift.ts';
import { describeObjectDrift } from '../../model/observe/describe-drift.ts';
import { describeUnhealthy } from '../../model/observe/describe-unhealthy.ts';
import { scheduleTroubles } from '../../model/observe/schedule-troubles.ts';
import { describeHold } from '../../model/rollback/hold.ts';
import { oneLine } from '../../model/text/one-line.ts';
import { shortDigests } from '../../model/text/short-digests.ts';
import type { EnvironmentStatus } from './status.ts';

type Deployed = Extract<EnvironmentStatus, { state: 'deployed' }>;

/** Reports whether its workload may be of a kind that could not be read. */
export function mayRunUnread({ unread }: Deployed): boolean {
  return unread.some(({ kind }) => /^(apps|batch)\//.test(kind));
}

/** Reports whether the first deployment is on its way: then there is no workload yet, and none is missing. */
export function isFirstRollout({ running, record }: Deployed): boolean {
  return running === undefined && record?.outcome === 'running';
}

/** Returns a line for each thing in a cell that is not as it should be. */
export function troublesOf(found: Deployed): string[] {
  const { environment, hold, drift, foreignDigests, unhealthy, running, record, unread } = found;
  const { outcome, reason } = record ?? {};
  return [
    ...(running?.obstacle === undefined ? [] : [oneLine(running.obstacle)]),
    ...scheduleTroubles(running?.schedules ?? []),
    ...(hold ? [`held: ${describeHold(hold, environment)}`] : []),
    ...(record ? leftCanaryLines(record, environment) : []),
    ...(reason !== undefined && outcome !== 'succeeded'
      ? [`${record?.release.buildNumber} ${outcome}: ${oneLine(reason)}`]
      : []),
    ...foreignDigests.map((digest) =>
      shortDigests(`drift: pods run ${digest}; deployed was ${record?.release.imageDigest}`),
    ),
    ...(running || !record || isFirstRollout(found) || mayRunUnread(found) ? [] : ['drift: its workload is gone']),
    ...unhealthy.map((object) => oneLine(describeUnhealthy(object))),
    ...drift.flatMap(describeObjectDrift).map((line) => `drift: ${line}`),
    ...doorTroubles(found),
    ...unread.map(
      ({ kind, reason, remedy }) => `cannot read its objects of ${kind}: ${oneLine(`${reason} ${remedy}`)}`,
    ),
  ];
}

function doorTroubles({ apis }: Deployed): string[] {
  if (!apis) return [];
  if ('reason' in apis)
    return [`cannot read its APIs at ${apis.instance}: ${oneLine(`${apis.reason} ${apis.remedy}`)}`];
  return apis.drift.map((each) => `drift: ${describeDoorDrift(each)} (${apis.instance})`);
}

/** Returns what helps with a canary that nobody is at work with any more. */
function leftCanaryLines(record: DeploymentSummary, environment: string): string[] {
  const canary = describeCanary(record);
  if (canary === undefined || record.outcome === 'running') return [];
  const command = `nx run ${record.release.service}:canary --env=${environment}`;
  return [`${canary} was left behind: \`${command} --promote\`, or \`--abort\``];
}
