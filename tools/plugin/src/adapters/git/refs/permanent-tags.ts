import { Refusal } from '../../../model/errors/product-error.ts';
import type { ReleaseTag } from '../../../model/release/release-tag.ts';
import { makeSignedTag } from '../signatures/make-signature.ts';
import { makeTagObject } from './annotated-tag.ts';
import type { Clone } from '../clone.ts';
import type { GitObject } from '../objects/git-object.ts';
import { tagRef } from './ref-names.ts';
import type { ListedRef } from './release-refs.ts';

/** An annotated tag that is to be made. */
export interface NewTag {
  readonly tag: ReleaseTag;
  readonly commit: string;
  readonly message: string;
  /** Signs it, by the user's git configuration. */
  readonly sign: boolean;
  /** Reports whether the text of a tag's object says the same as this one. */
  readonly isSame: (text: string | undefined) => boolean;
}

/** Annotated tags that never change once they are made. */
export class PermanentTags {
  private readonly clone: Clone;

  constructor(clone: Clone) {
    this.clone = clone;
  }

  /** Returns the text of a tag's object, fetched when it is missing here; undefined when there is no such annotated tag. */
  async read(tag: ReleaseTag): Promise<string | undefined> {
    return (await this.find(tag))?.text;
  }

  /** Returns the object of an annotated tag, and its text; undefined when there is no such one. */
  async find(tag: ReleaseTag): Promise<{ readonly object: string; readonly text: string } | undefined> {
    const refs = await this.clone.refs();
    const ref = tagRef(tag);
    const listed = await refs.find(ref);
    if (!listed) return undefined;
    await refs.bring(ref, listed);
    const text = await this.textOf(listed);
    return text === undefined ? undefined : { object: listed.object, text };
  }

  /**
   * Makes a tag, and pushes it where there is an origin. Does nothing when the same is there already.
   * @throws {Refusal} when another one is there, or the origin refuses.
   */
  async make({ tag, commit, message, sign, isSame }: NewTag): Promise<'created' | 'exists'> {
    const ref = tagRef(tag);
    const doing = `tag ${tag.service} ${tag.buildNumber}`;
    const sameOrTaken = async () => {
      if (isSame(await this.read(tag))) return 'exists' as const;
      throw takenRefusal(tag, doing, (await this.clone.findOrigin())?.address ?? 'in this repository');
    };
    const { git, localRefs, objects } = this.clone;
    const refs = await this.clone.refs();
    // One that was made just now is not listed yet: the origin decides when it is pushed.
    if ((await refs.list()).has(ref)) return sameOrTaken();
    await this.clone.fetchCommit(commit);
    const local = (await objects.read([ref])).get(ref);
    if (local && !isSame(textIn(local))) throw takenRefusal(tag, doing, 'in this clone');
    const made = { commit, name: tag.toString(), message };
    // One that is here may be signed by nobody, or by a key that does not count any more.
    if (sign && local) await localRefs.remove([{ ref, object: local.name }]);
    const object = sign
      ? await makeSignedTag(git, made, doing)
      : (local?.name ?? (await makeTagObject(this.clone, made)));
    // The tag comes to this clone only after the origin has it: a refused push leaves nothing behind.
    if (!(await refs.create(ref, object, doing))) return sameOrTaken();
    if (refs !== localRefs && (sign || !local)) await localRefs.create(ref, object);
    return 'created';
  }

  private async textOf({ object }: ListedRef): Promise<string | undefined> {
    return textIn((await this.clone.objects.read([object])).get(object));
  }
}

/** Returns the text of an annotated tag's object. */
function textIn(object: GitObject | undefined): string | undefined {
  return object?.kind === 'tag' ? object.content.toString() : undefined;
}

function takenRefusal(tag: ReleaseTag, doing: string, where: string): Refusal {
  return new Refusal({
    type: 'tag-taken',
    doing,
    reason: `The tag ${tag} exists already (${where}) and is not of this release.`,
    remedy: `Look at it with \`git show ${tag}\`. Releases never change: release again to get a new number.`,
  });
}
