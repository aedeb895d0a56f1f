import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Release } from '../../model/release/release.ts';
import { deploy } from '../deploy/deploy.ts';
import { promote } from '../deploy/promote.ts';
import { packageProvisioning } from '../provision/package-provisioning.ts';
import { provision } from '../provision/provision.ts';
import { checkedOutSource } from '../provision/provisioning-source.ts';
import { findRelease } from '../revision/find-release.ts';
import { planRollback } from '../rollback/rollback.ts';

/*
 * Eve may push any git tag, but no branch that counts; in some tests she also writes deployment records. The findings of
 * a security review, and their like: whatever she claims, nobody deploys it.
 */

const actor = { person: 'ada', run: 'ada@laptop' };
const evil = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: evil }\n';
const number = (text: string) => BuildNumber.parse(text)!;
const named = (scenario: ReleaseScenario, wanted: string) => scenario.environments.find(({ name }) => name === wanted)!;
const refusedAs = (type: string) => ({ exitCode: 2, facts: { type } });

/** The service was released once; then a reviewed change of it came to main, which is not released yet. */
async function reviewed() {
  const main = new ReleaseScenario();
  const { release: first } = await releaseIt(main);
  const eve = new ReleaseScenario(main);
  main.change('2');
  const head = await main.repository.headCommit();
  main.repository.moveBranch(head);
  const contentHash = await main.service.contentHash({ commit: head });
  return { main, eve, first: first!, head, contentHash };
}

/** A commit of Eve's, which no branch has. */
function evilCommit(eve: ReleaseScenario): string {
  eve.repository.write('apps/orders/k8s/evil.yaml', evil);
  return eve.repository.commit();
}

function forge(eve: ReleaseScenario, claims: Partial<Release>, first: Release) {
  return eve.repository.tagRelease({ ...first, buildNumber: number('20261124-900'), ...claims });
}

const recordsIn = (scenario: ReleaseScenario, name: string) => scenario.clusters.get(name)!.records('orders');

function deployNewest(scenario: ReleaseScenario, build?: BuildNumber, force = false) {
  const { service, ports, reporter } = scenario;
  const environment = named(scenario, 'preprod');
  const facts = { environmentNames: [], actor, allowDowntime: false, adopt: false };
  const options = { force, mainBranch: 'main', approvedBy: undefined, timeoutMs: 1000 };
  return findRelease('orders', build, ports).then((release) =>
    deploy({ ...facts, service, environment, release }, options, ports, reporter),
  );
}

function promoteIt(scenario: ReleaseScenario, force = false) {
  const { service, ports, reporter } = scenario;
  const facts = { environmentNames: [], actor, allowDowntime: false, adopt: false, dryRun: false, build: undefined };
  const way = { from: named(scenario, 'preprod'), to: named(scenario, 'prod') };
  const options = { force, mainBranch: 'main', ...approvesAll('ada'), timeoutMs: 1000 };
  return promote({ ...facts, ...way, ...options, service }, ports, reporter);
}

function rollbackTo(scenario: ReleaseScenario, build: string | undefined, environment = 'preprod') {
  const { service, ports } = scenario;
  const to = build === undefined ? undefined : number(build);
  const where = { environment: named(scenario, environment), environmentNames: [], mainBranch: 'main' };
  return planRollback({ service, ...where, to, actor, reason: undefined }, ports);
}

/** Writes a record of a deployment that succeeded, which never was. */
async function writeRecord(scenario: ReleaseScenario, name: string, claims: Partial<Release>): Promise<void> {
  const cluster = scenario.clusters.get(name)!;
  const [last] = await recordsIn(scenario, 'preprod');
  const { sequence: _, finishedAt: __, outcome: ___, ...rest } = last!;
  const lock = await cluster.lock('orders', actor, () => {});
  const opened = await cluster.openRecord({
    ...rest,
    startedAt: scenario.now.toISOString(),
    release: { ...last!.release, ...claims },
  } as DeploymentRecord);
  await cluster.closeRecord(opened, { outcome: 'succeeded', finishedAt: scenario.now.toISOString() });
  await lock.release();
}

