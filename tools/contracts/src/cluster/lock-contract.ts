import { ada, bob, type ClusterScenario } from './cluster-scenario.ts';

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
}
