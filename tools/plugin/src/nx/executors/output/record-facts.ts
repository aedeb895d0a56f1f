import type { DeploymentRecord } from '../../../model/deploy/deployment-record.ts';

/** Returns the facts of a deployment, without its manifests. */
export function recordFacts({ manifests: _, ...facts }: DeploymentRecord): object {
  return facts;
}
