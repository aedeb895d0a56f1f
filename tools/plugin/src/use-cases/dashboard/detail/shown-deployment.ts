import type { ShownDeployment } from '../../../model/dashboard/service-page.ts';
import { describeApproval } from '../../../model/deploy/approval.ts';
import type { DeploymentSummary } from '../../../model/deploy/deployment-record.ts';

/** Returns a deployment as the dashboard's page gets it. */
export function shownDeployment(record: DeploymentSummary): ShownDeployment {
  const { release, cause, actor, hold, canary } = record;
  return withoutUndefined({
    service: release.service,
    environment: record.environment,
    sequence: record.sequence,
    build: release.buildNumber.toString(),
    commit: release.commit,
    isDirty: release.dirty,
    action: cause.action,
    outcome: record.outcome,
    by: actor.person,
    run: actor.run,
    approvedBy: cause.approvedBy && describeApproval(cause.approvedBy),
    overrides: cause.overrides,
    why: cause.reason,
    failure: record.reason,
    fault: record.fault,
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
    canary: canary?.steps,
    hold: hold && {
      build: hold.buildNumber.toString(),
      by: hold.actor.person,
      since: hold.since,
      ...(hold.reason === undefined ? {} : { reason: hold.reason }),
    },
    probe: record.probe,
  });
}

type Given<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Leaves away what is undefined, as JSON does. */
export function withoutUndefined<T extends object>(value: T): Given<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Given<T>;
}
