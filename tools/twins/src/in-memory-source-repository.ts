import { createHash } from 'node:crypto';
import { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import { matchesBranch } from '../../plugin/src/model/commits/branch-pattern.ts';
import type { Commit } from '../../plugin/src/model/commits/commit.ts';
import { CommitGraph } from '../../plugin/src/model/commits/commit-graph.ts';
import type { CommitsApart, LoggedCommit } from '../../plugin/src/model/commits/commit-log.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import {
  isSamePackage,
  packageTag,
  type ProvisioningPackage,
} from '../../plugin/src/model/provision/provisioning-package.ts';
import type { AllowedSigners } from '../../plugin/src/model/verify/allowed-signers.ts';
import type { Release } from '../../plugin/src/model/release/release.ts';
import { provisioningName } from '../../plugin/src/model/release/service-name.ts';
import type { CheckedTag, TagSignature } from '../../plugin/src/model/verify/tag-signature.ts';
import { ReleaseTag } from '../../plugin/src/model/release/release-tag.ts';
import type { UnusedRef } from '../../plugin/src/ports/repository/build-numbers.ts';
import type { BranchTip } from '../../plugin/src/ports/repository/commits.ts';
import type { TaggedCommit } from '../../plugin/src/ports/repository/release-tags.ts';
import type { TagOptions } from '../../plugin/src/ports/repository/tag-signatures.ts';
import type { FilesSource, HiddenDifference, LinkTarget } from '../../plugin/src/ports/repository/source-files.ts';
import type { SourceRepository } from '../../plugin/src/ports/repository/source-repository.ts';
import { checked, packageText, releaseText, signed, type InMemorySignature } from './in-memory-signature.ts';

interface KeptCommit extends Omit<Commit, 'id'> {
  readonly files: ReadonlyMap<string, string>;
  readonly parents: readonly string[];
}

/** The facts of a commit that a test gives. */
type CommitFacts = Partial<Omit<Commit, 'id'>> & { readonly merges?: string };

/** The state that the clones of one repository share. */
interface Shared {
  readonly commits: Map<string, KeptCommit>;
  /** Commits by what was taken for them: `orders-20261124-1`. */
  readonly numbers: Map<string, string>;
  readonly releases: Map<string, Release>;
  readonly packages: Map<string, ProvisioningPackage>;
  /** The tip of the main branch, where it is not the newest commit. */
  tip?: string;
  /** Who signed tags, by their names. */
  readonly signatures: Map<string, InMemorySignature>;
  /** Tips of other branches, by name. */
  readonly branches: Map<string, string>;
}

/** Twin of the git repository for tests. A commit is at the origin at once. */
export class InMemorySourceRepository implements SourceRepository {
  private readonly shared: Shared;
  private readonly tree: Map<string, string>;
  private readonly ignored = new Set<string>();
  /** What is on the disk otherwise than the commit has it, though git keeps silent. */
  hidden: readonly HiddenDifference[] = [];
  private head: string | undefined;
  /** Address of the origin; undefined for a repository without one. */
  origin: string | undefined = 'https://git.example/shop.git';
  /** True when this clone lacks a part of its history. */
  isCut = false;
  /** The ssh key with which this clone signs, as its public file has it; undefined when there is none. */
  signingKey: string | undefined;
  /** When set, the origin refuses whatever is pushed to it, with this reason. */
  refusesPushes: string | undefined;

  /** @param files texts by path, committed at once. */
  constructor(files: Readonly<Record<string, string>> = {}, shared?: Shared) {
    this.shared = shared ?? {
      commits: new Map(),
      numbers: new Map(),
      releases: new Map(),
      packages: new Map(),
      signatures: new Map(),
      branches: new Map(),
    };
    this.tree = new Map(Object.entries(files));
    if (!shared) this.commit();
  }

