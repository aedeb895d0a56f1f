import type { RunningService } from '../../plugin/src/model/observe/running-service.ts';
import type { Cluster } from '../../plugin/src/ports/cluster.ts';

/** Returns the running release of a service in a cluster, or undefined. */
export async function runningIn(
  cluster: Pick<Cluster, 'observe'>,
  service: string,
): Promise<RunningService | undefined> {
  return (await cluster.observe(service)).at(0)?.running;
}
