import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { outdated } from './outdated.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';

const actor = { person: 'ada', run: 'ada@laptop' };

const preprodOf = ({ environments }: ReleaseScenario) => environments.filter(({ name }) => name === 'preprod');
const outdatedIn = (scenario: ReleaseScenario) =>
  outdated({ environments: preprodOf(scenario), services: [scenario.service] }, scenario.ports);

describe('outdated', () => {
  it('is what was never deployed, or has other content', async () => {
    const scenario = new ReleaseScenario();
    expect(await outdatedIn(scenario)).toEqual([
      {
        service: 'orders',
        environment: 'preprod',
        buildNumber: undefined,
        commit: undefined,
        isLater: false,
        reason: 'It was never deployed there.',
      },
    ]);
    await releaseIt(scenario);
    expect(await outdatedIn(scenario)).toEqual([]);
    scenario.repository.write('README.md', 'not of the service');
    scenario.repository.commit();
    expect(await outdatedIn(scenario)).toEqual([]);
    scenario.change('2');
    expect(await outdatedIn(scenario)).toMatchObject([
      { buildNumber: '20261124-1', reason: '20261124-1 has other content.' },
    ]);
    await releaseIt(scenario);
    expect(await outdatedIn(scenario)).toEqual([]);
  });

  it('is what failed, also when the one before it was put back', async () => {
    const scenario = new ReleaseScenario();
    const cluster = scenario.clusters.get('preprod')!;
    const failing = { state: 'failed', reason: 'It crashes.', evidence: [] } as const;
    cluster.script('orders', failing);
    await expect(releaseIt(scenario)).rejects.toThrow('It crashes.');
    expect(await outdatedIn(scenario)).toMatchObject([{ reason: '20261124-1 failed.' }]);
    await releaseIt(scenario);
    scenario.change('2');
    cluster.script('orders', failing);
    await expect(releaseIt(scenario)).rejects.toThrow('It crashes.');
    expect(await outdatedIn(scenario)).toMatchObject([
      { reason: 'A newer build failed and was rolled back to 20261124-1.' },
    ]);
  });

  it('is what is held, and what is just being deployed', async () => {
    const scenario = new ReleaseScenario();
    const { service, ports, reporter } = scenario;
    await releaseIt(scenario);
    scenario.change('2');
    await releaseIt(scenario);
    const environment = preprodOf(scenario)[0]!;
    const request = { service, environment, environmentNames: ['dev', 'preprod', 'prod'], to: undefined, actor };
    await rollBack(
      await planRollback({ ...request, reason: 'wrong totals' }, ports),
      { timeoutMs: 1000 },
      ports,
      reporter,
    );
    expect(await outdatedIn(scenario)).toMatchObject([
      { reason: expect.stringMatching(/^20261124-2 is held in preprod since .*wrong totals/) },
    ]);
  });

  it('is what a later commit has brought, and says so', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const before = await scenario.repository.headCommit();
    scenario.change('2');
    await releaseIt(scenario);
    const later = await scenario.repository.headCommit();
    scenario.repository.checkout(before);
    expect(await outdatedIn(scenario)).toMatchObject([
      { isLater: true, commit: later, reason: '20261124-2 is of a later commit.' },
    ]);
    // A branch that has not got it is no earlier one.
    scenario.change('3');
    expect(await outdatedIn(scenario)).toMatchObject([{ isLater: false, reason: '20261124-2 has other content.' }]);
  });

  it('is not known where an environment cannot be looked into', async () => {
    const scenario = new ReleaseScenario();
    scenario.clusters.get('preprod')!.unreachable = 'It is gone.';
    await expect(outdatedIn(scenario)).rejects.toMatchObject({ exitCode: 2 });
  });
});
