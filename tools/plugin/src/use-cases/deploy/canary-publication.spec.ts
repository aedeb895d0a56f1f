import { releaseHeader } from '../../model/canary/canary-routes.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { listAt } from '../../model/manifests/source/object-fields.ts';
import { answersByRoutes, routedManifests } from '../../../../twins/src/canary-scenario.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import type { InMemoryCluster } from '../../../../twins/src/cluster/in-memory-cluster.ts';
import { runningIn } from '../../../../contracts/src/running-in.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { deploy, type DeployOptions } from './deploy.ts';
import { planSettling, settleCanary } from './settle-canary.ts';

const ada = { person: 'ada', run: 'ada@laptop' };
const plan = { steps: [10], pauseMs: 2000 };
const [first, second] = ['20261124-1', '20261124-2'];
const atDoor = (path: string) => `https://shop-apim.example/orders;rev=${second}/${path}`;

interface World {
  readonly scenario: ReleaseScenario;
  readonly cluster: InMemoryCluster;
  readonly next: Release;
  /** Shares of the canary, and switches of the door, in their order. */
  readonly seen: string[];
}

/** One build runs in preprod and is published; another, whose API has more, is to come. */
async function start(): Promise<World> {
  const scenario = new ReleaseScenario();
  scenario.repository.write('apps/orders/k8s/all.yaml', routedManifests);
  scenario.describeApi(['listOrders']);
  await releaseIt(scenario);
  scenario.describeApi(['listOrders', 'getOrder']);
  const { release } = await releaseIt(scenario, { targets: [] });
  const cluster = scenario.clusters.get('preprod')!;
  const seen: string[] = [];
  scenario.prober.meetsAt = answersByRoutes(scenario.prober, cluster);
  for (const path of ['listOrders', 'getOrder'])
    scenario.apiCaller.served.set(atDoor(path), ({ headers }) => {
      // As the gateway behind the door does: without the header, the build that serves.
      const isNew = headers[releaseHeader] === second || runsIn(cluster) === second;
      seen.push(`asked ${path}${headers[releaseHeader] === second ? ' by header' : ''}`);
      return { status: isNew || path === 'listOrders' ? 200 : 404 };
    });
  return { scenario, cluster, next: release!, seen: watch(scenario, cluster, seen) };
}

function watch(scenario: ReleaseScenario, cluster: InMemoryCluster, seen: string[]): string[] {
  cluster.before = (call) => void (call.startsWith('noteCanary') && seen.push(call.replace('noteCanary ', '')));
  scenario.facade.afterWrite = () => {
    const now = `the door shows ${doorOf(scenario)}`;
    if (!seen.includes(now)) seen.push(now);
  };
  return seen;
}

const doorOf = ({ facade }: ReleaseScenario) => facade.apis.get('orders')!.current;
const rulesOf = (cluster: InMemoryCluster) => listAt(cluster.read('HTTPRoute', 'orders'), 'spec', 'rules');
const runsIn = (cluster: InMemoryCluster) =>
  cluster.read('Deployment', 'orders')?.metadata.labels?.['app.kubernetes.io/version'];

function target({ scenario, next }: World) {
  const environment = scenario.environments.find(({ name }) => name === 'preprod')!;
  const facts = { environmentNames: [], actor: ada, allowDowntime: false, adopt: false };
  return { ...facts, service: scenario.service, release: next, environment };
}

function asCanary(world: World, wishes: Partial<DeployOptions> = {}) {
  const options = { force: false, mainBranch: 'main', approvedBy: undefined, timeoutMs: 1000, canary: plan, ...wishes };
  return deploy(target(world), options, world.scenario.ports, world.scenario.reporter);
}

function settle(world: World, goal: 'promote' | 'abort') {
  const { environment, service } = target(world);
  const request = { service, environment, goal, actor: ada };
  return settleCanary(request, { timeoutMs: 1000 }, world.scenario.ports, world.scenario.reporter);
}

/** At every moment the door shows a part of what runs, and in the end all of it. */
async function expectSettled({ scenario, cluster }: World, build: string | undefined): Promise<void> {
  expect(await runningIn(cluster, 'orders')).toMatchObject({ buildNumber: build, health: 'healthy' });
  expect(doorOf(scenario)).toBe(build);
  expect(rulesOf(cluster)).toHaveLength(1);
  expect(cluster.objects.filter(({ metadata }) => metadata.name.endsWith('-canary'))).toEqual([]);
}

