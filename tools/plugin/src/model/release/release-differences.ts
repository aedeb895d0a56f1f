import { writeBaseImages } from './recorded-base-images.ts';
import type { Release } from './release.ts';

/** Returns the differences between two accounts of a release: `commit 1a2b… and 3c4d…`. */
export function differencesOf(a: Release, b: Release): string[] {
  const facts = (release: Release) => ({
    service: release.service,
    build: release.buildNumber.toString(),
    commit: release.commit,
    image: release.imageDigest as string,
    content: release.contentHash as string,
    dirty: String(release.dirty),
  });
  const [left, right] = [facts(a), facts(b)];
  const bases = [a, b].map(({ baseImages }) => baseImages && writeBaseImages(baseImages));
  // A record in a cluster does not tell of them.
  const otherBases = bases.includes(undefined) || bases[0] === bases[1] ? [] : [`base images ${bases.join(' and ')}`];
  const others = Object.entries(left).flatMap(([name, value]) => {
    const other = right[name as keyof typeof right];
    return value === other ? [] : [`${name} ${value} and ${other}`];
  });
  return [...others, ...otherBases];
}
