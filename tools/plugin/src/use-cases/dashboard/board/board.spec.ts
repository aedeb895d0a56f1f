import { ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { applyPatch } from '../../../model/dashboard/apply-patch.ts';
import type { DashboardState } from '../../../model/dashboard/dashboard-state.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import { Board } from './board.ts';

function boardOf({ environments, services }: ReleaseScenario, ports: ReleasePorts) {
  const projects = new Map([['orders', { tags: ['team:shop'], folder: 'apps/orders' }]]);
  const board = new Board(
    { workspace: 'shop', hasActions: false, environments, services, projects, branch: 'main' },
    ports,
  );
  const stop = new AbortController();
  let shown = board.state();
  let tell = () => {};
  board.onPatch((patch) => {
    shown = applyPatch(shown, patch);
    tell();
  });
  const watching = board.watch(stop.signal);
  return {
    board,
    shown: () => shown,
    async until(is: (state: DashboardState) => boolean) {
      while (!is(shown)) await new Promise<void>((resolve) => (tell = resolve));
    },
    async stop() {
      stop.abort();
      await watching;
    },
  };
}

const stateIn = ({ rows }: DashboardState, environment: string) => rows[0]?.cells[environment]?.state;
const answerOf = ({ environments }: DashboardState, name: string) =>
  environments.find((each) => each.name === name)!.answer;

describe('the board', () => {
  it('names all services at once, and shows what answers while another environment does not', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    let answer = () => {};
    const slow = new Promise<void>((resolve) => (answer = resolve));
    const { ports } = scenario;
    const cluster: ReleasePorts['cluster'] = async (environment) => {
      if (environment.name === 'prod') await slow;
      return ports.cluster(environment);
    };
    const { shown, until, stop } = boardOf(scenario, { ...ports, cluster });
    expect(shown().rows).toMatchObject([
      { service: 'orders', tags: ['team:shop'], cells: { dev: { state: 'asking' }, prod: { state: 'asking' } } },
    ]);
    await until((state) => stateIn(state, 'preprod') === 'healthy' && stateIn(state, 'dev') === 'absent');
    expect([stateIn(shown(), 'prod'), answerOf(shown(), 'prod')]).toEqual(['asking', { state: 'asking' }]);
    answer();
    await until((state) => stateIn(state, 'prod') === 'absent');
    expect(answerOf(shown(), 'prod')).toEqual({ state: 'live' });
    await stop();
  });

  it('keeps what it saw of an environment that cannot be reached any more, and says since when', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const cluster = scenario.clusters.get('preprod')!;
    scenario.clusters.get('prod')!.unreachable = 'It is gone.';
    const { board, shown, until, stop } = boardOf(scenario, scenario.ports);
    await until((state) => stateIn(state, 'preprod') === 'healthy' && stateIn(state, 'prod') === 'unknown');
    cluster.unreachable = 'Its network is down.';
    board.wake('preprod');
    await until((state) => answerOf(state, 'preprod').state === 'unreachable');
    expect(answerOf(shown(), 'preprod')).toMatchObject({
      reason: 'Its network is down.',
      since: scenario.now.toISOString(),
      lastSeen: scenario.now.toISOString(),
    });
    expect(stateIn(shown(), 'preprod')).toBe('healthy');
    expect(answerOf(shown(), 'prod')).not.toHaveProperty('lastSeen');
    cluster.unreachable = undefined;
    board.wake('preprod');
    await until((state) => answerOf(state, 'preprod').state === 'live');
    await stop();
  });

  it('counts a soak as promote does, also when the build was deployed again', async () => {
    const scenario = new ReleaseScenario();
    scenario.change('1');
    await releaseIt(scenario);
    const [preprod, prod] = ['preprod', 'prod'].map((name) => scenario.clusters.get(name)!);
    const again = async (into: typeof preprod) => {
      const [record] = await preprod!.records('orders');
      scenario.now = new Date(scenario.now.getTime() + 60_000);
      const other = into!.another();
      await other.closeRecord(await other.openRecord(record!), { outcome: 'succeeded' });
    };
    await again(prod);
    for (const object of preprod!.objects) prod!.put(object);
    scenario.change('2');
    await releaseIt(scenario);
    const [first] = await preprod!.records('orders');
    const { shown, until, stop } = boardOf(scenario, scenario.ports);
    const soakEnd = () => {
      const gap = shown().rows[0]?.gaps['prod'];
      return gap?.kind === 'ahead' ? gap.soakUntil : undefined;
    };
    const promotable = new Date(Date.parse(first!.finishedAt!) + 600_000).toISOString();
    await until(() => soakEnd() === promotable);
    await again(preprod);
    await until(({ rows }) => rows[0]?.cells['preprod']?.deployment?.endedAt === scenario.now.toISOString());
    expect(soakEnd()).toBe(promotable);
    await stop();
  });

  it('looks again at once when it is woken, also while it rests after a look', async () => {
    const scenario = new ReleaseScenario();
    const { ports } = scenario;
    const preprod = scenario.clusters.get('preprod')!;
    const silent: ReleasePorts['cluster'] = async (environment) => {
      const cluster = await ports.cluster(environment);
      const changes = async function* (signal: AbortSignal) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        yield 'all' as const;
      };
      return Object.assign(Object.create(cluster) as typeof cluster, { changes });
    };
    const { board, until, stop } = boardOf(scenario, { ...ports, cluster: silent });
    await until((state) => stateIn(state, 'preprod') === 'absent');
    await releaseIt(scenario);
    const looks = () => preprod.calls.filter((call) => call === 'observe').length;
    const before = looks();
    const asked = Date.now();
    board.wake('preprod');
    // By itself it would ask after a minute.
    await until((state) => stateIn(state, 'preprod') === 'healthy');
    expect(Date.now() - asked).toBeLessThan(45_000);
    expect(looks()).toBe(before + 1);
    await stop();
  });

  it('says at once that an environment is gone whose changes end with that, while a look at it still waits', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const { ports } = scenario;
    let isGone = false;
    let vanish: (error: Error) => void = () => {};
    const hangs = new Promise<never>(() => {});
    const cluster: ReleasePorts['cluster'] = async (environment) => {
      const real = await ports.cluster(environment);
      if (environment.name !== 'preprod') return real;
      return Object.assign(Object.create(real) as typeof real, {
        observe: (...asked: Parameters<typeof real.observe>) => (isGone ? hangs : real.observe(...asked)),
        async *changes(signal: AbortSignal) {
          yield 'all' as const;
          await new Promise<void>((resolve, reject) => {
            vanish = reject;
            signal.addEventListener('abort', () => resolve());
          });
        },
      });
    };
    const { board, shown, until, stop } = boardOf(scenario, { ...ports, cluster });
    await until((state) => stateIn(state, 'preprod') === 'healthy');
    isGone = true;
    board.wake('preprod');
    vanish(new Refusal({ type: 'cluster-unreachable', doing: 'see', reason: 'No answer in time.', remedy: 'Wait.' }));
    await until((state) => answerOf(state, 'preprod').state === 'unreachable');
    expect(answerOf(shown(), 'preprod')).toMatchObject({ reason: 'No answer in time.' });
    expect(stateIn(shown(), 'preprod')).toBe('healthy');
    void stop();
  });

  it('tells a deployment as a patch, after which page and server show the same', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const { board, shown, until, stop } = boardOf(scenario, scenario.ports);
    await until(({ rows }) => rows[0]?.cells['preprod']?.behind !== undefined);
    scenario.change('2');
    await releaseIt(scenario);
    await until(({ rows }) => rows[0]?.cells['preprod']?.build === '20261124-2');
    await until(({ rows }) => rows[0]?.cells['preprod']?.behind !== undefined);
    expect({ ...shown(), now: '' }).toEqual({ ...board.state(), now: '' });
    await stop();
  });
});
