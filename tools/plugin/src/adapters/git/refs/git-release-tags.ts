import type { Release } from '../../../model/release/release.ts';
import { parseReleaseMessage, releaseMessage } from '../../../model/release/release-message.ts';
import { ReleaseTag } from '../../../model/release/release-tag.ts';
import { provisioningName } from '../../../model/release/service-name.ts';
import type { ReleaseTags, TaggedCommit } from '../../../ports/repository/release-tags.ts';
import type { TagOptions } from '../../../ports/repository/tag-signatures.ts';
import { parseTagObject } from './annotated-tag.ts';
import type { Clone } from '../clone.ts';
import { PermanentTags } from './permanent-tags.ts';
import { isUsable, tagOfRef, tagRef } from './ref-names.ts';

/** Releases, each of which is an annotated tag. */
export class GitReleaseTags implements ReleaseTags {
  private readonly clone: Clone;
  private readonly tags: PermanentTags;

  constructor(clone: Clone) {
    this.clone = clone;
    this.tags = new PermanentTags(clone);
  }

  async releases(): Promise<TaggedCommit[]> {
    const refs = await (await this.clone.refs()).list();
    const tags = [...refs].flatMap(([ref, listed]) => {
      const tag = tagOfRef(ref);
      return tag && tag.service !== provisioningName && isUsable(tag) ? [{ tag, ...listed }] : [];
    });
    // Of one that was made just now only its object is known. One without an object of its own is not a release's.
    const objects = await this.clone.readObjects(tags.filter(({ peeled }) => peeled === undefined));
    return tags.flatMap(({ tag, object, peeled }) => {
      const commit = peeled ?? parseTagObject(objects.get(object)?.toString() ?? '')?.commit;
      return commit === undefined ? [] : [{ tag, commit }];
    });
  }

  async releaseTags(service: string): Promise<ReleaseTag[]> {
    const refs = await (await this.clone.refs()).list();
    return [...refs.keys()].flatMap((ref) => {
      const tag = tagOfRef(ref);
      return tag?.service === service && isUsable(tag) ? [tag] : [];
    });
  }

  async readRelease(tag: ReleaseTag): Promise<Release | undefined> {
    return isUsable(tag) ? releaseIn(tag, await this.tags.read(tag)) : undefined;
  }

  async readReleases(tags: readonly ReleaseTag[]): Promise<Map<string, Release>> {
    const refs = await this.clone.refs();
    const all = await refs.list();
    const listed = tags.filter(isUsable).flatMap((tag) => {
      const found = all.get(tagRef(tag));
      return found ? [{ tag, ...found }] : [];
    });
    const here = await this.clone.readObjects(listed);
    const missing = listed.filter(({ object }) => !here.has(object));
    await Promise.all(missing.map(({ tag, ...found }) => refs.bring(tagRef(tag), found)));
    const contents = new Map([...here, ...(await this.clone.readObjects(missing))]);
    const releases = new Map<string, Release>();
    for (const { tag, object } of listed) {
      const release = releaseIn(tag, contents.get(object)?.toString());
      if (release) releases.set(tag.toString(), release);
    }
    return releases;
  }

  tagRelease(release: Release, { sign = false }: TagOptions = {}): Promise<'created' | 'exists'> {
    const tag = new ReleaseTag(release.service, release.buildNumber);
    return this.tags.make({
      tag,
      sign,
      commit: release.commit,
      message: releaseMessage(release),
      isSame: (text) => isSameRelease(releaseIn(tag, text), release),
    });
  }
}

/** @param text of the tag's object; what is not an annotated tag has none: it was not made here. */
function releaseIn(tag: ReleaseTag, text: string | undefined): Release | undefined {
  const parsed = text === undefined ? undefined : parseTagObject(text);
  if (parsed?.name !== tag.toString()) return undefined;
  return parseReleaseMessage(tag, parsed.commit, parsed.message);
}

function isSameRelease(found: Release | undefined, release: Release): boolean {
  return (
    found !== undefined &&
    found.commit === release.commit &&
    found.imageDigest === release.imageDigest &&
    found.contentHash === release.contentHash &&
    found.dirty === release.dirty
  );
}
