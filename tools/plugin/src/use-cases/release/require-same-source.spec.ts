import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { dockerRelease } from './docker-release.ts';

const failureOf = (doing: Promise<unknown>) => doing.catch((error: unknown) => error);

it.each<[string, (scenario: ReleaseScenario) => void]>([
  ['is saved', ({ repository }) => repository.write('apps/orders/src/main.ts', 'saved meanwhile')],
  ['is pulled', (scenario) => scenario.change('pulled meanwhile')],
])('pushes nothing when a file of the service %s while the engine reads it', async (_, meanwhile) => {
  const scenario = new ReleaseScenario();
  scenario.engine.during = () => meanwhile(scenario);
  expect(await failureOf(releaseIt(scenario))).toMatchObject({ exitCode: 1, facts: { type: 'source-moved' } });
  expect(scenario.engine.pushes).toEqual([]);
  expect(await scenario.repository.releaseTags('orders')).toEqual([]);
  // The next run releases what is there then.
  scenario.engine.during = () => {};
  scenario.repository.commit();
  expect(await releaseIt(scenario)).toMatchObject({ built: true });
});

it('does not mind what is no content of the service', async () => {
  const scenario = new ReleaseScenario();
  scenario.engine.during = () => scenario.repository.write('docs/notes.md', 'saved meanwhile');
  expect(await releaseIt(scenario)).toMatchObject({ built: true });
});

describe('a checkout that moved after the command began', () => {
  async function releasedFrom(scenario: ReleaseScenario, commitAtStart: string): Promise<unknown> {
    const { service, environments, ports, reporter } = scenario;
    const usual = { allowDirty: false, buildNumber: undefined, dryRun: false };
    return failureOf(dockerRelease({ ...usual, service, environments, commitAtStart }, ports, reporter));
  }

  it('is refused before a number is taken, because other tasks built the commit before', async () => {
    const scenario = new ReleaseScenario();
    const before = await scenario.repository.headCommit();
    scenario.change('pulled after the build');
    expect(await releasedFrom(scenario, before)).toMatchObject({ exitCode: 2, facts: { type: 'source-moved' } });
    expect(scenario.engine.builds).toEqual([]);
    expect(await scenario.repository.buildNumbers('orders')).toEqual([]);
  });

  it('goes on where the service is the same in both', async () => {
    const scenario = new ReleaseScenario();
    const before = await scenario.repository.headCommit();
    scenario.repository.write('docs/notes.md', 'pulled meanwhile');
    scenario.repository.commit();
    expect(await releasedFrom(scenario, before)).toMatchObject({ service: 'orders' });
  });
});
