import type { ProbeResult } from '../../plugin/src/model/deploy/deployment-record.ts';
import type { ProbeTarget } from '../../plugin/src/model/deploy/probe-target.ts';
import { listAt } from '../../plugin/src/model/manifests/source/object-fields.ts';
import type { Release } from '../../plugin/src/model/release/release.ts';
import type { InMemoryCluster } from './cluster/in-memory-cluster.ts';
import type { InMemoryProber } from './in-memory-prober.ts';
import { releaseIt } from './release-it.ts';
import { ordersManifests, ReleaseScenario } from './release-scenario.ts';

const selector = '{ app.kubernetes.io/name: orders, app.kubernetes.io/instance: orders }';

/** Manifests whose objects select by name and instance, and a route to them. */
export const routedManifests = `${ordersManifests.replaceAll('{ app.kubernetes.io/name: orders }', selector)}---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: orders }
spec:
  rules:
    - matches: [{ path: { type: PathPrefix, value: /orders } }]
      backendRefs: [{ name: orders, port: 80 }]
`;

/** One build runs in preprod, another is to come there. */
export interface CanaryScenario {
  readonly scenario: ReleaseScenario;
  readonly cluster: InMemoryCluster;
  /** Number of the build that runs. */
  readonly first: string;
  readonly next: Release;
}

export async function startCanaryScenario(manifests = routedManifests): Promise<CanaryScenario> {
  const scenario = new ReleaseScenario();
  scenario.repository.write('apps/orders/k8s/all.yaml', manifests);
  scenario.repository.commit();
  const { release } = await releaseIt(scenario);
  scenario.change('2');
  const built = await releaseIt(scenario, { targets: [] });
  const cluster = scenario.clusters.get('preprod')!;
  scenario.prober.meetsAt = answersByRoutes(scenario.prober, cluster);
  return { scenario, cluster, first: `${release!.buildNumber}`, next: built.release! };
}

/** Returns answers by whoever the routes lead to: requests with the header reach a canary only while it has its rule. */
export function answersByRoutes(
  prober: InMemoryProber,
  cluster: InMemoryCluster,
): (asked: ProbeTarget) => ProbeResult | string {
  return ({ echo }) => {
    const rule = listAt(cluster.read('HTTPRoute', 'orders'), 'spec', 'rules')[1];
    const header = listAt(listAt(rule, 'matches')[0], 'headers')[0]?.['name'];
    return echo && header !== echo.name ? 'another route answers' : prober.meets;
  };
}
