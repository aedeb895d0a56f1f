import { jobEnding } from '../../../plugin/src/model/deploy/job-step.ts';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import type { JobResult } from '../../../plugin/src/ports/cluster.ts';

import { type ClusterScenario } from './cluster-scenario.ts';
import { objectsOf, jobOf, actions, all, run, changesOf, apply, uidOf, refusalOf } from './deployed-orders.ts';

/** How a cluster runs Jobs of a release. @param start makes an empty namespace. */
export function jobContract(start: () => Promise<ClusterScenario>): void {
  it('runs a Job of a release once, with what it writes', async () => {
    const scenario = await start();
    const { cluster, another, read } = scenario;
    const objects = objectsOf(scenario);
    const job = jobOf(scenario, { lines: ['creates the table', 'done'] });
    expect(actions(await changesOf(cluster, objects, { jobs: [job] }))).toEqual(all('created'));
    expect(await uidOf(scenario, job)).toBeUndefined();
    await apply(cluster, objects);
    expect(await run(cluster, job)).toEqual({
      result: { state: 'succeeded', hadRun: false },
      lines: ['creates the table', 'done'],
    });
    const uid = await uidOf(scenario, job);
    expect(await run(await another(), job)).toEqual({ result: { state: 'succeeded', hadRun: true }, lines: [] });
    expect(await uidOf(scenario, job)).toBe(uid);
    expect(actions(await changesOf(cluster, objects, { jobs: [job] }))).toEqual(all('unchanged'));
    // Also when the service has Jobs of its own, which are pruned.
    expect(await cluster.prune('orders', [...objects, { ...job, metadata: { name: 'own' } }])).toEqual([]);
    expect((await read('Job', job.metadata.name))?.metadata['uid']).toBe(uid);
  });

  it('tells why a Job failed, and runs it anew the next time', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    await apply(cluster, objectsOf(scenario));
    const job = jobOf(scenario, { lines: ['connects', 'no such table'], exitCode: 3 });
    const { result, lines } = await run(cluster, job);
    expect(result).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^Job migrate-20261124-1 failed: .*exited with code 3\.$/),
    });
    expect(lines).toEqual(['connects', 'no such table']);
    expect((result as JobResult & { state: 'failed' }).evidence.join('\n')).toMatch(/connects\n.*no such table/);
    const uid = await uidOf(scenario, job);
    const mended = await run(cluster, jobOf(scenario, { lines: ['connects'] }));
    expect(mended).toEqual({ result: { state: 'succeeded', hadRun: false }, lines: ['connects'] });
    expect(await uidOf(scenario, job)).not.toBe(uid);
  });

  it('goes on with a Job whose deployer was stopped, and lets one end before that of the next release', async () => {
    const scenario = await start();
    const { cluster, another } = scenario;
    await apply(cluster, objectsOf(scenario));
    const job = jobOf(scenario, { lines: ['begins'], milliseconds: 3000 });
    const stop = new AbortController();
    const stopped = await run(cluster, job, { signal: stop.signal, onLine: () => stop.abort() });
    expect(stopped.result).toMatchObject({ state: 'interrupted', reason: expect.stringContaining('Job migrate-2026') });
    const uid = await uidOf(scenario, job);
    const next = jobOf(scenario, { lines: ['next'] }, { number: '20261124-2' });
    const early = await run(cluster, next, { timeoutMs: 300 });
    expect(early.result).toMatchObject({ state: 'timed-out', reason: expect.stringContaining('migrate-20261124-2') });
    expect(await uidOf(scenario, next)).toBeUndefined();
    let before: Promise<KubernetesObject | undefined> | undefined;
    const onLine = () => void (before = scenario.read('Job', job.metadata.name));
    const [first, second] = await Promise.all([run(await another(), job), run(cluster, next, { onLine })]);
    expect(first).toEqual({ result: { state: 'succeeded', hadRun: false }, lines: ['begins'] });
    expect(second.result).toEqual({ state: 'succeeded', hadRun: false });
    expect(jobEnding((await before)!)).toBe('succeeded');
    expect(await uidOf(scenario, job)).toBe(uid);
  });

  it('ends waiting for a Job when it vanishes, time is up or somebody interrupts', async () => {
    const scenario = await start();
    const { cluster, remove } = scenario;
    await apply(cluster, objectsOf(scenario));
    const job = jobOf(scenario, { lines: ['begins'], milliseconds: Infinity });
    expect((await run(cluster, job, { signal: AbortSignal.abort() })).result.state).toBe('interrupted');
    expect(await uidOf(scenario, job)).toBeUndefined();
    const late = (await run(cluster, job, { timeoutMs: 2000 })).result;
    expect(late).toMatchObject({
      state: 'timed-out',
      reason: expect.stringMatching(/^Job migrate-20261124-1 had not ended/),
    });
    const onLine = () => setTimeout(() => void remove('Job', job.metadata.name), 100);
    expect((await run(cluster, job, { onLine })).result).toMatchObject({
      state: 'vanished',
      reason: expect.stringContaining('Job migrate-20261124-1'),
    });
  });

  it('runs no Job whose name is taken by somebody else', async () => {
    const scenario = await start();
    const { cluster, put } = scenario;
    const job = jobOf(scenario, {});
    const metadata = { name: job.metadata.name, namespace: scenario.namespace };
    for (const labels of [{}, { ...job.metadata.labels, 'poc.dev/service': 'payments' }]) {
      await put({ ...job, metadata: { ...metadata, labels } });
      const attempts = [() => cluster.plan('orders', objectsOf(scenario), { jobs: [job] }), () => run(cluster, job)];
      for (const attempt of attempts) {
        expect((await refusalOf(attempt())).facts).toMatchObject({
          type: 'foreign-object',
          reason: expect.stringContaining('Job migrate-20261124-1'),
        });
      }
    }
  });
}
