import { approvesAll } from '../../../../twins/src/approve-all.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { findRelease } from '../revision/find-release.ts';
import { deploy } from '../deploy/deploy.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { where } from './where.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const how = { timeoutMs: 1000, force: false, ...approvesAll('ada'), allowDowntime: false, adopt: false };

async function deployTo(scenario: ReleaseScenario, environment: Environment) {
  const { service, ports, reporter } = scenario;
  const newest = await findRelease('orders', undefined, ports);
  const target = {
    ...how,
    service,
    release: newest,
    environment,
    environmentNames: ['dev', 'preprod', 'prod'],
    mainBranch: 'main',
    actor,
  };
  return deploy(target, target, ports, reporter);
}

const find = (scenario: ReleaseScenario, commit: string) =>
  where({ commit, environments: scenario.environments, services: scenario.services }, scenario.ports);

describe('where', () => {
  it('tells in which builds a commit was released, where it runs and where it waits', async () => {
    const scenario = new ReleaseScenario();
    const [dev, , prod] = scenario.environments;
    await releaseIt(scenario);
    await deployTo(scenario, prod!);
    scenario.change('2');
    const commit = await scenario.repository.headCommit();
    scenario.clusters.get('dev')!.unreachable = 'It is gone.';
    expect(await find(scenario, commit)).toMatchObject({
      commit: { id: commit, subject: 'change' },
      isMerge: false,
      services: [
        {
          service: 'orders',
          releasedIn: [],
          environments: [
            { environment: dev!.name, state: 'unreachable', reason: 'It is gone.', remedy: 'Start it.' },
            { state: 'waits', buildNumber: '20261124-1' },
            { state: 'waits', buildNumber: '20261124-1' },
          ],
        },
      ],
    });
    await releaseIt(scenario);
    scenario.change('3');
    await releaseIt(scenario);
    const [orders] = (await find(scenario, commit.slice(0, 12))).services;
    expect(orders?.releasedIn.map(String)).toEqual(['20261124-2', '20261124-3']);
    expect(orders?.environments.map((each) => [each.state, 'buildNumber' in each ? each.buildNumber : ''])).toEqual([
      ['unreachable', ''],
      ['runs', '20261124-3'],
      ['waits', '20261124-1'],
    ]);
    expect(orders?.environments[1]).toMatchObject({ since: expect.stringMatching(/Z$/) });
  });

  it('tells of a hold that keeps it out', async () => {
    const scenario = new ReleaseScenario();
    const { service, ports, reporter, environments } = scenario;
    await releaseIt(scenario);
    scenario.change('2');
    const commit = await scenario.repository.headCommit();
    await releaseIt(scenario);
    const request = {
      service,
      environment: environments[1]!,
      environmentNames: ['dev', 'preprod', 'prod'],
      mainBranch: 'main',
      to: undefined,
    };
    const plan = await planRollback({ ...request, actor, reason: 'wrong totals' }, ports);
    await rollBack(plan, { timeoutMs: 1000 }, ports, reporter);
    const [orders] = (await find(scenario, commit)).services;
    expect(orders?.environments[1]).toMatchObject({ state: 'waits', hold: { reason: 'wrong totals' } });
  });

  it('tells of what a merge brought', async () => {
    const scenario = new ReleaseScenario();
    const { repository } = scenario;
    const base = await repository.headCommit();
    scenario.change('on a branch');
    repository.write('README.md', 'of main');
    const merge = repository.commit({ merges: base });
    expect(await find(scenario, merge)).toMatchObject({ isMerge: true });
  });

  it('tells that a commit changes no service, and refuses what is none', async () => {
    const scenario = new ReleaseScenario();
    scenario.repository.write('README.md', 'x');
    expect((await find(scenario, scenario.repository.commit())).services).toEqual([]);
    await expect(find(scenario, 'nonsense')).rejects.toMatchObject({ exitCode: 2, facts: { type: 'no-such-commit' } });
  });
});
