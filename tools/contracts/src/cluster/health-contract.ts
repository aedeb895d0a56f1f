import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import type { Cluster, WaitOptions } from '../../../plugin/src/ports/cluster.ts';
import { widgetType, type ClusterScenario } from './cluster-scenario.ts';
import { apply, changesOf, deployed, objectsOf } from './deployed-orders.ts';

const widget = (size = 1, annotations: Record<string, string> = {}) => ({
  ...widgetType,
  metadata: { name: 'orders', annotations },
  spec: { size },
});
const claim = (name: string, storageClassName?: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } }, storageClassName },
});
/** Of a class whose controller nobody runs. */
const ingress = (namespace: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'orders' },
  spec: {
    ingressClassName: 'nobody',
    rules: [
      {
        host: `orders.${namespace}.example`,
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'orders', port: { number: 80 } } } }],
        },
      },
    ],
  },
});
const ready = (status: string, more: object = {}) => ({ conditions: [{ type: 'Ready', status, ...more }] });
const address = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };

/** Waits for the health of objects. @returns what came of it, and what was said meanwhile. */
async function waitFor(cluster: Cluster, objects: readonly KubernetesObject[], options: Partial<WaitOptions> = {}) {
  const lines: string[] = [];
  const result = await cluster.waitUntilHealthy(objects, {
    timeoutMs: 60_000,
    patience: { graceMs: 500 },
    onProgress: (line) => void lines.push(line),
    ...options,
  });
  return { result, lines };
}

/** How a cluster waits for, and tells of, the health of what makes no pods. @param start makes an empty namespace. */
export function healthContract(start: () => Promise<ClusterScenario>): void {
  it('waits until a custom resource is ready, and says at once what is in the way', async () => {
    const scenario = await start();
    const { cluster, setStatus } = scenario;
    const objects = objectsOf(scenario, { more: [widget()] });
    await apply(cluster, objects);
    // Nobody has said anything of it: that is how custom resources are whose controllers keep no status.
    expect((await waitFor(cluster, objects)).result).toEqual({ state: 'ready', unhealthy: [] });
    await setStatus('Widget', 'orders', ready('False', { reason: 'Baking', message: 'it takes a while' }));
    const coming = setTimeout(() => void setStatus('Widget', 'orders', ready('True')), 300);
    const waited = await waitFor(cluster, objects, { patience: { graceMs: 30_000 } });
    clearTimeout(coming);
    expect(waited).toEqual({
      result: { state: 'ready', unhealthy: [] },
      lines: ['Widget orders: waiting: It is not ready (Baking): it takes a while.'],
    });
  });

  it('tells of what is not healthy when its grace has passed', async () => {
    const scenario = await start();
    const { cluster, setStatus, remove } = scenario;
    const objects = objectsOf(scenario, { more: [widget(), ingress(scenario.namespace)] });
    await apply(cluster, objects);
    await setStatus('Widget', 'orders', { observedGeneration: 0, ...ready('True') });
    const { result } = await waitFor(cluster, objects);
    const name = 'orders';
    // In the order in which they are applied.
    expect(result).toEqual({
      state: 'ready',
      unhealthy: [
        { kind: 'Widget', name, state: 'waiting', says: 'Its controller has not seen it as it is now.' },
        { kind: 'Ingress', name, state: 'waiting', says: 'It has no address.' },
      ],
    });
    await setStatus('Ingress', 'orders', address);
    await remove('Widget', 'orders');
    expect((await waitFor(cluster, objects)).result).toMatchObject({
      unhealthy: [{ kind: 'Widget', says: 'It is not there any more.' }],
    });
  });

  it('fails at once where a controller has given up, and after the grace where health is required', async () => {
    const scenario = await start();
    const { cluster, setStatus } = scenario;
    const objects = objectsOf(scenario, { more: [widget()] });
    await apply(cluster, objects);
    const stalled = { type: 'Stalled', status: 'True', reason: 'BadSpec', message: 'no such size' };
    await setStatus('Widget', 'orders', { observedGeneration: 1, conditions: [stalled] });
    expect((await waitFor(cluster, objects, { patience: { graceMs: 60_000 } })).result).toMatchObject({
      state: 'failed',
      reason: 'Widget orders is not healthy: Its controller has given up (BadSpec): no such size.',
    });
    const required = objectsOf(scenario, { more: [widget(2, { 'poc.dev/health': 'required' })] });
    await apply(cluster, required);
    // What is said of an older generation is not said of this one.
    expect((await waitFor(cluster, required)).result).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('has not seen it as it is now'),
    });
    const ignored = objectsOf(scenario, { more: [widget(2, { 'poc.dev/health': 'ignored' })] });
    await apply(cluster, ignored);
    expect((await waitFor(cluster, ignored)).result).toEqual({ state: 'ready', unhealthy: [] });
  });

  it('lets a claim wait for its first pod, and tells of one that gets no volume', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    const waiting = objectsOf(scenario, { more: [claim('orders-backup')] });
    await apply(cluster, waiting);
    expect((await waitFor(cluster, waiting, { patience: { graceMs: 20_000 } })).result).toEqual({
      state: 'ready',
      unhealthy: [],
    });
    const none = objectsOf(scenario, { more: [claim('orders-none', 'nowhere')] });
    await apply(cluster, none);
    expect((await waitFor(cluster, none, { patience: { graceMs: 2000 } })).result).toMatchObject({
      state: 'ready',
      unhealthy: [{ name: 'orders-none', says: expect.stringContaining('"nowhere" not found') }],
    });
  });

  it('ends when it is interrupted', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    const objects = objectsOf(scenario, { more: [ingress(scenario.namespace)] });
    await apply(cluster, objects);
    const signal = AbortSignal.timeout(200);
    const { result } = await waitFor(cluster, objects, { patience: { graceMs: 60_000 }, signal });
    expect(result.state).toBe('interrupted');
  });

  it('plans with what is wrong already, and observes it', async () => {
    const scenario = await start();
    const { cluster, setStatus, edit } = scenario;
    const more = [widget(), ingress(scenario.namespace), claim('orders-backup')];
    await deployed(scenario, { more });
    await setStatus('Widget', 'orders', ready('False', { reason: 'Baking' }));
    const troubles = (await changesOf(cluster, objectsOf(scenario, { more, number: '20261124-2' }))).flatMap(
      ({ kind, trouble }) => (trouble === undefined ? [] : [`${kind}: ${trouble}`]),
    );
    const expected = ['Ingress: It has no address.', 'Widget: It is not ready (Baking).'];
    expect(troubles.toSorted()).toEqual(expected);
    const [observed] = await cluster.observe();
    expect(observed?.unhealthy.map(({ kind, says }) => `${kind}: ${says}`).toSorted()).toEqual(expected);
    expect(observed?.drift).toEqual([]);
    expect((await cluster.observe('orders'))[0]?.unhealthy).toHaveLength(2);

    await setStatus('Ingress', 'orders', address);
    await edit('Widget', 'orders', 'kubectl-edit', ['spec', 'size'], 3);
    const [later] = await cluster.observe();
    expect(later?.unhealthy).toMatchObject([{ kind: 'Widget', name: 'orders', state: 'waiting' }]);
    expect(later?.drift).toMatchObject([{ kind: 'Widget', fields: [{ path: 'spec.size', live: '3' }] }]);
  });
}