  /** Another clone of the same origin, with the same commit checked out. */
  clone(): InMemorySourceRepository {
    const clone = new InMemorySourceRepository({}, this.shared);
    clone.origin = this.origin;
    clone.head = this.head;
    for (const [path, text] of this.committed()) clone.tree.set(path, text);
    return clone;
  }

  /** Changes a file of the working tree. */
  write(path: string, text: string): void {
    this.tree.set(path, text);
  }

  /** Text of a file of the working tree, which must be there. */
  workingText(path: string): string {
    return this.tree.get(path)!;
  }

  /** Takes a file out of the working tree. */
  remove(path: string): void {
    this.tree.delete(path);
  }

  /** Puts a file, or a folder (with a slash at its end), into the working tree that git ignores. */
  writeIgnored(path: string): void {
    this.ignored.add(path);
  }

  /** Checks a commit out: the next one has it as its parent. */
  checkout(commit: string): void {
    const { files } = this.commitOf(commit);
    this.head = commit;
    this.tree.clear();
    for (const [path, text] of files) this.tree.set(path, text);
  }

  /** Commits the working tree. @returns the commit's name. */
  commit({ merges, ...facts }: CommitFacts = {}): string {
    const files = new Map(this.tree);
    const parents = [this.head, merges].filter((parent) => parent !== undefined);
    const commit = nameOf(JSON.stringify([...files].sort()) + this.shared.commits.size);
    const usual = { date: '2026-11-24T12:00:00.000Z', author: 'Ada', subject: 'change' };
    this.shared.commits.set(commit, { ...usual, ...facts, files, parents });
    this.head = commit;
    return commit;
  }

  async headCommit(): Promise<string> {
    return this.head ?? '';
  }

  async originUrl(): Promise<string | undefined> {
    return this.origin;
  }

  async commitDate(commit: string): Promise<string> {
    return this.commitOf(commit).date;
  }

  async commitsBetween(from: string, to: string, folders: readonly string[]): Promise<Commit[]> {
    const { onlyInTo } = await this.symmetricDifference(from, to, folders);
    return onlyInTo
      .filter(({ paths }) => paths.length > 0)
      .map(({ id, author, date, subject }) => ({ id, author, date, subject }))
      .slice(0, 20);
  }

  async authorDates(commits: readonly string[]): Promise<Map<string, string>> {
    return new Map(
      commits.flatMap((id): [string, string][] => {
        const commit = this.shared.commits.get(id);
        return commit ? [[id, commit.date]] : [];
      }),
    );
  }

  async isShallow(): Promise<boolean> {
    return this.isCut;
  }

  async findCommit(text: string): Promise<string | undefined> {
    const found = [...this.shared.commits.keys()].filter((id) => text.length >= 4 && id.startsWith(text));
    return found.length === 1 ? found[0] : undefined;
  }

  /** Makes a commit the tip of a branch; that of the main one is the newest commit otherwise. */
  moveBranch(commit: string, branch = 'main'): void {
    if (branch === 'main') this.shared.tip = commit;
    else this.shared.branches.set(branch, commit);
  }

  /** Takes a commit away, as garbage collection does after a branch was deleted. */
  forgetCommit(commit: string): void {
    this.shared.commits.delete(commit);
  }

  async branchTip(branch: string): Promise<BranchTip | undefined> {
    return (await this.branchTips([branch])).get(branch);
  }

  async branchTips(patterns: readonly string[]): Promise<Map<string, BranchTip>> {
    const main = this.shared.tip ?? [...this.shared.commits.keys()].at(-1);
    const all = [...(main === undefined ? [] : [['main', main] as const]), ...this.shared.branches];
    const isMeant = (name: string) => patterns.some((pattern) => matchesBranch(pattern, name));
    return new Map(all.flatMap(([name, commit]) => (isMeant(name) ? [[name, { commit }]] : [])));
  }

  async commitGraph(tips: readonly string[]): Promise<CommitGraph> {
    const known = tips.filter((tip) => this.shared.commits.has(tip));
    const reached = new Set(known.flatMap((tip) => [...this.historyOf(tip)]));
    const newestFirst = [...this.shared.commits].reverse().filter(([id]) => reached.has(id));
    return new CommitGraph(new Map(newestFirst.map(([id, { parents }]) => [id, parents])));
  }

