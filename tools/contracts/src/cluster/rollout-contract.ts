import { ImageRef } from '../../../plugin/src/model/image/image-ref.ts';
import type { RolloutResult } from '../../../plugin/src/ports/cluster.ts';
import { fieldAt } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import { runningIn } from '../running-in.ts';

import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { ada, type ClusterScenario } from './cluster-scenario.ts';
import { objectsOf, actions, all, wait, changesOf, apply, refusalOf, type Wishes } from './deployed-orders.ts';

/** A StatefulSet of two pods, and nothing else. */
function storeOf(
  scenario: ClusterScenario,
  wishes: Wishes = {},
  { name = 'orders-store', note = 'one', ...spec }: { name?: string; note?: string; updateStrategy?: object } = {},
): KubernetesObject[] {
  const container = {
    name: 'orders',
    image: 'orders',
    command: scenario.command,
    env: [{ name: 'NOTE', value: note }],
  };
  const template = { spec: { terminationGracePeriodSeconds: 0, containers: [container] } };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: { replicas: 2, serviceName: 'orders', template, ...spec },
  };
  return objectsOf(scenario, { ...wishes, more: [set] }).filter(({ kind }) => kind === 'StatefulSet');
}

function missingImage({ image }: ClusterScenario): string {
  return image.replace(/@.*/, `@sha256:${'d'.repeat(64)}`);
}

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

  it('deletes the broken pod of a StatefulSet, which nothing else replaces, under the lock and not without it', async () => {
    const scenario = await start();
    const { cluster, breakImage } = scenario;
    const good = storeOf(scenario);
    const broken = storeOf(scenario, { image: missingImage(scenario), number: '20261124-2' });
    await apply(cluster, good);
    expect(await wait(cluster, good)).toEqual({ state: 'ready' });
    await breakImage('orders-store');
    await apply(cluster, broken);
    expect((await wait(cluster, broken)).state).toBe('failed');

    await apply(cluster, good);
    const replacing = (timeoutMs: number) =>
      cluster.waitUntilReady(good, { timeoutMs, replacesPods: true, onProgress: (line) => lines.push(line) });
    const lines: string[] = [];
    expect(await replacing(6000)).toMatchObject({
      state: 'timed-out',
      reason: expect.stringMatching(
        /An old pod is in the way: Pod orders-store-1 .*`kubectl delete pod orders-store-1/,
      ),
    });
    const lock = await cluster.lock('orders', ada, () => {});
    expect(await replacing(60_000)).toEqual({
      state: 'ready',
      replacedPods: [expect.stringMatching(/^Deleted Pod orders-store-1, which is of an older revision and /)],
    });
    expect(lines.filter((line) => /^StatefulSet orders-store: deleted Pod orders-store-1/i.test(line))).toHaveLength(1);
    await lock.release();
  });

  it('leaves pods of OnDelete and below a partition as they are, and tells which', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    const lock = await cluster.lock('orders', ada, () => {});
    for (const updateStrategy of [{ type: 'OnDelete' }, { type: 'RollingUpdate', rollingUpdate: { partition: 2 } }]) {
      const name = `orders-${updateStrategy.type.toLowerCase()}`;
      const first = storeOf(scenario, {}, { name, updateStrategy });
      await apply(cluster, first);
      expect(await wait(cluster, first)).toEqual({ state: 'ready' });
      const next = storeOf(scenario, {}, { name, updateStrategy, note: 'two' });
      await apply(cluster, next);
      expect(
        await cluster.waitUntilReady(next, { timeoutMs: 60_000, replacesPods: true, onProgress: () => {} }),
      ).toEqual({
        state: 'ready',
        keptPods: [
          expect.stringMatching(
            new RegExp(`^2 of the pods of StatefulSet ${name} \\(${name}-0, ${name}-1\\) keep an older revision`),
          ),
        ],
      });
      expect(await runningIn(cluster, 'orders')).toMatchObject({ podsReady: 2, health: 'healthy' });
    }
    await lock.release();
  });

  it('says what to do where the default strategy keeps a StatefulSet from being replaced by hand', async () => {
    const scenario = await start();
    const { cluster, edit, read } = scenario;
    await apply(cluster, storeOf(scenario));
    const byHand = storeOf(scenario, {}, { updateStrategy: { type: 'OnDelete' } });
    const { facts } = await refusalOf(cluster.plan('orders', byHand));
    expect(facts).toMatchObject({
      type: 'bad-object',
      remedy: expect.stringContaining(
        `kubectl patch statefulset orders-store --namespace=${scenario.namespace} --type=merge`,
      ),
    });
    const strategy = { type: 'OnDelete', rollingUpdate: null };
    await edit('StatefulSet', 'orders-store', 'kubectl-patch', ['spec', 'updateStrategy'], strategy);
    await apply(cluster, byHand);
    expect(fieldAt(await read('StatefulSet', 'orders-store'), 'spec', 'updateStrategy', 'type')).toBe('OnDelete');
  });

  it('tells with a plan how what is there is doing, and what is wrong with it when it is waited for', async () => {
    const scenario = await start();
    const { cluster, breakImage } = scenario;
    const first = objectsOf(scenario);
    expect((await cluster.plan('orders', first)).health).toBeUndefined();
    await apply(cluster, first);
    await wait(cluster, first);
    expect((await cluster.plan('orders', first)).health).toBe('healthy');
    const broken = objectsOf(scenario, { image: missingImage(scenario), number: '20261124-2' });
    await breakImage('orders');
    await apply(cluster, broken);
    await wait(cluster, broken);
    // A deployer of another process, which applies nothing.
    const other = await scenario.another();
    const { health, changes } = await other.plan('orders', broken);
    expect(changes.every(({ action }) => action === 'unchanged')).toBe(true);
    expect(health).not.toBe('healthy');
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
