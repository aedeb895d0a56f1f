import { anotherService } from '../../../../../twins/src/another-service.ts';
import { actionContextOf, refusalOf, runsEnded } from '../../../../../twins/src/dashboard-actions.ts';
import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import type { PlanWish } from '../../../model/dashboard/action-plan.ts';
import type { DeploymentEnding } from '../../../model/deploy/deployment-record.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';
import { DashboardActions } from './actions.ts';

const names = ['orders', 'payments', 'stock'];
const at = (text: string) => new Date(text);
const wish = (action: PlanWish['action'], services: readonly string[], rest: Partial<PlanWish> = {}): PlanWish => ({
  ...{ action, services, to: 'preprod' },
  ...rest,
});
const toProd = wish('promote', names, { from: 'preprod', to: 'prod' });

/** Three services, each of which was released twice to preprod, half an hour apart. */
async function threeServices() {
  const scenario = new ReleaseScenario();
  const services = [scenario.service, ...names.slice(1).map((name) => anotherService(scenario, name))];
  const release = async (text: string, which: readonly ServiceSource[] = services) => {
    scenario.now = new Date(scenario.now.getTime() + 15 * 60_000);
    for (const service of which) {
      scenario.repository.write(`${service.root}/src/main.ts`, text);
      scenario.repository.commit();
      await releaseIt(scenario, { service });
    }
    scenario.now = new Date(scenario.now.getTime() + 15 * 60_000);
  };
  await release('2');
  await release('3');
  const actions = await DashboardActions.open(actionContextOf(scenario, {}, services));
  const [preprod, prod] = ['preprod', 'prod'].map((name) => scenario.clusters.get(name)!);
  return { scenario, services, release, actions, preprod: preprod!, prod: prod! };
}

type Cluster = Awaited<ReturnType<typeof threeServices>>['prod'];

const newestIn = async (cluster: Cluster) =>
  Object.fromEntries(
    (await cluster.newest()).map(({ release, cause, outcome }) => [
      release.service,
      `${release.buildNumber} ${cause.action} ${outcome}`,
    ]),
  );

/** Records a deployment of what runs, as another deployer. */
async function deployAgain(cluster: Cluster, service: string, ending: DeploymentEnding): Promise<void> {
  const other = cluster.another();
  const [record] = await other.records(service);
  await other.closeRecord(await other.openRecord(record!), ending);
}

