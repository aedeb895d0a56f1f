import type { JobOutcome } from '../../../../model/ci/output/job-summary.ts';
import type { DeploymentRecord } from '../../../../model/deploy/deployment-record.ts';
import { serviceUrl } from '../../../../model/deploy/probe-target.ts';
import type { Environment } from '../../../../model/environment/environment.ts';
import { linkOf } from '../../../../model/forge/forge-text.ts';
import { describeHold } from '../../../../model/rollback/hold.ts';
import { ProductError, Refusal } from '../../../../model/errors/product-error.ts';
import { scrub } from '../../../../model/secrets/line-scrubber.ts';
import type { Release } from '../../../../model/release/release.ts';
import type { Superseded } from '../../../../use-cases/deploy/decide-deploy.ts';
import type { DeployResult } from '../../../../use-cases/deploy/deploy.ts';
import { tookOf } from '../describe-deploy.ts';

/** Returns the outcome of a deploy, for the page of a CI's run and for the table that ends a command. */
export function deployOutcome(release: Release, environment: Environment, result: DeployResult): JobOutcome {
  const { name } = environment;
  switch (result.state) {
    case 'deployed':
      return recordOutcome(result.record, environment, 'deployed');
    case 'unchanged':
      return { ...releaseOutcome(release, 'already running', 'unchanged'), environment: name };
    case 'superseded':
      return { ...releaseOutcome(release, skippedFor(result), 'skipped'), environment: name };
    case 'held':
      return {
        ...releaseOutcome(release, `skipped: ${describeHold(result.hold, name)}`, 'skipped'),
        environment: name,
      };
  }
}

/** Returns the outcome of a release that was not built, because a later commit has been. */
export function overtakenOutcome(service: string, environment: Environment, superseded: Superseded): JobOutcome {
  return { service, environment: environment.name, outcome: skippedFor(superseded), state: 'skipped' };
}

function skippedFor({ by, isElsewhere }: Superseded): string {
  return `skipped: the newer ${by.release.buildNumber} ${isElsewhere ? 'has been built' : 'runs'}`;
}

/** Returns the outcome of a deployment that ended well. */
export function recordOutcome(record: DeploymentRecord, environment: Environment, outcome: string): JobOutcome {
  return {
    ...releaseOutcome(record.release, outcome, 'done'),
    environment: environment.name,
    url: linkOf(serviceUrl(record.manifests, environment)),
    probe: record.probe,
    took: tookOf(record),
  };
}

/** Returns the outcome of a release that went nowhere yet. */
export function releaseOutcome(
  { service, buildNumber, commit }: Release,
  outcome: string,
  state: JobOutcome['state'],
): JobOutcome {
  return { service, build: `${buildNumber}`, commit, outcome, state };
}

/** Returns why a task did not come to its end. */
export function errorOutcome(service: string, error: unknown): JobOutcome {
  const reason = error instanceof ProductError ? error.facts.reason : scrub(String(error));
  return { service, outcome: `${error instanceof Refusal ? 'refused' : 'failed'}: ${reason}`, state: 'failed' };
}
