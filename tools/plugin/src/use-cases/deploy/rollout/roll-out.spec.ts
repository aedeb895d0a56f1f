import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { InMemoryCluster } from '../../../../../twins/src/cluster/in-memory-cluster.ts';
import { ordersManifests, ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import { planRollback, rollBack } from '../../rollback/rollback.ts';
import { runningIn } from '../../../../../contracts/src/running-in.ts';
import { releaseIt } from '../../../../../twins/src/release-it.ts';

const ada = { person: 'ada', run: 'ada@laptop' };
const preprodOf = ({ environments }: ReleaseScenario) => environments.find(({ name }) => name === 'preprod')!;
const clusterOf = (scenario: ReleaseScenario) => scenario.clusters.get('preprod')!;

/** Makes the service's Deployment a StatefulSet. */
function writeStatefulSet({ repository }: ReleaseScenario, updateStrategy: object): void {
  const text = ordersManifests.replace('kind: Deployment', 'kind: StatefulSet');
  const strategy = `updateStrategy: ${JSON.stringify(updateStrategy)}`;
  repository.write('apps/orders/k8s/all.yaml', text.replace(/strategy: .*/, `serviceName: orders\n  ${strategy}`));
  repository.commit();
}

async function goBack(scenario: ReleaseScenario) {
  const { service, ports, reporter } = scenario;
  const request = {
    service,
    environment: preprodOf(scenario),
    environmentNames: [],
    mainBranch: 'main',
    to: undefined,
    actor: ada,
  };
  const plan = await planRollback({ ...request, reason: undefined }, ports);
  return rollBack(plan, { timeoutMs: 1000 }, ports, reporter);
}

describe('a deploy that fails', () => {
  it('goes back by itself to the last good release, and records both', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    clusterOf(scenario).script('orders', { state: 'failed', reason: 'It crashed.', evidence: ['boom'] });
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      exitCode: 1,
      facts: {
        type: 'rollout-failed',
        evidence: ['boom', expect.stringMatching(/^suspect: [0-9a-f]{12} 2026-11-24 Ada: change$/)],
        remedy: expect.stringContaining('Rolled back to 20261124-1 automatically; it is serving.'),
      },
    });
    expect(await runningIn(clusterOf(scenario), 'orders')).toMatchObject({ buildNumber: '20261124-1' });
    expect(await clusterOf(scenario).records('orders')).toMatchObject([
      {
        sequence: 3,
        outcome: 'succeeded',
        cause: { action: 'automatic-rollback', reason: '20261124-2 failed: It crashed.' },
      },
      { sequence: 2, outcome: 'failed', reason: 'It crashed.' },
      { sequence: 1, outcome: 'succeeded' },
    ]);
    // What failed is tried again when somebody asks for it again: it may have been the cluster's fault.
    expect(await releaseIt(scenario)).toMatchObject({ built: false, deploys: [{ result: { state: 'deployed' } }] });
  });

  it('goes back to a StatefulSet by itself, over the pod that the failed release broke, and records that', async () => {
    const scenario = new ReleaseScenario();
    writeStatefulSet(scenario, {});
    await releaseIt(scenario);
    scenario.change('2');
    clusterOf(scenario).script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      facts: { remedy: expect.stringContaining('Rolled back to 20261124-1 automatically; it is serving.') },
    });
    const replaced = 'Deleted Pod orders-1, which is of an older revision and broken.';
    expect(await clusterOf(scenario).records('orders')).toMatchObject([
      { outcome: 'succeeded', cause: { action: 'automatic-rollback' }, reason: replaced },
      { outcome: 'failed', reason: 'It crashed.' },
      { outcome: 'succeeded' },
    ]);
    expect(scenario.lines).toContain(`preprod: StatefulSet orders: ${replaced}`);
  });

  it('records what it deleted for a StatefulSet also when that did not help', async () => {
    const scenario = new ReleaseScenario();
    writeStatefulSet(scenario, {});
    await releaseIt(scenario);
    const failure = { state: 'failed' as const, reason: 'It crashed.', evidence: [] };
    scenario.change('2');
    clusterOf(scenario).script('orders', failure, { ...failure, reason: 'So did this.' });
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      facts: { remedy: expect.stringContaining('(So did this. Deleted Pod orders-1, which is') },
    });
    expect((await clusterOf(scenario).records('orders'))[0]).toMatchObject({
      outcome: 'failed',
      reason: 'So did this. Deleted Pod orders-1, which is of an older revision and broken.',
    });
  });

  it('warns of pods that a partition keeps at an older revision, before and after, and records them', async () => {
    const scenario = new ReleaseScenario();
    writeStatefulSet(scenario, { type: 'RollingUpdate', rollingUpdate: { partition: 1 } });
    await releaseIt(scenario);
    scenario.change('2');
    await releaseIt(scenario);
    const kept = '1 of the pods of StatefulSet orders (orders-0) keeps an older revision, because its partition is 1.';
    expect(scenario.lines).toContain(`preprod: ${kept}`);
    expect(scenario.lines.join('\n')).toMatch(
      /StatefulSet orders, spec\.updateStrategy\.rollingUpdate\.partition: it is 1/,
    );
    expect((await clusterOf(scenario).records('orders'))[0]).toMatchObject({ outcome: 'succeeded', reason: kept });
  });

  it('leaves what serves in place when going back fails too, and says so', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    const failure = { state: 'failed' as const, reason: 'It crashed.', evidence: [] };
    clusterOf(scenario).script('orders', failure, { ...failure, reason: 'So did this.' });
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      facts: { remedy: expect.stringContaining('Rolling back to 20261124-1 failed too (So did this.)') },
    });
    expect((await runningIn(clusterOf(scenario), 'orders'))?.podsReady).toBe(2);
  });

  it('takes nothing away when it is the first one', async () => {
    const scenario = new ReleaseScenario();
    clusterOf(scenario).script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      facts: { remedy: expect.stringContaining('Nothing was removed') },
    });
    expect(clusterOf(scenario).read('Deployment', 'orders')).toBeDefined();
    expect(clusterOf(scenario).calls).not.toContain('prune');
  });

  it('puts back what was half applied when applying fails', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    const cluster = clusterOf(scenario);
    cluster.before = (call) => {
      if (call !== 'waitUntilReady') return;
      cluster.before = () => {};
      throw new TypeError('a bug');
    };
    await expect(releaseIt(scenario)).rejects.toThrow('a bug');
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
  });
});

