import type { Commit } from './commit.ts';

/** A commit with its place in history. */
export interface LoggedCommit extends Commit {
  /** Full object names; more than one for a merge. */
  readonly parents: readonly string[];
  /** Files that it touches, of those that were asked for; none for a merge. Relative to the workspace's root. */
  readonly paths: readonly string[];
}

/** The commits that each of two has in its history and the other has not. Newest first, merges among them. */
export interface CommitsApart {
  readonly onlyInFrom: readonly LoggedCommit[];
  readonly onlyInTo: readonly LoggedCommit[];
  /**
   * True when the clone lacks a part of the history, or it is longer than is read: there may be more, or less, then.
   */
  readonly isCut: boolean;
}
