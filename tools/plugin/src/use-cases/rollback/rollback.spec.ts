import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { deploy } from '../deploy/deploy.ts';
import { findRelease } from '../revision/find-release.ts';
import { release } from '../release/release.ts';
import { describeRollback, planRollback, rollBack, type RollbackRequest, type RollbackResult } from './rollback.ts';
import { runningIn } from '../../../../contracts/src/running-in.ts';

const ada = { person: 'ada', run: 'ada@laptop' };
const bob = { person: 'bob', run: 'https://ci.example/7' };
const usual = {
  timeoutMs: 1000,
  mainBranch: 'main',
  force: false,
  approvedBy: undefined,
  allowDowntime: false,
  adopt: false,
};
const number = (text: string) => BuildNumber.parse(text)!;

function preprodOf({ environments }: ReleaseScenario) {
  return environments.find(({ name }) => name === 'preprod')!;
}

function clusterOf(scenario: ReleaseScenario) {
  return scenario.clusters.get('preprod')!;
}

/** Releases as a CI would: whatever is newest. */
function releaseAll(scenario: ReleaseScenario, force = false) {
  const { service, environments, ports, reporter } = scenario;
  const targets = [preprodOf(scenario)];
  const request = { service, environments, targets, actor: bob, allowDirty: false, buildNumber: undefined };
  return release({ ...usual, ...request, dryRun: false, force }, ports, reporter);
}

async function deployed(scenario: ReleaseScenario, build: string, force = false) {
  const { service, ports, reporter } = scenario;
  const target = {
    ...usual,
    service,
    release: await findRelease('orders', number(build), ports),
    environment: preprodOf(scenario),
    environmentNames: ['dev', 'preprod', 'prod'],
    actor: bob,
  };
  return deploy(target, { ...usual, force }, ports, reporter);
}

function requestOf(scenario: ReleaseScenario, to: RollbackRequest['to'], reason?: string): RollbackRequest {
  const environmentNames = ['dev', 'preprod', 'prod'];
  return {
    service: scenario.service,
    environment: preprodOf(scenario),
    environmentNames,
    mainBranch: 'main',
    to,
    actor: ada,
    reason,
  };
}

async function back(scenario: ReleaseScenario, to?: string, reason?: string): Promise<RollbackResult> {
  const { ports, reporter } = scenario;
  const plan = await planRollback(requestOf(scenario, to === undefined ? undefined : number(to), reason), ports);
  return rollBack(plan, { timeoutMs: 1000 }, ports, reporter);
}

/** Three releases, the newest of which runs. */
async function threeReleases(): Promise<ReleaseScenario> {
  const scenario = new ReleaseScenario();
  for (const text of ['1', '2', '3']) {
    scenario.change(text);
    await releaseAll(scenario);
  }
  return scenario;
}

async function refusal(action: Promise<unknown>): Promise<ProductError> {
  const error: unknown = await action.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProductError);
  expect((error as ProductError).exitCode).toBe(2);
  return error as ProductError;
}

const runs = async (scenario: ReleaseScenario) => (await runningIn(clusterOf(scenario), 'orders'))?.buildNumber;
const newest = async (scenario: ReleaseScenario): Promise<DeploymentRecord> =>
  (await clusterOf(scenario).records('orders'))[0]!;

