import { BuildNumber } from '../../model/release/build-number.ts';
import type { DeploymentAction, DeploymentOutcome } from '../../model/deploy/deployment-record.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { metrics, type EnvironmentMetrics } from './metrics.ts';

const day = 86_400_000;
const digest = `sha256:${'a'.repeat(64)}` as const;

/** An environment into which deployments are written one by one, a minute each. */
class Deployments {
  readonly scenario = new ReleaseScenario();
  readonly environment = this.scenario.environments.find(({ name }) => name === 'prod')!;
  readonly cluster = this.scenario.clusters.get('prod')!;
  private builds = 0;

  constructor() {
    this.scenario.now = new Date('2026-11-24T12:00:00Z');
  }

  wait(milliseconds: number): void {
    this.scenario.now = new Date(this.scenario.now.getTime() + milliseconds);
  }

  /** A commit of the service, some time ago. */
  commit(ago: number): string {
    this.scenario.repository.write('apps/orders/src/main.ts', String(Math.random()));
    return this.scenario.repository.commit({ date: new Date(this.scenario.now.getTime() - ago).toISOString() });
  }

  async deploy(
    commit: string,
    { build = ++this.builds, outcome = 'succeeded' as DeploymentOutcome, action = 'deploy' as DeploymentAction } = {},
  ): Promise<void> {
    const buildNumber = BuildNumber.parse(`20261124-${build}`)!;
    const release = { service: 'orders', buildNumber, commit, imageDigest: digest, contentHash: digest, dirty: false };
    const record = await this.cluster.openRecord({
      environment: 'prod',
      release,
      manifests: [],
      actor: { person: 'ada', run: 'ada@laptop' },
      cause: { action },
      startedAt: this.scenario.now.toISOString(),
    });
    this.wait(60_000);
    await this.cluster.closeRecord(record, { outcome });
  }

  measure(period = 30 * day, services = this.scenario.services): Promise<EnvironmentMetrics> {
    return metrics({ environment: this.environment, period, services }, this.scenario.ports);
  }
}

