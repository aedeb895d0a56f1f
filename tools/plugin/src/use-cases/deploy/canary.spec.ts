import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { isCanaryOn } from '../../model/canary/canary-progress.ts';
import { releaseHeader } from '../../model/canary/canary-routes.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { Failure, ProductError } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { fieldAt, listAt } from '../../model/manifests/source/object-fields.ts';
import {
  answersByRoutes,
  routedManifests as routed,
  startCanaryScenario,
} from '../../../../twins/src/canary-scenario.ts';
import type { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import type { InMemoryCluster } from '../../../../twins/src/cluster/in-memory-cluster.ts';
import { runningIn } from '../../../../contracts/src/running-in.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { deploy, type DeployOptions } from './deploy.ts';
import { promote } from './promote.ts';
import { planSettling, settleCanary } from './settle-canary.ts';

const ada = { person: 'ada', run: 'ada@laptop' };
const bob = { person: 'bob', run: 'bob@laptop' };
const plan = { steps: [10, 50], pauseMs: 4000 };
const short = { canary: { steps: [10], pauseMs: 2000 } };
const [first, second] = ['20261124-1', '20261124-2'];
const selector = '{ app.kubernetes.io/name: orders, app.kubernetes.io/instance: orders }';

/** One build runs in preprod, another is to come. */
async function start(manifests?: string) {
  const begun = await startCanaryScenario(manifests);
  expect(begun.first).toBe(first);
  answerByRoutes(begun.scenario, begun.cluster);
  return begun;
}

/** Lets requests with the header be answered by whoever the routes lead them to, and looks at the routes meanwhile. */
function answerByRoutes({ prober }: ReleaseScenario, cluster: InMemoryCluster): void {
  const answers = answersByRoutes(prober, cluster);
  prober.meetsAt = (asked) => {
    expectSound(cluster);
    return answers(asked);
  };
}

const rulesOf = (cluster: InMemoryCluster) => listAt(cluster.read('HTTPRoute', 'orders'), 'spec', 'rules');
/** Header that a rule asks for. */
const headerOf = (rule: unknown) => listAt(listAt(rule, 'matches')[0], 'headers')[0]?.['name'];
const weightsOf = (cluster: InMemoryCluster) =>
  listAt(rulesOf(cluster)[0], 'backendRefs').map(({ name, weight }) => `${name} ${weight ?? 'all'}`);

/** What must be so at every moment: clients find the release that serves, and no way leads to what is not there. */
function expectSound(cluster: InMemoryCluster): void {
  const refs = rulesOf(cluster).flatMap((rule) => listAt(rule, 'backendRefs'));
  expect(refs.map(({ name }) => name)).toContain('orders');
  for (const { name } of refs) expect(cluster.read('Service', String(name))).toBeDefined();
  const sum = listAt(rulesOf(cluster)[0], 'backendRefs').reduce((all, { weight = 1 }) => all + Number(weight), 0);
  expect(sum).toBeGreaterThan(0);
  expect(cluster.read('Deployment', 'orders')).toBeDefined();
}

function expectNoCanary(cluster: InMemoryCluster): void {
  expectSound(cluster);
  expect(weightsOf(cluster)).toEqual(['orders all']);
  expect(rulesOf(cluster)).toHaveLength(1);
  expect(cluster.objects.filter(({ metadata }) => metadata.name.endsWith('-canary'))).toEqual([]);
}

function target(scenario: ReleaseScenario, release: Release) {
  const environment = scenario.environments.find(({ name }) => name === 'preprod')!;
  const { service } = scenario;
  const facts = { environmentNames: [], actor: ada, allowDowntime: false, adopt: false };
  return { ...facts, service, release, environment };
}

function deployIt(scenario: ReleaseScenario, release: Release, wishes: Partial<DeployOptions> = {}) {
  const options = { force: false, mainBranch: 'main', approvedBy: undefined, timeoutMs: 1000, ...wishes };
  return deploy(target(scenario, release), options, scenario.ports, scenario.reporter);
}

const asCanary = (scenario: ReleaseScenario, release: Release, wishes: Partial<DeployOptions> = {}) =>
  deployIt(scenario, release, { canary: plan, ...wishes });

function settle(scenario: ReleaseScenario, goal: 'promote' | 'abort') {
  const { environment, service } = target(scenario, {} as Release);
  const request = { service, environment, goal, actor: bob };
  return settleCanary(request, { timeoutMs: 1000 }, scenario.ports, scenario.reporter);
}

async function newest(cluster: InMemoryCluster): Promise<DeploymentRecord> {
  return (await cluster.records('orders'))[0]!;
}

describe('a canary', () => {
  it('comes by its header first, gets its shares, and is promoted', async () => {
    const { scenario, cluster, next } = await start();
    const seen: string[] = [];
    cluster.before = (call) => {
      const text = `${weightsOf(cluster).join(', ')}`;
      if (call.startsWith('apply') && seen.at(-1) !== text) seen.push(text);
    };
    const result = await asCanary(scenario, next);
    expect(result).toMatchObject({ state: 'deployed', record: { outcome: 'succeeded', canary: plan } });
    expect(seen).toEqual([
      'orders all',
      'orders 100, orders-canary 0',
      'orders 90, orders-canary 10',
      'orders 50, orders-canary 50',
      'orders 100, orders-canary 0',
    ]);
    expectNoCanary(cluster);
    expect(await runningIn(cluster, 'orders')).toMatchObject({ buildNumber: second, health: 'healthy' });
    expect(await newest(cluster)).toMatchObject({
      sequence: 2,
      outcome: 'succeeded',
      canaryProgress: { phase: 'ended' },
    });
    expect(scenario.prober.asked).toContainEqual(
      expect.objectContaining({ echo: { name: releaseHeader, value: second } }),
    );
    expect(scenario.prober.running).toBe(0);
    expect((await cluster.observe('orders'))[0]?.drift).toEqual([]);
  });

  it('has pods that nobody else takes for its own, and is no part of what runs', async () => {
    const { scenario, cluster, next } = await start();
    let isLooked = false;
    cluster.before = async (call) => {
      if (call !== 'noteCanary serving 50') return;
      cluster.before = () => {};
      const canary = cluster.read('Deployment', 'orders-canary');
      const labels = { 'app.kubernetes.io/name': 'orders', 'app.kubernetes.io/instance': 'orders.canary' };
      expect(fieldAt(canary, 'spec', 'template', 'metadata', 'labels')).toMatchObject(labels);
      expect(fieldAt(canary, 'spec', 'selector', 'matchLabels')).toEqual(labels);
      expect(fieldAt(cluster.read('Service', 'orders-canary'), 'spec', 'selector')).toEqual(labels);
      const [observed] = await cluster.observe('orders');
      expect(observed).toMatchObject({
        running: { buildNumber: first },
        newest: { canaryProgress: { phase: 'serving', weight: 10 } },
      });
      isLooked = true;
    };
    await asCanary(scenario, next);
    expect(isLooked).toBe(true);
  });

  it('aborts by itself when its requests fail, and harms nobody', async () => {
    const { scenario, cluster, next } = await start();
    scenario.prober.meetsAt = ({ echo }) => {
      expectSound(cluster);
      if (!echo) return scenario.prober.meets;
      if (!rulesOf(cluster)[1]) return 'another route answers';
      const isServing = weightsOf(cluster).includes('orders-canary 10');
      return { requests: 20, failed: isServing ? 3 : 0, p99: 5, ...(isServing ? { firstFailure: 'answer 500' } : {}) };
    };
    await expect(asCanary(scenario, next)).rejects.toMatchObject({
      exitCode: 1,
      facts: {
        reason:
          "With 10% of the requests, of the canary's own requests 3 of 20 failed (the first: answer 500), p99 5 ms.",
        remedy: expect.stringContaining('The canary was removed; what served before serves all requests.'),
      },
    });
    expectNoCanary(cluster);
    expect(await runningIn(cluster, 'orders')).toMatchObject({ buildNumber: first, health: 'healthy' });
    expect(await cluster.records('orders')).toMatchObject([
      { sequence: 2, outcome: 'failed', canaryProgress: { phase: 'ended' } },
      { sequence: 1, outcome: 'succeeded' },
    ]);
    // Nobody holds the build: it may come again.
    scenario.prober.meetsAt = () => scenario.prober.meets;
    answerByRoutes(scenario, cluster);
    expect(await asCanary(scenario, next)).toMatchObject({ state: 'deployed' });
  });

  it('gets no client when its pods do not get ready, or its header is not answered', async () => {
    const { scenario, cluster, next } = await start();
    cluster.script('orders-canary', { state: 'failed', reason: 'It crashed.', evidence: ['boom'] });
    await expect(asCanary(scenario, next)).rejects.toMatchObject({ facts: { reason: 'It crashed.' } });
    expectNoCanary(cluster);
    const weights = new Set<string>();
    scenario.prober.meetsAt = ({ echo }) => {
      weights.add(weightsOf(cluster).join());
      return echo ? 'GET it did not serve: answer 500' : scenario.prober.meets;
    };
    await expect(asCanary(scenario, next)).rejects.toMatchObject({
      facts: { reason: expect.stringContaining('Requests to the canary alone did not succeed: none was') },
    });
    expect([...weights]).toEqual(['orders all', 'orders 100,orders-canary 0']);
    expectNoCanary(cluster);
  });

  it('goes back with the release when that fails while it is rolled out', async () => {
    const { scenario, cluster, next } = await start();
    cluster.script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    await expect(asCanary(scenario, next)).rejects.toMatchObject({
      facts: { remedy: expect.stringContaining(`Rolled back to ${first} automatically; it is serving.`) },
    });
    expectNoCanary(cluster);
    expect(await runningIn(cluster, 'orders')).toMatchObject({ buildNumber: first });
  });

  it('is refused to a promotion before anything is changed, too', async () => {
    const { scenario, next } = await start();
    await asCanary(scenario, next);
    const [from, to] = ['preprod', 'prod'].map((wanted) => scenario.environments.find(({ name }) => name === wanted)!);
    const { service } = scenario;
    const options = {
      force: true,
      ...approvesAll('ada'),
      timeoutMs: 1000,
      canary: plan,
      dryRun: false,
      build: undefined,
    };
    const facts = { environmentNames: [], mainBranch: 'main', actor: ada, allowDowntime: false, adopt: false };
    // Nothing is there that it could come beside, and nobody could judge it.
    await expect(
      promote({ ...options, ...facts, service, from: from!, to: to! }, scenario.ports, scenario.reporter),
    ).rejects.toMatchObject({ exitCode: 2, facts: { type: 'canary-impossible' } });
    expect(await scenario.clusters.get('prod')!.records('orders')).toEqual([]);
  });
});

describe('the gateway', () => {
  const named = (rules: readonly unknown[]) => [
    ...new Set(rules.flatMap((rule) => listAt(rule, 'backendRefs').map(({ name }) => name))),
  ];
  /** Backends that clients' requests reach: all but those of a rule that only the deployer asks by. */
  const served = (rules: readonly Record<string, unknown>[]) => {
    const refs = rules
      .filter((rule) => headerOf(rule) !== 'poc-warm-up')
      .flatMap((rule) => listAt(rule, 'backendRefs'));
    return refs.filter(({ weight = 1 }) => Number(weight) > 0).map(({ name }) => name);
  };

  it.each(['promoted', 'aborted'] as const)(
    'knows the pods before clients are led there, and for as long as they are: %s',
    async (end) => {
      const { scenario, cluster, next } = await start();
      const states: Record<string, unknown>[][] = [rulesOf(cluster)];
      cluster.before = (call) => {
        const now = rulesOf(cluster);
        if (JSON.stringify(now) !== JSON.stringify(states.at(-1))) states.push(now);
        if (end === 'aborted' && call === 'noteCanary serving 50') throw new Failure(lost);
      };
      const lost = { type: 'forbidden', doing: 'note it', reason: 'No.', remedy: 'Ask.' } as const;
      await asCanary(scenario, next).catch((error: unknown) => {
        if (end === 'promoted') throw error;
      });
      expectNoCanary(cluster);
      for (const [index, after] of states.entries()) {
        const before = states[index - 1] ?? after;
        expect(named(before)).toEqual(expect.arrayContaining(served(after)));
        expect(named(after)).toEqual(expect.arrayContaining(served(before)));
      }
      expect(states.map((rules) => headerOf(rules[1]))).toEqual([
        ...[undefined, 'poc-warm-up', 'x-release', 'x-release'],
        ...(end === 'promoted' ? ['x-release'] : []),
        ...['x-release', undefined, undefined],
      ]);
    },
  );

  it('leads those who ask for a canary to it all the while that it is gone on with', async () => {
    const { scenario, cluster, next } = await start();
    cluster.before = (call) => {
      if (call === 'noteCanary serving 50') throw new Error('killed');
    };
    await expect(asCanary(scenario, next)).rejects.toThrow('killed');
    cluster.killHolder('orders');
    const headers = new Set<unknown>();
    cluster.before = (call) => void (call.startsWith('apply') && headers.add(headerOf(rulesOf(cluster)[1])));
    await asCanary(scenario, next);
    expect([...headers]).toEqual(['x-release', undefined]);
  });
});

describe('a canary whose deployer was killed', () => {
  /** Deploys as a canary with a deployer that dies at a call. @returns the calls until then. */
  async function killedAt(scenario: ReleaseScenario, cluster: InMemoryCluster, next: Release, count: number) {
    let calls = 0;
    let isDead = false;
    const writes = /^(apply|prune$|openRecord|closeRecord|noteCanary|runJob)/;
    cluster.before = (call) => {
      if (!isDead && writes.test(call) && ++calls > count) isDead = true;
      if (isDead) throw new Error('killed');
    };
    const outcome = await asCanary(scenario, next, short).then(
      () => 'done',
      (error: unknown) => (error instanceof ProductError ? error : 'killed'),
    );
    cluster.before = () => {};
    cluster.killHolder('orders');
    if (outcome !== 'done') expectSound(cluster);
    return outcome;
  }

  const continuations: Record<string, (scenario: ReleaseScenario, next: Release) => Promise<string>> = {
    'the same command': async (scenario, next) => {
      await asCanary(scenario, next, short);
      return second!;
    },
    'an ordinary deploy of it': async (scenario, next) => {
      await deployIt(scenario, next);
      return second!;
    },
    'an ordinary deploy of what served': async (scenario) => {
      const { release } = (await scenario.clusters.get('preprod')!.records('orders')).at(-1)!;
      const result = await deployIt(scenario, release);
      expect(['deployed', 'unchanged', 'superseded']).toContain(result.state);
      return result.state === 'superseded' ? second! : first!;
    },
    'a rollback': async (scenario) => {
      const { environment, service } = target(scenario, {} as Release);
      const request = {
        service,
        environment,
        environmentNames: [],
        mainBranch: 'main',
        to: undefined,
        actor: bob,
        reason: undefined,
      };
      try {
        const going = await planRollback(request, scenario.ports);
        await rollBack(going, { timeoutMs: 1000 }, scenario.ports, scenario.reporter);
      } catch (error) {
        // Nothing was deployed before what serves.
        if (!(error instanceof ProductError) || error.facts.type !== 'nothing-before') throw error;
      }
      return first!;
    },
    'its abortion': async (scenario) => {
      const isNone = await settle(scenario, 'abort').then(() => false, expectNone);
      const running = await runningIn(scenario.clusters.get('preprod')!, 'orders');
      return isNone ? running!.buildNumber! : first!;
    },
    'its promotion': async (scenario) => {
      const isNone = await settle(scenario, 'promote').then(() => false, expectNone);
      const running = await runningIn(scenario.clusters.get('preprod')!, 'orders');
      return isNone ? running!.buildNumber! : second!;
    },
  };

  function expectNone(error: unknown): true {
    if (!(error instanceof ProductError) || error.facts.type !== 'no-canary') throw error;
    return true;
  }

  it.each(Object.keys(continuations))(
    'comes to one clear end by %s, after every write',
    async (name) => {
      let kills = 0;
      for (let count = 0; ; count++) {
        const { scenario, cluster, next } = await start();
        const outcome = await killedAt(scenario, cluster, next, count);
        const runs = await continuations[name]!(scenario, next);
        expectNoCanary(cluster);
        expect(await runningIn(cluster, 'orders')).toMatchObject({ buildNumber: runs, health: 'healthy' });
        const records = await cluster.records('orders');
        expect(records.filter((record) => record.outcome === 'running')).toEqual(
          // Nothing was there to look at for whoever asks for a canary that never was.
          records[0]?.outcome === 'running' && !isCanaryOn(records[0]) ? [records[0]] : [],
        );
        if (outcome === 'done') break;
        kills++;
      }
      expect(kills).toBeGreaterThan(12);
    },
    180_000,
  );
});

describe('a canary that somebody decides about', () => {
  it.each([
    ['promote', 'succeeded', second],
    ['abort', 'failed', first],
  ] as const)('hears in its time that it is to %s', async (goal, outcome, runs) => {
    const { scenario, cluster, next } = await start();
    let settling: Promise<unknown> | undefined;
    const steps = { steps: [10, 50], pauseMs: 600_000 };
    cluster.before = async (call) => {
      if (call === 'noteCanary serving 50') throw new Error('it got another share');
      if (call !== 'record' || settling) return;
      const asked = new Promise<void>((resolve) => {
        scenario.clusters.get('preprod')!.before = (other) => void (other === 'lock' && resolve());
      });
      settling = settle(scenario, goal);
      await asked;
    };
    const deployed = await asCanary(scenario, next, { canary: steps }).catch((error: unknown) => error);
    if (goal === 'abort') expect(deployed).toMatchObject({ facts: { reason: 'bob (bob@laptop) aborted it.' } });
    expect(await settling).toMatchObject({ sequence: 2, outcome });
    expectNoCanary(cluster);
    expect(await runningIn(cluster, 'orders')).toMatchObject({ buildNumber: runs });
  });

  it('refuses to settle one that is not there', async () => {
    const { scenario } = await start();
    await expect(settle(scenario, 'promote')).rejects.toMatchObject({ exitCode: 2, facts: { type: 'no-canary' } });
  });

  it('stays as it is when its command is interrupted, until somebody goes on', async () => {
    const { scenario, cluster, next } = await start();
    const stop = new AbortController();
    cluster.before = (call) => {
      if (call === 'noteCanary serving 50') stop.abort(new Error('SIGINT'));
    };
    await expect(asCanary(scenario, next, { signal: stop.signal })).rejects.toMatchObject({
      facts: { type: 'interrupted', remedy: expect.stringContaining('nx run orders:canary --promote') },
    });
    cluster.before = () => {};
    expectSound(cluster);
    expect(await newest(cluster)).toMatchObject({
      outcome: 'cancelled',
      canaryProgress: { phase: 'serving', weight: 50 },
    });
    const { environment, service } = target(scenario, next);
    const planned = await planSettling(
      { service, environment, goal: 'abort', actor: bob },
      scenario.ports,
      scenario.reporter,
    );
    expect(planned.changes.filter(({ action }) => action === 'deleted').map(({ kind }) => kind)).toEqual([
      'Deployment',
      'Service',
    ]);
    expect(await settle(scenario, 'promote')).toMatchObject({ outcome: 'succeeded', canary: plan });
    expectNoCanary(cluster);
    expect(await runningIn(cluster, 'orders')).toMatchObject({ buildNumber: second });
  });
});

describe('a canary that is not possible', () => {
  const refusalOf = async (manifests: string) => {
    const { scenario, cluster, next } = await start(manifests);
    const before = JSON.stringify(cluster.objects);
    const error = await asCanary(scenario, next).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(cluster.objects)).toBe(before);
    expect(error).toMatchObject({ exitCode: 2, facts: { type: 'canary-impossible' } });
    return (error as ProductError).facts.reason;
  };

  it('is refused with the reason', async () => {
    const unrouted = routed.slice(0, routed.lastIndexOf('---'));
    expect(await refusalOf(unrouted)).toBe('No HTTPRoute leads to it.');
    const stateful = routed
      .replace('kind: Deployment', 'kind: StatefulSet')
      .replace(/strategy: .*/, 'serviceName: orders\n  updateStrategy: {}');
    expect(await refusalOf(stateful)).toMatch(/^Its pods are those of a StatefulSet/);
    const byOther = routed.replace(
      `selector: ${selector}, ports`,
      'selector: { app.kubernetes.io/part-of: shop }, ports',
    );
    const labelled = byOther.replace(
      'template:\n    metadata: { labels: {',
      'template:\n    metadata: { labels: { app.kubernetes.io/part-of: shop,',
    );
    expect(await refusalOf(labelled)).toMatch(/^Service orders would select the canary's pods, too/);
  });
});
