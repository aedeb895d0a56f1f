import { setTimeout as pause } from 'node:timers/promises';
import type { ChangedServices } from '../../../plugin/src/model/observe/changed-services.ts';
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

  it('observes some services as it does among all', async () => {
    const scenario = await start();
    const { cluster, edit } = scenario;
    for (const service of ['orders', 'payments', 'stock']) await deployed(scenario, { service });
    await edit('Deployment', 'stock', 'kubectl-edit', ['spec', 'replicas'], 0);
    const [orders, payments, stock] = await cluster.observe();
    expect(await cluster.observe(['stock', 'missing', 'orders'])).toEqual([orders, stock]);
    expect(await cluster.observe(['payments'])).toEqual([payments]);
    expect(await cluster.observe(['missing'])).toEqual([]);
  });

  it('names the services that changed, until it is stopped', async () => {
    const scenario = await start();
    const { cluster, remove, scale } = scenario;
    for (const service of ['orders', 'payments']) await deployed(scenario, { service });
    await cluster.observe();
    const stop = new AbortController();
    const heard: ChangedServices[] = [];
    const listening = (async () => {
      for await (const changed of cluster.changes(stop.signal)) heard.push(changed);
    })();
    const steps: [service: string, act: () => Promise<unknown>][] = [
      ['orders', () => deployed(scenario, { number: '20261124-2' })],
      ['payments', () => scale('payments', 'kubectl-scale', 0)],
      ['orders', () => remove('Deployment', 'orders')],
    ];
    for (const [service, act] of steps) {
      await untilQuiet(heard);
      const before = heard.length;
      await act();
      const isNamed = () => heard.slice(before).some((changed) => changed !== 'all' && changed.has(service));
      while (!isNamed()) await pause(50);
    }
    stop.abort();
    await listening;
  });
}

/** Waits until all was heard that a watch begins with: what changes meanwhile is heard as a change of all services. */
async function untilQuiet(heard: readonly unknown[]): Promise<void> {
  for (let before = 0; before === 0 || heard.length > before;) {
    before = heard.length;
    await pause(1000);
  }
}
