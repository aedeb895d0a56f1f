import { setTimeout as pause } from 'node:timers/promises';
import { FakeApiServer } from '../../../../../simulators/src/kubernetes/fake-api-server.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { AccessRule } from '../client/access-rules.ts';
import type { HeldLease } from './held-lease.ts';
import { acquireLease } from './lease.ts';
import type { Moment } from './moment.ts';

const ada = { person: 'ada', run: 'ada@laptop' };
const bob = { person: 'bob', run: 'bob@laptop' };
const namespace = 'shop';
const path = '/apis/coordination.k8s.io/v1/namespaces/shop/leases/poc-orders';
const configMap = '/api/v1/namespaces/shop/configmaps/orders';

let server: FakeApiServer;
const held: HeldLease[] = [];
/** How far a clock is ahead of where it would be. */
const ahead = { monotonic: 0, sinceBoot: 0, timeOfDay: 0 };
const now = (): Moment => {
  // Of one clock: the machine's others may be set while this runs.
  const at = performance.now();
  return { monotonic: at + ahead.monotonic, sinceBoot: at + ahead.sinceBoot, timeOfDay: at + ahead.timeOfDay };
};

async function serve(rules?: readonly AccessRule[]): Promise<void> {
  server = await FakeApiServer.start(rules);
}

async function take(
  who = ada,
  onWait: (heldBy: string) => void = () => {},
  details: { giveUpAfter?: number } = {},
): Promise<HeldLease> {
  const lease = await acquireLease({ api: server.api, namespace, now, ...details }, 'orders', who, onWait);
  held.push(lease);
  return lease;
}

/** Writes as the holder of a lease. */
function write(lease: HeldLease): Promise<unknown> {
  return server.api.fencedBy(lease).send('PATCH', configMap, {
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'orders' } },
    contentType: 'application/apply-patch+yaml',
  });
}

/** A lease that somebody holds who does not renew it. */
function leaseOf(spec: object): KubernetesObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'poc-orders' },
    spec: { holderIdentity: 'carol (carol@laptop)', leaseDurationSeconds: 1, ...spec },
  };
}

afterEach(async () => {
  Object.assign(ahead, { monotonic: 0, sinceBoot: 0, timeOfDay: 0 });
  for (const lease of held.splice(0)) await lease.release();
  server.close();
});

