import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import { approveCommand } from '../../model/plan/approve-command.ts';
import { PlanId } from '../../model/plan/plan-id.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { promote, type PromoteRequest } from './promote.ts';
import { previewDeploy } from './preview-deploy.ts';
import { deploy } from './deploy.ts';
import type { ApprovablePlan } from './requirements/approval.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const environmentNames = ['dev', 'preprod', 'prod'];
const named = ({ environments }: ReleaseScenario, name: string) => environments.find((each) => each.name === name)!;
const pass = (scenario: ReleaseScenario, minutes: number) => {
  scenario.now = new Date(scenario.now.getTime() + minutes * 60_000);
};

/** A release that proved itself in preprod. */
async function proven(text: string, scenario = new ReleaseScenario()): Promise<ReleaseScenario> {
  scenario.change(text);
  await releaseIt(scenario);
  pass(scenario, 20);
  return scenario;
}

function up(scenario: ReleaseScenario, wishes: Partial<PromoteRequest> = {}) {
  const request = {
    ...{ timeoutMs: 1000, force: false, allowDowntime: false, adopt: false, dryRun: false, approvedBy: 'eve', actor },
    ...{ from: named(scenario, 'preprod'), to: named(scenario, 'prod'), environmentNames, mainBranch: 'main' },
    ...{ service: scenario.service, build: undefined },
  };
  return promote({ ...request, ...wishes }, scenario.ports, scenario.reporter);
}

async function planned(scenario: ReleaseScenario, wishes: Partial<PromoteRequest> = {}): Promise<ApprovablePlan> {
  const result = await up(scenario, { ...wishes, dryRun: true });
  if (result.state !== 'planned' || !result.preview.plan) throw new Error(`There is no plan: ${result.state}`);
  return result.preview.plan;
}

const approving = (...plans: PlanId[]) => ({ approvedPlans: { plans, ask: undefined } });
const inProd = async (scenario: ReleaseScenario) =>
  (await scenario.clusters.get('prod')!.records('orders')).map(({ release }) => release.buildNumber.toString());

async function refusal(action: Promise<unknown>) {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProductError)) throw new Error(`It was not refused: ${String(error)}`);
  return { exitCode: error.exitCode, type: error.facts.type, reason: error.facts.reason, remedy: error.facts.remedy };
}

describe('a plan that was approved of', () => {
  it('is done as it was shown, also when another person approves', async () => {
    const scenario = await proven('1');
    const { id, work } = await planned(scenario);
    expect(work).toMatchObject({ action: 'promote', service: 'orders', from: 'preprod', build: '20261124-1' });
    const grace = { actor: { person: 'grace', run: 'ci@7' }, approvedBy: 'grace' };
    expect(await up(scenario, { ...grace, ...approving(id) })).toMatchObject({ result: { state: 'deployed' } });
    expect(await inProd(scenario)).toEqual(['20261124-1']);
  });

  it('is not that of a newer release, which proved itself meanwhile', async () => {
    const scenario = await proven('1');
    const { id } = await planned(scenario);
    await proven('2', scenario);
    const refused = await refusal(up(scenario, approving(id)));
    expect(refused).toMatchObject({ exitCode: 2, type: 'plan-changed' });
    const { id: now } = await planned(scenario);
    expect(refused.reason).toContain(`Approved was ${id}; now it would be ${now} (20261124-2`);
    expect(refused.remedy).toContain('nx run orders:promote --from=preprod --to=prod --tag=20261124-2 --dry-run');
    expect(await inProd(scenario)).toEqual([]);
  });

  it('is done all the same when its build is named', async () => {
    const scenario = await proven('1');
    const { id } = await planned(scenario);
    await proven('2', scenario);
    const build = BuildNumber.parse('20261124-1');
    expect(await up(scenario, { build, ...approving(id) })).toMatchObject({ result: { state: 'deployed' } });
    expect(await inProd(scenario)).toEqual(['20261124-1']);
  });

  it('is stale when somebody changes an object of the cluster', async () => {
    const scenario = await proven('1');
    await up(scenario, approvesAll('eve'));
    await proven('2', scenario);
    const { id } = await planned(scenario);
    scenario.clusters.get('prod')!.edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 7);
    expect(await refusal(up(scenario, approving(id)))).toMatchObject({ exitCode: 2, type: 'plan-changed' });
    expect(await inProd(scenario)).toEqual(['20261124-1']);
  });

  it('is stale when another release has been deployed meanwhile', async () => {
    const scenario = await proven('1');
    await proven('2', scenario);
    const { id } = await planned(scenario);
    await up(scenario, { build: BuildNumber.parse('20261124-1'), ...approvesAll('eve') });
    expect(await refusal(up(scenario, approving(id)))).toMatchObject({ exitCode: 2, type: 'plan-changed' });
    expect(await inProd(scenario)).toEqual(['20261124-1']);
  });

  it('does nothing a second time', async () => {
    const scenario = await proven('1');
    const { id } = await planned(scenario);
    await up(scenario, approving(id));
    expect(await up(scenario, approving(id))).toMatchObject({ result: { state: 'unchanged' } });
    await proven('2', scenario);
    expect(await refusal(up(scenario, approving(id)))).toMatchObject({ exitCode: 2, type: 'plan-changed' });
    await up(scenario, approvesAll('eve'));
    const older = { build: BuildNumber.parse('20261124-1'), force: true };
    expect(await refusal(up(scenario, { ...older, ...approving(id) }))).toMatchObject({ type: 'plan-changed' });
    expect(await inProd(scenario)).toEqual(['20261124-2', '20261124-1']);
  });

  it('is none of another environment, of another way there or of other options', async () => {
    const scenario = await proven('1');
    scenario.environments = scenario.environments.map((each) => ({ ...each, protected: true }));
    const [release] = (await scenario.clusters.get('preprod')!.records('orders')).map((record) => record.release);
    const options = { force: false, mainBranch: 'main', timeoutMs: 1000, approvedBy: 'eve' };
    const of = (name: string) => ({
      ...{ service: scenario.service, release: release!, environment: named(scenario, name), environmentNames, actor },
      ...{ allowDowntime: false, adopt: false },
    });
    const preview = async (name: string) =>
      (await previewDeploy(of(name), options, scenario.ports, scenario.reporter)).plan!.id;
    const ids = [await preview('dev'), await preview('prod'), (await planned(scenario, { adopt: true })).id];
    expect(new Set(ids.map(String)).size).toBe(3);
    for (const id of ids) expect(await refusal(up(scenario, approving(id)))).toMatchObject({ type: 'plan-changed' });
    const toProd = deploy(of('prod'), { ...options, ...approving(ids[0]!) }, scenario.ports, scenario.reporter);
    expect(await refusal(toProd)).toMatchObject({ exitCode: 2, type: 'plan-changed' });
    expect(await inProd(scenario)).toEqual([]);
  });

  it('is found among several', async () => {
    const scenario = await proven('1');
    const { id } = await planned(scenario);
    const others = ['0', '1', 'f'].map((digit) => PlanId.parse(`plan-${digit.repeat(32)}`)!);
    expect(await refusal(up(scenario, approving(...others, ...others)))).toMatchObject({
      reason: expect.stringMatching(/^Approved was plan-0+, plan-1+, plan-f+, 3 more; now/) as string,
    });
    expect(await up(scenario, approving(...others, id))).toMatchObject({ result: { state: 'deployed' } });
  });
});