it('has not succeeded when no gateway takes its route, and goes back', async () => {
  const scenario = new ReleaseScenario();
  scenario.repository.write(
    'apps/orders/k8s/route.yaml',
    'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: orders }\nspec: {}\n',
  );
  scenario.repository.commit();
  await releaseIt(scenario);
  scenario.change('2');
  const cluster = clusterOf(scenario);
  cluster.before = async (call) => {
    if (call !== 'apply traffic') return;
    // Going back has the route that was taken before.
    const isBack = (await cluster.records('orders')).length > 2;
    cluster.refusesRoutes = isBack ? undefined : 'No listener.';
  };
  await expect(releaseIt(scenario)).rejects.toThrow('HTTPRoute orders is not in effect: No listener.');
  expect(await cluster.records('orders')).toMatchObject([
    { outcome: 'succeeded', cause: { action: 'automatic-rollback' } },
    { outcome: 'failed', reason: 'HTTPRoute orders is not in effect: No listener.' },
    { outcome: 'succeeded' },
  ]);
});

describe('what fails when the pods serve', () => {
  const away = () => new Refusal({ type: 'cluster-unreachable', doing: 'x', reason: 'It was away.', remedy: 'y' });
  const withMap = async (scenario: ReleaseScenario) => {
    scenario.repository.write('apps/orders/k8s/map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: old }\n');
    scenario.repository.commit();
    await releaseIt(scenario);
    scenario.repository.remove('apps/orders/k8s/map.yaml');
    scenario.repository.commit();
  };

  it.each(['the look', 'the removal'])('undoes nothing: %s for what is superfluous', async (which) => {
    const scenario = new ReleaseScenario();
    await withMap(scenario);
    const cluster = clusterOf(scenario);
    cluster.before = (call) => {
      if (call === (which === 'the look' ? 'prune (dry run)' : 'prune')) throw away();
    };
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    expect(await cluster.records('orders')).toMatchObject([
      { outcome: 'succeeded', reason: expect.stringMatching(/could not be removed: It was away\./) },
      { outcome: 'succeeded' },
    ]);
    expect(scenario.lines.join('\n')).toMatch(/preprod: What the release no longer has could not be removed/);
  });

  it('undoes nothing: its record', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    const cluster = clusterOf(scenario);
    cluster.before = (call) => {
      if (call === 'closeRecord') throw away();
    };
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    expect(scenario.lines.join('\n')).toMatch(/is serving, but that could not be recorded: It was away\./);
    cluster.before = () => {};
    expect(await cluster.records('orders')).toMatchObject([{ outcome: 'running' }, { outcome: 'succeeded' }]);
  });
});