describe('waiting for a lease', () => {
  it.each([
    ['long ago by the clock', '2001-01-01T00:00:00.000000Z'],
    ['in a time to come', '2999-01-01T00:00:00.000000Z'],
    ['at no time', undefined],
  ])('takes one over that was renewed %s after it was seen not to be renewed, and not before', async (_, renewTime) => {
    await serve();
    server.put(path, leaseOf({ renewTime }));
    const started = performance.now();
    const waits: string[] = [];
    await take(bob, (heldBy) => waits.push(heldBy));
    expect(performance.now() - started).toBeGreaterThan(990);
    expect(performance.now() - started).toBeLessThan(3000);
    expect(waits).toEqual(['carol (carol@laptop)']);
  });

  it.each(['watched', 'asked for'])(
    'leaves a holder alone who renews by a clock of long ago, and takes over when it stops, when it may be %s',
    async (way) => {
      const verbs = ['get', 'create', 'update', ...(way === 'watched' ? ['watch'] : [])];
      await serve([{ verbs, apiGroups: ['coordination.k8s.io'], resources: ['leases'] }]);
      let renewals = 0;
      let renewedAt = 0;
      const renew = () => {
        server.put(path, leaseOf({ renewTime: `2001-01-01T00:00:0${renewals++}.000000Z` }));
        renewedAt = performance.now();
      };
      renew();
      const timer = setInterval(renew, 600);
      let taken = false;
      const taking = take(bob).then(() => (taken = true));
      await pause(2500);
      expect(taken).toBe(false);
      clearInterval(timer);
      await taking;
      expect(performance.now() - renewedAt).toBeGreaterThan(900);
      expect(server.refused.map(({ verb }) => verb)).toEqual(way === 'watched' ? [] : ['watch']);
    },
  );

  it('is not kept waiting by somebody who annotates the lease of a holder who is dead', async () => {
    await serve();
    const annotate = () =>
      server.put(path, {
        ...leaseOf({ renewTime: '2001-01-01T00:00:00.000000Z' }),
        metadata: { name: 'poc-orders', annotations: { at: String(performance.now()) } },
      });
    annotate();
    const timer = setInterval(annotate, 200);
    const started = performance.now();
    await take(bob).finally(() => clearInterval(timer));
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('takes what is released at once', async () => {
    await serve();
    const first = await take();
    const second = take(bob);
    await pause(100);
    await first.release();
    const released = performance.now();
    await second;
    expect(performance.now() - released).toBeLessThan(500);
  });
});

describe('a lease that is held', () => {
  it('lets its holder write, for less time than others wait, also on the server', async () => {
    await serve();
    const lease = await take();
    expect(await lease.hold()).toBeGreaterThan(13_000);
    expect(await lease.hold()).toBeLessThanOrEqual(14_000);
    let timeout: string | null = null;
    server.before = (_, query) => void (timeout = query.get('timeout'));
    await write(lease);
    expect(timeout).toMatch(/^1[34]\d\d\dms$/);
  });

  it.each(['monotonic', 'sinceBoot', 'timeOfDay'] as const)(
    'is asked for before a write after a suspension that only the clock %s counts: nobody took it',
    async (clock) => {
      await serve();
      const lease = await take();
      const before = server.read(path);
      ahead[clock] = 20_000;
      // Renewed within the same millisecond it would be the same, and so would its version.
      await pause(5);
      await write(lease);
      expect(server.read(path)?.metadata['resourceVersion']).not.toBe(before?.metadata['resourceVersion']);
      expect(server.written.slice(-2)).toEqual([`PUT ${path}`, `PATCH ${configMap}`]);
      expect(lease.lost.aborted).toBe(false);
    },
  );

  it('lets nobody write who was suspended while another took it over, and says who', async () => {
    await serve();
    const lease = await take();
    const { spec } = server.read(path) as KubernetesObject & { spec: object };
    server.put(path, leaseOf({ ...spec, holderIdentity: `bob (bob@laptop) ${'a'.repeat(36)}` }));
    ahead.sinceBoot = 20_000;
    await expect(write(lease)).rejects.toMatchObject({
      exitCode: 1,
      facts: { type: 'lock-lost', reason: expect.stringMatching(/^bob \(bob@laptop\) took it over, because/) },
    });
    expect(server.read(configMap)).toBeUndefined();
    expect(lease.lost.aborted).toBe(true);
    await lease.release();
    expect(server.read(path)?.['spec']).toMatchObject({ holderIdentity: expect.stringMatching(/^bob/) });
  });

  it('lets nobody write who cannot renew it, nor send again what was not answered in time', async () => {
    await serve();
    const lease = await take(ada, undefined, { giveUpAfter: 1 });
    let sent = 0;
    // The network goes with the first attempt, and a long time passes.
    server.before = (what) => {
      if (what.startsWith('PATCH')) sent++;
      if (what.startsWith('PATCH') || what.startsWith('PUT')) {
        Object.assign(ahead, { monotonic: 20_000 });
        return new Promise(() => {});
      }
      return undefined;
    };
    const writing = write(lease);
    await pause(50);
    // It comes back when the lease is another's.
    server.close();
    await expect(writing).rejects.toMatchObject({ facts: { type: 'lock-lost' } });
    expect(sent).toBe(1);
  });

  it('is kept by who could not renew it for longer than it lasts, when nobody took it meanwhile', async () => {
    await serve();
    const lease = await take();
    let renewals = 0;
    server.before = (what) => (what === `PUT ${path}` && ++renewals <= 3 ? new Promise(() => {}) : undefined);
    ahead.monotonic = 20_000;
    await write(lease);
    expect(server.read(configMap)).toBeDefined();
    expect(renewals).toBe(4);
    expect(lease.lost.aborted).toBe(false);
  });

  it('is not lost to somebody who annotates it, and is released all the same', async () => {
    await serve();
    const lease = await take();
    const annotate = () => {
      const found = server.read(path)!;
      server.put(path, { ...found, metadata: { ...found.metadata, annotations: { a: String(performance.now()) } } });
    };
    annotate();
    ahead.monotonic = 5000;
    expect(await lease.hold()).toBeGreaterThan(13_000);
    annotate();
    await lease.release();
    expect(server.read(path)?.['spec']).toMatchObject({ holderIdentity: null });
    await expect(write(lease)).rejects.toMatchObject({
      facts: { type: 'lock-lost', reason: 'It was released already.' },
    });
  });

  it('is released at an API server that was away when its holder ended', async () => {
    await serve();
    const lease = await take();
    let asked = 0;
    server.before = (what) => (what === `PUT ${path}` && ++asked <= 2 ? new Promise(() => {}) : undefined);
    await lease.release();
    expect(asked).toBe(3);
    expect(server.read(path)?.['spec']).toMatchObject({ holderIdentity: null });
  });

  it('is left to expire where the API server stays away', async () => {
    await serve();
    const lease = await take();
    let asked = 0;
    server.before = (what) => {
      if (what === `PUT ${path}`) asked++;
      ahead.monotonic = 20_000;
      return new Promise(() => {});
    };
    await lease.release();
    expect(asked).toBe(1);
  });

  it('is lost when somebody deletes it', async () => {
    await serve();
    const lease = await take();
    server.remove(path);
    ahead.monotonic = 5000;
    await expect(write(lease)).rejects.toMatchObject({ facts: { type: 'lock-lost' } });
    expect(server.read(configMap)).toBeUndefined();
  });

  it('lets dry runs and questions through when it is lost', async () => {
    await serve();
    const lease = await take();
    await lease.release();
    const api = server.api.fencedBy(lease);
    expect(await api.get(configMap)).toBeUndefined();
    await api.send('PATCH', configMap, {
      query: { dryRun: 'All' },
      body: { metadata: { name: 'orders' } },
      contentType: 'application/apply-patch+yaml',
    });
    expect(server.read(configMap)).toBeUndefined();
  });
});
