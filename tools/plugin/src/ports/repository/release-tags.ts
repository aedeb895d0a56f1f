import type { Release } from '../../model/release/release.ts';
import type { ReleaseTag } from '../../model/release/release-tag.ts';
import type { TagOptions } from './tag-signatures.ts';

/** The releases, each of which is an annotated tag, at the origin where there is one. */
export interface ReleaseTags {
  /** Returns the releases of all services, with the commits they were built from. */
  releases(): Promise<TaggedCommit[]>;
  /** Returns the release tags of the service, in no order. */
  releaseTags(service: string): Promise<ReleaseTag[]>;
  /** Returns the release of a tag, fetched from the origin when missing here; undefined when there is none. */
  readRelease(tag: ReleaseTag): Promise<Release | undefined>;
  /** Returns the releases of many tags at once, by the tag's text; those that there are none of are left out. */
  readReleases(tags: readonly ReleaseTag[]): Promise<ReadonlyMap<string, Release>>;
  /**
   * Makes the annotated tag and pushes it. Does nothing when the same is there already.
   * @throws {Refusal} when the origin refuses the push (then the tag is not kept here either), or when another release
   * has the tag, or there is no key to sign with.
   */
  tagRelease(release: Release, options?: TagOptions): Promise<'created' | 'exists'>;
}

/** A release by its tag alone. */
export interface TaggedCommit {
  readonly tag: ReleaseTag;
  /** Full object name of the built commit. */
  readonly commit: string;
}
