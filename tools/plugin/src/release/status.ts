import type { DeploymentRecord, Hold } from '../model/deployment-record.ts';
import type { Environment } from '../model/environment.ts';
import { holdOf } from '../model/hold.ts';
import { ProductError } from '../model/product-error.ts';
import type { RunningService } from './ports/cluster.ts';
import type { ReleasePorts } from './release-ports.ts';

/** What is known of a service in one environment. */
export type EnvironmentStatus =
  | { readonly environment: string; readonly state: 'absent' }
  | { readonly environment: string; readonly state: 'unreachable'; readonly reason: string }
  | {
      readonly environment: string;
      readonly state: 'running';
      readonly running: RunningService;
      /** The newest deployment, however it ended. */
      readonly record: DeploymentRecord | undefined;
      /** Who keeps which build out. */
      readonly hold: Hold | undefined;
    };

/** Asks every environment at once. One that does not answer is told as that. */
export function status(
  service: string,
  environments: readonly Environment[],
  ports: Pick<ReleasePorts, 'cluster'>,
): Promise<EnvironmentStatus[]> {
  return Promise.all(environments.map((environment) => statusIn(service, environment, ports)));
}

async function statusIn(
  service: string,
  environment: Environment,
  ports: Pick<ReleasePorts, 'cluster'>,
): Promise<EnvironmentStatus> {
  const { name } = environment;
  try {
    const cluster = await ports.cluster(environment);
    const [running, records] = await Promise.all([cluster.running(service), cluster.records(service)]);
    if (!running) return { environment: name, state: 'absent' };
    return { environment: name, state: 'running', running, record: records[0], hold: holdOf(records) };
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return { environment: name, state: 'unreachable', reason: error.facts.reason };
  }
}