describe('a tag that somebody pushed', () => {
  it('with the content that main has is not taken for its release: the commit behind it is looked at', async () => {
    const { main, eve, first, contentHash } = await reviewed();
    await forge(eve, { commit: evilCommit(eve), contentHash }, first);
    const before = await recordsIn(main, 'preprod');
    await expect(releaseIt(main)).rejects.toMatchObject(refusedAs('content-differs'));
    await expect(releaseIt(main, { dryRun: true })).rejects.toMatchObject(refusedAs('content-differs'));
    expect(await recordsIn(main, 'preprod')).toEqual(before);
  });

  it('on an older commit of main is not taken for the newest either', async () => {
    const { main, eve, first, contentHash } = await reviewed();
    await forge(eve, { contentHash }, first);
    await expect(releaseIt(main)).rejects.toMatchObject({
      facts: { reason: expect.stringMatching(/tag orders-20261124-900 says .*; commit [0-9a-f]{40} holds sha256:/) },
    });
  });

  it('on the commit of main, with an image of before, deploys no old image: its labels say what it is', async () => {
    const { main, eve, first, head, contentHash } = await reviewed();
    await forge(eve, { commit: head, contentHash }, first);
    await expect(releaseIt(main)).rejects.toMatchObject(refusedAs('image-labels-differ'));
    await expect(deployNewest(main)).rejects.toMatchObject(refusedAs('image-labels-differ'));
    await expect(deployNewest(main, undefined, true)).rejects.toMatchObject(refusedAs('image-labels-differ'));
  });

  it('on a commit of no branch is not deployed, even where its image says the same', async () => {
    const { main, eve, first } = await reviewed();
    const commit = evilCommit(eve);
    const told = { commit, contentHash: await eve.service.contentHash({ commit }) };
    await forge(eve, told, first);
    await expect(deployNewest(main)).rejects.toMatchObject({
      ...refusedAs('commit-not-on-branch'),
      message: expect.stringContaining(`commit ${commit.slice(0, 12)} is not part of main at the origin`),
    });
  });

  it('is no reason to take what a branch released for a release of main', async () => {
    const { main, eve } = await reviewed();
    // A branch was tried out where that is allowed, and merged as another commit with the same content.
    const branch = new ReleaseScenario(eve);
    branch.change('2');
    await releaseIt(branch, { targets: [named(branch, 'dev')] });
    main.lines.length = 0;
    const { built, deploys } = await releaseIt(main);
    expect({ built, deploys }).toMatchObject({ built: true, deploys: [{ result: { state: 'deployed' } }] });
    expect(main.lines).toContainEqual(expect.stringMatching(/^20261124-\d has the same content, but no branch/));
  });
});

describe('a commit that no branch has', () => {
  it('is released where branches are tried out, by --force where nothing is protected, and never to a protected one', async () => {
    const { main } = await reviewed();
    const branch = new ReleaseScenario(main);
    branch.change('branch');
    const to = (name: string, wishes = {}) =>
      releaseIt(branch, { targets: [named(branch, name)], ...approvesAll('ada'), ...wishes });
    await expect(to('preprod')).rejects.toMatchObject(refusedAs('commit-not-on-branch'));
    await expect(to('preprod', { dryRun: true })).rejects.toMatchObject(refusedAs('commit-not-on-branch'));
    await expect(to('prod', { force: true })).rejects.toMatchObject(refusedAs('commit-not-on-branch'));
    expect(branch.engine.builds).toHaveLength(0);
    expect((await to('dev')).deploys).toMatchObject([{ result: { state: 'deployed' } }]);
    const forced = await to('preprod', { force: true });
    expect(forced.deploys).toMatchObject([
      { result: { record: { cause: { overrides: ['--force (commit-not-on-branch)'] } } } },
    ]);
  });

  it('is told to be unknown where the clone lacks history', async () => {
    const { main } = await reviewed();
    const branch = new ReleaseScenario(main);
    branch.change('branch');
    branch.repository.isCut = true;
    await expect(releaseIt(branch)).rejects.toMatchObject(refusedAs('shallow-clone'));
  });
});

