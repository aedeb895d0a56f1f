import type { Cluster, RunningService } from '../../plugin/src/ports/cluster.ts';

/** Returns the running release of a service in a cluster, or undefined. */
export async function runningIn(
  cluster: Pick<Cluster, 'observe'>,
  service: string,
): Promise<RunningService | undefined> {
  return (await cluster.observe(service)).at(0)?.running;
}
