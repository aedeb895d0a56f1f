import type { BuildNumbers } from '../../ports/repository/build-numbers.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { PackageTags } from '../../ports/repository/package-tags.ts';
import type { ReleaseTags } from '../../ports/repository/release-tags.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { SourceRepository } from '../../ports/repository/source-repository.ts';
import type { TagSignatures } from '../../ports/repository/tag-signatures.ts';
import { Clone } from './clone.ts';
import { GitBuildNumbers } from './refs/git-build-numbers.ts';
import { GitCommits } from './history/git-commits.ts';
import { GitPackageTags } from './refs/git-package-tags.ts';
import { GitReleaseTags } from './refs/git-release-tags.ts';
import { GitSourceFiles } from './files/git-source-files.ts';
import { GitTagSignatures } from './signatures/git-tag-signatures.ts';

/** The source repository, by the git command line. One per process: its parts share one clone, and listings. */
export class GitRepository implements SourceRepository {
  private readonly commits: Commits;
  private readonly files: SourceFiles;
  private readonly numbers: BuildNumbers;
  private readonly tags: ReleaseTags;
  private readonly packages: PackageTags;
  private readonly signatures: TagSignatures;

  /** @param workspaceRoot absolute; the repository's root or any folder in it. */
  constructor(workspaceRoot: string) {
    const clone = new Clone(workspaceRoot);
    this.commits = new GitCommits(clone);
    this.files = new GitSourceFiles(clone);
    this.numbers = new GitBuildNumbers(clone);
    this.tags = new GitReleaseTags(clone);
    this.packages = new GitPackageTags(clone);
    this.signatures = new GitTagSignatures(clone);
  }

  headCommit: Commits['headCommit'] = () => this.commits.headCommit();
  originUrl: Commits['originUrl'] = () => this.commits.originUrl();
  commitDate: Commits['commitDate'] = (commit) => this.commits.commitDate(commit);
  commitsBetween: Commits['commitsBetween'] = (from, to, folders) => this.commits.commitsBetween(from, to, folders);
  findCommit: Commits['findCommit'] = (text) => this.commits.findCommit(text);
  branchTip: Commits['branchTip'] = (branch) => this.commits.branchTip(branch);
  branchTips: Commits['branchTips'] = (patterns) => this.commits.branchTips(patterns);
  commitGraph: Commits['commitGraph'] = (tips) => this.commits.commitGraph(tips);
  firstParent: Commits['firstParent'] = (commit) => this.commits.firstParent(commit);
  mergeBases: Commits['mergeBases'] = (commit, others) => this.commits.mergeBases(commit, others);
  changedPaths: Commits['changedPaths'] = (commits) => this.commits.changedPaths(commits);
  authorDates: Commits['authorDates'] = (commits) => this.commits.authorDates(commits);
  isShallow: Commits['isShallow'] = () => this.commits.isShallow();
  symmetricDifference: Commits['symmetricDifference'] = (from, to, folders) =>
    this.commits.symmetricDifference(from, to, folders);
  describeCommit: Commits['describeCommit'] = (id) => this.commits.describeCommit(id);

  readFileAt: SourceFiles['readFileAt'] = (path, commits) => this.files.readFileAt(path, commits);
  dirtyPaths: SourceFiles['dirtyPaths'] = () => this.files.dirtyPaths();
  hiddenDifferences: SourceFiles['hiddenDifferences'] = (folders) => this.files.hiddenDifferences(folders);
  ignoredPaths: SourceFiles['ignoredPaths'] = (folders) => this.files.ignoredPaths(folders);
  blobs: SourceFiles['blobs'] = (commit, folders) => this.files.blobs(commit, folders);
  workingTreeBlobs: SourceFiles['workingTreeBlobs'] = (folders) => this.files.workingTreeBlobs(folders);
  contents: SourceFiles['contents'] = (source, folders) => this.files.contents(source, folders);
  texts: SourceFiles['texts'] = (commit, folders) => this.files.texts(commit, folders);
  linkTargets: SourceFiles['linkTargets'] = (source, links) => this.files.linkTargets(source, links);
  workingTreeTexts: SourceFiles['workingTreeTexts'] = (folder) => this.files.workingTreeTexts(folder);

  buildNumbers: BuildNumbers['buildNumbers'] = (service) => this.numbers.buildNumbers(service);
  unusedRefs: BuildNumbers['unusedRefs'] = () => this.numbers.unusedRefs();
  commitOfBuild: BuildNumbers['commitOfBuild'] = (tag) => this.numbers.commitOfBuild(tag);
  reserveBuildNumber: BuildNumbers['reserveBuildNumber'] = (tag, commit) =>
    this.numbers.reserveBuildNumber(tag, commit);
  forgetBuildNumbers: BuildNumbers['forgetBuildNumbers'] = (service, before, atLeast) =>
    this.numbers.forgetBuildNumbers(service, before, atLeast);

  releases: ReleaseTags['releases'] = () => this.tags.releases();
  releaseTags: ReleaseTags['releaseTags'] = (service) => this.tags.releaseTags(service);
  readRelease: ReleaseTags['readRelease'] = (tag) => this.tags.readRelease(tag);
  readReleases: ReleaseTags['readReleases'] = (tags) => this.tags.readReleases(tags);
  tagRelease: ReleaseTags['tagRelease'] = (release, options) => this.tags.tagRelease(release, options);

  readPackage: PackageTags['readPackage'] = (version) => this.packages.readPackage(version);
  tagPackage: PackageTags['tagPackage'] = (made, options) => this.packages.tagPackage(made, options);

  checkTag: TagSignatures['checkTag'] = (tag, signers) => this.signatures.checkTag(tag, signers);
  trySigning: TagSignatures['trySigning'] = (signers) => this.signatures.trySigning(signers);
}
