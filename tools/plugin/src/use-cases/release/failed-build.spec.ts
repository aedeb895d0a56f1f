import type { InMemoryCluster } from '../../../../twins/src/cluster/in-memory-cluster.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { PlanId } from '../../model/plan/plan-id.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { ReleaseRequest } from './release.ts';

const crash = { state: 'failed', reason: 'It crashed.', evidence: [], fault: 'build' } as const;
const clusterFault = { state: 'failed', reason: 'A quota is full.', evidence: [] } as const;
const builtAgain = /^building again: 20261124-1 has this content, failed in preprod at 2026-11-24 .*, and ran nowhere$/;

const clusterIn = ({ clusters }: ReleaseScenario, name: string): InMemoryCluster => clusters.get(name)!;
const targetsOf = ({ environments }: ReleaseScenario, ...names: string[]) =>
  environments.filter(({ name }) => names.includes(name));

/** Releases, which fails where it says so. @returns the number of the newest release. */
async function failing(scenario: ReleaseScenario, wishes: Partial<ReleaseRequest> = {}): Promise<string> {
  clusterIn(scenario, 'preprod').script('orders', crash);
  await expect(releaseIt(scenario, wishes)).rejects.toThrow('It crashed.');
  return newest(scenario);
}

async function newest({ repository }: ReleaseScenario): Promise<string> {
  const numbers = (await repository.releaseTags('orders')).map(({ buildNumber }) => buildNumber);
  return `${numbers.sort(BuildNumber.compare).at(-1)}`;
}

/** Returns the lines that tell of such a build. */
const told = ({ lines }: ReleaseScenario) =>
  lines.filter((line) => /(has|have) this content|builds nothing/.test(line));

describe('a build that failed by itself and ran nowhere', () => {
  it('is no release of its content: that is built again, which is told in one line', async () => {
    const scenario = new ReleaseScenario();
    expect(await failing(scenario)).toBe('20261124-1');
    expect(await releaseIt(scenario)).toMatchObject({
      built: true,
      release: { buildNumber: BuildNumber.parse('20261124-2') },
      deploys: [{ result: { state: 'deployed' } }],
    });
    expect(told(scenario)).toEqual([expect.stringMatching(builtAgain)]);
    expect(await releaseIt(scenario)).toMatchObject({ built: false, deploys: [{ result: { state: 'unchanged' } }] });
  });

  it('is so too where the build before it was put back', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    expect(await failing(scenario)).toBe('20261124-2');
    await releaseIt(scenario);
    expect(await newest(scenario)).toBe('20261124-3');
  });

  it('is told in a dry run, and nothing is changed', async () => {
    const scenario = new ReleaseScenario();
    await failing(scenario);
    expect(await releaseIt(scenario, { dryRun: true })).toMatchObject({ release: undefined, built: false });
    expect(scenario.lines.join('\n')).toMatch(
      /^would build again: 20261124-1 has this content, failed in preprod at /m,
    );
    expect(scenario.lines).toContain('would use build number 20261124-2');
    expect(await newest(scenario)).toBe('20261124-1');
  });

  it('is built again once: a second one that fails, too, is deployed again, with what to do', async () => {
    const scenario = new ReleaseScenario();
    expect([await failing(scenario), await failing(scenario)]).toEqual(['20261124-1', '20261124-2']);
    expect([await failing(scenario), await failing(scenario)]).toEqual(['20261124-2', '20261124-2']);
    expect(told(scenario).at(-1)).toBe(
      '20261124-2 and 20261124-1 have this content, and ran nowhere; deploying 20261124-2 again: fix the source, or build it again with --rebuild',
    );
    expect(await failing(scenario, { rebuild: true })).toBe('20261124-3');
    scenario.change('2');
    expect([await failing(scenario), await failing(scenario)]).toEqual(['20261124-4', '20261124-5']);
  });

  it('is built again where its content is known to run: only the image is wrong then', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    expect(await failing(scenario, { rebuild: true })).toBe('20261124-2');
    await releaseIt(scenario);
    expect(await newest(scenario)).toBe('20261124-3');
  });

  it('is what its number or an approved plan names', async () => {
    const scenario = new ReleaseScenario();
    await failing(scenario);
    const approvedPlans = { plans: [PlanId.parse(`plan-${'0'.repeat(32)}`)!], ask: undefined };
    expect(await releaseIt(scenario, { approvedPlans })).toMatchObject({ built: false });
    const named = new ReleaseScenario();
    await failing(named);
    expect(await releaseIt(named, { buildNumber: BuildNumber.parse('20261124-1') })).toMatchObject({
      built: false,
      deploys: [{ result: { state: 'deployed' } }],
    });
  });

  it('takes the number that is asked for, when it is built again', async () => {
    const scenario = new ReleaseScenario();
    await failing(scenario);
    await releaseIt(scenario, { buildNumber: BuildNumber.parse('20261124-7') });
    expect(await newest(scenario)).toBe('20261124-7');
  });
});