  async firstParent(commit: string): Promise<string | undefined> {
    return this.commitOf(commit).parents[0];
  }

  async mergeBases(commit: string, others: readonly string[]): Promise<Map<string, string>> {
    const history = this.historyOf(commit);
    const newestFirst = [...this.shared.commits.keys()].reverse();
    return new Map(
      others.flatMap((other): [string, string][] => {
        const its = this.shared.commits.has(other) ? this.historyOf(other) : new Set<string>();
        const point = newestFirst.find((id) => history.has(id) && its.has(id));
        return point === undefined ? [] : [[other, point]];
      }),
    );
  }

  async changedPaths(commits: readonly string[]): Promise<Map<string, readonly string[]>> {
    return new Map(commits.map((id) => [id, this.logged(id, ['.']).paths]));
  }

  async symmetricDifference(from: string, to: string, folders: readonly string[]): Promise<CommitsApart> {
    const [inFrom, inTo] = [this.historyOf(from), this.historyOf(to)];
    const newestFirst = [...this.shared.commits.keys()].reverse();
    const only = (here: ReadonlySet<string>, there: ReadonlySet<string>) =>
      newestFirst.filter((id) => here.has(id) && !there.has(id)).map((id) => this.logged(id, folders));
    return { onlyInFrom: only(inFrom, inTo), onlyInTo: only(inTo, inFrom), isCut: this.isCut };
  }

  async readFileAt(path: string, commits: readonly string[]): Promise<Map<string, string>> {
    const textOf = (commit: string) => this.shared.commits.get(commit)?.files.get(path);
    return new Map(
      commits.flatMap((commit) => {
        const text = textOf(commit);
        return text === undefined ? [] : [[commit, text] as const];
      }),
    );
  }

  async releases(): Promise<TaggedCommit[]> {
    return [...this.shared.releases]
      .map(([name, { commit }]) => ({ tag: ReleaseTag.parse(name)!, commit }))
      .filter(({ tag }) => isUsable(tag));
  }

  async describeCommit(id: string): Promise<Commit> {
    const { author, date, subject } = this.commitOf(id);
    return { id, author, date, subject };
  }

  async dirtyPaths(): Promise<string[]> {
    const committed = this.committed();
    const paths = new Set([...committed.keys(), ...this.tree.keys()]);
    return [...paths].filter((path) => committed.get(path) !== this.tree.get(path));
  }

  async hiddenDifferences(folders: readonly string[]): Promise<HiddenDifference[]> {
    return this.hidden.filter(({ path }) => isBelow(path, folders));
  }

  async ignoredPaths(folders: readonly string[]): Promise<string[]> {
    return [...this.ignored].filter((path) => isBelow(path, folders));
  }

  async blobs(commit: string, folders: readonly string[]): Promise<Map<string, string>> {
    return blobsOf(this.commitOf(commit).files, folders);
  }

  async workingTreeBlobs(folders: readonly string[]): Promise<Map<string, string>> {
    return blobsOf(this.tree, folders);
  }

  async texts(commit: string, folders: string | readonly string[]): Promise<Map<string, string>> {
    return new Map([...this.commitOf(commit).files].filter(([path]) => isBelow(path, [folders].flat())));
  }

  async contents(source: FilesSource, folders: readonly string[]): Promise<Map<string, Uint8Array>> {
    const files = source === 'working-tree' ? this.tree : this.commitOf(source.commit).files;
    const below = [...files].filter(([path]) => isBelow(path, folders));
    return new Map(below.map(([path, text]) => [path, Buffer.from(text)]));
  }

  /** There are no links in it. */
  async linkTargets(): Promise<Map<string, LinkTarget>> {
    return new Map();
  }

