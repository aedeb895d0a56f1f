import { randomUUID } from 'node:crypto';
import { BuildNumber } from '../../../model/release/build-number.ts';
import type { ReleaseTag } from '../../../model/release/release-tag.ts';
import type { BuildNumbers, UnusedRef } from '../../../ports/repository/build-numbers.ts';
import { makeTagObject } from './annotated-tag.ts';
import type { Clone } from '../clone.ts';
import { buildOfRef, buildRef, isUsable, objectNameOfRef, tagOfRef, tagRef, unusedRef } from './ref-names.ts';

/** Numbers that are forgotten at a time: a push of more takes too long. */
const mostForgotten = 200;

/** Build numbers, which are taken by refs of their own. */
export class GitBuildNumbers implements BuildNumbers {
  private readonly clone: Clone;

  constructor(clone: Clone) {
    this.clone = clone;
  }

  async buildNumbers(service: string): Promise<BuildNumber[]> {
    const refs = await (await this.clone.refs()).list();
    return [...refs.keys()].flatMap((ref) => {
      const tag = tagOfRef(ref) ?? buildOfRef(ref);
      return tag?.service === service && isUsable(tag) ? [tag.buildNumber] : [];
    });
  }

  async unusedRefs(): Promise<UnusedRef[]> {
    const refs = await (await this.clone.refs()).list();
    return [...refs.keys()].flatMap((ref) => unusedRef(ref) ?? []);
  }

  async commitOfBuild(tag: ReleaseTag): Promise<string | undefined> {
    const refs = await (await this.clone.refs()).list();
    const found = refs.get(buildRef(tag)) ?? refs.get(tagRef(tag));
    // Both are objects of their own, which point to a commit.
    return found?.peeled;
  }

  async reserveBuildNumber(tag: ReleaseTag, commit: string): Promise<boolean> {
    await this.clone.fetchCommit(commit);
    const ref = buildRef(tag);
    // Never the same object twice, so that no push can be taken for one that is there already.
    const message = `Build ${tag.service} ${tag.buildNumber}\n\nNonce: ${randomUUID()}\n`;
    const object = await makeTagObject(this.clone, { commit, name: objectNameOfRef(ref), message });
    const doing = `take build number ${tag.buildNumber} for ${tag.service}`;
    return (await this.clone.refs()).create(ref, object, doing);
  }

  async forgetBuildNumbers(service: string, before: Date, atLeast: number): Promise<void> {
    const refs = await this.clone.refs();
    const oldest = BuildNumber.first(before);
    const taken = [...(await refs.list())]
      .map(([ref, { object }]) => ({ ref, object, tag: buildOfRef(ref) }))
      .flatMap(({ ref, object, tag }) =>
        tag?.service === service && isUsable(tag) ? [{ ref, object, number: tag.buildNumber }] : [],
      )
      .sort((a, b) => BuildNumber.compare(a.number, b.number));
    const old = taken.slice(0, -1).filter(({ number }) => oldest.isNewerThan(number));
    if (old.length >= atLeast && old.length > 0) await refs.remove(old.slice(0, mostForgotten));
  }
}
