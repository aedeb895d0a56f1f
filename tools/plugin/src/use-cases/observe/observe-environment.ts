import type { DeploymentSummary } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { ObservedService } from '../../ports/cluster.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { orUnreachable, type Unreachable } from './unreachable.ts';

/** Returns the services of an environment, all or some, or the reason why it cannot be read. */
export async function observeEnvironment(
  services: string | readonly string[] | undefined,
  environment: Environment,
  { cluster }: Pick<ReleasePorts, 'cluster'>,
  onNewest?: (newest: readonly DeploymentSummary[]) => void,
): Promise<ReadonlyMap<string, ObservedService> | Unreachable> {
  return orUnreachable(async () => {
    const observed = await (await cluster(environment)).observe(services, onNewest);
    return new Map(observed.map((one) => [one.service, one]));
  });
}
