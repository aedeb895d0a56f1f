import type { Commit } from '../../model/commits/commit.ts';
import type { CommitGraph } from '../../model/commits/commit-graph.ts';
import type { CommitsApart } from '../../model/commits/commit-log.ts';

/** The commits of the git repository that holds the services. What is missing in this clone is fetched from the origin. */
export interface Commits {
  /** Returns the object name of the checked-out commit, also when HEAD is detached. */
  headCommit(): Promise<string>;
  /** Returns the origin's address without any secret in it, or undefined when there is none. */
  originUrl(): Promise<string | undefined>;
  /** Returns the commit's date, ISO 8601. */
  commitDate(commit: string): Promise<string>;
  /**
   * Returns the commits of `to` that `from` does not have and that touch files below `folders`: the newest 20, newest
   * first. Into a shallow clone it fetches the last 200 commits.
   */
  commitsBetween(from: string, to: string, folders: readonly string[]): Promise<Commit[]>;
  /**
   * Returns the full object name of the commit that a text denotes: a full name, fetched when it is missing here, or what
   * is known here (an abbreviated name, a tag, a branch).
   */
  findCommit(text: string): Promise<string | undefined>;
  /** Returns the newest commit of a branch, at the origin where there is one. It need not be here. */
  branchTip(branch: string): Promise<BranchTip | undefined>;
  /**
   * Returns the newest commits of branches, by their names, at the origin where there is one. They need not be here.
   * @param patterns names, or with `*`: `hotfix/*`.
   */
  branchTips(patterns: readonly string[]): Promise<ReadonlyMap<string, BranchTip>>;
  /** Returns some commits and all before them. Those that neither this clone nor the origin has are not in it. */
  commitGraph(tips: readonly string[]): Promise<CommitGraph>;
  /** Returns the commit before one, on its own branch where it is a merge; also where it is not in a shallow clone. */
  firstParent(commit: string): Promise<string | undefined>;
  /**
   * Returns where the history of a commit and that of each of others part: the newest commit that both have, which is one
   * of the two where one comes after the other. Fetches as much history into a shallow clone as it takes, if that is not
   * too long. Those that cannot be found, or that have nothing in common with it, are left out.
   */
  mergeBases(commit: string, others: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Returns the paths, relative to the workspace's root, that each commit changes; of a merge those that differ from all
   * its parents.
   */
  changedPaths(commits: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Returns the author's date of each commit, ISO 8601; those that are not here are left out. */
  authorDates(commits: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Reports whether this clone lacks a part of its history, so that ancestors cannot be told for sure. */
  isShallow(): Promise<boolean>;
  /**
   * Returns the commits that only one of two has, with the files below `folders` that each touches. Fetches as much
   * history into a shallow clone as lies between them, if that is not too long.
   */
  symmetricDifference(from: string, to: string, folders: readonly string[]): Promise<CommitsApart>;
  /** Returns author, date and subject of a commit. @throws {Refusal} when there is none. */
  describeCommit(id: string): Promise<Commit>;
}

/** Where a branch is. */
export interface BranchTip {
  readonly commit: string;
  /** Why it may be old, as a clause: the origin did not answer, so that this is what was fetched last. */
  readonly stale?: string;
}
