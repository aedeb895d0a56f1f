import type { NewDeploymentRecord } from '../../../plugin/src/model/deploy/deployment-record.ts';
import { ProductError } from '../../../plugin/src/model/errors/product-error.ts';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { ada, bob, type ClusterScenario } from './cluster-scenario.ts';
import { apply, jobOf, objectsOf, releaseOf, run, uidOf } from './deployed-orders.ts';

/** How a cluster has one lock for each service. @param start makes an empty namespace. */
export function lockContract(start: () => Promise<ClusterScenario>): void {
  it('lets one writer at a service at a time, and others know who it is', async () => {
    const { cluster, another } = await start();
    const other = await another();
    const waits: string[] = [];
    const first = await cluster.lock('orders', ada, (heldBy) => waits.push(heldBy));
    const payments = await other.lock('payments', bob, (heldBy) => waits.push(heldBy));
    expect(waits).toEqual([]);
    let got = false;
    const second = other.lock('orders', bob, (heldBy) => waits.push(heldBy)).then((lock) => ((got = true), lock));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(got).toBe(false);
    expect(waits).toEqual(['ada (https://ci.example/1)']);
    await first.release();
    const lock = await second;
    expect(lock.lost.aborted).toBe(false);
    await Promise.all([lock.release(), payments.release()]);
    await (await cluster.lock('orders', ada, () => {})).release();
  });

  it('takes the lock over from a dead holder, who then knows', async () => {
    const { cluster, another, killHolder } = await start();
    const first = await cluster.lock('orders', ada, () => {});
    const waits: string[] = [];
    const second = (await another()).lock('orders', bob, (heldBy) => waits.push(heldBy));
    await killHolder('orders');
    const lock = await second;
    expect(lock.lost.aborted).toBe(false);
    for (let tries = 0; tries < 100 && !first.lost.aborted; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(first.lost.aborted).toBe(true);
    await first.release();
    let got = false;
    const third = cluster.lock('orders', ada, () => {}).then((held) => ((got = true), held));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(got).toBe(false);
    await lock.release();
    await (await third).release();
  });

  it('stops waiting for the lock when it is asked to, and takes nothing', async () => {
    const { cluster, another } = await start();
    const first = await cluster.lock('orders', ada, () => {});
    const asked = new AbortController();
    const reason = new Error('asked to stop');
    const begun = performance.now();
    const waiting = (await another()).lock(
      'orders',
      bob,
      () => setTimeout(() => asked.abort(reason), 50),
      asked.signal,
    );
    await expect(waiting).rejects.toBe(reason);
    expect(performance.now() - begun).toBeLessThan(3000);
    expect(first.lost.aborted).toBe(false);
    await first.release();
    await (await cluster.lock('orders', ada, () => expect('the lock').toBe('free'))).release();
  });

  it('lets nobody write who lost the lock, and records of theirs are closed by the next', async () => {
    const scenario = await start();
    const { cluster, another, killHolder, read } = scenario;
    const other = await another();
    const [objects, job] = [objectsOf(scenario, { note: 'old' }), jobOf(scenario, { lines: [] })];
    const first = await cluster.lock('orders', ada, () => {});
    const plan = await cluster.plan('orders', objects);
    const record = await cluster.openRecord(recordOf(scenario, objects));
    await killHolder('orders');
    const second = await other.lock('orders', bob, () => {});
    expect(await typeOf(cluster.apply(plan))).toBe('lock-lost');
    expect(await typeOf(run(cluster, job))).toBe('lock-lost');
    expect(await typeOf(cluster.openRecord(recordOf(scenario, objects)))).toBe('lock-lost');
    expect(await typeOf(cluster.closeRecord(record, { outcome: 'succeeded' }))).toBe('lock-lost');
    expect(first.lost.aborted).toBe(true);
    expect(await other.records('orders')).toMatchObject([{ sequence: 1, outcome: 'running' }]);
    expect(await read('Service', 'orders')).toBeUndefined();
    expect(await uidOf(scenario, job)).toBeUndefined();
    await other.closeRecord(record, { outcome: 'abandoned' });
    await apply(other, objects);
    expect(await typeOf(cluster.prune('orders', []))).toBe('lock-lost');
    expect(await read('Service', 'orders')).toBeDefined();
    // Looking is nobody's right alone.
    expect(await cluster.records('orders')).toMatchObject([{ sequence: 1, outcome: 'abandoned' }]);
    await Promise.all([first.release(), second.release()]);
    expect(await typeOf(apply(other, objectsOf(scenario, { note: 'new' })))).toBe('lock-lost');
  });
}

async function typeOf(action: Promise<unknown>): Promise<string | undefined> {
  return action.then(
    () => undefined,
    (error: unknown) => (error instanceof ProductError ? error.facts.type : String(error)),
  );
}

function recordOf(scenario: ClusterScenario, manifests: readonly KubernetesObject[]): NewDeploymentRecord {
  const release = releaseOf(scenario);
  const startedAt = '2026-11-24T12:00:00.000Z';
  return { environment: 'preprod', release, manifests, actor: ada, cause: { action: 'deploy' }, startedAt };
}
