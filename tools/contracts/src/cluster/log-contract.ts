import { setTimeout as pause } from 'node:timers/promises';
import { hashManifests } from '../../../plugin/src/model/deploy/deployment-log.ts';
import type { NewDeploymentRecord } from '../../../plugin/src/model/deploy/deployment-record.ts';
import type { Cluster } from '../../../plugin/src/ports/cluster.ts';
import { ada, bob, type ClusterScenario } from './cluster-scenario.ts';
import { objectsOf, releaseOf } from './deployed-orders.ts';

const all = { from: 1, to: 1000 };

/** How a cluster keeps the log of deployments. @param start makes an empty namespace. */
export function logContract(start: () => Promise<ClusterScenario>): void {
  const factsIn = (scenario: ClusterScenario): NewDeploymentRecord => ({
    environment: 'preprod',
    release: releaseOf(scenario),
    manifests: objectsOf(scenario, { note: '<a> => "b" & ä \u2028' }),
    actor: ada,
    cause: {
      action: 'promote',
      reason: 'wrong <totals>',
      approvedBy: { names: ['carol'], by: 'claim' },
      overrides: ['--force'],
    },
    startedAt: '2026-11-24T12:00:00.000Z',
  });

  it('logs deployments as they begin and end, also those whose records are forgotten', async () => {
    const scenario = await start();
    const { cluster, another } = scenario;
    expect(await cluster.logged('orders', all)).toEqual([]);
    expect(await cluster.logOverview()).toBeUndefined();
    const facts = factsIn(scenario);
    const record = await cluster.openRecord(facts);
    const other = await another();
    const [begun] = await eventually(other, 1);
    const [kept] = await other.summaries();
    expect(begun).toEqual({
      service: 'orders',
      sequence: 1,
      begin: {
        at: expect.stringMatching(/Z$/),
        environment: 'preprod',
        build: facts.release.buildNumber,
        commit: facts.release.commit,
        digest: facts.release.imageDigest,
        contentHash: facts.release.contentHash,
        manifests: hashManifests((await other.record('orders', 1))!.manifests),
        record: kept!.id,
        action: 'promote',
        actor: { ...ada, identity: scenario.account },
        approvedBy: 'carol (not confirmed)',
        overrides: ['--force'],
        reason: 'wrong <totals>',
        startedAt: facts.startedAt,
      },
      unreadable: [],
    });
    const overview = await other.logOverview();
    expect(overview?.since).toMatch(/^\d{4}-/);
    expect(overview?.upTo.get('orders')).toBeGreaterThanOrEqual(1);
    const { finishedAt } = await cluster.closeRecord(record, { outcome: 'failed', reason: 'because "ä"' });
    expect((await other.logged('orders', all))[0]).toEqual({
      ...begun,
      end: { at: expect.stringMatching(/Z$/), outcome: 'failed', finishedAt, reason: 'because "ä"' },
    });
    for (let count = 2; count <= 24; count++)
      await cluster.closeRecord(await cluster.openRecord({ ...facts, manifests: [] }), { outcome: 'succeeded' });
    const log = await other.logged('orders', all);
    expect(log.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 24 }, (_, index) => 24 - index));
    expect(log.every(({ begin, end }) => begin && end)).toBe(true);
    expect(await other.records('orders')).toHaveLength(20);
    expect((await other.logged('orders', { from: 3, to: 4 })).map(({ sequence }) => sequence)).toEqual([4, 3]);
    expect(await other.logged('payments', all)).toEqual([]);
  });

  it('logs the end of a deployment that somebody else closes, and of a canary that is aborted after its end', async () => {
    const scenario = await start();
    const { cluster, another } = scenario;
    const record = await cluster.openRecord({ ...factsIn(scenario), actor: bob });
    await eventually(cluster, 1);
    const other = await another();
    const [found] = await other.records('orders');
    await other.closeRecord(found!, { outcome: 'abandoned', reason: 'died' });
    expect((await cluster.logged('orders', all))[0]).toMatchObject({
      begin: { actor: bob },
      end: { outcome: 'abandoned' },
    });
    await (await another()).closeRecord(record, { outcome: 'cancelled', reason: 'aborted' });
    expect((await cluster.logged('orders', all))[0]).toMatchObject({
      sequence: 1,
      begin: { actor: bob },
      end: { outcome: 'cancelled', reason: 'aborted' },
    });
  });

  /** Waits for first lines: they are written while the deployment goes on. */
  async function eventually(cluster: Cluster, count: number) {
    for (;;) {
      const log = await cluster.logged('orders', all);
      if (log.length >= count) return log;
      await pause(20);
    }
  }
}
