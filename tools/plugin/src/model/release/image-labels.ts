import { BuildNumber } from './build-number.ts';
import { isObjectName } from '../commits/commit.ts';
import { parseDigest } from '../image/image-ref.ts';
import type { Release } from './release.ts';
import { whyNotServiceName } from './service-name.ts';

/** A release before its image has a digest: all of it that an image can carry in itself. */
export type Build = Omit<Release, 'imageDigest'>;

/** The facts in an image's labels. */
export interface ImageFacts {
  readonly build: Build;
  /** Address of the git repository, without secrets, where there is one. */
  readonly source: string | undefined;
  /** ISO 8601, UTC. */
  readonly created: string;
}

/** Labels (and annotations) of a release's image: those of the OCI image specification, and two of ours. */
export function imageLabels({ build, source, created }: ImageFacts): Record<string, string> {
  return {
    'org.opencontainers.image.title': build.service,
    'org.opencontainers.image.version': build.buildNumber.toString(),
    'org.opencontainers.image.revision': build.commit,
    ...(source === undefined ? {} : { 'org.opencontainers.image.source': source }),
    'org.opencontainers.image.created': created,
    'poc.dev/content-hash': build.contentHash,
    'poc.dev/dirty': String(build.dirty),
  };
}

/** @returns what was built, or undefined when the labels are not those of an image that this tool built. */
export function parseImageLabels(labels: Readonly<Record<string, string>>): Build | undefined {
  const service = labels['org.opencontainers.image.title'] ?? '';
  const commit = labels['org.opencontainers.image.revision'] ?? '';
  const buildNumber = BuildNumber.parse(labels['org.opencontainers.image.version'] ?? '');
  const contentHash = parseDigest(labels['poc.dev/content-hash'] ?? '');
  if (whyNotServiceName(service) !== undefined || !isObjectName(commit) || !buildNumber || !contentHash)
    return undefined;
  return { service, buildNumber, commit, contentHash, dirty: labels['poc.dev/dirty'] === 'true' };
}
