import type { LoggedDeployment } from '../../../model/deploy/deployment-log.ts';
import type { DeploymentRecord } from '../../../model/deploy/deployment-record.ts';

/** Returns the facts of a deployment, without its manifests. */
export function recordFacts({ manifests: _, ...facts }: DeploymentRecord): object {
  return facts;
}

/** Returns the facts of a deployment of which the log alone tells, by the names that a record has them by. */
export function loggedFacts({ service, sequence, begin, end, unreadable }: LoggedDeployment): object {
  return {
    sequence,
    ...(begin
      ? {
          environment: begin.environment,
          release: {
            service,
            buildNumber: begin.build,
            commit: begin.commit,
            imageDigest: begin.digest,
            contentHash: begin.contentHash,
          },
          actor: begin.actor,
          cause: {
            action: begin.action,
            ...(begin.reason === undefined ? {} : { reason: begin.reason }),
            ...(begin.approvedBy === undefined ? {} : { approvedBy: begin.approvedBy }),
            ...(begin.overrides === undefined ? {} : { overrides: begin.overrides }),
          },
          provisioning: begin.provisioning,
          manifestsHash: begin.manifests,
          startedAt: begin.startedAt,
        }
      : {}),
    ...(end
      ? {
          outcome: end.outcome,
          finishedAt: end.finishedAt,
          ...(end.reason === undefined ? {} : { reason: end.reason }),
        }
      : { outcome: 'unknown' }),
    ...(unreadable.length === 0 ? {} : { unreadable }),
  };
}
