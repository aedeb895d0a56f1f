import type { Commit } from '../model/commits/commit.ts';
import type { CommitGraph } from '../model/commits/commit-graph.ts';
import type { CommitsApart } from '../model/commits/commit-log.ts';
import type { BuildNumber } from '../model/release/build-number.ts';
import type { ProvisioningPackage } from '../model/provision/provisioning-package.ts';
import type { Release } from '../model/release/release.ts';
import type { ReleaseTag } from '../model/release/release-tag.ts';

/** The git repository that holds the services, and its origin where it has one. */
export interface SourceRepository {
  /** Object name of the checked-out commit, also when HEAD is detached. */
  headCommit(): Promise<string>;
  /** Address of the origin without any secret in it, or undefined when there is none. */
  originUrl(): Promise<string | undefined>;
  /** Commit's date, ISO 8601. */
  commitDate(commit: string): Promise<string>;
  /**
   * Commits of `to` that `from` does not have and that touch files below `folders`: the newest 20, newest first. Fetches
   * what is missing here, of a shallow clone the last 200 commits.
   */
  commitsBetween(from: string, to: string, folders: readonly string[]): Promise<Commit[]>;
  /**
   * Full object name of the commit that a text denotes: a full name, fetched when it is missing here, or what is known
   * here (a name cut short, a tag, a branch).
   */
  findCommit(text: string): Promise<string | undefined>;
  /** The newest commit of a branch, at the origin where there is one. It need not be here. */
  branchTip(branch: string): Promise<BranchTip | undefined>;
  /** Some commits and all before them; fetches those that are missing here. Those that nobody has are not in it. */
  commitGraph(tips: readonly string[]): Promise<CommitGraph>;
  /** The commit before one, on its own branch where it is a merge; also where it is not in a shallow clone. */
  firstParent(commit: string): Promise<string | undefined>;
  /**
   * Where the history of a commit and that of each of others part: the newest commit that both have, which is one of the
   * two where one comes after the other. Fetches what is missing here, of a shallow clone as much history as it takes, if
   * that is not too long. Those that nobody has, or that have nothing in common with it, are left out.
   */
  mergeBases(commit: string, others: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Paths, relative to the workspace's root, that each commit changes; of a merge those that differ from all its parents. */
  changedPaths(commits: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Author's date of each commit, ISO 8601; those that are not here are left out. */
  authorDates(commits: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Whether this clone lacks a part of its history, so that nobody knows for sure which commit has which. */
  isShallow(): Promise<boolean>;
  /**
   * Commits that only one of two has, with the files below `folders` that each touches. Fetches what is missing here, of
   * a shallow clone as much history as lies between them, if that is not too long.
   */
  symmetricDifference(from: string, to: string, folders: readonly string[]): Promise<CommitsApart>;
  /** A file's text in each of some commits; those that do not have it, or are not here, are left out. */
  readFileAt(path: string, commits: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** What tells a commit from others. Fetches one that is missing here. @throws {Refusal} when there is none. */
  describeCommit(id: string): Promise<Commit>;
  /** The releases of all services, with the commits they were built from. */
  releases(): Promise<TaggedCommit[]>;
  /** Paths, relative to the workspace's root, that differ from HEAD or are untracked (ignored ones excluded). */
  dirtyPaths(): Promise<string[]>;
  /** Paths below `folders` that git ignores. A wholly ignored folder is one entry with a slash at its end. */
  ignoredPaths(folders: readonly string[]): Promise<string[]>;
  /**
   * Blob names by path of the files that the commit holds below `folders` (a file counts as its own folder, the
   * workspace's root is `.`). Fetches a commit that is missing here. A name ends in `+x` for an executable, `+link` for
   * a symbolic link, `+submodule` for a submodule's commit: how a file is kept is part of its content.
   */
  blobs(commit: string, folders: readonly string[]): Promise<Map<string, string>>;
  /** Blob names by path of the files in the working tree below `folders` (tracked and untracked, not ignored). */
  workingTreeBlobs(folders: readonly string[]): Promise<Map<string, string>>;
  /** Texts by path of the files that the commit holds below `folder`. Fetches a commit that is missing here. */
  texts(commit: string, folder: string): Promise<Map<string, string>>;
  /** Texts by path of the files in the working tree below `folder` (not ignored). */
  workingTreeTexts(folder: string): Promise<Map<string, string>>;

  /** Numbers of the service that are taken, at the origin where there is one. */
  buildNumbers(service: string): Promise<BuildNumber[]>;
  /** The commit that a number was taken for, which need not be here; undefined when nobody has the number. */
  commitOfBuild(tag: ReleaseTag): Promise<string | undefined>;
  /**
   * Takes a number for the caller alone, by a create-only push of `refs/builds/<service>/<number>`.
   * @returns false when somebody else has it. @throws {Refusal} when the origin cannot be reached or refuses.
   */
  reserveBuildNumber(tag: ReleaseTag, commit: string): Promise<boolean>;

  /** Release tags of the service, at the origin where there is one, in no order. */
  releaseTags(service: string): Promise<ReleaseTag[]>;
  /** The release that the tag tells of; fetches it from the origin when missing here. Undefined when there is none. */
  readRelease(tag: ReleaseTag): Promise<Release | undefined>;
  /** The same of many at once, by the tag's text; those that there are none of are left out. */
  readReleases(tags: readonly ReleaseTag[]): Promise<ReadonlyMap<string, Release>>;
  /**
   * Makes the annotated tag and pushes it. Does nothing when the same is there already.
   * @throws {Refusal} when the origin refuses the push (then the tag is not kept here either), or when another release
   * has the tag.
   */
  tagRelease(release: Release): Promise<'created' | 'exists'>;

  /** The package of the clusters' configuration of a version; fetched when missing here. Undefined when there is none. */
  readPackage(version: BuildNumber): Promise<ProvisioningPackage | undefined>;
  /** Makes the annotated tag of a package and pushes it, as `tagRelease` does. @throws {Refusal} as that. */
  tagPackage(made: ProvisioningPackage): Promise<'created' | 'exists'>;
}

/** A release by its tag alone. */
export interface TaggedCommit {
  readonly tag: ReleaseTag;
  /** Full object name of the built commit. */
  readonly commit: string;
}

/** Where a branch is. */
export interface BranchTip {
  readonly commit: string;
  /** Why it may be old, as a clause: the origin did not answer, so that this is what was fetched last. */
  readonly stale?: string;
}
