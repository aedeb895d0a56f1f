import { ImageRef } from '../../../plugin/src/model/release/image-ref.ts';
import type { RolloutResult } from '../../../plugin/src/ports/cluster.ts';
import { runningIn } from '../running-in.ts';

import { type ClusterScenario } from './cluster-scenario.ts';
import { objectsOf, actions, all, wait, changesOf, apply } from './deployed-orders.ts';

/** How a cluster waits for rollouts. @param start makes an empty namespace. */
export function rolloutContract(start: () => Promise<ClusterScenario>): void {
  it('waits until pods are ready, and tells what runs', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    expect(await runningIn(cluster, 'orders')).toBeUndefined();
    const objects = objectsOf(scenario);
    await apply(cluster, objects);
    expect(await wait(cluster, objects)).toEqual({ state: 'ready' });
    const started = performance.now();
    await cluster.waitForEndpoints(objects);
    expect(performance.now() - started).toBeLessThan(8000);
    expect(await runningIn(cluster, 'orders')).toEqual({
      buildNumber: '20261124-1',
      commit: 'c'.repeat(40),
      digests: [ImageRef.parse(scenario.image)!.digest],
      podsReady: 1,
      podsWanted: 1,
      health: 'healthy',
    });
    expect(await wait(cluster, objectsOf(scenario))).toEqual({ state: 'ready' });
  });

  /** Deploys as the use cases do, with a record. */
  it('ends early when an image is missing, and lets a fix over it succeed', async () => {
    const scenario = await start();
    const { cluster, breakImage } = scenario;
    const digest = `sha256:${'d'.repeat(64)}`;
    const broken = objectsOf(scenario, { image: scenario.image.replace(/@.*/, `@${digest}`), number: '20261124-2' });
    await breakImage('orders');
    await apply(cluster, broken);
    const started = performance.now();
    const result = (await wait(cluster, broken)) as RolloutResult & { state: 'failed' };
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(result.state).toBe('failed');
    expect(result.reason).toMatch(/orders.*image/i);
    const fixed = objectsOf(scenario);
    await apply(cluster, fixed);
    expect(await wait(cluster, fixed)).toEqual({ state: 'ready' });
  });

  it('ends with an outcome when objects vanish, time is up or somebody interrupts', async () => {
    const scenario = await start();
    const { cluster, remove, breakImage } = scenario;
    const objects = objectsOf(scenario);
    expect((await wait(cluster, objects)).state).toBe('vanished');
    await apply(cluster, objects);
    await wait(cluster, objects);
    const aborted = AbortSignal.abort();
    expect((await wait(cluster, objects, 10_000, aborted)).state).toBe('interrupted');
    await remove('Deployment', 'orders');
    expect((await wait(cluster, objects)).state).toBe('vanished');
    await breakImage('orders');
    expect(await wait(cluster, [], 10)).toEqual({ state: 'ready' });
  });

  it('applies step by step: prerequisites, workloads, then what leads requests to them', async () => {
    const scenario = await start();
    const { cluster, read } = scenario;
    const ingress = (path: string) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'orders' },
      spec: {
        rules: [
          {
            host: `orders.${scenario.namespace}.example`,
            http: {
              paths: [{ path, pathType: 'Prefix', backend: { service: { name: 'orders', port: { number: 80 } } } }],
            },
          },
        ],
      },
    });
    const objects = objectsOf(scenario, { more: [ingress('/orders')] });
    const config = objects.find(({ kind }) => kind === 'ConfigMap')!.metadata.name;
    const first = await cluster.plan('orders', objects);
    // A Service that is new has no clients yet, and StatefulSets need theirs.
    expect(actions(await cluster.apply(first, 'prerequisites'))).toEqual(['ConfigMap created', 'Service created']);
    expect(await read('ConfigMap', config)).toBeDefined();
    expect(await read('Deployment', 'orders')).toBeUndefined();
    expect(actions(await cluster.apply(first, 'workloads'))).toEqual(['Deployment created']);
    expect(await read('Ingress', 'orders')).toBeUndefined();
    expect(actions(await cluster.apply(first, 'traffic'))).toEqual(['Ingress created']);
    expect(await read('Ingress', 'orders')).toBeDefined();

    const next = await cluster.plan('orders', objectsOf(scenario, { number: '20261124-2', more: [ingress('/shop')] }));
    expect(actions(await cluster.apply(next, 'prerequisites'))).toEqual(['ConfigMap configured']);
    expect(actions(await cluster.apply(next, 'workloads'))).toEqual(['Deployment configured']);
    expect((await read('Service', 'orders'))?.metadata.labels).toMatchObject({
      'app.kubernetes.io/version': '20261124-1',
    });
    expect(actions(await cluster.apply(next, 'traffic'))).toEqual(['Ingress configured', 'Service configured']);
    expect(
      actions(await changesOf(cluster, objectsOf(scenario, { number: '20261124-2', more: [ingress('/shop')] }))),
    ).toEqual([...all('unchanged'), 'Ingress unchanged'].sort());
  });
}
