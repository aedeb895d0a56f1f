import { BuildNumber } from '../../../plugin/src/model/release/build-number.ts';
import type { Release } from '../../../plugin/src/model/release/release.ts';

/** How large the workspace is whose commands are timed. */
export interface Size {
  readonly services: number;
  readonly libraries: number;
  /** Commits of main. */
  readonly commits: number;
  /** Releases of each service. */
  readonly releases: number;
  /** Records of each service in each environment. */
  readonly records: number;
  /** Pods of each service in each environment. */
  readonly pods: number;
}

/** The size that issue 6 names. */
export const fullSize: Size = { services: 1000, libraries: 50, commits: 2500, releases: 20, records: 20, pods: 2 };

/** `service-0042`. */
export function serviceName(index: number): string {
  return `service-${String(index).padStart(4, '0')}`;
}

/** Libraries that a service needs: three of them, of which the first is needed by all. */
export function librariesOf(index: number, { libraries }: Size): string[] {
  return [0, 1 + (index % (libraries - 1)), 1 + ((index * 7) % (libraries - 1))].map((each) => `library-${each}`);
}

/** The release of a service that is so many after its first one. @param commit the commit it was built from. */
export function releaseOf(service: string, index: number, commit: string): Release {
  const digit = (index % 16).toString(16);
  return {
    service,
    buildNumber: BuildNumber.parse(`202611${String(1 + index).padStart(2, '0')}-1`)!,
    commit,
    imageDigest: `sha256:${digit.repeat(64)}`,
    contentHash: `sha256:${digit.repeat(63)}0`,
    dirty: false,
  };
}