describe('the proof of no downtime', () => {
  it('asks the service from outside meanwhile, and records what it met with', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    expect(scenario.prober.asked).toEqual([{ url: 'https://preprod.example/orders', rate: 10 }]);
    scenario.prober.meets = { requests: 412, failed: 1, p99: 8, firstFailure: 'answer 503' };
    scenario.change('2');
    await releaseIt(scenario);
    const [record] = await clusterOf(scenario).records('orders');
    expect(record?.probe).toEqual(scenario.prober.meets);
    expect(scenario.lines).toContain('preprod: requests meanwhile: 1 of 412 failed (the first: answer 503), p99 8 ms');
    expect(scenario.prober.running).toBe(0);
  });

  it('is stopped and recorded also when the deploy fails, and does not stop one that cannot be probed', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    clusterOf(scenario).script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    await expect(releaseIt(scenario)).rejects.toThrow('It crashed.');
    expect(await clusterOf(scenario).records('orders')).toMatchObject([
      { outcome: 'succeeded', cause: { action: 'automatic-rollback' } },
      { outcome: 'failed', probe: { requests: 10 } },
      { outcome: 'succeeded' },
    ]);
    expect(scenario.prober.running).toBe(0);
    scenario.prober.meets = 'nobody answers';
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    expect(scenario.lines).toContain('preprod: not probed: nobody answers');
    expect((await clusterOf(scenario).records('orders'))[0]).not.toHaveProperty('probe');
  });
});

