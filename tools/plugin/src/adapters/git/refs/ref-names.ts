import { ReleaseTag } from '../../../model/release/release-tag.ts';
import type { UnusedRef } from '../../../ports/repository/build-numbers.ts';

const tags = 'refs/tags/';
const builds = 'refs/builds/';

/** Where the refs of releases are: their tags, and the build numbers that are taken. */
export const releaseRefPrefixes = [tags, builds] as const;

/** Reports whether the number of a build or release is one that may be used now. */
export function isUsable({ buildNumber }: ReleaseTag): boolean {
  return !buildNumber.isFarAhead(new Date());
}

/** Returns why a ref that is named like that of a build or release is not used; undefined for one that is, and for others. */
export function unusedRef(ref: string): UnusedRef | undefined {
  const tag = tagOfRef(ref) ?? buildOfRef(ref);
  if (tag) return isUsable(tag) ? undefined : { ref, service: tag.service, why: 'far-ahead' };
  const [, service] = /^refs\/builds\/([^/]+)\//.exec(ref) ?? /^refs\/tags\/(.+)-\d{8}[-.]\d+$/.exec(ref) ?? [];
  return service === undefined ? undefined : { ref, service, why: 'unreadable' };
}

/** Name of a tag's ref: `refs/tags/orders-20261124-1`. */
export function tagRef(tag: ReleaseTag): string {
  return `${tags}${tag}`;
}

/** Returns the tag that a ref is of, or undefined when it is not the tag of a release or package. */
export function tagOfRef(ref: string): ReleaseTag | undefined {
  return ref.startsWith(tags) ? ReleaseTag.parse(ref.slice(tags.length)) : undefined;
}

/** Name of the ref by which a build number is taken: `refs/builds/orders/20261124-1`. */
export function buildRef(tag: ReleaseTag): string {
  return `${builds}${tag.service}/${tag.buildNumber}`;
}

/** Returns the tag of the build whose number a ref takes, or undefined when it is not a build's. */
export function buildOfRef(ref: string): ReleaseTag | undefined {
  const [, service, number] = /^([^/]+)\/(.+)$/.exec(ref.startsWith(builds) ? ref.slice(builds.length) : '') ?? [];
  return service === undefined ? undefined : ReleaseTag.parse(`${service}-${number}`);
}

/** The name by which a tag object calls itself: its ref without `refs/tags/`, or `refs/` where it is not a tag's. */
export function objectNameOfRef(ref: string): string {
  return ref.startsWith(tags) ? ref.slice(tags.length) : ref.replace(/^refs\//, '');
}
