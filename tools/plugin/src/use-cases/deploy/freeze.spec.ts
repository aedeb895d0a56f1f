import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import type { FreezeWindow } from '../../model/environment/freeze.ts';
import { publishApi } from '../api-publish/api-publish.ts';
import { provision } from '../provision/provision.ts';
import { findRelease } from '../revision/find-release.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { status } from '../observe/status.ts';
import { deploy, type DeployOptions } from './deploy.ts';
import { promote, type PromoteRequest } from './promote.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const yearEnd: FreezeWindow = {
  from: '2026-12-20T00:00',
  to: '2027-01-03T00:00',
  zone: 'Europe/Berlin',
  reason: 'year end',
};
const inFreeze = new Date('2026-12-23T12:00:00Z');
const said = 'is frozen until 2027-01-03 00:00 Europe/Berlin (year end)';
const refused = (environment: string) => ({
  exitCode: 2,
  facts: {
    type: 'frozen',
    reason: `${environment} ${said}.`,
    remedy: expect.stringContaining('--force --reason=…') as string,
  },
});
const usual = { actor, environmentNames: [], allowDowntime: false, adopt: false, mainBranch: 'main', timeoutMs: 1000 };
const named = ({ environments }: ReleaseScenario, name: string) => environments.find((each) => each.name === name)!;
const recordsIn = (scenario: ReleaseScenario, name = 'preprod') => scenario.clusters.get(name)!.records('orders');

function freeze(scenario: ReleaseScenario, name: string, ...windows: FreezeWindow[]): void {
  scenario.environments = scenario.environments.map((each) =>
    each.name === name ? { ...each, freeze: windows } : each,
  );
}

/** Two releases ran in preprod, and it is frozen now. */
async function frozen(name = 'preprod'): Promise<ReleaseScenario> {
  const scenario = new ReleaseScenario();
  freeze(scenario, name, yearEnd);
  await releaseIt(scenario);
  scenario.change('2');
  await releaseIt(scenario);
  scenario.now = inFreeze;
  return scenario;
}

async function deployFirst(scenario: ReleaseScenario, options: Partial<DeployOptions> = {}) {
  const { service, ports, reporter } = scenario;
  const release = await findRelease('orders', undefined, ports);
  const target = { ...usual, service, release, environment: named(scenario, 'preprod') };
  return deploy(target, { ...usual, force: false, approvedBy: undefined, ...options }, ports, reporter);
}

function promoteIt(scenario: ReleaseScenario, wishes: Partial<PromoteRequest> = {}) {
  const { service, ports, reporter } = scenario;
  const way = { from: named(scenario, 'preprod'), to: named(scenario, 'prod') };
  const request = { ...usual, ...way, service, force: false, dryRun: false, build: undefined, ...approvesAll('eve') };
  return promote({ ...request, ...wishes }, ports, reporter);
}

