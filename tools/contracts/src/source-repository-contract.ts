import { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { Release } from '../../plugin/src/model/release/release.ts';
import { ReleaseTag } from '../../plugin/src/model/release/release-tag.ts';
import type { SourceRepository } from '../../plugin/src/ports/repository/source-repository.ts';

/** A repository under test, and functions that change it. */
export interface SourceRepositoryScenario {
  readonly repository: SourceRepository;
  /** A second clone of the same origin. */
  clone(): Promise<SourceRepository>;
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Commits the working tree, and pushes it where there is an origin. */
  commit(): Promise<string>;
  /** Makes the origin refuse every push from now on. */
  refusePushes(): Promise<void>;
}

const someFiles = {
  'apps/orders/src/main.ts': 'export const a = 1;\n',
  'apps/orders/k8s/deployment.yaml': 'kind: Deployment\n',
  'apps/orders-extra/x.ts': 'x',
  'libs/ä b/[id].ts': 'unicode, a space and a pattern\n',
  'README.md': '# Shop\n',
};

/** Tests of every source repository. @param start makes a repository whose one commit holds `files`. */
export function sourceRepositoryContract(
  start: (files: Readonly<Record<string, string>>) => Promise<SourceRepositoryScenario>,
): void {
  const number = (text: string) => BuildNumber.parse(text)!;
  const tag = (service: string, text: string) => new ReleaseTag(service, number(text));
  const releaseOf = async (repository: SourceRepository, facts: Partial<Release> = {}): Promise<Release> => ({
    service: 'orders',
    buildNumber: number('20261124-1'),
    commit: await repository.headCommit(),
    imageDigest: `sha256:${'a'.repeat(64)}`,
    contentHash: `sha256:${'b'.repeat(64)}`,
    dirty: false,
    ...facts,
  });
  const texts = (tags: readonly { toString(): string }[]) => tags.map(String).sort();

  it('returns the checked-out commit, and its date', async () => {
    const { repository, write, commit } = await start(someFiles);
    const first = await repository.headCommit();
    await write('README.md', 'changed');
    const second = await commit();
    expect(await repository.headCommit()).toBe(second);
    expect(second).toMatch(/^[0-9a-f]{40}$/);
    expect(second).not.toBe(first);
    expect(await repository.commitDate(first)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  });

  it('lists the commits between two that touch folders, newest first', async () => {
    const { repository, write, commit } = await start(someFiles);
    const first = await repository.headCommit();
    const made: string[] = [];
    for (const path of ['apps/orders/a.ts', 'README.md', 'libs/ä b/[id].ts', 'apps/orders-extra/x.ts']) {
      await write(path, `changed ${path}`);
      made.push(await commit());
    }
    const between = await repository.commitsBetween(first, made[3]!, ['apps/orders', 'libs/ä b']);
    expect(between.map(({ id }) => id)).toEqual([made[2], made[0]]);
    expect(between[0]).toMatchObject({ author: 'Ada', subject: 'change', date: expect.stringMatching(/^\d{4}-/) });
    expect(await repository.commitsBetween(made[3]!, made[3]!, ['.'])).toEqual([]);
    expect(await repository.commitsBetween(first, made[3]!, ['.'])).toHaveLength(4);
    const refused = repository.commitsBetween('0'.repeat(40), made[3]!, ['.']);
    await expect(refused).rejects.toBeInstanceOf(Refusal);
  });

  it('returns when commits were written, and leaves out what is not a commit', async () => {
    const { repository, write, commit } = await start(someFiles);
    const made = [await repository.headCommit()];
    for (let count = 0; count < 3; count++) {
      await write('README.md', String(count));
      made.push(await commit());
    }
    const none = ['0'.repeat(40), '--output=x', 'HEAD', '', `${made[0]}\n--all`];
    const asked = [made[1]!, ...none, made[3]!];
    const dates = await repository.authorDates(asked);
    expect([...dates.keys()].sort()).toEqual([made[1]!, made[3]!].sort());
    for (const date of dates.values()) expect(date).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(await repository.authorDates(none)).toEqual(new Map());
    expect(await repository.authorDates([])).toEqual(new Map());
    expect(await repository.isShallow()).toBe(false);
  });

  it('returns the parents of commits, the paths that they change, and texts in them', async () => {
    const { repository, clone, write, remove, commit } = await start(someFiles);
    const first = await repository.headCommit();
    await write('apps/orders/src/main.ts', 'changed');
    await write('package-lock.json', 'one');
    const second = await commit();
    await remove('libs/ä b/[id].ts');
    await write('package-lock.json', 'two');
    const third = await commit();
    for (const each of [repository, await clone()]) {
      const graph = await each.commitGraph([third, '0'.repeat(40)]);
      expect(graph.revList(first, third)).toEqual([third, second]);
      expect(graph.parentsOf(third)).toEqual([second]);
      expect(graph.has('0'.repeat(40))).toBe(false);
      const paths = await each.changedPaths([third, second, first]);
      expect([...(paths.get(third) ?? [])].sort()).toEqual(['libs/ä b/[id].ts', 'package-lock.json']);
      expect([...(paths.get(second) ?? [])].sort()).toEqual(['apps/orders/src/main.ts', 'package-lock.json']);
      expect([...(paths.get(first) ?? [])].sort()).toEqual(Object.keys(someFiles).sort());
      expect(await each.readFileAt('package-lock.json', [first, second, third])).toEqual(
        new Map([
          [second, 'one'],
          [third, 'two'],
        ]),
      );
      expect(await each.describeCommit(second)).toMatchObject({ id: second, author: 'Ada', subject: 'change' });
      expect((await each.branchTip('main'))?.commit).toBe(third);
      expect([...(await each.branchTips(['ma*', 'hotfix/*']))].map(([name, tip]) => [name, tip.commit])).toEqual([
        ['main', third],
      ]);
      expect(await each.branchTip('mai')).toBeUndefined();
      expect(await each.findCommit(second)).toBe(second);
      expect(await each.findCommit(second.slice(0, 12))).toBe(second);
      for (const none of ['0'.repeat(40), 'nonsense', '--all', '', 'a\u0000b', 'x'.repeat(200_000)])
        expect(await each.findCommit(none)).toBeUndefined();
    }
    expect((await repository.commitGraph([])).has(first)).toBe(false);
    expect(await repository.changedPaths([])).toEqual(new Map());
  });

  it('lists the releases of all services with their commits, and reads many at once', async () => {
    const { repository, clone } = await start(someFiles);
    const orders = await releaseOf(repository);
    const payments = await releaseOf(repository, { service: 'payments', buildNumber: number('20261124-2') });
    for (const release of [orders, payments]) await repository.tagRelease(release);
    for (const each of [repository, await clone()]) {
      const listed = (await each.releases()).map((found) => `${found.tag} ${found.commit}`);
      expect(listed.sort()).toEqual([`orders-20261124-1 ${orders.commit}`, `payments-20261124-2 ${payments.commit}`]);
      const wanted = [tag('orders', '20261124-1'), tag('payments', '20261124-2'), tag('orders', '20261124-9')];
      expect(await each.readReleases(wanted)).toEqual(
        new Map([
          ['orders-20261124-1', orders],
          ['payments-20261124-2', payments],
        ]),
      );
      expect(await each.readReleases([])).toEqual(new Map());
    }
  });

  it("keeps packages of the clusters' configuration by a version of their own, and takes none for a release", async () => {
    const { repository, clone } = await start(someFiles);
    const other = await clone();
    const version = number('20261124-1');
    const made = { version, commit: await repository.headCommit(), contentHash: `sha256:${'d'.repeat(64)}` as const };
    expect(await repository.readPackage(version)).toBeUndefined();
    expect(await repository.reserveBuildNumber(tag('provisioning', '20261124-1'), made.commit)).toBe(true);
    expect(await other.reserveBuildNumber(tag('provisioning', '20261124-1'), made.commit)).toBe(false);
    const third = await clone();
    expect(await third.commitOfBuild(tag('provisioning', '20261124-1'))).toBe(made.commit);
    expect(await third.commitOfBuild(tag('provisioning', '20261124-2'))).toBeUndefined();
    expect(await repository.tagPackage(made)).toBe('created');
    expect(await repository.tagPackage(made)).toBe('exists');
    // The same tag of somebody who has not heard of it yet is no other one.
    await other.tagPackage(made);
    for (const each of [repository, other]) {
      expect(await each.readPackage(version)).toEqual(made);
      expect(texts(await each.releaseTags('provisioning'))).toEqual(['provisioning-20261124-1']);
      expect(new Set(texts(await each.buildNumbers('provisioning')))).toEqual(new Set(['20261124-1']));
      expect(await each.releases()).toEqual([]);
      const contentHash = `sha256:${'e'.repeat(64)}` as const;
      await expect(each.tagPackage({ ...made, contentHash })).rejects.toMatchObject({ facts: { type: 'tag-taken' } });
      expect(await each.readRelease(tag('provisioning', '20261124-1'))).toBeUndefined();
    }
  });

  it('lists the commits that only one of two has, and the files that each touches', async () => {
    const { repository, write, remove, commit } = await start(someFiles);
    const first = await repository.headCommit();
    await write('apps/orders/a.ts', 'a');
    await write('README.md', 'changed');
    const second = await commit();
    await write('README.md', 'changed again');
    const third = await commit();
    await remove('libs/ä b/[id].ts');
    const last = await commit();
    const apart = await repository.symmetricDifference(first, last, ['apps/orders', 'libs/ä b']);
    expect(apart).toEqual({
      isCut: false,
      onlyInFrom: [],
      onlyInTo: [
        expect.objectContaining({ id: last, parents: [third], paths: ['libs/ä b/[id].ts'] }),
        expect.objectContaining({ id: third, parents: [second], paths: [] }),
        expect.objectContaining({ id: second, parents: [first], paths: ['apps/orders/a.ts'] }),
      ],
    });
    expect(apart.onlyInTo[0]).toMatchObject({
      author: 'Ada',
      subject: 'change',
      date: expect.stringMatching(/^\d{4}-/),
    });
    const back = await repository.symmetricDifference(last, second, ['.']);
    expect(back.onlyInTo).toEqual([]);
    expect(back.onlyInFrom.map(({ id, paths }) => [id, paths])).toEqual([
      [last, ['libs/ä b/[id].ts']],
      [third, ['README.md']],
    ]);
    expect(await repository.symmetricDifference(last, last, ['.'])).toEqual({
      isCut: false,
      onlyInFrom: [],
      onlyInTo: [],
    });
    expect((await repository.symmetricDifference(first, second, [])).onlyInTo).toMatchObject([
      { id: second, paths: [] },
    ]);
    await expect(repository.symmetricDifference('0'.repeat(40), last, ['.'])).rejects.toBeInstanceOf(Refusal);
  });

  it('finds where histories part, and the first parent', async () => {
    const { repository, clone, write, commit } = await start(someFiles);
    const first = await repository.headCommit();
    const made: string[] = [];
    for (const text of ['1', '2', '3']) {
      await write('apps/orders/a.ts', text);
      made.push(await commit());
    }
    const [second, third, last] = made as [string, string, string];
    // The second clone may be shallow.
    for (const each of [repository, await clone()]) {
      expect(await each.firstParent(last)).toBe(third);
      expect(await each.firstParent(first)).toBeUndefined();
      const forks = await each.mergeBases(second, [first, last, second, '0'.repeat(40)]);
      expect([...forks].sort()).toEqual(
        [
          [first, first],
          [last, second],
          [second, second],
        ].sort(),
      );
      expect(await each.mergeBases(last, [])).toEqual(new Map());
    }
    await expect(repository.firstParent('0'.repeat(40))).rejects.toBeInstanceOf(Refusal);
  });

  it('lists blobs below folders, and the same for a clean working tree', async () => {
    const { repository } = await start(someFiles);
    const head = await repository.headCommit();
    const folders = ['apps/orders', 'libs/ä b', 'no/such/folder'];
    const blobs = await repository.blobs(head, folders);
    expect([...blobs.keys()].sort()).toEqual([
      'apps/orders/k8s/deployment.yaml',
      'apps/orders/src/main.ts',
      'libs/ä b/[id].ts',
    ]);
    expect(await repository.workingTreeBlobs(folders)).toEqual(blobs);
    expect((await repository.blobs(head, ['.'])).size).toBe(5);
    expect((await repository.workingTreeBlobs([''])).size).toBe(5);
    expect(await repository.blobs(head, [])).toEqual(new Map());
    expect(await repository.workingTreeBlobs([])).toEqual(new Map());
    expect([...(await repository.blobs(head, ['README.md'])).keys()]).toEqual(['README.md']);
  });

  it('lists the paths that differ from the commit', async () => {
    const { repository, write, remove, commit } = await start(someFiles);
    expect(await repository.dirtyPaths()).toEqual([]);
    await write('apps/orders/src/main.ts', 'changed');
    await write('apps/orders/src/nëw file.ts', 'new');
    await remove('README.md');
    expect((await repository.dirtyPaths()).sort()).toEqual([
      'README.md',
      'apps/orders/src/main.ts',
      'apps/orders/src/nëw file.ts',
    ]);
    const dirty = await repository.workingTreeBlobs(['.']);
    expect(dirty).not.toEqual(await repository.blobs(await repository.headCommit(), ['.']));
    expect(dirty).toEqual(await repository.blobs(await commit(), ['.']));
    expect(await repository.dirtyPaths()).toEqual([]);
  });

  it('reads texts, of a commit and of the working tree', async () => {
    const { repository, write } = await start(someFiles);
    const head = await repository.headCommit();
    const expected = new Map([['apps/orders/k8s/deployment.yaml', 'kind: Deployment\n']]);
    expect(await repository.texts(head, 'apps/orders/k8s')).toEqual(expected);
    expect(await repository.workingTreeTexts('apps/orders/k8s')).toEqual(expected);
    await write('apps/orders/k8s/deployment.yaml', 'kind: Changed\n');
    expect(await repository.texts(head, 'apps/orders/k8s')).toEqual(expected);
    expect((await repository.workingTreeTexts('apps/orders/k8s')).get('apps/orders/k8s/deployment.yaml')).toBe(
      'kind: Changed\n',
    );
    expect((await repository.texts(head, 'libs')).get('libs/ä b/[id].ts')).toBe('unicode, a space and a pattern\n');
    expect(await repository.texts(head, 'no/such')).toEqual(new Map());
    const several = await repository.texts(head, ['libs', 'apps/orders/k8s', 'no/such']);
    expect(several.get('libs/ä b/[id].ts')).toBe('unicode, a space and a pattern\n');
    for (const [path, text] of expected) expect(several.get(path)).toBe(text);
  });

  it('refuses a text that is not a commit', async () => {
    const { repository } = await start(someFiles);
    for (const commit of ['f'.repeat(40), 'HEAD', '--output=x', '']) {
      await expect(repository.blobs(commit, ['.'])).rejects.toThrow(Refusal);
      await expect(repository.texts(commit, '.')).rejects.toThrow(Refusal);
      await expect(repository.reserveBuildNumber(tag('orders', '20261124-1'), commit)).rejects.toThrow(Refusal);
    }
  });

  it('reserves a build number for one clone only, also when several ask for the same commit at once', async () => {
    const { repository, clone } = await start(someFiles);
    const other = await clone();
    const head = await repository.headCommit();
    expect(await repository.buildNumbers('orders')).toEqual([]);
    for (const text of ['20261124-1', '20261124-2', '20261124-10']) {
      const won = await Promise.all([
        repository.reserveBuildNumber(tag('orders', text), head),
        other.reserveBuildNumber(tag('orders', text), head),
        repository.reserveBuildNumber(tag('orders', text), head),
      ]);
      expect(won.filter(Boolean)).toEqual([true]);
    }
    expect(await other.reserveBuildNumber(tag('orders', '20261124-1'), head)).toBe(false);
    expect(texts(await repository.buildNumbers('orders'))).toEqual(['20261124-1', '20261124-10', '20261124-2']);
    expect(texts(await other.buildNumbers('orders'))).toEqual(['20261124-1', '20261124-10', '20261124-2']);
  });

  it('forgets old numbers of a service, but for the newest and those that have a tag', async () => {
    const { repository, clone } = await start(someFiles);
    const head = await repository.headCommit();
    const take = (service: string, text: string) => repository.reserveBuildNumber(tag(service, text), head);
    for (const text of ['20261001-1', '20261001-2', '20261101-1', '20261101-2']) await take('orders', text);
    for (const text of ['20261001-1', '20261001-2']) await take('payments', text);
    await repository.tagRelease(await releaseOf(repository, { buildNumber: number('20261001-2') }));
    const other = await clone();
    const before = new Date('2026-10-15T00:00:00Z');
    await other.forgetBuildNumbers('orders', before, 3);
    expect(texts(await other.buildNumbers('orders'))).toContain('20261001-1');
    await other.forgetBuildNumbers('orders', before, 2);
    expect([...new Set(texts(await other.buildNumbers('orders')))]).toEqual(['20261001-2', '20261101-1', '20261101-2']);
    await other.forgetBuildNumbers('payments', new Date('2027-01-01T00:00:00Z'), 1);
    expect(texts(await other.buildNumbers('payments'))).toEqual(['20261001-2']);
  });

  it('uses no number that is far ahead, and lists its refs', async () => {
    const { repository } = await start(someFiles);
    const head = await repository.headCommit();
    for (const text of ['20261124-1', '20261124-2', '99991231-1'])
      expect(await repository.reserveBuildNumber(tag('orders', text), head)).toBe(true);
    for (const text of ['20261124-1', '99991231-1'])
      await repository.tagRelease(await releaseOf(repository, { buildNumber: number(text) }));
    expect([...new Set(texts(await repository.buildNumbers('orders')))].sort()).toEqual(['20261124-1', '20261124-2']);
    expect(texts(await repository.releaseTags('orders'))).toEqual(['orders-20261124-1']);
    expect((await repository.releases()).map(({ tag }) => `${tag}`)).toEqual(['orders-20261124-1']);
    const far = tag('orders', '99991231-1');
    expect(await repository.readRelease(far)).toBeUndefined();
    expect([...(await repository.readReleases([far, tag('orders', '20261124-1')])).keys()]).toEqual([
      'orders-20261124-1',
    ]);
    expect((await repository.unusedRefs()).sort((a, b) => a.ref.localeCompare(b.ref))).toEqual([
      { ref: 'refs/builds/orders/99991231-1', service: 'orders', why: 'far-ahead' },
      { ref: 'refs/tags/orders-99991231-1', service: 'orders', why: 'far-ahead' },
    ]);
    await repository.forgetBuildNumbers('orders', new Date('2027-01-01T00:00:00Z'), 1);
    expect(texts(await repository.buildNumbers('orders'))).toContain('20261124-2');
  });

  it('numbers each service on its own', async () => {
    const { repository } = await start(someFiles);
    const head = await repository.headCommit();
    const services = ['orders', 'payments', 'orders-20261124-1'];
    const won = await Promise.all(
      services.map((service) => repository.reserveBuildNumber(tag(service, '20261124-1'), head)),
    );
    expect(won).toEqual([true, true, true]);
    for (const service of services) expect(texts(await repository.buildNumbers(service))).toEqual(['20261124-1']);
  });

  it('tags a release once, and reads it back from another clone', async () => {
    const { repository, clone } = await start(someFiles);
    const other = await clone();
    const release = await releaseOf(repository);
    expect(await repository.readRelease(tag('orders', '20261124-1'))).toBeUndefined();
    expect(await repository.tagRelease(release)).toBe('created');
    expect(await repository.tagRelease(release)).toBe('exists');
    expect(await other.tagRelease(release)).toBe('exists');
    expect(await other.readRelease(tag('orders', '20261124-1'))).toEqual(release);
    expect(texts(await other.releaseTags('orders'))).toEqual(['orders-20261124-1']);
    expect(await other.releaseTags('payments')).toEqual([]);
    expect(texts(await repository.buildNumbers('orders'))).toEqual(['20261124-1']);
  });

  it('never gives a tag to another release', async () => {
    const { repository, clone } = await start(someFiles);
    const release = await releaseOf(repository);
    await repository.tagRelease(release);
    const imageDigest = `sha256:${'c'.repeat(64)}` as const;
    for (const each of [repository, await clone()]) {
      await expect(each.tagRelease({ ...release, imageDigest })).rejects.toMatchObject({
        facts: { type: 'tag-taken' },
      });
      expect(await each.readRelease(tag('orders', '20261124-1'))).toEqual(release);
    }
  });

  it('reads the content of a release that another clone made later', async () => {
    const { repository, clone, write, commit } = await start(someFiles);
    const other = await clone();
    await write('apps/orders/src/main.ts', 'later');
    const later = await commit();
    await repository.tagRelease(await releaseOf(repository));
    const release = await other.readRelease(tag('orders', '20261124-1'));
    expect(release?.commit).toBe(later);
    expect((await other.texts(later, 'apps/orders/src')).get('apps/orders/src/main.ts')).toBe('later');
    expect(await other.headCommit()).not.toBe(later);
  });

  it('keeps no ref that the origin refuses', async () => {
    const { repository, refusePushes } = await start(someFiles);
    await refusePushes();
    const refused = { facts: { type: 'origin-refuses-push' } };
    const head = await repository.headCommit();
    await expect(repository.reserveBuildNumber(tag('orders', '20261124-1'), head)).rejects.toMatchObject(refused);
    await expect(repository.tagRelease(await releaseOf(repository))).rejects.toMatchObject(refused);
    expect(await repository.readRelease(tag('orders', '20261124-1'))).toBeUndefined();
    expect(await repository.buildNumbers('orders')).toEqual([]);
  });
}