describe('a canary behind API Management', () => {
  it('is asked through the door by its header, before clients meet with it; the door opens after the code', async () => {
    const world = await start();
    expect(await asCanary(world)).toMatchObject({ state: 'deployed', record: { canary: plan } });
    expect(world.seen).toEqual([
      'the door shows 20261124-1',
      'coming 0',
      'asked listOrders by header',
      'asked getOrder by header',
      'serving 10',
      'promoting 10',
      'leaving 10',
      'leaving 0',
      'ended 0',
      'asked listOrders',
      'asked getOrder',
      'the door shows 20261124-2',
    ]);
    await expectSettled(world, second);
  });

  it('gets no client when it does not answer as described', async () => {
    const world = await start();
    world.scenario.apiCaller.serve(atDoor('getOrder'), { status: 500 });
    await expect(asCanary(world)).rejects.toMatchObject({
      exitCode: 1,
      facts: {
        evidence: expect.arrayContaining(['GET /getOrder answered 500; described: 200']),
        remedy: expect.stringContaining('The canary was removed; what served before serves all requests.'),
      },
    });
    expect(world.seen).not.toContain('serving 10');
    await expectSettled(world, first);
  });

  it.each([
    ['promote', second],
    ['abort', first],
  ] as const)('that was left behind opens the door or leaves it, when somebody says %s', async (goal, build) => {
    const world = await start();
    const stop = new AbortController();
    world.cluster.before = (call) => void (call === 'noteCanary serving 10' && stop.abort(new Error('SIGINT')));
    await expect(asCanary(world, { signal: stop.signal })).rejects.toMatchObject({ facts: { type: 'interrupted' } });
    expect(doorOf(world.scenario)).toBe(first);
    const { environment, service } = target(world);
    const { scenario } = world;
    scenario.lines.length = 0;
    await planSettling({ service, environment, goal, actor: ada }, scenario.ports, scenario.reporter);
    expect(scenario.lines.some((line) => line.includes('20261124-2'))).toBe(goal === 'promote');
    expect(doorOf(scenario)).toBe(first);
    await settle(world, goal);
    await expectSettled(world, build);
  });
});

describe('a canary behind API Management whose deployer is killed', () => {
  const continuations: Record<string, (world: World) => Promise<string | undefined>> = {
    'the same command': async (world) => {
      await asCanary(world);
      return second;
    },
    'its promotion': (world) => settledOr(world, 'promote'),
    'its abortion': (world) => settledOr(world, 'abort'),
    'a rollback': async (world) => {
      const { service, environment } = target(world);
      const request = {
        service,
        environment,
        environmentNames: [],
        mainBranch: 'main',
        to: undefined,
        actor: ada,
        reason: undefined,
      };
      const { ports, reporter } = world.scenario;
      await planRollback(request, ports)
        .then((going) => rollBack(going, { timeoutMs: 1000 }, ports, reporter))
        .catch((error: unknown) => {
          // Nothing was deployed before what serves.
          if (!(error instanceof ProductError) || error.facts.type !== 'nothing-before') throw error;
        });
      return first;
    },
  };

  /** Settles it; where nothing is left to settle, the same command brings it to its end. */
  async function settledOr(world: World, goal: 'promote' | 'abort'): Promise<string | undefined> {
    try {
      await settle(world, goal);
      return goal === 'promote' ? second : first;
    } catch (error) {
      if (!(error instanceof ProductError) || error.facts.type !== 'no-canary') throw error;
      await asCanary(world);
      return second;
    }
  }

  /** Kills the deployer after so many writes, at the door or to the cluster. @returns whether it came to its end. */
  async function killedAfter(world: World, count: number): Promise<boolean> {
    const { scenario, cluster } = world;
    let writes = 0;
    const isDead = () => writes > count;
    const die = () => {
      throw new Error('killed');
    };
    cluster.before = (call) => {
      if (/^(apply|prune$|openRecord|closeRecord|noteCanary|runJob)/.test(call)) writes++;
      if (isDead()) die();
    };
    scenario.facade.afterWrite = () => void (++writes > count && die());
    const ended = await asCanary(world).then(
      () => true,
      () => !isDead(),
    );
    watch(scenario, cluster, []);
    cluster.killHolder('orders');
    return ended;
  }

  it.each(Object.keys(continuations))('comes to one clear end by %s, after every write', async (name) => {
    let kills = 0;
    for (let count = 0; ; count++) {
      const world = await start();
      const ended = await killedAfter(world, count);
      const build = await continuations[name]!(world);
      await expectSettled(world, build);
      if (ended) break;
      kills++;
    }
    expect(kills).toBeGreaterThan(15);
  });
});