describe('metrics of an environment', () => {
  it('come of its records and the commits in them', async () => {
    const prod = new Deployments();
    await prod.deploy(prod.commit(0));
    prod.wait(day);
    prod.commit(7200_000 - 60_000);
    prod.scenario.repository.write('README.md', 'not of this service');
    prod.scenario.repository.commit({ date: '1999-01-01T00:00:00Z' });
    const second = prod.commit(3600_000 - 60_000);
    await prod.deploy(second);
    await prod.deploy(second, { build: 1, action: 'rollback' });
    await prod.deploy(prod.commit(0), { outcome: 'failed' });
    await prod.deploy(second, { build: 1, action: 'automatic-rollback' });
    const expected = {
      complete: true,
      changes: { succeeded: 1, 'rolled-back': 1, failed: 1, cancelled: 0, abandoned: 0 },
      deploymentsPerDay: 2 / 30,
      leadTime: { median: 5400, p90: 6840, commits: 2, unknownChanges: 0 },
      changeFailureRate: 2 / 3,
      timeToRestore: { median: 60, restored: 2, open: 0 },
    };
    expect(await prod.measure()).toEqual({
      environment: 'prod',
      state: 'read',
      since: '2026-10-26T12:05:00.000Z',
      until: '2026-11-25T12:05:00.000Z',
      all: expected,
      services: [
        {
          service: 'orders',
          deployments: 5,
          oldestKept: '2026-11-24T12:01:00.000Z',
          commitsUnknown: undefined,
          ...expected,
        },
      ],
    });
  });

  it('are of the period that is asked for', async () => {
    const prod = new Deployments();
    await prod.deploy(prod.commit(0));
    prod.wait(day);
    await prod.deploy(prod.commit(0));
    expect(await prod.measure(60_000 * 30)).toMatchObject({
      all: { complete: true, deploymentsPerDay: 48, leadTime: { commits: 1 } },
    });
  });

  it('are of what is kept, and say so, when old records are forgotten', async () => {
    const prod = new Deployments();
    for (let count = 0; count < 25; count++) await prod.deploy(prod.commit(0));
    // 20 are kept; the oldest of them is what the others are compared with.
    expect(await prod.measure()).toMatchObject({
      all: { complete: false, changes: { succeeded: 19 }, deploymentsPerDay: 24 * 60 },
      services: [{ deployments: 25, oldestKept: '2026-11-24T12:06:00.000Z', leadTime: { commits: 19 } }],
    });
    expect(await prod.measure(60_000 * 10)).toMatchObject({ all: { complete: true, changes: { succeeded: 10 } } });
  });

  it('do without commits that are not to be had, and say why', async () => {
    const prod = new Deployments();
    await prod.deploy('f'.repeat(40));
    await prod.deploy(prod.commit(0));
    const unknown = { leadTime: { commits: 0, unknownChanges: 1, median: undefined } };
    expect(await prod.measure()).toMatchObject({
      all: { deploymentsPerDay: 2 / 30, ...unknown },
      services: [{ commitsUnknown: 'Commit ffffffffffff is neither here nor at the origin.' }],
    });
    await prod.deploy(prod.commit(0));
    const withoutService = await prod.measure(undefined, { ...prod.scenario.services, services: [] });
    expect(withoutService).toMatchObject({
      all: { leadTime: { unknownChanges: 2 } },
      services: [{ commitsUnknown: 'The workspace does not have the service any more.' }],
    });
  });

  it('do not know what was brought in a shallow clone', async () => {
    const prod = new Deployments();
    prod.scenario.repository.isCut = true;
    await prod.deploy(prod.commit(0));
    expect(await prod.measure()).toMatchObject({ services: [{ commitsUnknown: undefined }] });
    await prod.deploy(prod.commit(0));
    expect(await prod.measure()).toMatchObject({
      all: { deploymentsPerDay: 2 / 30, leadTime: { commits: 0, unknownChanges: 1 } },
      services: [{ commitsUnknown: expect.stringContaining('is a shallow clone') }],
    });
  });

  it('look at the newest 20,000 commits, and say so where changes brought older ones', async () => {
    const prod = new Deployments();
    await prod.deploy(prod.commit(0));
    await prod.deploy(prod.commit(0));
    const newest = Array.from({ length: 20_000 }, () => prod.commit(0));
    await prod.deploy(newest.at(-1)!);
    expect(await prod.measure()).toMatchObject({
      all: { leadTime: { commits: 20_000, unknownChanges: 1 } },
      services: [{ commitsUnknown: expect.stringContaining('more than 20000 commits') }],
    });
  });

  it('ask git once, however many changes there are, and count what a merge brought but not the merge', async () => {
    const prod = new Deployments();
    const { repository } = prod.scenario;
    const asked = jest.spyOn(repository, 'commitGraph');
    const first = prod.commit(0);
    await prod.deploy(first);
    const side = prod.commit(0);
    repository.checkout(first);
    await prod.deploy(prod.commit(0));
    repository.write('apps/orders/src/main.ts', 'of both');
    await prod.deploy(repository.commit({ merges: side }));
    await prod.deploy(prod.commit(0));
    expect(await prod.measure()).toMatchObject({ all: { leadTime: { commits: 3, unknownChanges: 0 } } });
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('do not know what the first deployment after forgotten ones brought', async () => {
    const prod = new Deployments();
    await prod.deploy(prod.commit(0));
    for (let count = 0; count < 25; count++) await prod.deploy(prod.commit(0), { outcome: 'failed' });
    await prod.deploy(prod.commit(0));
    expect(await prod.measure()).toMatchObject({
      services: [{ leadTime: { unknownChanges: 1 }, commitsUnknown: 'Older deployments are no longer recorded.' }],
    });
  });

  it('tell of an environment that does not answer, or is empty', async () => {
    const prod = new Deployments();
    expect(await prod.measure()).toMatchObject({ state: 'read', services: [], all: { complete: true } });
    prod.cluster.unreachable = 'It is down.';
    expect(await prod.measure()).toEqual({
      environment: 'prod',
      state: 'unreachable',
      reason: 'It is down.',
      remedy: 'Start it.',
    });
    const bug = { ...prod.scenario.ports, cluster: () => Promise.reject(new Error('a bug')) };
    const request = { environment: prod.environment, period: day, services: prod.scenario.services };
    await expect(metrics(request, bug)).rejects.toThrow('a bug');
  });
});