describe('--approve without a plan', () => {
  it('shows the plan before anything is changed, and does nothing when the answer is no', async () => {
    const scenario = await proven('1');
    const shown: ApprovablePlan[] = [];
    const ask = (plan: ApprovablePlan) => {
      shown.push(plan);
      return Promise.resolve(false);
    };
    const refused = await refusal(up(scenario, { approvedPlans: { plans: [], ask } }));
    expect(refused).toMatchObject({ exitCode: 2, type: 'not-approved' });
    expect(shown.map(({ id }) => id)).toEqual([(await planned(scenario)).id]);
    expect(refused.remedy).toContain(`--approve=${shown[0]!.id}`);
    expect(await inProd(scenario)).toEqual([]);
  });

  it('says who approved after the answer', async () => {
    const scenario = await proven('1');
    const said = () => scenario.lines.filter((line) => line.includes('approved by'));
    const ask = () => {
      expect(said()).toEqual([]);
      return Promise.resolve(true);
    };
    expect(await up(scenario, { approvedPlans: { plans: [], ask } })).toMatchObject({ result: { state: 'deployed' } });
    expect(said()).toHaveLength(1);
  });

  it('shows a command with the reason that was given', async () => {
    const scenario = await proven('1');
    const { id, work } = await planned(scenario, { reason: "it's down" });
    expect(approveCommand(work, id)).toContain(` --reason='it'\\''s down' --approve=${id}`);
    expect((await planned(scenario)).id).toEqual(id);
  });

  it('refuses what has changed while somebody was looking at it', async () => {
    const scenario = await proven('1');
    await up(scenario, approvesAll('eve'));
    await proven('2', scenario);
    await proven('3', scenario);
    const ask = async () => {
      const build = BuildNumber.parse('20261124-2');
      await up(scenario, { build, ...approvesAll('grace') });
      return true;
    };
    expect(await refusal(up(scenario, { approvedPlans: { plans: [], ask } }))).toMatchObject({ type: 'plan-changed' });
    expect(await inProd(scenario)).toEqual(['20261124-2', '20261124-1']);
  });

  it('is refused where nobody can be asked', async () => {
    const scenario = await proven('1');
    const refused = await refusal(up(scenario, { approvedPlans: { plans: [], ask: undefined } }));
    expect(refused).toMatchObject({ exitCode: 2, type: 'approval-needed' });
    expect(refused.remedy).toMatch(/--dry-run.*--approve=ID/);
    expect(await inProd(scenario)).toEqual([]);
  });

  it('asks nobody where nothing would be done', async () => {
    const scenario = await proven('1');
    await up(scenario, approvesAll('eve'));
    const ask = () => Promise.reject(new Error('somebody was asked'));
    expect(await up(scenario, { approvedPlans: { plans: [], ask } })).toMatchObject({ result: { state: 'unchanged' } });
  });
});

describe('a release to a protected environment', () => {
  it('refuses plans of what is not built yet, before it is built', async () => {
    const scenario = await proven('1');
    scenario.change('2');
    const targets = [named(scenario, 'prod')];
    const id = PlanId.parse(`plan-${'0'.repeat(32)}`)!;
    const refused = await refusal(releaseIt(scenario, { targets, approvedBy: 'ada', ...approving(id) }));
    expect(refused).toMatchObject({ exitCode: 2, type: 'plan-changed' });
    expect(refused.reason).toContain('the content of this commit has none yet');
    expect(await scenario.repository.releaseTags('orders')).toHaveLength(1);
  });

  it('names the plan of what is built, and does it', async () => {
    const scenario = await proven('1');
    const targets = [named(scenario, 'prod')];
    await releaseIt(scenario, { targets, dryRun: true });
    const [, text = ''] = /the plan is (plan-\S+);/.exec(scenario.lines.join('\n')) ?? [];
    const [plan] = [PlanId.parse(text)!];
    await releaseIt(scenario, { targets, approvedBy: 'ada', ...approving(plan) });
    expect(await inProd(scenario)).toEqual(['20261124-1']);
  });
});