describe('a record that somebody wrote', () => {
  it('is not promoted without a tag, nor where the tag says otherwise', async () => {
    const { main, eve, first } = await reviewed();
    const commit = evilCommit(eve);
    main.now = new Date(main.now.getTime() + 60_000);
    await writeRecord(main, 'preprod', { commit, buildNumber: number('20261124-7') });
    main.now = new Date(main.now.getTime() + 3_600_000);
    await expect(promoteIt(main)).rejects.toMatchObject(refusedAs('tag-missing'));
    await forge(eve, { buildNumber: number('20261124-7') }, first);
    await expect(promoteIt(main, true)).rejects.toMatchObject(refusedAs('record-differs'));
    expect(await recordsIn(main, 'prod')).toEqual([]);
  });

  it('is not promoted where other pods run than it says', async () => {
    const { main, eve, first } = await reviewed();
    await forge(eve, { buildNumber: number('20261124-7') }, first);
    main.now = new Date(main.now.getTime() + 60_000);
    await writeRecord(main, 'preprod', { buildNumber: number('20261124-7') });
    main.now = new Date(main.now.getTime() + 3_600_000);
    for (const force of [false, true])
      await expect(promoteIt(main, force)).rejects.toMatchObject({
        ...refusedAs('pods-differ'),
        message: expect.stringContaining('what runs there is 20261124-1'),
      });
  });

  it('is not gone back to: its image, its tag or a branch must say the same', async () => {
    const { main, eve, first } = await reviewed();
    await releaseIt(main);
    const commit = evilCommit(eve);
    await writeRecord(main, 'prod', { commit, buildNumber: number('20261124-1') });
    await writeRecord(main, 'prod', { buildNumber: number('20261124-2') });
    await expect(rollbackTo(main, '20261124-1', 'prod')).rejects.toMatchObject(refusedAs('record-differs'));
    main.repository.removeTag('orders-20261124-1');
    await expect(rollbackTo(main, '20261124-1', 'prod')).rejects.toMatchObject({ exitCode: 2 });
    expect(first.buildNumber.toString()).toBe('20261124-1');
  });
});

describe('going back', () => {
  it('needs neither the tag nor the branch of what ran there: a hotfix whose branch is gone is still gone back to', async () => {
    const { main } = await reviewed();
    const hotfix = new ReleaseScenario(main);
    for (const each of [main, hotfix])
      each.environments = each.environments.map((one) => ({ ...one, allowBranches: ['hotfix/*'] }));
    hotfix.change('hotfix');
    hotfix.repository.moveBranch(await hotfix.repository.headCommit(), 'hotfix/a');
    const { release: fixed } = await releaseIt(hotfix, { force: true });
    await releaseIt(main, { force: true });
    hotfix.repository.moveBranch(await main.repository.headCommit(), 'hotfix/a');
    const plan = await rollbackTo(main, String(fixed!.buildNumber));
    expect(plan.release.commit).toBe(fixed!.commit);
    main.repository.removeTag('orders-20261124-1');
    expect((await rollbackTo(main, '20261124-1')).release.buildNumber.toString()).toBe('20261124-1');
  });
});

describe("a version of the clusters' configuration that somebody tagged", () => {
  const folder = 'Infrastructure/kubernetes';
  const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: '${NAMESPACE}' }\n";
  const binding = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: evil }\n';

  async function configured() {
    const main = new ReleaseScenario();
    main.repository.write(`${folder}/namespace.yaml`, namespace);
    const head = main.repository.commit();
    const eve = new ReleaseScenario(main);
    main.repository.moveBranch(head);
    const { contentHash } = await checkedOutSource(main.ports);
    eve.repository.write(`${folder}/evil.yaml`, binding);
    return { main, eve, contentHash, commit: eve.repository.commit() };
  }
  const provisionIt = (scenario: ReleaseScenario, version?: string) =>
    provision(
      {
        ...{ environment: named(scenario, 'preprod'), version: version ? number(version) : undefined, actor },
        ...{ approvedBy: undefined, dryRun: false, mainBranch: 'main' },
        readEnvironments: async () => scenario.environments,
      },
      scenario.ports,
      scenario.reporter,
    );
  const evilThere = (scenario: ReleaseScenario) =>
    scenario.configurations.get('preprod')!.read('ConfigMap', 'evil', 'preprod');

  it('is refused where its commit does not hold what it says', async () => {
    const { main, eve, contentHash, commit } = await configured();
    await eve.repository.tagPackage({ version: number('20261124-900'), commit, contentHash });
    for (const version of [undefined, '20261124-900'])
      await expect(provisionIt(main, version)).rejects.toMatchObject(refusedAs('content-differs'));
    await expect(
      packageProvisioning(async () => main.environments, 'main', main.ports, main.reporter),
    ).rejects.toMatchObject(refusedAs('content-differs'));
    expect(evilThere(main)).toBeUndefined();
    expect(await main.configurations.get('preprod')!.records()).toEqual([]);
  });

  it('does not keep main from being provisioned where its commit comes after it, on no branch', async () => {
    const { main, eve, commit } = await configured();
    const { contentHash } = await checkedOutSource(eve.ports);
    await eve.repository.tagPackage({ version: number('20261124-900'), commit, contentHash });
    expect(await provisionIt(main)).toMatchObject({ state: 'provisioned' });
    expect(main.lines).toContainEqual(expect.stringMatching(/^provisioning-20261124-900 does not count: its commit/));
    expect(evilThere(main)).toBeUndefined();
    await expect(provisionIt(main, '20261124-900')).rejects.toMatchObject(refusedAs('commit-not-on-branch'));
  });
});
