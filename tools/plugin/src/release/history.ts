import type { DeploymentRecord } from '../model/deployment-record.ts';
import type { Environment } from '../model/environment.ts';
import { ProductError } from '../model/product-error.ts';
import type { ReleasePorts } from './release-ports.ts';

/** Deployments of a service to one environment. */
export type EnvironmentHistory =
  | { readonly environment: string; readonly state: 'unreachable'; readonly reason: string }
  | {
      readonly environment: string;
      readonly state: 'read';
      /** Newest first. */
      readonly records: readonly DeploymentRecord[];
    };

/** Asks every environment at once. One that does not answer is told as that. */
export function history(
  service: string,
  environments: readonly Environment[],
  ports: Pick<ReleasePorts, 'cluster'>,
): Promise<EnvironmentHistory[]> {
  return Promise.all(
    environments.map(async (environment) => {
      const { name } = environment;
      try {
        const records = await (await ports.cluster(environment)).records(service);
        return { environment: name, state: 'read' as const, records };
      } catch (error) {
        if (!(error instanceof ProductError)) throw error;
        return { environment: name, state: 'unreachable' as const, reason: error.facts.reason };
      }
    }),
  );
}
