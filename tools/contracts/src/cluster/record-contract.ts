import { BuildNumber } from '../../../plugin/src/model/release/build-number.ts';
import type {
  DeploymentRecord,
  Hold,
  NewDeploymentRecord,
  ProbeResult,
} from '../../../plugin/src/model/deploy/deployment-record.ts';

import { ada, bob, type ClusterScenario } from './cluster-scenario.ts';
import { releaseOf, objectsOf } from './deployed-orders.ts';

/** How a cluster keeps deployment records. @param start makes an empty namespace. */
export function recordContract(start: () => Promise<ClusterScenario>): void {
  it('keeps which account wrote a record, by the word of the cluster alone, and who approved', async () => {
    const scenario = await start();
    const { cluster, another, account } = scenario;
    expect(await cluster.identity()).toBe(account);
    const approvedBy = { names: ['alice', 'bob'], by: 'github-review' } as const;
    await cluster.openRecord({
      environment: 'preprod',
      release: releaseOf(scenario),
      manifests: objectsOf(scenario),
      actor: { ...ada, identity: 'system:admin-of-all' },
      cause: { action: 'deploy', approvedBy },
      startedAt: '2026-11-24T12:00:00.000Z',
    });
    const kept = { actor: { ...ada, identity: account }, cause: { action: 'deploy', approvedBy } };
    const other = await another();
    expect((await other.records('orders'))[0]).toMatchObject(kept);
    expect((await other.newest('orders'))[0]).toMatchObject(kept);
  });

  it('notes how far a canary is, and what is asked of it, until that is noted as done', async () => {
    const scenario = await start();
    const { cluster, another } = scenario;
    const canary = { steps: [10, 50], pauseMs: 5000 };
    const opened = await cluster.openRecord({
      environment: 'preprod',
      release: releaseOf(scenario),
      manifests: objectsOf(scenario),
      actor: ada,
      cause: { action: 'deploy' },
      canary,
      startedAt: '2026-11-24T12:00:00.000Z',
    });
    const progress = { phase: 'serving', weight: 10, since: '2026-11-24T12:00:01.000Z' } as const;
    await cluster.noteCanary(opened, progress);
    const other = await another();
    expect((await other.newest('orders'))[0]).toMatchObject({ canary, canaryProgress: progress, outcome: 'running' });
    await other.askCanary(opened, { goal: 'abort', actor: bob });
    expect(await cluster.record('orders', 1)).toMatchObject({ canaryWish: { goal: 'abort', actor: bob } });
    await cluster.noteCanary(opened, { ...progress, phase: 'ended', weight: 0 });
    const ending = { outcome: 'failed', reason: 'aborted', fault: 'build' } as const;
    expect(await cluster.closeRecord(opened, ending)).toMatchObject(ending);
    expect((await other.newest('orders'))[0]).toMatchObject(ending);
    const [closed] = await other.records('orders');
    expect(closed).toMatchObject(ending);
    expect(closed).toMatchObject({ canary, canaryProgress: { phase: 'ended', weight: 0 }, outcome: 'failed' });
    expect(closed).not.toHaveProperty('canaryWish');
  });

  it('keeps records, newest first, and forgets old ones but the newest that succeeded', async () => {
    const scenario = await start();
    const { cluster, another } = scenario;
    expect(await cluster.records('orders')).toEqual([]);
    expect(await cluster.services()).toEqual([]);
    const manifests = objectsOf(scenario, { note: `<a> => "b" & 'ä' \u2028 ${'x'.repeat(20_000)}` });
    const few = objectsOf(scenario, { note: '<a> => &' });
    const hold: Hold = {
      buildNumber: BuildNumber.parse('20261124-9')!,
      actor: bob,
      reason: 'wrong <totals>',
      since: '2026-11-24T11:00:00.000Z',
    };
    const facts: NewDeploymentRecord = {
      environment: 'preprod',
      release: releaseOf(scenario),
      manifests,
      actor: ada,
      cause: { action: 'rollback', reason: 'wrong <totals>', overrides: ['--force'] },
      hold,
      exceptions: [{ object: 'Deployment orders', reason: 'One pod <only>, "ä".', lifted: ['spec.replicas'] }],
      publishes: [
        {
          ...{ api: 'orders', revision: '20261124-1', digest: `sha256:${'d'.repeat(64)}`, path: 'orders' },
          ...{ file: 'apps/orders/openapi.yaml', products: ['partners'] },
        },
      ],
      startedAt: '2026-11-24T12:00:00.000Z',
    };
    const opened = await cluster.openRecord(facts);
    const actor = { ...ada, identity: scenario.account };
    expect(opened).toEqual({ ...facts, actor, sequence: 1, outcome: 'running' });
    const probe: ProbeResult = { requests: 412, failed: 1, p99: 8.5, firstFailure: 'answer 503' };
    const published = [
      { api: 'orders', revision: '20261124-1', previous: '20261123-4', openedAt: '2026-11-24T12:01:00.000Z' },
    ];
    const closed = await cluster.closeRecord(opened, { outcome: 'succeeded', probe, published });
    expect(closed).toMatchObject({ sequence: 1, outcome: 'succeeded', finishedAt: expect.stringMatching(/Z$/), probe });
    expect(closed).toMatchObject({ published });
    const [read] = await (await another()).records('orders');
    expect(read).toEqual(closed);
    expect((await cluster.newest('orders'))[0]).toMatchObject({
      exceptions: facts.exceptions,
      publishes: facts.publishes,
      published,
    });
    expect(read?.hold?.buildNumber.equals(hold.buildNumber)).toBe(true);
    expect(await cluster.records('payments')).toEqual([]);
    expect(await cluster.services()).toEqual(['orders']);
    let last: DeploymentRecord | undefined;
    for (let count = 2; count <= 23; count++) {
      last = await cluster.closeRecord(await cluster.openRecord({ ...facts, manifests: few, actor: bob }), {
        outcome: 'failed',
        reason: 'because "ä"',
      });
      expect(last).toMatchObject({ sequence: count, reason: 'because "ä"' });
    }
    const kept = await cluster.records('orders');
    expect(kept.map(({ sequence }) => sequence)).toEqual([...Array.from({ length: 20 }, (_, i) => 23 - i), 1]);
    expect(kept[0]).toEqual(last);
    expect(kept.at(-1)).toEqual(closed);
  });

  it('gives sequences to one only, also when several ask at once', async () => {
    const scenario = await start();
    const facts = {
      environment: 'preprod',
      release: releaseOf(scenario),
      manifests: [],
      actor: ada,
      cause: { action: 'deploy' as const },
      startedAt: '2026-11-24T12:00:00.000Z',
    };
    const both = [scenario.cluster, await scenario.another()];
    const opened = await Promise.all([...both, ...both].map((cluster) => cluster.openRecord(facts)));
    expect(opened.map(({ sequence }) => sequence).sort()).toEqual([1, 2, 3, 4]);
  });
}
