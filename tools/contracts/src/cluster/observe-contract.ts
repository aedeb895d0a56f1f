import { ada, type ClusterScenario } from './cluster-scenario.ts';
import { fieldAt } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import { actions, apply, deployed, objectsOf } from './deployed-orders.ts';

/** How a cluster observes what runs. @param start makes an empty namespace. */
export function observeContract(start: () => Promise<ClusterScenario>): void {
  it('observes all services at once: what is recorded, what runs, and what others changed', async () => {
    const scenario = await start();
    const { cluster, another, edit, remove } = scenario;
    expect(await cluster.observe()).toEqual([]);
    await deployed(scenario);
    const second = await deployed(scenario, { number: '20261124-2', note: 'two' });
    const [observed, ...others] = await (await another()).observe();
    expect(others).toEqual([]);
    expect(observed).toMatchObject({
      service: 'orders',
      newest: { sequence: second.sequence, outcome: 'succeeded', actor: ada, finishedAt: second.finishedAt },
      running: { buildNumber: '20261124-2', podsReady: 1, health: 'healthy' },
      drift: [],
      unread: [],
    });
    expect(observed?.newest?.release.buildNumber.toString()).toBe('20261124-2');
    expect(observed?.newest).not.toHaveProperty('manifests');
    expect(await cluster.observe('orders')).toEqual([observed]);
    expect(await cluster.observe('payments')).toEqual([]);
    expect((await cluster.summaries()).map(({ sequence }) => sequence).sort()).toEqual([1, 2]);
    expect(await cluster.newest()).toEqual([observed?.newest]);
    expect((await cluster.record('orders', 1))?.release.buildNumber.toString()).toBe('20261124-1');
    expect(await cluster.record('orders', 9)).toBeUndefined();

    await edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 2);
    await edit('Deployment', 'orders', 'some-operator', ['metadata', 'labels', 'operator.example/seen'], 'yes');
    await remove('Service', 'orders');
    const [drifted] = await cluster.observe();
    expect(drifted?.drift).toHaveLength(2);
    expect(drifted?.drift).toContainEqual({ kind: 'Service', name: 'orders', state: 'missing', fields: [] });
    expect(drifted?.drift.find(({ kind }) => kind === 'Deployment')).toMatchObject({
      state: 'changed',
      fields: [{ path: 'spec.replicas', applied: '1', live: '2', by: 'kubectl-edit' }],
    });

    await deployed(scenario, { number: '20261124-3' });
    expect((await cluster.observe())[0]?.drift).toEqual([]);
  });

  it('takes the Deployment of a canary for no part of what runs', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    await deployed(scenario);
    const own = objectsOf(scenario, { number: '20261124-2' }).find(({ kind }) => kind === 'Deployment')!;
    const labels = { 'app.kubernetes.io/name': 'orders', 'app.kubernetes.io/instance': 'orders.canary' };
    const canary = structuredClone(own);
    canary.metadata.name = 'orders-canary';
    canary.metadata.labels = { ...canary.metadata.labels, 'poc.dev/canary': '20261124-2' };
    const template = fieldAt(canary, 'spec', 'template') as Record<string, unknown>;
    const spec = { ...(own['spec'] as object), selector: { matchLabels: labels } };
    canary['spec'] = { ...spec, template: { ...template, metadata: { labels } } };
    await apply(cluster, [canary]);
    const observed = await cluster.observe();
    expect(observed).toMatchObject([{ service: 'orders', running: { buildNumber: '20261124-1' } }]);
    expect(await cluster.observe('orders')).toEqual(observed);
    expect(actions(await cluster.prune('orders', objectsOf(scenario)))).toEqual(['Deployment deleted']);
  });

  it('tells that something changed, until it is told to stop', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    await deployed(scenario);
    const stop = new AbortController();
    const told: (string | undefined)[] = [];
    for await (const _ of cluster.changes(stop.signal)) {
      told.push((await cluster.observe('orders'))[0]?.running?.buildNumber);
      if (told.length === 1) await deployed(scenario, { number: '20261124-2' });
      if (told.at(-1) === '20261124-2') stop.abort();
    }
    expect(told[0]).toBe('20261124-1');
  });
}
