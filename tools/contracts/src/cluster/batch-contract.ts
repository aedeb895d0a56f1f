import { ImageRef } from '../../../plugin/src/model/image/image-ref.ts';
import { runningIn } from '../running-in.ts';
import type { ClusterScenario } from './cluster-scenario.ts';
import { actions, apply, deployed, objectsOf, wait } from './deployed-orders.ts';

/** A CronJob of the service that runs at a time of its own. */
const cronJob = (name = 'orders', spec: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name },
  spec: {
    schedule: '0 3 29 2 *',
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'orders', image: 'orders' }] } } },
    },
    ...spec,
  },
});
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'orders' }, data: { note: 'one' } };
const inOneHour = () => new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+/, '');

/** How a cluster treats services without a pod that runs all the time. @param start makes an empty namespace. */
export function batchContract(start: () => Promise<ClusterScenario>): void {
  it('takes a CronJob alone for a service, and tells how its runs go', async () => {
    const scenario = await start();
    const { cluster, edit, image, remove } = scenario;
    const only = [cronJob(), configMap];
    await deployed(scenario, { only });
    const facts = {
      buildNumber: '20261124-1',
      commit: 'c'.repeat(40),
      digests: [ImageRef.parse(image)!.digest],
      podsReady: 0,
      podsWanted: 0,
      health: 'healthy',
      schedules: [{ name: 'orders', schedule: '0 3 29 2 *', isSuspended: false, active: 0, lastRun: 'none' }],
    };
    expect(await runningIn(cluster, 'orders')).toEqual(facts);
    const [observed] = await cluster.observe();
    expect(observed).toMatchObject({ running: facts, drift: [] });

    const at = inOneHour();
    const ran = async (field: string, time: string) => {
      await edit('CronJob', 'orders', 'kube-controller-manager', ['status', field], time);
      return (await cluster.observe())[0];
    };
    // What ran before it was deployed says nothing about it.
    expect(await ran('lastScheduleTime', '2026-01-01T03:00:00Z')).toMatchObject({
      running: { health: 'healthy', schedules: [{ lastRun: 'before', lastScheduledAt: '2026-01-01T03:00:00Z' }] },
    });
    expect(await ran('lastScheduleTime', at)).toMatchObject({
      running: { health: 'failing', schedules: [{ lastRun: 'failed', lastScheduledAt: at }] },
      drift: [],
    });
    expect(await ran('lastSuccessfulTime', at)).toMatchObject({
      running: { health: 'healthy', schedules: [{ lastRun: 'succeeded', lastSucceededAt: at }] },
    });

    await edit('CronJob', 'orders', 'kubectl-patch', ['spec', 'suspend'], true);
    expect(await runningIn(cluster, 'orders')).toMatchObject({
      health: 'suspended',
      schedules: [{ isSuspended: true }],
    });
    await remove('CronJob', 'orders');
    expect((await cluster.observe())[0]).toMatchObject({
      running: undefined,
      drift: [{ kind: 'CronJob', name: 'orders', state: 'missing' }],
    });
  });

  it('has a CronJob ready when it is there, and says that it is suspended', async () => {
    const scenario = await start();
    const { cluster, remove } = scenario;
    const lines: string[] = [];
    const options = { timeoutMs: 20_000, onProgress: (line: string) => void lines.push(line) };
    const only = [cronJob(), cronJob('orders-monthly', { suspend: true })];
    const objects = objectsOf(scenario, { only });
    await deployed(scenario, { only });
    expect(await cluster.waitUntilReady(objects, options)).toEqual({ state: 'ready' });
    const told = lines.filter((line) => !line.endsWith('waiting for the cluster'));
    expect(told.sort()).toEqual([
      expect.stringMatching(/^CronJob orders-monthly: is suspended/),
      expect.stringMatching(/^CronJob orders: the next run will be of this build/),
    ]);
    expect(await runningIn(cluster, 'orders')).toMatchObject({
      health: 'healthy',
      schedules: [{ isSuspended: false }, { isSuspended: true }],
    });
    await remove('CronJob', 'orders');
    expect(await wait(cluster, objects)).toMatchObject({ state: 'vanished' });
  });

  it('leaves suspended what somebody suspended, unless the manifest says otherwise', async () => {
    const scenario = await start();
    const { cluster, edit } = scenario;
    const suspend = (value: boolean) => edit('CronJob', 'orders', 'kubectl-patch', ['spec', 'suspend'], value);
    const observed = async () => (await cluster.observe())[0];
    await deployed(scenario, { only: [cronJob()] });
    await suspend(true);
    expect(await observed()).toMatchObject({
      drift: [{ fields: [{ path: 'spec.suspend', live: 'true', by: 'kubectl-patch' }] }],
    });
    await deployed(scenario, { only: [cronJob()], number: '20261124-2' });
    expect(await observed()).toMatchObject({
      running: { buildNumber: '20261124-2', health: 'suspended' },
      drift: [],
    });
    await suspend(false);
    expect(await observed()).toMatchObject({ running: { health: 'healthy' }, drift: [] });
    await suspend(true);
    await deployed(scenario, { only: [cronJob('orders', { suspend: false })], number: '20261124-3' });
    expect(await observed()).toMatchObject({ running: { health: 'healthy' }, drift: [] });
  });

  it('counts the CronJobs of a service that serves as well, and removes one that it no longer has', async () => {
    const scenario = await start();
    const { cluster, edit } = scenario;
    await deployed(scenario, { more: [cronJob('orders-nightly')] });
    await edit('CronJob', 'orders-nightly', 'kube-controller-manager', ['status', 'lastScheduleTime'], inOneHour());
    expect(await runningIn(cluster, 'orders')).toMatchObject({
      buildNumber: '20261124-1',
      podsReady: 1,
      health: 'failing',
      schedules: [{ name: 'orders-nightly', lastRun: 'failed' }],
    });
    const objects = objectsOf(scenario, { number: '20261124-2' });
    await apply(cluster, objects);
    expect(actions(await cluster.prune('orders', objects))).toEqual(['CronJob deleted']);
  });

  it('takes Jobs that run once per release for a service, and does not miss a workload', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    await deployed(scenario, { only: [], job: {} }, 'failed');
    expect(await runningIn(cluster, 'orders')).toMatchObject({ buildNumber: undefined, health: 'failing' });
    await deployed(scenario, { only: [configMap], job: {}, number: '20261124-2' });
    expect((await cluster.observe())[0]).toMatchObject({
      running: { buildNumber: '20261124-2', commit: 'c'.repeat(40), digests: [], health: 'done' },
      drift: [],
    });
  });
}