describe('a release to a frozen environment', () => {
  it('is refused before anything is built, and no number is taken', async () => {
    const scenario = await frozen();
    scenario.change('3');
    await expect(releaseIt(scenario)).rejects.toMatchObject(refused('preprod'));
    expect(scenario.engine.builds).toHaveLength(2);
    expect(await scenario.repository.buildNumbers('orders')).toHaveLength(2);
    expect(await recordsIn(scenario)).toHaveLength(2);
  });

  it('is refused, too, where one of several is frozen', async () => {
    const scenario = await frozen();
    scenario.change('3');
    const targets = [named(scenario, 'dev'), named(scenario, 'preprod')];
    await expect(releaseIt(scenario, { targets })).rejects.toMatchObject(refused('preprod'));
    expect(scenario.engine.builds).toHaveLength(2);
    expect(await recordsIn(scenario, 'dev')).toEqual([]);
  });

  it('is built where it is not deployed, and deployed when the freeze has ended', async () => {
    const scenario = await frozen();
    scenario.change('3');
    expect(await releaseIt(scenario, { only: 'build' })).toMatchObject({ built: true, deploys: [] });
    await expect(releaseIt(scenario, { only: 'deploy' })).rejects.toMatchObject(refused('preprod'));
    scenario.now = new Date('2027-01-02T23:00:00Z');
    const result = await releaseIt(scenario, { only: 'deploy' });
    expect(result.deploys).toMatchObject([{ result: { state: 'deployed' } }]);
  });

  it('tells a dry run that it would be refused', async () => {
    const scenario = await frozen();
    scenario.change('3');
    await releaseIt(scenario, { dryRun: true });
    expect(scenario.lines).toContain(`preprod ${said}: until then, this is refused`);
    expect(scenario.lines).toContainEqual(expect.stringMatching(/^preprod: would deploy/));
  });

  it('stays built when the freeze begins meanwhile, and is not deployed', async () => {
    const scenario = await frozen();
    scenario.now = new Date('2026-12-19T22:59:00Z');
    scenario.change('3');
    const { ports, repository } = scenario;
    const { tagRelease } = repository;
    repository.tagRelease = (release) => {
      scenario.now = inFreeze;
      return tagRelease.call(repository, release);
    };
    expect(ports.clock()).not.toEqual(inFreeze);
    await expect(releaseIt(scenario)).rejects.toMatchObject(refused('preprod'));
    expect(await recordsIn(scenario)).toHaveLength(2);
    expect(scenario.engine.builds).toHaveLength(3);
  });

  it('goes in by force with a reason, and the record says both', async () => {
    const scenario = await frozen();
    scenario.change('3');
    await releaseIt(scenario, { force: true, reason: 'leaks passwords' });
    expect((await recordsIn(scenario))[0]).toMatchObject({
      cause: { action: 'deploy', reason: 'leaks passwords', overrides: ['--force (frozen)'] },
    });
  });
});

describe('a deployment to a frozen environment', () => {
  it('is refused, and by force without a reason, too', async () => {
    const scenario = await frozen();
    await expect(deployFirst(scenario)).rejects.toMatchObject(refused('preprod'));
    await expect(deployFirst(scenario, { force: true })).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'frozen', remedy: 'Say why with `--reason=…`; it is recorded.' },
    });
    await expect(deployFirst(scenario, { reason: 'no force' })).rejects.toMatchObject(refused('preprod'));
    expect(await recordsIn(scenario)).toHaveLength(2);
  });

  it('is refused when the freeze began while it waited for the lock', async () => {
    const scenario = await frozen();
    scenario.now = new Date('2026-12-19T22:59:00Z');
    scenario.change('3');
    const cluster = scenario.clusters.get('preprod')!;
    cluster.before = (call) => {
      if (call === 'lock') scenario.now = inFreeze;
    };
    await expect(releaseIt(scenario)).rejects.toMatchObject(refused('preprod'));
    expect(await recordsIn(scenario)).toHaveLength(2);
  });

  it('keeps the reason in its record, and nothing as overridden where nothing is frozen', async () => {
    const scenario = await frozen();
    scenario.now = new Date('2026-12-01T12:00:00Z');
    scenario.change('3');
    await releaseIt(scenario, { force: true, reason: 'because' });
    const [newest] = await recordsIn(scenario);
    expect(newest!.cause).toEqual({ action: 'deploy', reason: 'because' });
  });
});

