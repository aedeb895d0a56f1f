import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { catchProductError } from '../../model/errors/result.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { UnreachableEnvironment } from './unreachable.ts';

/** Deployments of a service to one environment. */
export type EnvironmentHistory =
  | UnreachableEnvironment
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
      return catchProductError(
        async () => {
          const records = await (await ports.cluster(environment)).records(service);
          return { environment: name, state: 'read' as const, records };
        },
        (reason, remedy) => ({ environment: name, state: 'unreachable' as const, reason, remedy }),
      );
    }),
  );
}
