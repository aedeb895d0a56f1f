import type { Release } from '../../../model/release/release.ts';
import { describeHold } from '../../../model/rollback/hold.ts';
import type { DeployResult } from '../../../use-cases/deploy/deploy.ts';

/** One line that tells what a deploy came to. */
export function describeDeploy(
  service: string,
  release: Release | undefined,
  environment: string,
  result: DeployResult,
): string {
  const what = `${service} ${release?.buildNumber}`;
  switch (result.state) {
    case 'deployed':
      return `${what}: runs in ${environment}`;
    case 'unchanged':
      return `${what}: nothing to do in ${environment}, it runs there`;
    case 'superseded':
      return `${what}: superseded in ${environment} by ${result.by.release.buildNumber}; --force deploys the older one`;
    case 'held':
      return `${what}: held back in ${environment}: ${describeHold(result.hold)}; a newer build or --force ends that`;
  }
}