describe('a promotion to a frozen environment', () => {
  it('is refused, told in a dry run, and forced with a reason', async () => {
    const scenario = await frozen('prod');
    await expect(promoteIt(scenario)).rejects.toMatchObject(refused('prod'));
    await expect(promoteIt(scenario, { force: true })).rejects.toMatchObject({ facts: { type: 'frozen' } });
    expect(await promoteIt(scenario, { dryRun: true })).toMatchObject({ state: 'planned' });
    expect(scenario.lines).toContain(`prod ${said}: until then, this is refused`);
    await promoteIt(scenario, { force: true, reason: 'leaks passwords' });
    expect((await recordsIn(scenario, 'prod'))[0]).toMatchObject({
      cause: { action: 'promote', reason: 'leaks passwords', overrides: ['--force (frozen)'] },
    });
  });

  it('needs the approval of a protected one, forced or not', async () => {
    const scenario = await frozen('prod');
    const forced = { force: true, reason: 'leaks passwords', approvedBy: undefined };
    await expect(promoteIt(scenario, forced)).rejects.toMatchObject({ facts: { type: 'approval-needed' } });
  });

  it('comes from a frozen one as usual', async () => {
    expect(await promoteIt(await frozen())).toMatchObject({ result: { state: 'deployed' } });
  });
});

it('rolls back in a freeze, without force', async () => {
  const scenario = await frozen();
  const { service, ports, reporter } = scenario;
  const where = { environment: named(scenario, 'preprod'), environmentNames: [], mainBranch: 'main' };
  const plan = await planRollback({ service, ...where, to: undefined, actor, reason: undefined }, ports);
  expect(await rollBack(plan, { timeoutMs: 1000 }, ports, reporter)).toMatchObject({ state: 'rolled-back' });
});

it('publishes no API in a freeze, and names the deployment that does', async () => {
  const scenario = await frozen();
  scenario.describeApi(['list']);
  const { service, ports, reporter } = scenario;
  const environment = named(scenario, 'preprod');
  const request = { service, environment, build: undefined, mainBranch: 'main', actor, approvedBy: undefined };
  const publishing = publishApi({ ...request, dryRun: false, allowBreaking: false }, ports, reporter);
  await expect(publishing).rejects.toMatchObject(refused('preprod'));
});

it('tells in the status what is frozen, until when and why', async () => {
  const scenario = await frozen();
  const { environments, services, ports } = scenario;
  const found = () => status({ environments, services, branch: 'main' }, ports);
  expect((await found()).frozen).toEqual([
    { environment: 'preprod', until: new Date('2027-01-02T23:00:00Z'), zone: 'Europe/Berlin', reasons: ['year end'] },
  ]);
  scenario.now = new Date('2027-01-03T12:00:00Z');
  expect((await found()).frozen).toEqual([]);
});

describe('provisioning a frozen environment', () => {
  const folder = 'Infrastructure/kubernetes';
  const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: '${NAMESPACE}' }\n";

  function provisionIt(scenario: ReleaseScenario, wishes: Partial<Parameters<typeof provision>[0]> = {}) {
    const { environments, ports, reporter } = scenario;
    const environment = named(scenario, 'preprod');
    // A version is read with the files of its commit, which know of no freeze.
    const readEnvironments = async () => environments.map(({ freeze: _, ...each }) => each);
    const request = { environment, version: undefined, actor, approvedBy: undefined, dryRun: false };
    return provision({ ...request, readEnvironments, mainBranch: 'main', ...wishes }, ports, reporter);
  }

  it('is refused, told in a dry run, and forced with a reason, which is recorded', async () => {
    const scenario = await frozen();
    scenario.repository.write(`${folder}/namespace.yaml`, namespace);
    scenario.repository.write('Infrastructure/environments/preprod.yaml', 'name: preprod');
    scenario.repository.commit();
    await expect(provisionIt(scenario)).rejects.toMatchObject(refused('preprod'));
    await expect(provisionIt(scenario, { force: true })).rejects.toMatchObject({ facts: { type: 'frozen' } });
    expect(await provisionIt(scenario, { dryRun: true })).toMatchObject({ state: 'planned' });
    expect(scenario.lines).toContain(`preprod ${said}: until then, this is refused`);
    await provisionIt(scenario, { force: true, reason: 'certificate' });
    const records = await scenario.configurations.get('preprod')!.records();
    expect(records).toMatchObject([{ inFreezeBecause: 'certificate', outcome: 'succeeded' }]);
  });
});
