import type { LoggedDeployment } from '../../model/deploy/deployment-log.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { recordsKept } from '../../model/deploy/record-retention.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { catchProductError } from '../../model/errors/result.ts';
import type { Cluster } from '../../ports/cluster.ts';
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
      /** Deployments of which the log alone tells, newest first. Empty unless more are asked for than are recorded. */
      readonly logged: readonly LoggedDeployment[];
    };

/**
 * Asks every environment at once. One that does not answer is told as that.
 * @param limit the most deployments of each; undefined: all that are recorded.
 */
export function history(
  service: string,
  environments: readonly Environment[],
  ports: Pick<ReleasePorts, 'cluster'>,
  limit?: number,
): Promise<EnvironmentHistory[]> {
  return Promise.all(
    environments.map(async (environment) => {
      const { name } = environment;
      return catchProductError(
        async () => {
          const cluster = await ports.cluster(environment);
          const records = await cluster.records(service);
          const logged = limit === undefined ? [] : await loggedOnly(service, records, { limit, cluster });
          return { environment: name, state: 'read' as const, ...newest(records, logged, limit) };
        },
        (reason, remedy) => ({ environment: name, state: 'unreachable' as const, reason, remedy }),
      );
    }),
  );
}

/** Reads of the log what is needed to have so many deployments, as far as it goes back. */
async function loggedOnly(
  service: string,
  records: readonly DeploymentRecord[],
  { limit, cluster }: { readonly limit: number; readonly cluster: Cluster },
): Promise<LoggedDeployment[]> {
  if (limit <= records.length && limit <= recordsKept) return [];
  const recorded = new Set(records.map(({ sequence }) => sequence));
  // Where no record is left, the log alone knows how far it goes.
  const to = records[0]?.sequence ?? (await cluster.logOverview())?.upTo.get(service) ?? 0;
  const log = to === 0 ? [] : await cluster.logged(service, { from: Math.max(1, to - limit + 1), to });
  return log.filter(({ sequence }) => !recorded.has(sequence));
}

function newest(
  records: readonly DeploymentRecord[],
  logged: readonly LoggedDeployment[],
  limit = Infinity,
): { records: readonly DeploymentRecord[]; logged: readonly LoggedDeployment[] } {
  const sequences = [...records, ...logged].map(({ sequence }) => sequence).sort((a, b) => b - a);
  const oldest = sequences[Math.min(limit, sequences.length) - 1] ?? 0;
  const isShown = ({ sequence }: { readonly sequence: number }) => sequence >= oldest;
  return { records: records.filter(isShown), logged: logged.filter(isShown) };
}
