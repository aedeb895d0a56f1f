import type { BuildNumber } from '../release/build-number.ts';
import { parseTrailers } from '../release/git-trailers.ts';
import { parseDigest } from '../image/image-ref.ts';
import type { ContentHash } from '../release/release.ts';
import { ReleaseTag } from '../release/release-tag.ts';
import { provisioningName } from '../release/service-name.ts';

/** One state of the clusters' configuration, by a version of its own. Never changes once its tag exists. */
export interface ProvisioningPackage {
  readonly version: BuildNumber;
  /** Full object name of the commit that holds it. */
  readonly commit: string;
  /** Of the manifests and the environments' files. */
  readonly contentHash: ContentHash;
}

/** Its git tag: `provisioning-20261124-1`. */
export function packageTag(version: BuildNumber): ReleaseTag {
  return new ReleaseTag(provisioningName, version);
}

/** Message of its annotated git tag. */
export function packageMessage({ version, contentHash }: ProvisioningPackage): string {
  return `Provisioning ${version}\n\nProvisioning: ${version}\nContent-Hash: ${contentHash}\n`;
}

/**
 * Reads a package back from its tag.
 * @param commit the commit that the tag is on.
 * @returns undefined for a tag of somebody else's, or one whose trailers speak of another version than its name does.
 */
export function parsePackageMessage(
  { buildNumber }: ReleaseTag,
  commit: string,
  message: string,
): ProvisioningPackage | undefined {
  const trailers = parseTrailers(message);
  const contentHash = parseDigest(trailers.get('content-hash') ?? '');
  if (!contentHash || trailers.get('provisioning') !== buildNumber.toString()) return undefined;
  return { version: buildNumber, commit, contentHash };
}

/** Reports whether what was found is this package. */
export function isSamePackage(found: ProvisioningPackage | undefined, made: ProvisioningPackage): boolean {
  return (
    found !== undefined &&
    found.version.equals(made.version) &&
    found.commit === made.commit &&
    found.contentHash === made.contentHash
  );
}
