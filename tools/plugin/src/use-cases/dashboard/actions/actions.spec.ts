import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import { actionContextOf, refusalOf, runsEnded } from '../../../../../twins/src/dashboard-actions.ts';
import { approvesAll } from '../../../../../twins/src/approve-all.ts';
import type { ActionPlan, PlanWish } from '../../../model/dashboard/action-plan.ts';
import type { RunEvent } from '../../../model/dashboard/action-run.ts';
import { interruption } from '../../../model/errors/interruption.ts';
import { promote } from '../../deploy/promote.ts';
import type { ActionContext } from './action-context.ts';
import { DashboardActions } from './actions.ts';

const grace = { person: 'grace', run: 'ci@7' };
const toProd: PlanWish = { action: 'promote', services: ['orders'], from: 'preprod', to: 'prod' };
const back: PlanWish = { action: 'rollback', services: ['orders'], to: 'preprod' };
const named = ({ environments }: ReleaseScenario, name: string) => environments.find((each) => each.name === name)!;
const pass = (scenario: ReleaseScenario, minutes: number) => {
  scenario.now = new Date(scenario.now.getTime() + minutes * 60_000);
};

/** Releases to preprod, where each proves itself. */
async function proven(...texts: string[]): Promise<ReleaseScenario> {
  const scenario = new ReleaseScenario();
  for (const text of texts) await releaseNext(scenario, text);
  return scenario;
}

async function releaseNext(scenario: ReleaseScenario, text: string): Promise<void> {
  scenario.change(text);
  await releaseIt(scenario);
  pass(scenario, 20);
}

function promotedBy(scenario: ReleaseScenario, who: typeof grace) {
  const request = {
    ...{ timeoutMs: 1000, force: false, allowDowntime: false, adopt: false, dryRun: false, actor: who },
    ...{ from: named(scenario, 'preprod'), to: named(scenario, 'prod'), build: undefined, service: scenario.service },
    ...{ environmentNames: ['dev', 'preprod', 'prod'], mainBranch: 'main', ...approvesAll(who.person) },
  };
  return promote(request, scenario.ports, scenario.reporter);
}

const deployments = async (scenario: ReleaseScenario, environment: string) =>
  (await scenario.clusters.get(environment)!.records('orders')).map(
    ({ release, actor: who, cause, outcome }) => `${release.buildNumber} ${cause.action} ${outcome} by ${who.person}`,
  );

const prodTyped = ({ id }: ActionPlan) => ({ plan: id, typed: 'prod' });

