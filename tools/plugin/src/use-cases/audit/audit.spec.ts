import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { audit } from './audit.ts';
import type { Finding } from './finding.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';

const repairs = { signsTags: false, notes: async () => 'What is new.' };

async function auditOf(scenario: ReleaseScenario, repair = false) {
  const { environments, services, ports } = scenario;
  return audit({ environments, services, mainBranch: 'main', repair: repair ? repairs : undefined }, ports);
}

const typesOf = (findings: readonly Finding[]) => findings.map(({ subject, type }) => `${subject}: ${type}`);
const clusterOf = (scenario: ReleaseScenario) => scenario.clusters.get('preprod')!;

/** A service that was released twice to preprod. */
async function released(): Promise<ReleaseScenario> {
  const scenario = new ReleaseScenario();
  await releaseIt(scenario);
  scenario.change('2');
  await releaseIt(scenario);
  return scenario;
}

describe('audit', () => {
  it('finds nothing where all witnesses agree', async () => {
    const scenario = await released();
    expect(await auditOf(scenario)).toEqual({
      checked: { services: 1, deployments: 1, releases: 2 },
      forge: 'checked',
      withoutForge: undefined,
      findings: [],
    });
  });

  it('finds numbers that are not used, of the services that there are', async () => {
    const scenario = await released();
    const head = await scenario.repository.headCommit();
    for (const name of ['orders-99991231-1', 'gone-99991231-1'])
      await scenario.repository.reserveBuildNumber(ReleaseTag.parse(name)!, head);
    const { findings } = await auditOf(scenario);
    expect(typesOf(findings)).toEqual(['refs/builds/orders/99991231-1: build-number-not-used']);
  });

  it('finds a tag that is gone, and makes it again from record and image', async () => {
    const scenario = await released();
    scenario.repository.removeTag('orders-20261124-1');
    const { findings } = await auditOf(scenario);
    expect(typesOf(findings)).toEqual(['orders 20261124-1: no-tag']);
    expect(findings[0]).toMatchObject({ isRepaired: false, remedy: expect.stringContaining('--repair') });
    const repaired = await auditOf(scenario, true);
    expect(repaired.findings).toMatchObject([{ type: 'no-tag', isRepaired: true }]);
    expect((await auditOf(scenario)).findings).toEqual([]);
  });

  it('makes no tag when the image does not say the same, or the origin refuses', async () => {
    const scenario = await released();
    scenario.repository.removeTag('orders-20261124-1');
    scenario.repository.refusesPushes = 'protected';
    const refused = (await auditOf(scenario, true)).findings;
    expect(refused).toMatchObject([
      { type: 'no-tag', isRepaired: false, remedy: expect.stringContaining('protected') },
    ]);
    scenario.repository.refusesPushes = undefined;
    scenario.registry.clear();
    const { findings } = await auditOf(scenario, true);
    expect(typesOf(findings)).toContain('orders 20261124-1: no-tag');
    expect(typesOf(findings)).toContain('orders 20261124-2: no-image');
    expect(findings.every(({ isRepaired }) => !isRepaired)).toBe(true);
  });

  it('finds an image tag that was pushed to again, and labels that say otherwise', async () => {
    const scenario = await released();
    const image = ImageRef.of('acr.example', 'orders', '20261124-1');
    // Where tags can be moved, because the registry does not lock them.
    scenario.registry.locked.clear();
    scenario.registry.put(image, 'something else');
    expect(typesOf((await auditOf(scenario)).findings)).toEqual(['orders 20261124-1: image-tag-moved']);
    const [tag] = await scenario.repository.releaseTags('orders');
    const made = (await scenario.repository.readRelease(tag!))!;
    const labels = scenario.registry.labels.bind(scenario.registry);
    scenario.registry.labels = async (asked) => {
      const told = await labels(asked);
      return asked.digest === made.imageDigest
        ? { ...told, 'org.opencontainers.image.revision': '9'.repeat(40) }
        : told;
    };
    expect((await auditOf(scenario)).findings).toContainEqual(
      expect.objectContaining({ type: 'image-tag-moved', says: expect.stringContaining(made.imageDigest) }),
    );
    scenario.registry.put(image, 'something else');
    const digest = scenario.registry.digest.bind(scenario.registry);
    scenario.registry.digest = async (asked) => (asked.tag === '20261124-1' ? made.imageDigest : digest(asked));
    const { findings } = await auditOf(scenario);
    expect(findings).toMatchObject([
      { type: 'image-labels-differ', says: expect.stringMatching(/commit 9{40} and [0-9a-f]{40}/) },
    ]);
    scenario.registry.unreachable.add('acr.example');
    expect(typesOf((await auditOf(scenario)).findings)).toContain('orders 20261124-2: registry-unreachable');
  });

  it('finds drift, pods of another image, and a workload that is gone', async () => {
    const scenario = await released();
    const cluster = clusterOf(scenario);
    cluster.edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 5);
    const observe = cluster.observe.bind(cluster);
    const other = `sha256:${'f'.repeat(64)}`;
    cluster.observe = async () =>
      (await observe()).map((one) => ({ ...one, running: { ...one.running!, digests: [other], commit: 'x' } }));
    const { findings } = await auditOf(scenario);
    expect(typesOf(findings)).toEqual([
      'orders in preprod: other-image',
      'orders in preprod: other-build',
      'orders in preprod: drift',
    ]);
    cluster.observe = observe;
    cluster.remove('Deployment', 'orders');
    expect(typesOf((await auditOf(scenario)).findings)).toEqual([
      'orders in preprod: not-running',
      'orders in preprod: drift',
    ]);
  });

  it('finds objects that their controllers say are not healthy', async () => {
    const scenario = await released();
    clusterOf(scenario).setStatus('PodDisruptionBudget', 'orders', {
      conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message: 'no controller' }],
    });
    expect((await auditOf(scenario)).findings).toMatchObject([
      {
        type: 'not-healthy',
        says: 'PodDisruptionBudget orders is not healthy: It cannot be kept (SyncFailed): no controller.',
        remedy: expect.stringContaining('`kubectl describe poddisruptionbudget orders --namespace='),
      },
    ]);
  });

  it('finds records whose annotations were changed, that contradict the tag, or that never ended', async () => {
    const scenario = await released();
    const cluster = clusterOf(scenario);
    const record = cluster.record.bind(cluster);
    const altered = (change: (read: DeploymentRecord) => DeploymentRecord) => {
      cluster.record = async (service, sequence) => change((await record(service, sequence))!);
    };
    altered((read) => ({ ...read, release: { ...read.release, commit: '8'.repeat(40) } }));
    expect(typesOf((await auditOf(scenario)).findings)).toEqual(['orders in preprod: record-altered']);
    altered((read) => read);
    const summaries = cluster.summaries.bind(cluster);
    cluster.summaries = async () =>
      (await summaries()).map((one) => ({ ...one, release: { ...one.release, commit: '8'.repeat(40) } }));
    expect(typesOf((await auditOf(scenario)).findings)).toContain('orders 20261124-1: record-differs');
    cluster.summaries = summaries;
    const [newest] = await cluster.records('orders');
    const { sequence: _sequence, outcome: _outcome, ...facts } = newest!;
    await cluster.another().openRecord({ ...facts, startedAt: scenario.now.toISOString() });
    expect((await auditOf(scenario)).findings).toEqual([]);
    scenario.now = new Date(scenario.now.getTime() + 2 * 3600_000);
    expect(typesOf((await auditOf(scenario)).findings)).toEqual(['orders in preprod: deployment-without-end']);
  });

  it('finds what GitHub was not told, and tells it', async () => {
    const scenario = new ReleaseScenario();
    scenario.forge.outage = 'It is down.';
    await releaseIt(scenario);
    expect(typesOf((await auditOf(scenario)).findings)).toContain('GitHub: github-unreachable');
    scenario.forge.outage = undefined;
    expect(typesOf((await auditOf(scenario)).findings)).toEqual([
      'orders in preprod: github-deployment-differs',
      'orders 20261124-1: no-github-release',
    ]);
    const repaired = await auditOf(scenario, true);
    expect(repaired.findings.map(({ isRepaired }) => isRepaired)).toEqual([true, true]);
    expect(scenario.forge.releases.get('orders-20261124-1')?.body).toContain('What is new.');
    expect(scenario.forge.deployments).toMatchObject([
      { environment: 'preprod/orders', ref: 'orders-20261124-1', state: 'success' },
    ]);
    expect((await auditOf(scenario)).findings).toEqual([]);
  });

  it('asks GitHub for all at once, and says once what a limit left unasked', async () => {
    const scenario = await released();
    scenario.forge.releases.clear();
    const calls: string[] = [];
    scenario.forge.before = (call) => void calls.push(call);
    scenario.forge.mostAsked = 1;
    const { findings } = await auditOf(scenario);
    expect(calls).toEqual(['releasesOf', 'newestDeployments']);
    expect(typesOf(findings)).toEqual(['GitHub: github-unreachable', expect.stringContaining('no-github-release')]);
    expect(findings[0]).toMatchObject({
      says: expect.stringMatching(/^1 of 2 releases were not looked for: The token has 90 of 1000 requests left/),
      remedy: 'Try again after 12:30:00 UTC.',
    });
  });

  it('ends a deployment at GitHub that was begun and never ended', async () => {
    const scenario = await released();
    scenario.forge.deployments = scenario.forge.deployments.map((each) =>
      each.ref === 'orders-20261124-2' ? { ...each, state: 'in_progress' } : each,
    );
    expect((await auditOf(scenario, true)).findings).toMatchObject([{ isRepaired: true }]);
    expect(scenario.forge.deployments).toHaveLength(2);
    expect((await auditOf(scenario)).findings).toEqual([]);
  });

  it('says what could not be asked', async () => {
    const scenario = await released();
    scenario.clusters.get('prod')!.unreachable = 'It is gone.';
    const ports = { ...scenario.ports, forge: async () => ({ reason: 'there is no GITHUB_TOKEN' }) };
    const { environments, services } = scenario;
    const found = await audit({ environments, services, mainBranch: 'main' }, ports);
    expect(found.withoutForge).toBe('there is no GITHUB_TOKEN');
    expect(typesOf(found.findings)).toEqual(['prod: environment-unreachable']);
  });
});
