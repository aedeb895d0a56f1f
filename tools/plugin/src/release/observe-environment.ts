import type { DeploymentSummary } from '../model/deployment-record.ts';
import type { Environment } from '../model/environment.ts';
import { ProductError } from '../model/product-error.ts';
import type { ObservedService } from './ports/cluster.ts';
import type { ReleasePorts } from './release-ports.ts';

/** What there is in an environment by service, of all services or of one, or why it cannot be looked into. */
export async function observeEnvironment(
  service: string | undefined,
  environment: Environment,
  { cluster }: Pick<ReleasePorts, 'cluster'>,
  onNewest?: (newest: readonly DeploymentSummary[]) => void,
): Promise<ReadonlyMap<string, ObservedService> | { readonly reason: string }> {
  try {
    const observed = await (await cluster(environment)).observe(service, onNewest);
    return new Map(observed.map((one) => [one.service, one]));
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return { reason: error.facts.reason };
  }
}
