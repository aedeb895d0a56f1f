import { randomBytes } from 'node:crypto';
import { plainBuild } from '../../model/build/build-settings.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { automaticEnvironments } from '../../model/environment/environment.ts';
import { release, type ReleaseRequest, type ReleaseResult } from './release.ts';
import { runningIn } from '../../../../contracts/src/running-in.ts';

const actor = { person: 'ada', run: 'ada@laptop' };

function run(scenario: ReleaseScenario, changes: Partial<ReleaseRequest> = {}): Promise<ReleaseResult> {
  const { service, environments, ports, reporter } = scenario;
  return release(
    {
      service,
      environments,
      targets: automaticEnvironments(environments),
      actor,
      allowDirty: false,
      allowDowntime: false,
      adopt: false,
      approvedBy: undefined,
      buildNumber: undefined,
      force: false,
      dryRun: false,
      mainBranch: 'main',
      comparesCommits: true,
      timeoutMs: 1000,
      ...changes,
    },
    ports,
    reporter,
  );
}

/** Everything a release could change. */
async function world({ repository, engine, clusters, service }: ReleaseScenario) {
  return {
    numbers: (await repository.buildNumbers(service.name)).map(String).sort(),
    tags: (await repository.releaseTags(service.name)).map(String).sort(),
    pushes: engine.pushes.length,
    objects: [...clusters.values()].map(({ objects }) => objects),
  };
}

/** Runs what must be refused. @returns the error's type. */
async function refusedWithoutChange(scenario: ReleaseScenario, changes: Partial<ReleaseRequest> = {}): Promise<string> {
  const before = await world(scenario);
  const error: unknown = await run(scenario, changes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProductError);
  expect((error as ProductError).exitCode).toBe(2);
  expect(await world(scenario)).toEqual(before);
  return (error as ProductError).facts.type;
}

