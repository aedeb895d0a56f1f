import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { affectedBase } from './affected-base.ts';
import { outdated } from './outdated.ts';

const baseIn = async ({ environments, service, ports }: ReleaseScenario) => {
  const preprod = environments.filter(({ name }) => name === 'preprod');
  return affectedBase(await outdated({ environments: preprod, services: [service] }, ports), ports);
};

/** Commits something that is not of the service. */
function commitElsewhere({ repository }: ReleaseScenario): string {
  repository.write('README.md', String(Math.random()));
  return repository.commit();
}

describe('affectedBase', () => {
  it('is the commit itself where there is none before it', async () => {
    const scenario = new ReleaseScenario();
    expect(await baseIn(scenario)).toBe(await scenario.repository.headCommit());
  });

  it('is the commit before where nothing is outdated, or was never deployed', async () => {
    const scenario = new ReleaseScenario();
    commitElsewhere(scenario);
    const before = commitElsewhere(scenario);
    commitElsewhere(scenario);
    expect(await baseIn(scenario)).toBe(before);
    await releaseIt(scenario);
    expect(await baseIn(scenario)).toBe(before);
  });

  it('is what an outdated service was deployed from, however long ago', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const deployed = await scenario.repository.headCommit();
    scenario.change('2');
    commitElsewhere(scenario);
    commitElsewhere(scenario);
    expect(await baseIn(scenario)).toBe(deployed);
  });

  it('is where the branch parted from what is deployed', async () => {
    const scenario = new ReleaseScenario();
    const fork = commitElsewhere(scenario);
    scenario.change('2');
    await releaseIt(scenario);
    scenario.repository.checkout(fork);
    scenario.change('3');
    commitElsewhere(scenario);
    expect(await baseIn(scenario)).toBe(fork);
  });

  it('passes over what a later commit has brought', async () => {
    const scenario = new ReleaseScenario();
    commitElsewhere(scenario);
    const before = await scenario.repository.headCommit();
    const head = commitElsewhere(scenario);
    scenario.change('2');
    await releaseIt(scenario);
    scenario.repository.checkout(head);
    expect(await baseIn(scenario)).toBe(before);
  });
});
