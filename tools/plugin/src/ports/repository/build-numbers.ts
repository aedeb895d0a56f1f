import type { BuildNumber } from '../../model/release/build-number.ts';
import type { ReleaseTag } from '../../model/release/release-tag.ts';

/** A ref that is named like that of a build or a release, and whose number is not used. */
export interface UnusedRef {
  /** Full name: `refs/builds/orders/99991231-1`. */
  readonly ref: string;
  readonly service: string;
  readonly why: 'unreadable' | 'far-ahead';
}

/**
 * The build numbers that are taken, at the origin where there is one. Numbers that are far ahead (`BuildNumber.isFarAhead`) are
 * neither listed nor read, here and as releases: one of them would be the newest for ever.
 */
export interface BuildNumbers {
  /** Returns the numbers of the service that are taken. */
  buildNumbers(service: string): Promise<BuildNumber[]>;
  /** Returns the refs whose numbers are not used, of all services. */
  unusedRefs(): Promise<UnusedRef[]>;
  /** Returns the commit that a number was taken for, which need not be here; undefined when the number is free. */
  commitOfBuild(tag: ReleaseTag): Promise<string | undefined>;
  /**
   * Takes a number for the caller alone, by a push that only creates.
   * @returns false when it is taken already. @throws {Refusal} when the origin cannot be reached or refuses.
   */
  reserveBuildNumber(tag: ReleaseTag, commit: string): Promise<boolean>;
  /**
   * Forgets numbers that were taken for a service before a day, so that listings stay short; the newest is kept, above which
   * the next ones are, and so is whatever has a tag. Some at a time. Where the origin does not allow it, all are kept.
   * @param atLeast as many, or none: it costs a connection.
   */
  forgetBuildNumbers(service: string, before: Date, atLeast: number): Promise<void>;
}