describe('release', () => {
  it('builds, pushes, tags and deploys to the automatic environments only', async () => {
    const scenario = new ReleaseScenario();
    const result = await run(scenario);
    expect(result).toMatchObject({ built: true, deploys: [{ environment: 'preprod', result: { state: 'deployed' } }] });
    expect(String(result.release?.buildNumber)).toBe('20261124-1');
    expect((await scenario.repository.releaseTags('orders')).map(String)).toEqual(['orders-20261124-1']);
    const running = await runningIn(scenario.clusters.get('preprod')!, 'orders');
    expect(running).toMatchObject({ buildNumber: '20261124-1', digests: [result.release?.imageDigest], podsReady: 2 });
    expect(scenario.clusters.get('dev')!.objects).toEqual([]);
    const [build] = scenario.engine.builds;
    expect(build?.labels).toMatchObject({
      'org.opencontainers.image.version': '20261124-1',
      'org.opencontainers.image.revision': result.release?.commit,
      'org.opencontainers.image.source': 'https://git.example/shop.git',
      'poc.dev/content-hash': result.release?.contentHash,
    });
  });

  it('does nothing when the newest release has the same content and runs', async () => {
    const scenario = new ReleaseScenario();
    await run(scenario);
    scenario.repository.write('docs/words.md', 'words');
    scenario.repository.commit();
    const before = await world(scenario);
    expect(await run(scenario)).toMatchObject({ built: false, deploys: [{ result: { state: 'unchanged' } }] });
    expect(await world(scenario)).toEqual(before);
  });

  it('builds the same content again when it is told to, and deploys that', async () => {
    const scenario = new ReleaseScenario();
    await run(scenario);
    expect(await run(scenario, { rebuild: true, dryRun: true })).toMatchObject({ built: false });
    expect(scenario.lines.join('\n')).toContain('would use build number 20261124-2');
    expect(await run(scenario, { rebuild: true })).toMatchObject({
      built: true,
      release: { buildNumber: BuildNumber.parse('20261124-2') },
      deploys: [{ result: { state: 'deployed' } }],
    });
    expect(await run(scenario)).toMatchObject({ built: false, deploys: [{ result: { state: 'unchanged' } }] });
  });

  it('builds on base images by the digests that it records, and on others as they are', async () => {
    const scenario = new ReleaseScenario();
    const recipe = 'FROM golang:1 AS build\nFROM node:24\nCOPY --from=build /x /x\nCOPY --from=mine:1 /y /y\n';
    scenario.repository.write('apps/orders/Dockerfile', recipe);
    scenario.repository.commit();
    const [golang, node] = ['golang:1', 'node:24'].map((name) => ImageRef.parseDockerName(name)!);
    const pinned = [golang!, node!].map((image) => image.withDigest(scenario.registry.put(image, image.tagged, {})));
    const { release: released } = await run(scenario);
    expect(scenario.engine.builds[0]).toMatchObject({
      baseImages: [
        { name: 'golang:1', image: pinned[0] },
        { name: 'node:24', image: pinned[1] },
      ],
      labels: {
        'org.opencontainers.image.base.name': 'docker.io/library/node:24',
        'org.opencontainers.image.base.digest': pinned[1]!.digest,
        'poc.dev/base-images': pinned.join(' '),
      },
    });
    expect(scenario.lines).toContain(
      'base image mine:1 is not recorded, so that its moves are not seen: docker.io has no library/mine:1.',
    );
    const tag = new ReleaseTag('orders', released!.buildNumber);
    expect((await scenario.repository.readRelease(tag))?.baseImages).toEqual(pinned);
  });

  it('builds where no registry of base images answers', async () => {
    const scenario = new ReleaseScenario();
    scenario.repository.write('apps/orders/Dockerfile', 'FROM node:24');
    scenario.repository.commit();
    scenario.registry.unreachable.add('docker.io');
    expect(await run(scenario)).toMatchObject({ built: true, deploys: [{ result: { state: 'deployed' } }] });
    expect(scenario.engine.builds[0]).toMatchObject({
      baseImages: [],
      labels: { 'org.opencontainers.image.base.digest': '', 'poc.dev/base-images': '' },
    });
  });

  it('says once why base images are not recorded, whatever is built after', async () => {
    const scenario = new ReleaseScenario();
    scenario.registry.unreachable.add('docker.io');
    for (const base of ['node:24', 'node:26']) {
      scenario.repository.write('apps/orders/Dockerfile', `FROM ${base}`);
      scenario.repository.commit();
      await run(scenario);
    }
    expect(scenario.lines.filter((line) => line.includes('is not recorded'))).toHaveLength(1);
  });

  it('takes the next number, of the day, for other content', async () => {
    const scenario = new ReleaseScenario();
    await run(scenario);
    scenario.change('2');
    expect(String((await run(scenario)).release?.buildNumber)).toBe('20261124-2');
    scenario.now = new Date('2026-11-25T00:00:00Z');
    scenario.change('3');
    expect(String((await run(scenario)).release?.buildNumber)).toBe('20261125-1');
  });

  it('finishes what an earlier run left undone: tagged, but not deployed', async () => {
    const scenario = new ReleaseScenario();
    scenario.clusters.get('preprod')!.script('orders', { state: 'failed', reason: 'It crashed.', evidence: ['boom'] });
    await expect(run(scenario)).rejects.toMatchObject({
      exitCode: 1,
      facts: { type: 'rollout-failed', evidence: ['boom'] },
    });
    const [failed] = await scenario.clusters.get('preprod')!.records('orders');
    expect(failed).toMatchObject({ outcome: 'failed', reason: 'It crashed.' });
    expect(await run(scenario)).toMatchObject({ built: false, deploys: [{ result: { state: 'deployed' } }] });
    expect(scenario.engine.builds).toHaveLength(1);
  });

  it('builds again what the registry no longer has', async () => {
    const scenario = new ReleaseScenario();
    await run(scenario);
    scenario.registry.clear();
    expect(await run(scenario)).toMatchObject({ built: true, deploys: [{ result: { state: 'deployed' } }] });
  });

  it('fails, and does not say that nothing was changed, when the cluster goes away in the middle', async () => {
    const scenario = new ReleaseScenario();
    const cluster = scenario.clusters.get('preprod')!;
    cluster.before = (call) => {
      if (call === 'waitUntilReady') cluster.unreachable = 'It is gone.';
    };
    await expect(run(scenario)).rejects.toMatchObject({ exitCode: 1, facts: { type: 'cluster-unreachable' } });
    cluster.before = () => {};
    cluster.unreachable = undefined;
    expect(await run(scenario)).toMatchObject({ built: false, deploys: [{ result: { state: 'deployed' } }] });
  });

  it('never moves an image tag: a number whose image is in the registry is taken', async () => {
    const scenario = new ReleaseScenario();
    const pushed = ImageRef.of('acr.example', 'orders', '20261124-1');
    const digest = scenario.registry.put(pushed, "somebody else's");
    expect(await refusedWithoutChange(scenario, { buildNumber: BuildNumber.parse('20261124-1')! })).toBe(
      'build-number-taken',
    );
    expect(String((await run(scenario)).release?.buildNumber)).toBe('20261124-2');
    expect(await scenario.registry.digest(pushed)).toBe(digest);
  });

  it('takes the number that is asked for, once', async () => {
    const scenario = new ReleaseScenario();
    const buildNumber = BuildNumber.parse('20261124-7')!;
    expect(String((await run(scenario, { buildNumber })).release?.buildNumber)).toBe('20261124-7');
    scenario.change('2');
    expect(await refusedWithoutChange(scenario, { buildNumber })).toBe('build-number-taken');
  });

  it('takes the number of the CI, or the next one where that is taken or would be an older build', async () => {
    const scenario = new ReleaseScenario();
    const release = async (content: string, number: string) => {
      scenario.change(content);
      return String((await run(scenario, { ciNumber: BuildNumber.parse(number) })).release?.buildNumber);
    };
    expect(await release('2', '20261124-7')).toBe('20261124-7');
    expect(scenario.lines).toContain('using build number 20261124-7');
    expect(await release('3', '20261124-7')).toBe('20261124-8');
    expect(scenario.lines).toContain(
      'using build number 20261124-8 (that of the CI, 20261124-7, is taken or not the newest)',
    );
    expect(await release('4', '20261124-2')).toBe('20261124-9');
    expect(await release('5', '20261130-1')).toBe('20261124-10');
  });

  it('builds nothing for a run of the CI that a later commit has overtaken, which then stays', async () => {
    const scenario = new ReleaseScenario();
    scenario.change('2');
    const overtaken = new ReleaseScenario(scenario);
    scenario.change('3');
    await run(scenario, { ciNumber: BuildNumber.parse('20261124-7') });
    const before = await world(overtaken);
    const late = await run(overtaken, { ciNumber: BuildNumber.parse('20261124-6') });
    expect(late).toMatchObject({ built: false, release: undefined });
    expect(late.deploys.map(({ result }) => result.state)).toEqual(['superseded']);
    expect(await world(overtaken)).toEqual(before);
    expect(await runningIn(scenario.clusters.get('preprod')!, 'orders')).toMatchObject({ buildNumber: '20261124-7' });
  });

  it('builds nothing for a repeated run of the CI that has used up its number', async () => {
    const scenario = new ReleaseScenario();
    scenario.change('2');
    const repeated = new ReleaseScenario(scenario);
    const ciNumber = BuildNumber.parse('20261124-6');
    repeated.engine.failsWith = 'no space left';
    await expect(run(repeated, { ciNumber })).rejects.toMatchObject({ facts: { type: 'image-build-failed' } });
    scenario.change('3');
    await run(scenario, { ciNumber: BuildNumber.parse('20261124-7') });
    repeated.engine.failsWith = undefined;
    const before = await world(repeated);
    expect(await run(repeated, { ciNumber })).toMatchObject({
      built: false,
      deploys: [{ result: { state: 'superseded' } }],
    });
    expect(await world(repeated)).toEqual(before);
    expect(await run(repeated, { ciNumber, force: true })).toMatchObject({
      release: { buildNumber: BuildNumber.parse('20261124-8') },
    });
  });

  it('goes on to the next number when another takes that of the CI at the same time', async () => {
    const scenario = new ReleaseScenario();
    const { repository } = scenario;
    const reserve = repository.reserveBuildNumber.bind(repository);
    repository.reserveBuildNumber = async (tag, commit) => {
      await reserve(tag, commit);
      repository.reserveBuildNumber = reserve;
      return false;
    };
    const { release: made } = await run(scenario, { ciNumber: BuildNumber.parse('20261124-7') });
    expect(String(made?.buildNumber)).toBe('20261124-8');
  });

  it('forgets numbers of more than 30 days ago that no release has, when they are many', async () => {
    const scenario = new ReleaseScenario();
    const head = await scenario.repository.headCommit();
    for (let revision = 1; revision <= 60; revision++) {
      const number = BuildNumber.parse(`20261001-${revision}`)!;
      await scenario.repository.reserveBuildNumber(new ReleaseTag('orders', number), head);
    }
    await run(scenario);
    expect((await scenario.repository.buildNumbers('orders')).map(String)).toEqual(['20261124-1']);
  });

  it('uses up the number of a build that fails; no tag appears', async () => {
    const scenario = new ReleaseScenario();
    scenario.engine.failsWith = 'no such file';
    await expect(run(scenario)).rejects.toMatchObject({ facts: { type: 'image-build-failed' } });
    expect(await scenario.repository.releaseTags('orders')).toEqual([]);
    scenario.engine.failsWith = undefined;
    expect(String((await run(scenario)).release?.buildNumber)).toBe('20261124-2');
  });

  it('gives clones that release at the same moment different numbers; the newer one ends up running', async () => {
    const first = new ReleaseScenario();
    await run(first);
    first.change('2');
    const second = new ReleaseScenario(first);
    const results = await Promise.all([run(first), run(second)]);
    const numbers = results.map((result) => String(result.release?.buildNumber)).sort();
    expect(numbers).toEqual(['20261124-2', '20261124-3']);
    expect(await runningIn(first.clusters.get('preprod')!, 'orders')).toMatchObject({ buildNumber: '20261124-3' });
  });

  it('lets an older build that comes late not overwrite a newer one, unless forced', async () => {
    const scenario = new ReleaseScenario();
    const old = scenario.repository.clone();
    scenario.now = new Date('2026-11-25T12:00:00Z');
    scenario.change('2');
    await run(scenario);
    scenario.now = new Date('2026-11-24T12:00:00Z');
    const late = new ReleaseScenario({
      ...scenario,
      repository: old,
      registry: scenario.registry,
      clusters: scenario.clusters,
    });
    expect(await run(late)).toMatchObject({ deploys: [{ result: { state: 'superseded' } }] });
    expect(await runningIn(scenario.clusters.get('preprod')!, 'orders')).toMatchObject({ buildNumber: '20261125-1' });
  });

  describe('keeps an older commit from being released over a later one', () => {
    /** Two clones, one of which has released a later commit. */
    async function clones() {
      const newer = new ReleaseScenario();
      await run(newer);
      newer.change('2');
      const older = new ReleaseScenario(newer);
      newer.repository.write('apps/orders/src/main.ts', '3');
      newer.repository.commit({ subject: 'feat: totals', date: '2026-11-25T08:00:00Z' });
      return { newer, older };
    }

    it('tells both commits, whatever gives the number', async () => {
      const { newer, older } = await clones();
      const { release: later } = await run(newer);
      const before = await world(older);
      const earlier = await older.repository.headCommit();
      for (const dryRun of [true, false]) {
        expect(await run(older, { dryRun })).toMatchObject({
          built: false,
          deploys: [
            {
              environment: 'preprod',
              result: {
                state: 'superseded',
                commits: {
                  released: `${earlier.slice(0, 12)} "change" (2026-11-24)`,
                  running: `${later!.commit.slice(0, 12)} "feat: totals" (2026-11-25)`,
                },
              },
            },
          ],
        });
      }
      expect(await world(older)).toEqual(before);
    });

    it('releases it by force, as the newest build, which the record says', async () => {
      const { newer, older } = await clones();
      await run(newer);
      expect(await run(older, { force: true })).toMatchObject({
        release: { buildNumber: BuildNumber.parse('20261124-3') },
        deploys: [{ result: { state: 'deployed', record: { cause: { overrides: ['--force (superseded)'] } } } }],
      });
    });

    it('looks again under the lock, and goes by the commits where the numbers say otherwise', async () => {
      const { newer, older } = await clones();
      const build = older.engine.build.bind(older.engine);
      older.engine.build = async (...args) => {
        await build(...args);
        await run(newer, { buildNumber: BuildNumber.parse('20261124-5') });
      };
      expect(await run(older, { buildNumber: BuildNumber.parse('20261124-9') })).toMatchObject({
        built: true,
        deploys: [{ result: { state: 'superseded', commits: { running: expect.stringContaining('feat: totals') } } }],
      });
      expect(await runningIn(older.clusters.get('preprod')!, 'orders')).toMatchObject({ buildNumber: '20261124-5' });
    });

    it('does so while the later one is still being built, or has failed', async () => {
      const { newer, older } = await clones();
      newer.engine.failsWith = 'no space left';
      await expect(run(newer)).rejects.toThrow();
      const before = await world(older);
      expect(await run(older)).toMatchObject({
        built: false,
        deploys: [
          {
            result: {
              state: 'superseded',
              isElsewhere: true,
              by: { release: { buildNumber: BuildNumber.parse('20261124-2') } },
            },
          },
        ],
      });
      expect(await world(older)).toEqual(before);
    });

    it('passes over later commits that are not part of the main branch', async () => {
      const { newer, older } = await clones();
      newer.repository.moveBranch(await older.repository.headCommit());
      const [dev] = newer.environments;
      await run(newer, { targets: [dev!] });
      expect(await run(older)).toMatchObject({ built: true, deploys: [{ result: { state: 'deployed' } }] });
    });

    it('lets an environment that takes branches have any commit', async () => {
      const { newer, older } = await clones();
      const [dev] = newer.environments;
      await run(newer, { targets: [dev!] });
      expect(await run(older, { targets: [dev!] })).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
      older.repository.write('apps/orders/src/main.ts', 'branch');
      older.repository.commit();
      expect(await run(older, { targets: [dev!] })).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    });

    it('warns, and goes on, where the commit that runs is gone', async () => {
      const { newer, older } = await clones();
      const { release: later } = await run(newer);
      newer.repository.forgetCommit(later!.commit);
      newer.repository.moveBranch(await older.repository.headCommit());
      expect(await run(older)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
      expect(older.lines.filter((line) => /is unknown whether/.test(line))).toEqual([
        `preprod: it is unknown whether commit ${(await older.repository.headCommit()).slice(0, 12)} "change" (2026-11-24) comes after ${later!.commit.slice(0, 12)}, which runs there: commit ${later!.commit.slice(0, 12)} is neither here nor at the origin`,
      ]);
    });
  });

  describe('keeps one branch from being released over another', () => {
    /** A branch that releases may be of and the main branch, which part after the first release. */
    async function branches() {
      const main = new ReleaseScenario();
      await run(main);
      const branch = new ReleaseScenario(main);
      branch.change('branch');
      main.change('main');
      main.repository.moveBranch(await main.repository.headCommit());
      branch.repository.moveBranch(await branch.repository.headCommit(), 'hotfix/totals');
      for (const each of [main, branch])
        each.environments = each.environments.map((one) => ({ ...one, allowBranches: ['hotfix/*'] }));
      return { main, branch };
    }

    it('refuses a branch that lacks what runs, and tells both commits and where they part', async () => {
      const { main, branch } = await branches();
      const base = (await main.repository.firstParent(await main.repository.headCommit()))!;
      await run(main);
      expect(await refusedWithoutChange(branch)).toBe('diverged');
      const names = await Promise.all([main, branch].map(({ repository }) => repository.headCommit()));
      const error = (await run(branch).catch((thrown: unknown) => thrown)) as ProductError;
      for (const name of names) expect(error.facts.reason).toContain(name.slice(0, 12));
      expect(error.facts.evidence).toEqual([expect.stringContaining(`they part at ${base.slice(0, 12)}`)]);
      expect(await run(branch, { force: true })).toMatchObject({
        deploys: [{ result: { state: 'deployed', record: { cause: { overrides: ['--force (diverged)'] } } } }],
      });
    });

    it('lets the main branch take the place of another, with a warning', async () => {
      const { main, branch } = await branches();
      const { release: theirs } = await run(branch);
      expect(await run(main)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
      expect(main.lines.filter((line) => /replaces/.test(line))).toEqual([
        `preprod: replaces commit ${theirs!.commit.slice(0, 12)} "change" (2026-11-24), which is not part of main`,
      ]);
    });
  });

  it.each(['99991231-1', '99991231-999999999', '20991231-5'])('goes on today when somebody took %s', async (taken) => {
    const scenario = new ReleaseScenario();
    const head = await scenario.repository.headCommit();
    await scenario.repository.reserveBuildNumber(ReleaseTag.parse(`orders-${taken}`)!, head);
    const { release } = await run(scenario, {});
    expect(release?.buildNumber.day).toBe('20261124');
    expect(await scenario.repository.readRelease(ReleaseTag.parse(`orders-${release?.buildNumber}`)!)).toBeDefined();
  });

  it('goes on tomorrow when the last number of today is taken, and finds what it made', async () => {
    const scenario = new ReleaseScenario();
    const head = await scenario.repository.headCommit();
    await scenario.repository.reserveBuildNumber(ReleaseTag.parse('orders-20261124-999999999')!, head);
    expect(`${(await run(scenario, {})).release?.buildNumber}`).toBe('20261125-1');
    expect((await scenario.repository.releaseTags('orders')).map(String)).toEqual(['orders-20261125-1']);
  });

  it('takes no number that is far ahead, and says so', async () => {
    const scenario = new ReleaseScenario();
    await expect(run(scenario, { buildNumber: BuildNumber.parse('99991231-1') })).rejects.toMatchObject({
      facts: { type: 'build-number-far-ahead' },
    });
  });

  it('goes on after numbers of days to come, which a clock that was ahead has taken, and says so', async () => {
    const scenario = new ReleaseScenario();
    scenario.now = new Date('2026-11-25T00:05:00Z');
    await run(scenario);
    scenario.now = new Date('2026-11-24T23:55:00Z');
    scenario.change('2');
    const { release: made, deploys } = await run(scenario);
    expect([String(made?.buildNumber), deploys[0]?.result.state]).toEqual(['20261125-2', 'deployed']);
    expect(scenario.lines).toContain(
      "build number 20261125-2 is of a day to come: this machine's clock says 2026-11-24 23:55 UTC, and orders has numbers of that day already, taken by a clock that was ahead; numbers continue from there",
    );
  });

  it("locks the image's tag after the push, and goes on with a warning where that fails", async () => {
    const scenario = new ReleaseScenario();
    await run(scenario);
    expect([...scenario.registry.locked]).toEqual(['acr.example/orders:20261124-1']);
    scenario.registry.cannotLock = true;
    scenario.change('2');
    expect(await run(scenario)).toMatchObject({ built: true, deploys: [{ result: { state: 'deployed' } }] });
    expect(scenario.lines).toContain('The registry answers 403. Give the login the right to write metadata.');
  });

  it('deploys nothing whose tag could not be pushed; run again, it finishes', async () => {
    const scenario = new ReleaseScenario();
    const pushing = scenario.repository.reserveBuildNumber.bind(scenario.repository);
    scenario.repository.reserveBuildNumber = async (...args) => {
      const taken = await pushing(...args);
      scenario.repository.refusesPushes = 'protected';
      return taken;
    };
    await expect(run(scenario)).rejects.toMatchObject({ exitCode: 2, facts: { type: 'origin-refuses-push' } });
    expect(scenario.clusters.get('preprod')!.objects).toEqual([]);
    scenario.repository.reserveBuildNumber = pushing;
    scenario.repository.refusesPushes = undefined;
    expect(await run(scenario)).toMatchObject({ built: true, deploys: [{ result: { state: 'deployed' } }] });
  });

  describe('refuses before it changes anything', () => {
    it('a dirty working tree', async () => {
      const scenario = new ReleaseScenario();
      scenario.repository.write('apps/orders/src/main.ts', '2');
      expect(await refusedWithoutChange(scenario)).toBe('dirty-working-tree');
      expect(await refusedWithoutChange(scenario, { allowDirty: true })).toBe('dirty-not-allowed');
    });

    it('an origin that takes no push', async () => {
      const scenario = new ReleaseScenario();
      scenario.repository.refusesPushes = 'read-only';
      expect(await refusedWithoutChange(scenario)).toBe('origin-refuses-push');
    });

    it('a registry that does not answer', async () => {
      const scenario = new ReleaseScenario();
      scenario.registry.unreachable.add('acr.example');
      expect(await refusedWithoutChange(scenario)).toBe('registry-unreachable');
    });

    it('a cluster that does not answer', async () => {
      const scenario = new ReleaseScenario();
      scenario.clusters.get('preprod')!.unreachable = 'It is down.';
      expect(await refusedWithoutChange(scenario)).toBe('cluster-unreachable');
    });

    it('an unknown field in a manifest', async () => {
      const scenario = new ReleaseScenario();
      scenario.clusters.get('preprod')!.unknownFields.set('Deployment orders', 'spec.replcias');
      expect(await refusedWithoutChange(scenario)).toBe('unknown-field');
    });

    it("somebody else's object, unless it is to be taken over", async () => {
      const scenario = new ReleaseScenario();
      const metadata = { name: 'orders', labels: { 'poc.dev/service': 'shop' } };
      scenario.clusters.get('preprod')!.put({ apiVersion: 'v1', kind: 'Service', metadata });
      expect(await refusedWithoutChange(scenario)).toBe('foreign-object');
      expect(await run(scenario, { adopt: true })).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    });

    it('a service of the same name in another workspace, unless it is to be taken over', async () => {
      const scenario = new ReleaseScenario();
      const labels = { 'poc.dev/service': 'orders', 'app.kubernetes.io/managed-by': 'poc' };
      const metadata = { name: 'orders', labels: { ...labels, 'app.kubernetes.io/part-of': 'bakery' } };
      scenario.clusters.get('preprod')!.put({ apiVersion: 'v1', kind: 'Service', metadata });
      expect(await refusedWithoutChange(scenario)).toBe('foreign-object');
      expect(await run(scenario, { adopt: true })).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    });

    it('manifests that no record can hold, naming the largest', async () => {
      const scenario = new ReleaseScenario();
      for (const [name, bytes] of Object.entries({ 'geo-1': 600_000, 'geo-2': 500_000 })) {
        const blob = randomBytes(bytes).toString('base64');
        const map = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\nbinaryData:\n  blob: ${blob}\n`;
        scenario.repository.write(`apps/orders/k8s/${name}.yaml`, map);
        if (name === 'geo-1') {
          scenario.repository.commit();
          expect((await run(scenario)).deploys).toMatchObject([{ result: { state: 'deployed' } }]);
        }
      }
      scenario.repository.commit();
      expect(await refusedWithoutChange(scenario)).toBe('huge-manifests');
      const told = await run(scenario).catch((error: unknown) => (error as ProductError).explain());
      expect(told).toContain('the record of a deployment holds 1400 KiB (etcd takes 1.5 MiB per object)');
      expect(told).toMatch(/geo-1\.yaml\S*: ConfigMap geo-1-\w+: \d{3} KiB\n.*geo-2\.yaml/);
    });

    it('manifests that cannot keep the promise, unless that is accepted', async () => {
      const scenario = new ReleaseScenario();
      const manifests = (await scenario.repository.workingTreeTexts('apps/orders/k8s')).get(
        'apps/orders/k8s/all.yaml',
      )!;
      scenario.repository.write('apps/orders/k8s/all.yaml', manifests.replace('replicas: 2', 'replicas: 1'));
      scenario.repository.commit();
      expect(await refusedWithoutChange(scenario)).toBe('downtime');
      expect(await run(scenario, { allowDowntime: true })).toMatchObject({
        deploys: [{ result: { state: 'deployed' } }],
      });
    });
  });

  it('takes a dirty working tree where the environment permits it, and marks it', async () => {
    const scenario = new ReleaseScenario();
    scenario.repository.write('apps/orders/src/main.ts', '2');
    const [dev] = scenario.environments;
    const result = await run(scenario, { allowDirty: true, targets: [dev!] });
    expect(result).toMatchObject({
      release: { dirty: true },
      deploys: [{ environment: 'dev', result: { state: 'deployed' } }],
    });
    expect(scenario.engine.builds[0]?.labels).toMatchObject({ 'poc.dev/dirty': 'true' });
  });

  it('builds from the folder that the service says, and warns of files there that are no content', async () => {
    const scenario = new ReleaseScenario();
    const asked: unknown[] = [];
    const service = {
      ...scenario.service,
      build: () => ({ ...plainBuild, context: '/workspace' }),
      foreignImageInputs: async (source: unknown) => {
        asked.push(source);
        return ['apps/orders/Dockerfile:2: COPY . takes x'];
      },
    };
    const commit = await scenario.repository.headCommit();
    await run(scenario, { service, dryRun: true });
    expect(scenario.lines[0]).toBe('apps/orders/Dockerfile:2: COPY . takes x');
    await run(scenario, { service });
    const [build] = scenario.engine.builds;
    expect(build).toMatchObject({ context: '/workspace', dockerfile: '/workspace/apps/orders/Dockerfile' });
    expect(asked).toEqual([{ commit }, { commit }]);
  });

  it('tells in a dry run what would happen, and changes nothing', async () => {
    const scenario = new ReleaseScenario();
    const before = await world(scenario);
    await run(scenario, { dryRun: true });
    expect(await world(scenario)).toEqual(before);
    expect(scenario.lines.join('\n')).toMatchInlineSnapshot(`
     "would use build number 20261124-1
     would build the image with in-memory from a86e14332404
     would push acr.example/orders:20261124-1
     would tag a86e14332404 as orders-20261124-1
     would make a GitHub release of it
     preprod: would deploy: Service orders created, PodDisruptionBudget orders created, Deployment orders created"
    `);
  });
});

describe('release, a part of it', () => {
  const clustersAreOut = (scenario: ReleaseScenario): ReleaseScenario['ports'] => ({
    ...scenario.ports,
    cluster: () => {
      throw new Error('a job that builds has no credential of a cluster');
    },
  });

  it('builds, pushes and tags without a cluster, then deploys that without an engine', async () => {
    const scenario = new ReleaseScenario();
    const { service, environments, reporter } = scenario;
    const request = {
      ...{ service, environments, targets: automaticEnvironments(environments), actor, mainBranch: 'main' },
      ...{ allowDirty: false, allowDowntime: false, adopt: false, approvedBy: undefined, buildNumber: undefined },
      ...{ force: false, dryRun: false, timeoutMs: 1000 },
    };
    const built = await release({ ...request, only: 'build' }, clustersAreOut(scenario), reporter);
    expect(built).toMatchObject({ built: true, deploys: [] });
    expect((await scenario.repository.releaseTags('orders')).map(String)).toEqual(['orders-20261124-1']);
    expect(scenario.clusters.get('preprod')!.objects).toEqual([]);
    const builds = scenario.engine.builds.length;
    expect(await run(scenario, { only: 'deploy' })).toMatchObject({
      built: false,
      deploys: [{ environment: 'preprod', result: { state: 'deployed' } }],
    });
    expect(scenario.engine.builds).toHaveLength(builds);
    expect(await release({ ...request, only: 'build' }, clustersAreOut(scenario), reporter)).toMatchObject({
      built: false,
      deploys: [],
    });
  });

  it('refuses to deploy what has not been built', async () => {
    const scenario = new ReleaseScenario();
    expect(await refusedWithoutChange(scenario, { only: 'deploy' })).toBe('not-built');
    await run(scenario);
    scenario.change('2');
    expect(await refusedWithoutChange(scenario, { only: 'deploy' })).toBe('not-built');
  });
});
