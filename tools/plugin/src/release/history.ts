import type { DeploymentRecord } from '../model/deployment-record.ts';
import type { Environment } from '../model/environment.ts';
import { orTold } from './or-told.ts';
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
      return orTold(
        async () => {
          const records = await (await ports.cluster(environment)).records(service);
          return { environment: name, state: 'read' as const, records };
        },
        (reason) => ({ environment: name, state: 'unreachable' as const, reason }),
      );
    }),
  );
}