  async workingTreeTexts(folder: string): Promise<Map<string, string>> {
    return new Map([...this.tree].filter(([path]) => isBelow(path, [folder])));
  }

  async buildNumbers(service: string): Promise<BuildNumber[]> {
    const taken = new Set([
      ...this.shared.numbers.keys(),
      ...this.shared.releases.keys(),
      ...this.shared.packages.keys(),
    ]);
    return tagsOf(service, taken).map(({ buildNumber }) => buildNumber);
  }

  async unusedRefs(): Promise<UnusedRef[]> {
    const { numbers, releases, packages } = this.shared;
    const far = (names: Iterable<string>) =>
      [...names].map((name) => ReleaseTag.parse(name)!).filter((tag) => !isUsable(tag));
    return [
      ...far(numbers.keys()).map((tag) => [`refs/builds/${tag.service}/${tag.buildNumber}`, tag] as const),
      ...far([...releases.keys(), ...packages.keys()]).map((tag) => [`refs/tags/${tag}`, tag] as const),
    ].map(([ref, { service }]) => ({ ref, service, why: 'far-ahead' }));
  }

  async commitOfBuild(tag: ReleaseTag): Promise<string | undefined> {
    return this.shared.numbers.get(tag.toString()) ?? this.shared.releases.get(tag.toString())?.commit;
  }

  async reserveBuildNumber(tag: ReleaseTag, commit: string): Promise<boolean> {
    this.commitOf(commit);
    if (this.shared.numbers.has(tag.toString())) return false;
    this.checkPush(`take build number ${tag.buildNumber} for ${tag.service}`);
    this.shared.numbers.set(tag.toString(), commit);
    return true;
  }

  async forgetBuildNumbers(service: string, before: Date, atLeast: number): Promise<void> {
    const oldest = BuildNumber.first(before);
    const taken = tagsOf(service, this.shared.numbers.keys()).sort((a, b) =>
      BuildNumber.compare(a.buildNumber, b.buildNumber),
    );
    const old = taken.slice(0, -1).filter(({ buildNumber }) => oldest.isNewerThan(buildNumber));
    if (old.length < atLeast || this.refusesPushes !== undefined) return;
    for (const tag of old) this.shared.numbers.delete(tag.toString());
  }

  async releaseTags(service: string): Promise<ReleaseTag[]> {
    return tagsOf(service, [...this.shared.releases.keys(), ...this.shared.packages.keys()]);
  }

  async readRelease(tag: ReleaseTag): Promise<Release | undefined> {
    return isUsable(tag) ? this.shared.releases.get(tag.toString()) : undefined;
  }

  async readReleases(tags: readonly ReleaseTag[]): Promise<Map<string, Release>> {
    const names = tags.filter(isUsable).map(String);
    return new Map([...this.shared.releases].filter(([name]) => names.includes(name)));
  }

  /** Takes a tag away, as somebody at the origin may. */
  removeTag(name: string): void {
    this.shared.signatures.delete(name);
    this.shared.releases.delete(name);
  }

  async tagRelease(release: Release, { sign = false }: TagOptions = {}): Promise<'created' | 'exists'> {
    const doing = `tag ${release.service} ${release.buildNumber}`;
    const tag = new ReleaseTag(release.service, release.buildNumber).toString();
    this.commitOf(release.commit);
    const there = this.shared.releases.get(tag);
    if (there && JSON.stringify(there) === JSON.stringify({ ...there, ...release })) return 'exists';
    if (there) {
      const reason = `The tag ${tag} exists already and is not of this release.`;
      throw new Refusal({ type: 'tag-taken', doing, reason, remedy: 'Release again to get a new number.' });
    }
    const signature = sign ? signed(releaseText(release), this.signingKey) : undefined;
    this.checkPush(doing);
    this.shared.releases.set(tag, release);
    if (signature) this.shared.signatures.set(tag, signature);
    return 'created';
  }

  async readPackage(version: BuildNumber): Promise<ProvisioningPackage | undefined> {
    const tag = packageTag(version);
    return isUsable(tag) ? this.shared.packages.get(tag.toString()) : undefined;
  }