describe('a plan of many services', () => {
  it('is one plan: what each would do, those that are refused first, and is carried out for the others', async () => {
    const { actions, prod, preprod } = await threeServices();
    await deployAgain(preprod, 'stock', { outcome: 'failed', reason: 'Pods end.' });
    const plan = await actions.plan(toProd);
    expect(plan).toMatchObject({
      title: 'Promote 3 services from preprod to prod',
      button: 'Promote 2 services to prod',
      stopsAtFailure: true,
      isReady: true,
      typed: { text: 'prod', reasons: ['prod is protected.', 'It is for 2 services.'] },
    });
    expect(plan.services.map(({ service, state }) => `${service} ${state}`)).toEqual([
      'stock refused',
      'orders ready',
      'payments ready',
    ]);
    expect(plan.services[0]?.refusal?.type).toBe('not-verified');
    await actions.confirm({ plan: plan.id, typed: 'prod' });
    await runsEnded(actions);
    expect(actions.list()[0]).toMatchObject({ state: 'succeeded', environments: ['prod'] });
    expect(await newestIn(prod)).toEqual({
      orders: '20261124-2 promote succeeded',
      payments: '20261124-2 promote succeeded',
    });
  });

  it('is done for none of them when one was deployed since', async () => {
    const { actions, release, services, preprod } = await threeServices();
    const plan = await actions.plan(wish('rollback', names));
    const before = await newestIn(preprod);
    await release('4', services.slice(2));
    const answer = await actions.confirm({ plan: plan.id, typed: 'preprod', reason: 'why' });
    // It is older than two minutes as well: a dashboard whose clock stands still says who.
    expect(answer).toMatchObject({ state: 'changed', changed: { plan: { isReady: true } } });
    if (answer.state === 'changed')
      expect(answer.changed.changes).toContain('ada deployed stock 20261124-3 to preprod while you looked.');
    expect(await newestIn(preprod)).toEqual({ ...before, stock: '20261124-3 deploy succeeded' });
  });

  it('finds that out before any of them is begun', async () => {
    const { actions, scenario, preprod } = await threeServices();
    const plan = await actions.plan(wish('rollback', names));
    await deployAgain(preprod, 'stock', { outcome: 'succeeded' });
    const calls = preprod.calls.length;
    const answer = await actions.confirm({ plan: plan.id, typed: 'preprod', reason: 'why' });
    expect(answer.state).toBe('changed');
    expect(preprod.calls.slice(calls)).not.toContain('lock');
    expect(actions.list()[0]?.services.map(({ state }) => state)).toEqual(['changed', 'changed', 'changed']);
    expect(scenario.clusters.get('preprod')!.calls.slice(calls)).not.toContain('openRecord');
  });

  it('begins no more of them after the first that fails', async () => {
    const { scenario, preprod } = await threeServices();
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => anotherService(scenario, name));
    for (const service of many) await releaseIt(scenario, { service });
    for (const service of many) {
      scenario.repository.write(`${service.root}/src/main.ts`, '2');
      scenario.repository.commit();
      await releaseIt(scenario, { service });
    }
    const actions = await DashboardActions.open(actionContextOf(scenario, {}, many));
    const plan = await actions.plan(wish('rollback', ['a', 'b', 'c', 'd', 'e']));
    const failed = new Promise<void>((resolve) =>
      actions.onEvent((event) => {
        const services = event.kind === 'state' ? event.summary.services : [];
        if (services.some(({ state }) => state === 'failed')) resolve();
      }),
    );
    preprod.script('a', { state: 'failed', reason: 'Pods end.', evidence: [] });
    for (const name of ['b', 'c', 'd']) preprod.script(name, () => failed.then(() => ({ state: 'ready' })));
    await actions.confirm({ plan: plan.id, typed: 'preprod', reason: 'why' });
    await runsEnded(actions);
    const [run] = actions.list();
    expect(run?.state).toBe('failed');
    expect(run?.services.map(({ state }) => state)).toEqual([
      ...['failed', 'succeeded', 'succeeded', 'succeeded', 'not-begun'],
    ]);
  });

  it('asks nothing more once nobody waits for it, and is kept for nobody', async () => {
    const { actions, preprod } = await threeServices();
    const gone = new AbortController();
    preprod.before = () => gone.abort();
    expect(await refusalOf(actions.plan(wish('rollback', [...names, 'a', 'b', 'c']), gone.signal))).toContain('Abort');
    expect(await refusalOf(actions.confirm({ plan: 'id-1', typed: 'preprod', reason: 'x' }))).toBe('2 no-such-plan');
  });
});