describe('rollback', () => {
  it('goes back to the last good release before the one that runs, without a build', async () => {
    const scenario = await threeReleases();
    const before = await clusterOf(scenario).records('orders');
    const builds = scenario.engine.builds.length;
    expect(await back(scenario, undefined, 'wrong totals')).toMatchObject({ state: 'rolled-back' });
    expect(await runs(scenario)).toBe('20261124-2');
    expect(scenario.engine.builds).toHaveLength(builds);
    const record = await newest(scenario);
    expect(record).toMatchObject({
      outcome: 'succeeded',
      actor: ada,
      cause: { action: 'rollback', reason: 'wrong totals' },
      hold: { actor: ada, reason: 'wrong totals' },
    });
    expect(String(record.hold?.buildNumber)).toBe('20261124-3');
    // The manifests of then, but for who put them in.
    const then = before.find(({ release: { buildNumber } }) => buildNumber.equals(number('20261124-2')))!;
    const asBob = JSON.stringify(record.manifests).replaceAll(ada.run, bob.run).replaceAll('"ada"', '"bob"');
    expect(JSON.parse(asBob)).toEqual(then.manifests);
  });

  it('counts revisions as numbers', async () => {
    const scenario = new ReleaseScenario();
    for (let count = 1; count <= 10; count++) {
      scenario.change(String(count));
      await releaseAll(scenario);
    }
    await back(scenario);
    expect(await runs(scenario)).toBe('20261124-9');
    await back(scenario, '20261124-10');
    expect(await runs(scenario)).toBe('20261124-10');
    expect((await newest(scenario)).hold).toBeUndefined();
  });

  it('goes back step by step, and forth to what was left before', async () => {
    const scenario = await threeReleases();
    await back(scenario, '20261124-1', 'all is wrong');
    expect(await runs(scenario)).toBe('20261124-1');
    await back(scenario, '20261124-2');
    expect(await runs(scenario)).toBe('20261124-2');
    // The first hold stands: 3 is still what was left, and the reason is why.
    const { hold } = await newest(scenario);
    expect(hold?.reason).toBe('all is wrong');
    expect(String(hold?.buildNumber)).toBe('20261124-3');
  });

  it('tells that the hold ends when what was held comes back', async () => {
    const scenario = await threeReleases();
    await back(scenario, '20261124-1', 'all is wrong');
    const plan = await planRollback(requestOf(scenario, number('20261124-3')), scenario.ports);
    const lines = await describeRollback(plan, scenario.ports);
    expect(lines.join('\n')).toMatch(/preprod: ends a hold: 20261124-3 is held .*ada: all is wrong/);
    const further = await planRollback(requestOf(scenario, number('20261124-2')), scenario.ports);
    expect((await describeRollback(further, scenario.ports)).join('\n')).not.toMatch(/ends a hold/);
  });

  it('holds: neither release nor deploy puts the build in again, until a newer one comes', async () => {
    const scenario = await threeReleases();
    await back(scenario);
    const before = clusterOf(scenario).objects;
    const again = await releaseAll(scenario);
    expect(again).toMatchObject({ built: false, deploys: [{ result: { state: 'held' } }] });
    expect(await deployed(scenario, '20261124-3')).toMatchObject({ state: 'held', hold: { actor: ada } });
    expect(clusterOf(scenario).objects).toEqual(before);
    // What was gone back to may be put in again, and is nothing to do.
    expect(await deployed(scenario, '20261124-2')).toEqual({ state: 'unchanged' });
    scenario.change('4');
    expect(await releaseAll(scenario)).toMatchObject({ built: true, deploys: [{ result: { state: 'deployed' } }] });
    expect(await runs(scenario)).toBe('20261124-4');
    // Not to 3, which somebody left: the last good one before 4 is what ran then.
    await back(scenario);
    expect(await runs(scenario)).toBe('20261124-2');
  });

  it('holds through a newer build that fails, which goes back by itself', async () => {
    const scenario = await threeReleases();
    await back(scenario);
    scenario.change('4');
    clusterOf(scenario).script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    await expect(releaseAll(scenario)).rejects.toMatchObject({ facts: { type: 'rollout-failed' } });
    expect(await runs(scenario)).toBe('20261124-2');
    expect(await deployed(scenario, '20261124-3')).toMatchObject({ state: 'held' });
  });

  it('holds through a newer build that fails, also where going back had failed', async () => {
    const scenario = await threeReleases();
    const failure = { state: 'failed' as const, reason: 'It crashed.', evidence: [] };
    clusterOf(scenario).script('orders', failure, failure);
    await expect(back(scenario)).rejects.toThrow('It crashed.');
    scenario.change('4');
    await expect(releaseAll(scenario)).rejects.toThrow('It crashed.');
    // It serves, because nothing else does; the hold is still told.
    expect(await runs(scenario)).toBe('20261124-3');
    expect(String((await newest(scenario)).hold?.buildNumber)).toBe('20261124-3');
  });

  it('ends a hold by force', async () => {
    const scenario = await threeReleases();
    await back(scenario);
    expect(await deployed(scenario, '20261124-3', true)).toMatchObject({
      state: 'deployed',
      record: { cause: { overrides: ['--force (held)'] } },
    });
    expect(await deployed(scenario, '20261124-3')).toEqual({ state: 'unchanged' });
  });

  it('keeps a build out that still serves because going back failed', async () => {
    const scenario = await threeReleases();
    clusterOf(scenario).script('orders', { state: 'failed', reason: 'It crashed.', evidence: ['boom'] });
    await expect(back(scenario)).rejects.toMatchObject({ exitCode: 1, facts: { type: 'rollout-failed' } });
    // A rollback that fails is not followed by another one.
    expect(await newest(scenario)).toMatchObject({ outcome: 'failed', cause: { action: 'rollback' } });
    expect(await deployed(scenario, '20261124-3')).toMatchObject({ state: 'held' });
    expect(await back(scenario, '20261124-2')).toMatchObject({ state: 'rolled-back' });
  });

  it.each<[string, string, (scenario: ReleaseScenario) => Promise<unknown>]>([
    [
      'is recorded no more',
      '20261124-1',
      async (scenario) => {
        const preprod = clusterOf(scenario).another();
        for (let count = 0; count < 20; count++) {
          const facts = { ...(await newest(scenario)), actor: bob };
          await preprod.closeRecord(await preprod.openRecord(facts), { outcome: 'succeeded' });
        }
      },
    ],
    [
      'failed there',
      '20261124-4',
      async (scenario) => {
        scenario.change('4');
        clusterOf(scenario).script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
        await expect(releaseAll(scenario)).rejects.toThrow('It crashed.');
        scenario.change('5');
        await releaseAll(scenario);
      },
    ],
  ])('leaves to a deploy what %s, and names the command', async (_, build, prepare) => {
    const scenario = await threeReleases();
    await prepare(scenario);
    const before = clusterOf(scenario).objects;
    const error = await refusal(back(scenario, build));
    expect(error.facts.type).toBe('never-succeeded-there');
    expect(error.facts.remedy).toContain(`nx run orders:k8s-deploy --env=preprod --tag=${build} --force`);
    expect(clusterOf(scenario).objects).toEqual(before);
    // The command that it names does it.
    expect(await deployed(scenario, build, true)).toMatchObject({ state: 'deployed' });
  });

  it('puts nothing into a protected environment that did not succeed there', async () => {
    const scenario = await threeReleases();
    const prod = scenario.environments.find(({ name }) => name === 'prod')!;
    const { service, ports, reporter } = scenario;
    const environmentNames = ['dev', 'preprod', 'prod'];
    const target = { ...usual, service, environment: prod, environmentNames, mainBranch: 'main', actor: bob };
    const second = { ...target, release: await findRelease('orders', number('20261124-2'), ports) };
    await deploy(second, { ...usual, ...approvesAll('eve') }, ports, reporter);
    const request = { ...requestOf(scenario, number('20261124-1')), environment: prod };
    const error = await refusal(planRollback(request, ports));
    expect(error.facts.type).toBe('never-succeeded-there');
    expect(error.facts.reason).toBe('No deployment of it that succeeded is recorded in prod.');
    expect(error.facts.remedy).toContain('nx run orders:promote --to=prod --tag=20261124-1 --force --approve');
  });

  it('says what would be done, and what goes back with the code', async () => {
    const scenario = new ReleaseScenario();
    scenario.repository.write('apps/orders/openapi.yaml', 'one');
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { A: one }\n';
    scenario.repository.write('apps/orders/k8s/settings.yaml', map);
    scenario.change('1');
    await releaseAll(scenario);
    scenario.repository.write('apps/orders/openapi.yaml', 'two');
    scenario.repository.write('apps/orders/k8s/settings.yaml', map.replace('one', 'two'));
    scenario.change('2');
    await releaseAll(scenario);
    const { ports } = scenario;
    const before = clusterOf(scenario).objects;
    const lines = (await describeRollback(await planRollback(requestOf(scenario, undefined), ports), ports)).join('\n');
    expect(lines).toMatch(/20261124-2 \(\w+\) rolls back to 20261124-1/);
    expect(lines).toContain('also rolled back: ConfigMap settings\n');
    expect(lines).toContain('also rolled back: the API (apps/orders/openapi.yaml differs)');
    expect(clusterOf(scenario).objects).toEqual(before);
  });

  it.each<[string, (scenario: ReleaseScenario) => Promise<unknown>, string]>([
    ['nothing was ever deployed', async () => back(new ReleaseScenario()), 'nothing-deployed'],
    ['there is no release before', async (s) => (await back(s, '20261124-1'), back(s)), 'nothing-before'],
    ['there is no such release', async (s) => back(s, '20261123-7'), 'no-such-release'],
    ['it would go forward', async (s) => back(s, '20261125-1'), 'not-back'],
    ['the image is gone', async (s) => (s.registry.clear(), back(s)), 'image-missing'],
  ])('refuses when %s', async (_, action, type) => {
    const scenario = await threeReleases();
    const error = await refusal(action(scenario));
    expect(error.facts.type).toBe(type);
  });

  it('refuses when somebody has deployed since it looked', async () => {
    const scenario = await threeReleases();
    const { ports, reporter } = scenario;
    const plan = await planRollback(requestOf(scenario, undefined), ports);
    scenario.change('4');
    await releaseAll(scenario);
    const error = await refusal(rollBack(plan, { timeoutMs: 1000 }, ports, reporter));
    expect(error.facts.type).toBe('moved-on');
    expect(error.explain()).toContain('bob (https://ci.example/7) deployed 20261124-4');
    expect(await runs(scenario)).toBe('20261124-4');
  });
});
