import { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import type { Release } from '../../plugin/src/model/release/release.ts';
import { parseReleaseMessage } from '../../plugin/src/model/release/release-message.ts';
import { ReleaseTag } from '../../plugin/src/model/release/release-tag.ts';
import type { SourceRepository } from '../../plugin/src/ports/repository/source-repository.ts';

/** A repository under test, and the keys of its user. */
export interface TagSignaturesScenario {
  readonly repository: SourceRepository;
  /** Another clone of the same origin. */
  clone(): Promise<SourceRepository>;
  /** Makes an ssh key and has the repository sign with it. @returns it as its public file has it. */
  signWith(name: string): Promise<string>;
}

/** Tests of the signatures of every source repository. @param start makes a repository with one commit. */
export function tagSignaturesContract(start: () => Promise<TagSignaturesScenario>): void {
  const tag = new ReleaseTag('orders', BuildNumber.parse('20261124-1')!);
  const releaseOf = async (repository: SourceRepository): Promise<Release> => ({
    service: 'orders',
    buildNumber: tag.buildNumber,
    commit: await repository.headCommit(),
    imageDigest: `sha256:${'a'.repeat(64)}`,
    contentHash: `sha256:${'b'.repeat(64)}`,
    dirty: false,
  });

  it('signs the tag of a release, and tells another clone who did and what', async () => {
    const { repository, clone, signWith } = await start();
    const key = await signWith('ada');
    const release = await releaseOf(repository);
    expect(await repository.tagRelease(release, { sign: true })).toBe('created');
    expect(await repository.tagRelease(release, { sign: true })).toBe('exists');
    const other = await clone();
    const checked = await other.checkTag(tag, { ssh: `# who\nada@example.com ${key}\n` });
    const good = { state: 'good', principal: 'ada@example.com', key: expect.stringMatching(/^SHA256:\S{43}$/) };
    expect(checked).toMatchObject({ commit: release.commit, signature: good });
    expect(parseReleaseMessage(tag, checked!.commit, checked!.message)).toEqual(release);
    expect(await other.readRelease(tag)).toEqual(release);
  });

  it('signs a version of the configuration', async () => {
    const { repository, signWith } = await start();
    const key = await signWith('ada');
    const { buildNumber: version, commit, contentHash } = await releaseOf(repository);
    await repository.tagPackage({ version, commit, contentHash }, { sign: true });
    const checked = await repository.checkTag(new ReleaseTag('provisioning', version), { ssh: `ada ${key}` });
    expect(checked?.signature).toMatchObject({ state: 'good', principal: 'ada' });
  });

  it('knows a tag that nobody signed, one that a stranger did, and none', async () => {
    const { repository, signWith } = await start();
    expect(await repository.checkTag(tag, {})).toBeUndefined();
    const listed = await signWith('ada');
    await signWith('eve');
    await repository.tagRelease(await releaseOf(repository), { sign: true });
    const stranger = { state: 'unknown', key: expect.stringMatching(/^SHA256:/), principal: undefined };
    expect((await repository.checkTag(tag, { ssh: `ada@example.com ${listed}` }))?.signature).toMatchObject(stranger);
    expect((await repository.checkTag(tag, {}))?.signature).toMatchObject({ state: 'unknown' });
    const plain = { ...(await releaseOf(repository)), buildNumber: BuildNumber.parse('20261124-2')! };
    await repository.tagRelease(plain);
    const unsigned = await repository.checkTag(new ReleaseTag('orders', plain.buildNumber), {});
    expect(unsigned?.signature).toEqual({ state: 'none' });
  });

  it('tells beforehand whether tags can be signed, and makes none that cannot', async () => {
    const { repository, signWith } = await start();
    const refused = { exitCode: 2, facts: { type: 'signing-key-missing' } };
    await expect(repository.trySigning({})).rejects.toMatchObject(refused);
    await expect(repository.tagRelease(await releaseOf(repository), { sign: true })).rejects.toMatchObject(refused);
    expect(await repository.releaseTags('orders')).toEqual([]);
    const key = await signWith('ada');
    expect(await repository.trySigning({ ssh: `ada ${key}` })).toMatchObject({ state: 'good', principal: 'ada' });
    expect(await repository.trySigning({ ssh: '' })).toMatchObject({ state: 'unknown' });
  });
}
