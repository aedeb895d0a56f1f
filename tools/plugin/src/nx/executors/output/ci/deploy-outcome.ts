import type { JobOutcome } from '../../../../model/ci/output/job-summary.ts';
import type { Environment } from '../../../../model/environment/environment.ts';
import { linkOf } from '../../../../model/forge/forge-text.ts';
import { describeHold } from '../../../../model/rollback/hold.ts';
import { ProductError, Refusal } from '../../../../model/errors/product-error.ts';
import type { Release } from '../../../../model/release/release.ts';
import type { DeployResult } from '../../../../use-cases/deploy/deploy.ts';

/** What a deploy came to, for the page of a CI's run. */
export function deployOutcome(release: Release, environment: Environment, result: DeployResult): JobOutcome {
  return { ...releaseOutcome(release, describe(result)), environment: environment.name, url: linkOf(environment.url) };
}

/** What became of a release. */
export function releaseOutcome({ service, buildNumber, commit }: Release, outcome: string): JobOutcome {
  return { service, build: `${buildNumber}`, commit, outcome };
}

/** Why a task did not come to its end. */
export function errorOutcome(service: string, error: unknown): JobOutcome {
  const reason = error instanceof ProductError ? error.facts.reason : String(error);
  return { service, outcome: `${error instanceof Refusal ? 'refused' : 'failed'}: ${reason}` };
}

function describe(result: DeployResult): string {
  switch (result.state) {
    case 'deployed':
      return 'deployed';
    case 'unchanged':
      return 'runs there already';
    case 'superseded':
      return `superseded by ${result.by.release.buildNumber}`;
    case 'held':
      return `held back: ${describeHold(result.hold)}`;
  }
}