describe('a build that failed', () => {
  it.each([
    ['by the cluster', clusterFault],
    ['because somebody deleted it', { ...clusterFault, state: 'vanished' } as const],
  ])('%s is deployed again', async (_, how) => {
    const scenario = new ReleaseScenario();
    clusterIn(scenario, 'preprod').script('orders', how);
    await expect(releaseIt(scenario)).rejects.toThrow();
    expect(await releaseIt(scenario)).toMatchObject({ built: false, deploys: [{ result: { state: 'deployed' } }] });
    expect(told(scenario)).toEqual([]);
  });

  it('is released if it ran in any environment, also one that this release is not for', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario, { targets: targetsOf(scenario, 'dev') });
    expect(await failing(scenario)).toBe('20261124-1');
    expect(await releaseIt(scenario)).toMatchObject({ built: false });
    expect(told(scenario)).toEqual([]);
  });

  it('in one environment and not yet in the other is built again for both', async () => {
    const scenario = new ReleaseScenario();
    clusterIn(scenario, 'dev').script('orders', crash);
    const targets = targetsOf(scenario, 'dev', 'preprod');
    await expect(releaseIt(scenario, { targets })).rejects.toThrow('It crashed.');
    expect(await releaseIt(scenario, { targets })).toMatchObject({
      built: true,
      deploys: [{ result: { state: 'deployed' } }, { result: { state: 'deployed' } }],
    });
  });

  it('is built again, which says who could not be asked; a target that cannot is left to the deployment', async () => {
    const scenario = new ReleaseScenario();
    await failing(scenario);
    clusterIn(scenario, 'prod').unreachable = 'It is down.';
    await releaseIt(scenario);
    expect(told(scenario)).toEqual([expect.stringMatching(/and ran nowhere that could be asked \(not: prod\)$/)]);
    clusterIn(scenario, 'preprod').unreachable = 'It is down.';
    await expect(releaseIt(scenario)).rejects.toMatchObject({ facts: { type: 'cluster-unreachable' } });
    expect(await newest(scenario)).toBe('20261124-2');
  });

  it('is deployed by a job that builds nothing, which says how it is built again', async () => {
    const scenario = new ReleaseScenario();
    await failing(scenario);
    expect(await releaseIt(scenario, { only: 'deploy' })).toMatchObject({ built: false });
    expect(told(scenario)).toEqual([
      expect.stringMatching(
        /^20261124-1 failed in preprod at .*; deploying it again, for --only=deploy builds nothing: build it again with `nx run orders:release --rebuild`/,
      ),
    ]);
  });

  it('is built again by a job that reaches no cluster if it was told of that very build, and once', async () => {
    const scenario = new ReleaseScenario();
    await failing(scenario);
    const ports = {
      ...scenario.ports,
      cluster: () => Promise.reject(new Error('there is no credential of a cluster')),
    };
    const blind = Object.create(scenario, { ports: { value: ports } }) as ReleaseScenario;
    const wishes = { only: 'build', failedBuilds: ['payments-20261124-1', 'orders-20261124-1'] } as const;
    expect(await releaseIt(blind, { only: 'build', failedBuilds: [''] })).toMatchObject({ built: false });
    expect(await releaseIt(blind, wishes)).toMatchObject({ built: true });
    // A job that is run again is told the same.
    expect(await releaseIt(blind, wishes)).toMatchObject({ built: false });
    expect(await newest(scenario)).toBe('20261124-2');
  });
});