  async tagPackage(made: ProvisioningPackage, { sign = false }: TagOptions = {}): Promise<'created' | 'exists'> {
    const tag = packageTag(made.version).toString();
    this.commitOf(made.commit);
    const there = this.shared.packages.get(tag);
    if (isSamePackage(there, made)) return 'exists';
    const doing = `tag provisioning ${made.version}`;
    if (there) {
      const reason = `The tag ${tag} exists already and is not of this package.`;
      throw new Refusal({ type: 'tag-taken', doing, reason, remedy: 'Package again to get a new number.' });
    }
    const signature = sign ? signed(packageText(made), this.signingKey) : undefined;
    this.checkPush(doing);
    this.shared.packages.set(tag, made);
    if (signature) this.shared.signatures.set(tag, signature);
    return 'created';
  }

  async checkTag(tag: ReleaseTag, signers: AllowedSigners): Promise<CheckedTag | undefined> {
    const name = tag.toString();
    const release = await this.readRelease(tag);
    const made = tag.service === provisioningName ? await this.readPackage(tag.buildNumber) : undefined;
    const text = release ? releaseText(release) : made && packageText(made);
    return text && { ...text, signature: checked(text, this.shared.signatures.get(name), signers) };
  }

  async trySigning(signers: AllowedSigners): Promise<TagSignature> {
    const text = { commit: await this.headCommit(), message: 'Can this machine sign?' };
    return checked(text, signed(text, this.signingKey), signers);
  }

  private historyOf(commit: string): ReadonlySet<string> {
    const history = new Set([commit]);
    // A set is walked in the order of insertion, also of what is inserted meanwhile.
    for (const each of history) for (const parent of this.commitOf(each).parents) history.add(parent);
    return history;
  }

  private logged(id: string, folders: readonly string[]): LoggedCommit {
    const { files, parents, author, date, subject } = this.commitOf(id);
    const before = this.shared.commits.get(parents[0] ?? '')?.files ?? new Map<string, string>();
    const all = [...new Set([...before.keys(), ...files.keys()])];
    const paths = parents.length > 1 ? [] : all.filter((path) => before.get(path) !== files.get(path));
    return { id, parents, author, date, subject, paths: paths.filter((path) => isBelow(path, folders)) };
  }

  private checkPush(doing: string): void {
    if (this.origin === undefined || this.refusesPushes === undefined) return;
    throw new Refusal({
      type: 'origin-refuses-push',
      doing,
      reason: `The origin ${this.origin} refused it (${this.refusesPushes}).`,
      remedy: 'Allow it there, then run the same command again.',
    });
  }

  private committed(): ReadonlyMap<string, string> {
    return this.shared.commits.get(this.head ?? '')?.files ?? new Map();
  }

  private commitOf(commit: string) {
    const found = this.shared.commits.get(commit);
    if (found) return found;
    const reason = `${JSON.stringify(commit)} is not a commit of this repository.`;
    throw new Refusal({ type: 'no-such-commit', doing: 'read a commit', reason, remedy: 'Check the commit.' });
  }
}

function nameOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function blobsOf(files: ReadonlyMap<string, string>, folders: readonly string[]): Map<string, string> {
  const wanted = [...files].filter(([path]) => isBelow(path, folders));
  return new Map(wanted.map(([path, text]) => [path, nameOf(`blob ${Buffer.byteLength(text)}\0${text}`)]));
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => folder === '' || folder === '.' || path === folder || path.startsWith(`${folder}/`));
}

function tagsOf(service: string, names: Iterable<string>): ReleaseTag[] {
  const tags = [...names].map((name) => ReleaseTag.parse(name));
  return tags.filter((tag) => tag !== undefined).filter((tag) => tag.service === service && isUsable(tag));
}

function isUsable({ buildNumber }: ReleaseTag): boolean {
  return !buildNumber.isFarAhead(new Date());
}
