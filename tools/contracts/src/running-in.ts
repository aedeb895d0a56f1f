import type { Cluster, RunningService } from '../../plugin/src/ports/cluster.ts';

/** What runs of a service in a cluster, if anything does. */
export async function runningIn(
  cluster: Pick<Cluster, 'observe'>,
  service: string,
): Promise<RunningService | undefined> {
  return (await cluster.observe(service)).at(0)?.running;
}
