import type { Environment } from '../../../../model/environment/environment.ts';
import type { ReleasePorts } from '../../../../ports/release-ports.ts';

/** Connects to clusters while git is still being read. An unreachable one is reported when it is needed. */
export function prefetchClusters(
  environments: readonly Environment[],
  { cluster }: Pick<ReleasePorts, 'cluster'>,
): void {
  for (const environment of environments) {
    cluster(environment)
      .then((connected) => connected.check())
      .catch(() => undefined);
  }
}