describe('an environment', () => {
  const then = '2026-11-24T12:31:00.000Z';
  const whole = wish('rollback-environment', [], { at: then });

  it('goes back to a moment as a whole, by the plan that was shown', async () => {
    const { actions, preprod, release, services } = await threeServices();
    await release('4', services.slice(0, 1));
    const plan = await actions.plan(whole);
    expect(plan).toMatchObject({
      title: 'Take preprod back to 2026-11-24 12:31:00 UTC',
      button: 'Take 3 services in preprod back to 2026-11-24 12:31:00 UTC',
      command: `nx run infrastructure:rollback --env=preprod --to=${then}`,
      environments: ['preprod'],
      needsReason: true,
      stopsAtFailure: false,
      typed: { text: 'preprod' },
    });
    expect(plan.approvedBy).toBeUndefined();
    expect(plan.services.map(({ service, replaces, build }) => [service, replaces, build])).toEqual([
      ['orders', '20261124-3', '20261124-1'],
      ['payments', '20261124-2', '20261124-1'],
      ['stock', '20261124-2', '20261124-1'],
    ]);
    expect(plan.services.every(({ lost }) => lost.length > 0)).toBe(true);
    expect(await refusalOf(actions.confirm({ plan: plan.id, typed: 'preprod' }))).toBe('2 reason-needed');
    expect(await refusalOf(actions.confirm({ plan: plan.id, reason: 'all wrong' }))).toBe('2 not-typed');
    await actions.confirm({ plan: plan.id, typed: 'preprod', reason: 'all wrong' });
    await runsEnded(actions);
    expect(actions.list()[0]).toMatchObject({ state: 'succeeded' });
    expect(Object.values(await newestIn(preprod))).toEqual(names.map(() => '20261124-1 rollback succeeded'));
    const [record] = await preprod.records('orders');
    expect(record?.hold?.reason).toBe('all wrong');
    expect(await actions.plan(whole)).toMatchObject({ isReady: false, services: [{}, {}, {}] });
  });

  it('leaves alone what is as it was, and what was not there yet', async () => {
    const { actions, scenario } = await threeServices();
    await releaseIt(scenario, { service: anotherService(scenario, 'young') });
    const sentences = async (moment: string) =>
      (await actions.plan({ ...whole, at: moment })).services.map(({ sentence }) => sentence);
    expect(await sentences(scenario.now.toISOString())).toContain('orders is as it was.');
    expect(await sentences(then)).toContain('young was not there yet, and stays as it is.');
  });

  it('stays as it is while one of its services cannot go back', async () => {
    const { actions, scenario } = await threeServices();
    scenario.registry.clear();
    const plan = await actions.plan(whole);
    expect(plan).toMatchObject({ isReady: false, services: [{ state: 'refused' }, {}, {}] });
    expect(await refusalOf(actions.confirm({ plan: plan.id, typed: 'preprod', reason: 'x' }))).toBe('2 plan-not-ready');
  });

  it('stays as it is when a service came that was not in the plan', async () => {
    const { actions, scenario, preprod } = await threeServices();
    const plan = await actions.plan(whole);
    const service = anotherService(scenario, 'young');
    await releaseIt(scenario, { service });
    const before = await newestIn(preprod);
    expect(await actions.confirm({ plan: plan.id, typed: 'preprod', reason: 'x' })).toMatchObject({ state: 'changed' });
    expect(await newestIn(preprod)).toEqual(before);
  });

  it('goes back with the others when one of them fails', async () => {
    const { actions, preprod } = await threeServices();
    const plan = await actions.plan(whole);
    let count = 0;
    preprod.before = (call) => {
      if (call === 'waitUntilReady' && ++count === 1) throw new Error('The test ends here.');
    };
    await actions.confirm({ plan: plan.id, typed: 'preprod', reason: 'why' });
    await runsEnded(actions);
    const states = actions.list()[0]?.services.map(({ state }) => state);
    expect(states?.toSorted()).toEqual(['failed', 'succeeded', 'succeeded']);
  });

  it('goes back to no moment that has not passed, or in no environment', async () => {
    const { actions } = await threeServices();
    expect(await refusalOf(actions.plan({ ...whole, at: at('2027-01-01').toISOString() }))).toBe('2 bad-plan-wish');
    expect(await refusalOf(actions.plan({ ...whole, to: 'nowhere' }))).toBe('2 bad-plan-wish');
  });
});

describe('a dashboard that was killed in a run', () => {
  it('leaves what its next plan continues with', async () => {
    const { actions, scenario, services, preprod } = await threeServices();
    const { id } = await actions.plan(wish('rollback', ['orders']));
    let die: () => void = () => {};
    const dead = new Promise<never>((_, reject) => (die = () => reject(new Error('killed'))));
    const waiting = new Promise<void>((resolve) => {
      preprod.before = (call) => {
        if (call !== 'waitUntilReady') return undefined;
        resolve();
        return dead;
      };
    });
    await actions.confirm({ plan: id, reason: 'why' });
    await waiting;
    preprod.killHolder('orders');
    preprod.before = () => {};
    const next = await DashboardActions.open(actionContextOf(scenario, {}, services));
    expect(next.list()).toEqual([]);
    expect(await refusalOf(next.confirm({ plan: 'id-99', reason: 'why' }))).toBe('2 no-such-plan');
    // The one that was under way is closed under the lock: by then it is another one than was shown.
    const first = await next.confirm({ plan: (await next.plan(wish('rollback', ['orders']))).id, reason: 'why' });
    expect(first.state).toBe('changed');
    if (first.state !== 'changed') return;
    expect(first.changed.changes.join()).toContain('abandoned while you looked');
    await next.confirm({ plan: first.changed.plan.id, reason: 'why' });
    await runsEnded(next);
    expect((await newestIn(preprod))['orders']).toBe('20261124-1 rollback succeeded');
    die();
    await runsEnded(actions);
  });
});