describe('a plan of the dashboard', () => {
  it('says what would be done, as whom, until when, and changes nothing', async () => {
    const scenario = await proven('1', '2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(toProd);
    expect(plan).toMatchObject({
      action: 'promote',
      environments: ['prod'],
      title: 'Put orders 20261124-2 into prod',
      button: 'Promote orders 20261124-2 to prod',
      by: { person: 'ada', run: 'ada@laptop' },
      approvedBy: 'deployer',
      isReady: true,
      needsReason: false,
      typed: { text: 'prod', reasons: ['prod is protected.'] },
      services: [{ service: 'orders', state: 'ready', build: '20261124-2' }],
    });
    expect(plan.services[0]?.command).toMatch(
      /^nx run orders:promote --from=preprod --to=prod --tag=20261124-2 --approve=plan-[0-9a-f]{32}$/,
    );
    expect(Date.parse(plan.expiresAt) - Date.parse(plan.madeAt)).toBe(120_000);
    expect(scenario.clusters.get('prod')!.objects).toEqual([]);
    expect(await deployments(scenario, 'prod')).toEqual([]);
  });

  it('shows the commits that come, and those that go', async () => {
    const scenario = await proven('1');
    await promotedBy(scenario, grace);
    await releaseNext(scenario, '2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const forward = await actions.plan(toProd);
    expect(forward.title).toBe('Put orders 20261124-2 into prod, in place of 20261124-1');
    expect([forward.services[0]?.gained.length, forward.services[0]?.lost.length]).toEqual([1, 0]);
    const backward = await actions.plan(back);
    expect(backward.title).toBe('Take orders in preprod back from 20261124-2 to 20261124-1');
    expect([backward.services[0]?.gained.length, backward.services[0]?.lost.length]).toEqual([0, 1]);
    expect(backward).toMatchObject({ needsReason: true, button: 'Take orders in preprod back to 20261124-1' });
    expect(backward.typed).toBeUndefined();
  });

  it('shows a refusal with what to do, and the command that overrides it', async () => {
    const scenario = new ReleaseScenario();
    scenario.change('1');
    await releaseIt(scenario);
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(toProd);
    expect(plan).toMatchObject({
      isReady: false,
      services: [{ state: 'refused', refusal: { type: 'soaking' } }],
    });
    expect(plan.services[0]?.refusal?.override).toBe('nx run orders:promote --from=preprod --to=prod --force');
    expect(await refusalOf(actions.confirm(prodTyped(plan)))).toBe('2 plan-not-ready');
  });

  it('is nothing where all is there already', async () => {
    const scenario = await proven('1');
    await promotedBy(scenario, grace);
    const actions = await DashboardActions.open(actionContextOf(scenario));
    expect(await actions.plan(toProd)).toMatchObject({ isReady: false, services: [{ state: 'nothing' }] });
    expect(await actions.plan({ action: 'release', services: ['orders'] })).toMatchObject({
      services: [{ state: 'nothing', sentence: expect.stringContaining('already running in preprod') }],
    });
  });

  it('refuses in a freeze, as the command does', async () => {
    const scenario = await proven('1');
    scenario.environments = scenario.environments.map((each) => ({
      ...each,
      freeze: [{ days: ['tue'], zone: 'UTC', reason: 'sale' }],
    }));
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(toProd);
    expect(plan).toMatchObject({ services: [{ state: 'refused', refusal: { type: 'frozen' } }] });
  });
});

describe('a confirmed plan', () => {
  it('is carried out, under the name of who started the dashboard', async () => {
    const scenario = await proven('1');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const events: RunEvent[] = [];
    actions.onEvent((event) => events.push(event));
    expect(await actions.confirm(prodTyped(await actions.plan(toProd)))).toMatchObject({ state: 'begun' });
    await runsEnded(actions);
    const [run] = actions.list();
    expect(run).toMatchObject({ state: 'succeeded', services: [{ service: 'orders', state: 'succeeded' }] });
    expect(run?.lines.at(-1)).toMatchObject({ kind: 'result', text: 'orders 20261124-1: deployed in prod' });
    expect(run?.lines.map(({ id }) => id)).toEqual(run?.lines.map((_, index) => index + 1));
    expect(events.flatMap((event) => (event.kind === 'line' ? [event.line] : []))).toEqual(run?.lines);
    expect(await deployments(scenario, 'prod')).toEqual(['20261124-1 promote succeeded by ada']);
    const [record] = await scenario.clusters.get('prod')!.records('orders');
    expect(record?.cause.approvedBy).toEqual({ names: ['deployer'], by: 'cluster-identity' });
  });

  it('goes back with its reason, and holds', async () => {
    const scenario = await proven('1', '2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const { id } = await actions.plan(back);
    expect(await refusalOf(actions.confirm({ plan: id }))).toBe('2 reason-needed');
    await actions.confirm({ plan: id, reason: 'wrong totals' });
    await runsEnded(actions);
    const [record] = await scenario.clusters.get('preprod')!.records('orders');
    expect(record).toMatchObject({
      cause: { action: 'rollback', reason: 'wrong totals' },
      hold: { reason: 'wrong totals' },
    });
    expect(`${record?.release.buildNumber}`).toBe('20261124-1');
  });

  it('builds what is released, and deploys that', async () => {
    const scenario = await proven('1');
    scenario.change('2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan({ action: 'release', services: ['orders'] });
    expect(plan.title).toMatch(/^Release orders of commit [0-9a-f]+ to preprod$/);
    await actions.confirm({ plan: plan.id });
    await runsEnded(actions);
    expect(actions.list()[0]).toMatchObject({ state: 'succeeded' });
    expect((await deployments(scenario, 'preprod'))[0]).toBe('20261124-2 deploy succeeded by ada');
  });

  it('asks for the name of a protected environment, letter by letter', async () => {
    const scenario = await proven('1');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const { id } = await actions.plan(toProd);
    for (const typed of [undefined, '', 'Prod', 'prod ', 'preprod'])
      expect(await refusalOf(actions.confirm({ plan: id, ...(typed === undefined ? {} : { typed }) }))).toBe(
        '2 not-typed',
      );
    expect(await deployments(scenario, 'prod')).toEqual([]);
    expect(await actions.confirm({ plan: id, typed: 'prod' })).toMatchObject({ state: 'begun' });
    await runsEnded(actions);
  });

  it('runs once: another click, and another tab, get the first run', async () => {
    const scenario = await proven('1');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(toProd);
    const both = await Promise.all([actions.confirm(prodTyped(plan)), actions.confirm(prodTyped(plan))]);
    await runsEnded(actions);
    const later = await actions.confirm(prodTyped(plan));
    const ids = [...both, later].map((each) => (each.state === 'begun' ? each.run.id : each.state));
    expect(new Set(ids).size).toBe(1);
    expect(await deployments(scenario, 'prod')).toHaveLength(1);
  });

  it('is not done when somebody deployed since, and says who', async () => {
    const scenario = await proven('1');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(toProd);
    await releaseNext(scenario, '2');
    await promotedBy(scenario, grace);
    const answer = await confirmedInTime(scenario, actions, plan);
    expect(answer).toMatchObject({
      state: 'changed',
      changed: { type: 'plan-changed', plan: { services: [{ state: 'nothing' }] } },
    });
    if (answer.state === 'changed')
      expect(answer.changed.changes).toContain('grace promoted orders 20261124-2 to prod while you looked.');
    expect(await deployments(scenario, 'prod')).toEqual(['20261124-2 promote succeeded by grace']);
    expect(actions.list()[0]).toMatchObject({ state: 'changed', changed: { plan: { id: expect.any(String) } } });
  });

  it('is not done in an open environment either, when somebody deployed while it waited for the lock', async () => {
    const scenario = await proven('1', '2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(back);
    const cluster = scenario.clusters.get('preprod')!;
    const held = await cluster.lock('orders', grace, () => {});
    // Another one has the lock: it is known that nothing is refused so far.
    expect(await actions.confirm({ plan: plan.id, reason: 'why' })).toMatchObject({
      state: 'begun',
      run: { state: 'running' },
    });
    await held.release();
    await runsEnded(actions);
    expect(actions.list()[0]).toMatchObject({ state: 'succeeded' });
  });

  it('is not done when something was changed while it waited for the lock', async () => {
    const scenario = await proven('1', '2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(back);
    const cluster = scenario.clusters.get('preprod')!;
    const held = await cluster.lock('orders', grace, () => {});
    expect(await actions.confirm({ plan: plan.id, reason: 'why' })).toMatchObject({ state: 'begun' });
    cluster.edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 7);
    await held.release();
    await runsEnded(actions);
    expect(actions.list()[0]).toMatchObject({ state: 'changed', services: [{ state: 'changed' }] });
    expect(await actions.confirm({ plan: plan.id, reason: 'why' })).toMatchObject({ state: 'changed' });
    expect((await deployments(scenario, 'preprod'))[0]).toContain('20261124-2 deploy');
  });

  it('is not done when an object of the cluster is another one by now', async () => {
    const scenario = await proven('1', '2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(back);
    scenario.clusters.get('preprod')!.edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 7);
    const answer = await actions.confirm({ plan: plan.id, reason: 'why' });
    expect(answer).toMatchObject({ state: 'changed', changed: { plan: { isReady: true } } });
    expect((await deployments(scenario, 'preprod'))[0]).toContain('20261124-2 deploy');
    if (answer.state !== 'changed') return;
    expect(await actions.confirm({ plan: answer.changed.plan.id, reason: 'why' })).toMatchObject({ state: 'begun' });
    await runsEnded(actions);
    expect((await deployments(scenario, 'preprod'))[0]).toContain('20261124-1 rollback');
  });

  it('is not promoted to an open environment when an object there is another one by now', async () => {
    const scenario = await proven('1');
    scenario.environments = scenario.environments.map((each) => ({ ...each, protected: false }));
    await promotedBy(scenario, grace);
    await releaseNext(scenario, '2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(toProd);
    expect(plan.typed).toBeUndefined();
    scenario.clusters.get('prod')!.edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 7);
    expect(await actions.confirm({ plan: plan.id })).toMatchObject({ state: 'changed' });
    expect(await deployments(scenario, 'prod')).toEqual(['20261124-1 promote succeeded by grace']);
  });

  it('is not done when another commit is checked out by now', async () => {
    const scenario = await proven('1');
    scenario.change('2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan({ action: 'release', services: ['orders'] });
    scenario.change('3');
    const answer = await actions.confirm({ plan: plan.id });
    expect(answer).toMatchObject({
      state: 'changed',
      changed: { changes: [expect.stringContaining('Checked out was')] },
    });
    expect(await deployments(scenario, 'preprod')).toHaveLength(1);
  });

  it('is done by the build that was shown, also when a newer one proved itself', async () => {
    const scenario = await proven('1');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(toProd);
    await releaseNext(scenario, '2');
    expect(await confirmedInTime(scenario, actions, plan)).toMatchObject({ state: 'begun' });
    await runsEnded(actions);
    expect(await deployments(scenario, 'prod')).toEqual(['20261124-1 promote succeeded by ada']);
  });

  it('is too old after two minutes', async () => {
    const scenario = await proven('1');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const plan = await actions.plan(toProd);
    scenario.now = new Date(scenario.now.getTime() + 120_001);
    const answer = await actions.confirm(prodTyped(plan));
    expect(answer).toMatchObject({ state: 'changed', changed: { changes: ['The plan is older than 2 minutes.'] } });
    expect(await refusalOf(actions.confirm(prodTyped(plan)))).toBe('2 no-such-plan');
    expect(await deployments(scenario, 'prod')).toEqual([]);
  });

  it('is one that this dashboard has shown, of the last thirty', async () => {
    const scenario = await proven('1');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    expect(await refusalOf(actions.confirm({ plan: 'id-99', typed: 'prod' }))).toBe('2 no-such-plan');
    const first = await actions.plan(toProd);
    for (let count = 0; count < 30; count++) await actions.plan(toProd);
    expect(await refusalOf(actions.confirm(prodTyped(first)))).toBe('2 no-such-plan');
  });
});

describe('a run', () => {
  it('ends what it writes when it is cancelled', async () => {
    const scenario = await proven('1', '2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const { id } = await actions.plan(back);
    const held = await scenario.clusters.get('preprod')!.lock('orders', grace, () => {});
    const answer = await actions.confirm({ plan: id, reason: 'why' });
    if (answer.state !== 'begun') throw new Error('It was not begun.');
    expect(actions.cancel(answer.run.id).state).toBe('cancelling');
    expect(actions.cancel(answer.run.id).state).toBe('cancelling');
    await runsEnded(actions);
    await held.release();
    expect(actions.list()[0]).toMatchObject({ state: 'cancelled', services: [{ state: 'cancelled' }] });
    expect((await deployments(scenario, 'preprod'))[0]).toContain('20261124-2 deploy');
    expect(() => actions.cancel('id-99')).toThrow('This dashboard has no such run.');
  });

  it('is ended when the dashboard stops, which begins nothing more', async () => {
    const scenario = await proven('1', '2');
    const actions = await DashboardActions.open(actionContextOf(scenario));
    const { id } = await actions.plan(back);
    const other = await actions.plan(toProd);
    const held = await scenario.clusters.get('preprod')!.lock('orders', grace, () => {});
    await actions.confirm({ plan: id, reason: 'why' });
    await actions.stop(interruption('SIGINT'));
    expect(actions.isBusy).toBe(false);
    await held.release();
    expect(await refusalOf(actions.confirm(prodTyped(other)))).toBe('2 dashboard-stops');
    expect(await refusalOf(actions.plan(toProd))).toBe('2 dashboard-stops');
  });

  it('shows nothing that is secret, and no characters that turn a line round', async () => {
    const scenario = await proven('1');
    scenario.change('2');
    const build: ActionContext['build'] = async ({ onLine }) => {
      onLine('password: hunter2hunter2');
      onLine('a\u202eb');
      throw new Error('no build');
    };
    const actions = await DashboardActions.open(actionContextOf(scenario, { build }));
    const { id } = await actions.plan({ action: 'release', services: ['orders'] });
    await actions.confirm({ plan: id });
    await runsEnded(actions);
    const [run] = actions.list();
    const text = JSON.stringify(run);
    expect(run?.state).toBe('failed');
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('\u202e');
    expect(text).toContain('This is a bug');
  });
});

it('deploys what it has built, though ports list what origin has once', async () => {
  const scenario = await proven('1');
  scenario.change('2');
  const anew = () => actionContextOf(scenario, { ports: withOneListing(scenario), anew });
  const actions = await DashboardActions.open(anew());
  const { id } = await actions.plan({ action: 'release', services: ['orders'] });
  await actions.confirm({ plan: id });
  await runsEnded(actions);
  expect(actions.list()).toMatchObject([{ state: 'succeeded' }]);
  expect(await deployments(scenario, 'preprod')).toContain('20261124-2 deploy succeeded by ada');
});

it('is not there in a CI', async () => {
  const scenario = new ReleaseScenario();
  scenario.approvals = { kind: 'nowhere' };
  expect(await refusalOf(DashboardActions.open(actionContextOf(scenario)))).toBe('2 no-actions-in-ci');
});

/** The ports of a process that has just been started: it lists the tags of a service once. */
function withOneListing({ ports }: ReleaseScenario): ActionContext['ports'] {
  const listed = new Map<string, ReturnType<typeof ports.repository.releaseTags>>();
  const releaseTags = async (service: string) => {
    const tags = listed.get(service) ?? ports.repository.releaseTags(service);
    listed.set(service, tags);
    return [...(await tags)];
  };
  const repository = new Proxy(ports.repository, {
    get: (target, key) => (key === 'releaseTags' ? releaseTags : Reflect.get(target, key).bind(target)),
  });
  return { ...ports, repository };
}

/** Confirms with the clock of when it was planned: what happened since took no two minutes. */
function confirmedInTime(scenario: ReleaseScenario, actions: DashboardActions, plan: ActionPlan) {
  const { now } = scenario;
  scenario.now = new Date(plan.madeAt);
  const confirming = actions.confirm(prodTyped(plan));
  scenario.now = now;
  return confirming;
}