describe('the order of a rollout', () => {
  const route = (path: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: orders }
spec:
  rules: [{ matches: [{ path: { type: PathPrefix, value: ${path} } }], backendRefs: [{ name: orders, port: 80 }] }]
`;
  const writeRoute = (scenario: ReleaseScenario, path: string) => {
    scenario.repository.write('apps/orders/k8s/route.yaml', route(path));
    scenario.repository.commit();
  };
  const pathOf = (cluster: InMemoryCluster): unknown => {
    const spec = cluster.read('HTTPRoute', 'orders')?.['spec'] as { rules: { matches: object[] }[] } | undefined;
    return spec?.rules[0]?.matches[0];
  };
  const led = (path: string) => ({ path: { type: 'PathPrefix', value: path } });
  const echo = (value: string) => ({ name: 'poc-warm-up', value });
  const warmedUp = (path: string, build: string) => ({ ...led(path), headers: [{ type: 'Exact', ...echo(build) }] });

  /** Warmed up, marked, and marked still when the probe begins. */
  const whileOpening = [warmedUp('/orders', '20261124-1'), led('/orders'), led('/orders')];

  /** Paths that clients are led by when the pods are waited for, and when the probe begins. */
  function watch(scenario: ReleaseScenario): { whileWaiting: unknown[]; atProbe: unknown[] } {
    const seen: { whileWaiting: unknown[]; atProbe: unknown[] } = { whileWaiting: [], atProbe: [] };
    const cluster = clusterOf(scenario);
    cluster.before = (call) => void (call === 'waitUntilReady' && seen.whileWaiting.push(pathOf(cluster)));
    scenario.prober.onStart = () => void seen.atProbe.push(pathOf(cluster));
    return seen;
  }

  it('opens the route of a new service when its pods are ready, and probes it from then on', async () => {
    const scenario = new ReleaseScenario();
    writeRoute(scenario, '/orders');
    const seen = watch(scenario);
    await releaseIt(scenario);
    expect(seen).toEqual({ whileWaiting: [undefined], atProbe: whileOpening });
    const echoes = scenario.prober.asked.map((target) => target.echo);
    expect(echoes).toEqual([echo('20261124-1'), echo('20261124-1-open'), undefined]);
    expect(pathOf(clusterOf(scenario))).toEqual(led('/orders'));
    expect((await clusterOf(scenario).records('orders'))[0]?.probe).toEqual(scenario.prober.meets);
  });

  it('does not count what another route answers while the gateway does not have the new one', async () => {
    const scenario = new ReleaseScenario();
    writeRoute(scenario, '/orders');
    const { meets } = scenario.prober;
    const counted: unknown[] = [];
    // A gateway that takes longer than is waited for: each look at the clock is three seconds later.
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => (now += 3000));
    let options: unknown;
    scenario.prober.onStart = (each) => void (options = each);
    scenario.prober.meetsAt = ({ echo }) => {
      if (!echo) counted.push(options);
      return echo ? 'another route answers' : meets;
    };
    await releaseIt(scenario);
    jest.restoreAllMocks();
    // Not before the route is applied as it is written, and accepted.
    expect(counted).toEqual([{ retryForMs: 5000, atLeastMs: 2000 }]);
    expect(pathOf(clusterOf(scenario))).toEqual(led('/orders'));
  });

  it('probes a new service again through its route when nothing answered before', async () => {
    const scenario = new ReleaseScenario();
    writeRoute(scenario, '/orders');
    const cluster = clusterOf(scenario);
    const { meets } = scenario.prober;
    const options: unknown[] = [];
    // No route of the warm-up is let in.
    cluster.before = (call) => {
      if (call === 'apply') throw new Refusal({ type: 'not-admitted', doing: 'apply', reason: 'No.', remedy: 'Ask.' });
    };
    scenario.prober.onStart = (each) => {
      options.push(each);
      scenario.prober.meets = cluster.read('HTTPRoute', 'orders') ? meets : 'answer 404';
    };
    await releaseIt(scenario);
    expect(options).toEqual([{ atLeastMs: 2000 }, { retryForMs: 5000, atLeastMs: 2000 }]);
    expect((await cluster.records('orders'))[0]?.probe).toEqual(meets);
    expect(scenario.lines.join('\n')).not.toContain('not probed');
  });

  it('opens a route without a warm-up where it is not let', async () => {
    const scenario = new ReleaseScenario();
    writeRoute(scenario, '/orders');
    const cluster = clusterOf(scenario);
    let applied = 0;
    cluster.before = (call) => {
      if (call === 'apply') throw new Refusal({ type: 'not-admitted', doing: 'apply', reason: 'No.', remedy: 'Ask.' });
      if (call === 'apply traffic') applied++;
    };
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    expect(applied).toBe(1);
    expect(pathOf(cluster)).toEqual(led('/orders'));
  });

  it('opens no route when the first release fails, and the next attempt opens it', async () => {
    const scenario = new ReleaseScenario();
    writeRoute(scenario, '/orders');
    clusterOf(scenario).script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    await expect(releaseIt(scenario)).rejects.toThrow('It crashed.');
    expect(pathOf(clusterOf(scenario))).toBeUndefined();
    expect(scenario.prober.asked).toEqual([]);
    expect((await clusterOf(scenario).observe('orders'))[0]?.drift).toEqual([]);
    const seen = watch(scenario);
    await releaseIt(scenario);
    expect(seen).toEqual({ whileWaiting: [undefined], atProbe: whileOpening });
    expect(pathOf(clusterOf(scenario))).toEqual(led('/orders'));
  });

  /** A release with a route runs; the next one has none. */
  async function withoutItsRoute() {
    const scenario = new ReleaseScenario();
    writeRoute(scenario, '/orders');
    await releaseIt(scenario);
    const cluster = clusterOf(scenario);
    scenario.repository.remove('apps/orders/k8s/route.yaml');
    scenario.repository.commit();
    return { scenario, cluster };
  }

  it('leads clients away from a route before it is deleted, when the new pods serve', async () => {
    const { scenario, cluster } = await withoutItsRoute();
    const paths: unknown[] = [];
    cluster.before = (call) => {
      if (['waitUntilReady', 'prune'].includes(call)) paths.push(pathOf(cluster));
    };
    const asked = scenario.prober.asked.length;
    await releaseIt(scenario);
    expect(paths).toEqual([led('/orders'), warmedUp('/orders', '20261124-2')]);
    expect(scenario.prober.asked.slice(asked).map((target) => target.echo)).toContainEqual(echo('20261124-2'));
    expect(pathOf(cluster)).toBeUndefined();
  });

  it('deletes a route all the same where it is not let to narrow it', async () => {
    const { scenario, cluster } = await withoutItsRoute();
    cluster.before = (call) => {
      if (call === 'apply') throw new Refusal({ type: 'not-admitted', doing: 'apply', reason: 'No.', remedy: 'Ask.' });
    };
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    expect(pathOf(cluster)).toBeUndefined();
  });

  it('changes a route after the code going forward, and before it going back', async () => {
    const scenario = new ReleaseScenario();
    writeRoute(scenario, '/orders');
    await releaseIt(scenario);
    writeRoute(scenario, '/shop');
    const forward = watch(scenario);
    await releaseIt(scenario);
    expect(forward).toEqual({ whileWaiting: [led('/orders')], atProbe: [led('/orders')] });
    expect(pathOf(clusterOf(scenario))).toEqual(led('/shop'));
    const back = watch(scenario);
    await goBack(scenario);
    expect(back.whileWaiting).toEqual([led('/orders')]);
  });

  it('leaves the route as it was when the release fails', async () => {
    const scenario = new ReleaseScenario();
    writeRoute(scenario, '/orders');
    await releaseIt(scenario);
    writeRoute(scenario, '/shop');
    clusterOf(scenario).script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    const seen = watch(scenario);
    await expect(releaseIt(scenario)).rejects.toThrow('It crashed.');
    expect(seen.whileWaiting).toEqual([led('/orders'), led('/orders')]);
    expect(pathOf(clusterOf(scenario))).toEqual(led('/orders'));
  });
});

describe('migrations', () => {
  const job = `apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec: { template: { spec: { containers: [{ name: orders, image: orders }] } } }
`;

  function withMigration(): ReleaseScenario {
    const scenario = new ReleaseScenario();
    scenario.repository.write('apps/orders/k8s/jobs/migrate.yaml', job);
    scenario.repository.commit();
    return scenario;
  }

  it('run before the workloads are replaced, and their lines are shown', async () => {
    const scenario = withMigration();
    const cluster = clusterOf(scenario);
    cluster.scriptJob('migrate', { lines: ['42 rows'] });
    let before: unknown = 'not run';
    cluster.before = (call) => {
      if (call === 'runJob') before = cluster.read('Deployment', 'orders');
    };
    await releaseIt(scenario);
    expect(before).toBeUndefined();
    expect(scenario.lines).toContain('preprod: Job migrate-20261124-1: | 42 rows');
    expect(cluster.read('Deployment', 'orders')).toBeDefined();
  });

  it('stop the deploy when they fail: the old version serves, and is put back', async () => {
    const scenario = withMigration();
    await releaseIt(scenario);
    scenario.change('2');
    const cluster = clusterOf(scenario);
    cluster.scriptJob('migrate', { lines: ['no such table'], exitCode: 1 });
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      exitCode: 1,
      facts: { type: 'rollout-failed', reason: expect.stringContaining('Job migrate-20261124-2') },
    });
    expect((await runningIn(cluster, 'orders'))?.buildNumber).toBe('20261124-1');
    expect(await cluster.records('orders')).toMatchObject([
      { outcome: 'succeeded', cause: { action: 'automatic-rollback' } },
      { outcome: 'failed' },
      { outcome: 'succeeded' },
    ]);
    // Going back ran no Job; trying again runs the one that failed once more.
    const runs = () => cluster.calls.filter((call) => call === 'runJob').length;
    expect(runs()).toBe(2);
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    expect(runs()).toBe(3);
    await goBack(scenario);
    expect(runs()).toBe(3);
  });
});

describe('a deploy that somebody stops', () => {
  it('is recorded as cancelled, is not put back, lets go of the lock, and is finished by the next', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    const stop = new AbortController();
    const cluster = clusterOf(scenario);
    cluster.script('orders', 'never');
    cluster.before = (call) => {
      if (call === 'waitUntilReady') setTimeout(() => stop.abort(), 5);
    };
    await expect(releaseIt(scenario, { signal: stop.signal, timeoutMs: 60_000 })).rejects.toMatchObject({
      exitCode: 1,
      facts: { type: 'interrupted' },
    });
    cluster.before = () => {};
    expect(await cluster.records('orders')).toMatchObject([{ outcome: 'cancelled' }, { outcome: 'succeeded' }]);
    expect(await releaseIt(scenario)).toMatchObject({ built: false, deploys: [{ result: { state: 'deployed' } }] });
  });
});

describe('a deployer that dies', () => {
  const foreign: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign' } };
  /** Runs an action whose deployer dies before its n-th call: nothing of it happens from there on. */
  async function dieAt(n: number, cluster: InMemoryCluster, action: () => Promise<unknown>): Promise<boolean> {
    let calls = 0;
    const died = new Promise<'died'>((resolve) => {
      cluster.before = () => {
        if (++calls < n) return undefined;
        resolve('died');
        return new Promise<void>(() => {});
      };
    });
    return (await Promise.race([died, action()])) === 'died';
  }

  /** The same world, seen by the next process. */
  function survivor(scenario: ReleaseScenario): ReleaseScenario {
    const clusters = new Map([...scenario.clusters].map(([name, cluster]) => [name, cluster.another()]));
    const { repository, registry } = scenario;
    const next = new ReleaseScenario({ repository, registry, clusters });
    next.now = scenario.now;
    return next;
  }

  async function twoReleases(): Promise<ReleaseScenario> {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    await releaseIt(scenario);
    clusterOf(scenario).put(foreign);
    return scenario;
  }

  it.each([
    ['a deploy', async (scenario: ReleaseScenario) => (scenario.change('3'), releaseIt(scenario)), '20261124-3'],
    ['a rollback', goBack, '20261124-1'],
  ])('before any call of %s: what serves goes on, and running again ends well', async (_, action, ends) => {
    for (let n = 1; ; n++) {
      const scenario = await twoReleases();
      const died = await dieAt(n, clusterOf(scenario), () => action(scenario));
      const next = survivor(scenario);
      const cluster = clusterOf(next);
      cluster.killHolder('orders');
      expect((await runningIn(cluster, 'orders'))?.digests).toHaveLength(1);
      if (died) await action(next).catch((error: unknown) => expect(error).toMatchObject({ exitCode: 2 }));
      // A rollback that had ended but for its last words is not repeated: what runs is what was asked for.
      expect((await runningIn(cluster, 'orders'))?.buildNumber).toBe(ends);
      const records = await cluster.records('orders');
      expect(records.filter(({ outcome }) => outcome === 'running')).toEqual([]);
      expect(cluster.read('ConfigMap', 'foreign')).toBeDefined();
      await (await cluster.lock('orders', ada, () => {})).release();
      if (!died) {
        expect(n).toBeGreaterThan(8);
        return;
      }
    }
  });

  it('has its record closed as abandoned by whoever comes next', async () => {
    const scenario = await twoReleases();
    scenario.change('3');
    const cluster = clusterOf(scenario);
    let isDying = true;
    cluster.before = (call) => (isDying && call === 'waitUntilReady' ? new Promise<void>(() => {}) : undefined);
    void releaseIt(scenario);
    while (!cluster.calls.includes('apply workloads') || cluster.calls.at(-1) !== 'waitUntilReady')
      await new Promise((resolve) => setTimeout(resolve, 5));
    isDying = false;
    const next = survivor(scenario);
    clusterOf(next).killHolder('orders');
    await releaseIt(next);
    const abandoned = (await clusterOf(next).records('orders')).find(({ outcome }) => outcome === 'abandoned');
    expect(abandoned?.reason).toContain('found by ada (ada@laptop)');
    expect(next.lines.join('\n')).toMatch(/abandoned orders 20261124-3/);
  });
});

describe('a deployer that lost the lock', () => {
  /** The same world, seen by another deployer. */
  function other(scenario: ReleaseScenario): ReleaseScenario {
    const clusters = new Map([...scenario.clusters].map(([name, cluster]) => [name, cluster.another()]));
    return new ReleaseScenario({ repository: scenario.repository, registry: scenario.registry, clusters });
  }

  it.each(['apply prerequisites', 'apply workloads', 'apply traffic', 'waitUntilReady', 'closeRecord'])(
    'when it came to %s, writes nothing over what came meanwhile',
    async (at) => {
      const scenario = new ReleaseScenario();
      await releaseIt(scenario);
      scenario.change('2');
      const cluster = clusterOf(scenario);
      const winner = other(scenario);
      winner.change('3');
      let versionsThen: unknown;
      cluster.before = async (call) => {
        if (call !== at) return;
        cluster.before = () => {};
        clusterOf(winner).killHolder('orders');
        await releaseIt(winner);
        versionsThen = clusterOf(winner).objects;
      };
      await expect(releaseIt(scenario)).rejects.toMatchObject({
        exitCode: 1,
        facts: { type: 'lock-lost', doing: expect.stringContaining('deploy orders 20261124-2 to preprod') },
      });
      expect(versionsThen).toBeDefined();
      expect(cluster.objects).toEqual(versionsThen);
      const [newest, lost] = await cluster.records('orders');
      expect(newest).toMatchObject({ outcome: 'succeeded', sequence: 3 });
      expect(lost).toMatchObject({ outcome: 'abandoned', sequence: 2 });
      expect(scenario.prober.running).toBe(0);
    },
  );

  it('plans again what was planned before another deployment, though nobody was waited for', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const cluster = clusterOf(scenario);
    const [record] = await cluster.records('orders');
    cluster.calls.length = 0;
    await releaseIt(scenario);
    expect(cluster.calls.filter((call) => call === 'plan')).toHaveLength(1);
    cluster.calls.length = 0;
    cluster.before = async (call) => {
      if (call !== 'lock') return;
      const bob = cluster.another();
      await bob.closeRecord(await bob.openRecord(record!), { outcome: 'succeeded' });
    };
    await releaseIt(scenario);
    expect(cluster.calls.slice(cluster.calls.indexOf('lock'))).toContain('plan');
  });

  it('sends no requests any more when its record cannot be opened', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    const cluster = clusterOf(scenario);
    cluster.before = (call) => {
      if (call === 'openRecord') cluster.unreachable = 'gone';
    };
    await expect(releaseIt(scenario)).rejects.toMatchObject({ facts: { type: 'cluster-unreachable' } });
    expect(scenario.prober.running).toBe(0);
  });

  it('still says why it failed when what was there cannot be restored', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    const cluster = clusterOf(scenario);
    cluster.script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    let opened = 0;
    cluster.before = (call) => {
      if (call === 'openRecord' && ++opened === 2) cluster.unreachable = 'It does not answer.';
    };
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      facts: {
        reason: 'It crashed.',
        remedy: expect.stringContaining('Rolling back to 20261124-1 failed too (It does not answer.)'),
      },
    });
    expect(scenario.prober.running).toBe(0);
  });
});
