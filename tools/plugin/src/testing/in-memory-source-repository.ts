import { createHash } from 'node:crypto';
import type { BuildNumber } from '../model/build-number.ts';
import type { Commit } from '../model/commit.ts';
import { CommitGraph } from '../model/commit-graph.ts';
import { Refusal } from '../model/product-error.ts';
import type { Release } from '../model/release.ts';
import { ReleaseTag } from '../model/release-tag.ts';
import type { BranchTip, SourceRepository } from '../release/ports/source-repository.ts';

/** What the clones of one repository share. */
interface Shared {
  readonly commits: Map<string, { files: ReadonlyMap<string, string>; date: string }>;
  /** `orders-20261124-1`. */
  readonly numbers: Set<string>;
  readonly releases: Map<string, Release>;
}

/** Twin of the git repository for tests. A commit is at the origin at once. */
export class InMemorySourceRepository implements SourceRepository {
  private readonly shared: Shared;
  private readonly tree: Map<string, string>;
  private readonly ignored = new Set<string>();
  private head: string | undefined;
  /** Address of the origin; undefined for a repository without one. */
  origin: string | undefined = 'https://git.example/shop.git';
  /** When set, the origin refuses whatever is pushed to it, with this reason. */
  refusesPushes: string | undefined;

  /** @param files texts by path, committed at once. */
  constructor(files: Readonly<Record<string, string>> = {}, shared?: Shared) {
    this.shared = shared ?? { commits: new Map(), numbers: new Set(), releases: new Map() };
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

  /** Takes a file out of the working tree. */
  remove(path: string): void {
    this.tree.delete(path);
  }

  /** Puts a file, or a folder (with a slash at its end), into the working tree that git ignores. */
  writeIgnored(path: string): void {
    this.ignored.add(path);
  }

  /** Commits the working tree. @returns the commit's name. */
  commit(date = '2026-11-24T12:00:00.000Z'): string {
    const files = new Map(this.tree);
    const commit = nameOf(JSON.stringify([...files].sort()) + this.shared.commits.size);
    this.shared.commits.set(commit, { files, date });
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
    return this.allBetween(from, to, folders).slice(0, 20);
  }

  async commitDatesSince(known: readonly string[], to: string, folders: readonly string[]): Promise<string[]> {
    const all = [...this.shared.commits.keys()];
    for (const id of [to, ...known]) this.commitOf(id);
    const newest = all[Math.max(...known.map((id) => all.indexOf(id)))] ?? '';
    return this.allBetween(newest, to, folders).map(({ date }) => date);
  }

  async findCommit(text: string): Promise<string | undefined> {
    const found = [...this.shared.commits.keys()].filter((id) => text.length >= 4 && id.startsWith(text));
    return found.length === 1 ? found[0] : undefined;
  }

  async branchTip(): Promise<BranchTip | undefined> {
    const commit = [...this.shared.commits.keys()].at(-1);
    return commit === undefined ? undefined : { commit };
  }

  async commitGraph(): Promise<CommitGraph> {
    const all = [...this.shared.commits.keys()];
    return new CommitGraph(new Map(all.map((id, index) => [id, all.slice(index - 1, index)] as const).reverse()));
  }

  async changedPaths(commits: readonly string[]): Promise<Map<string, string[]>> {
    const all = [...this.shared.commits.keys()];
    const filesOf = (id: string | undefined) => (id === undefined ? undefined : this.shared.commits.get(id)?.files);
    return new Map(
      commits.map((id) => {
        const [after, before] = [filesOf(id) ?? new Map(), filesOf(all[all.indexOf(id) - 1]) ?? new Map()];
        const paths = new Set([...after.keys(), ...before.keys()]);
        return [id, [...paths].filter((path) => after.get(path) !== before.get(path)).sort()];
      }),
    );
  }

  async dirtyPaths(): Promise<string[]> {
    const committed = this.committed();
    const paths = new Set([...committed.keys(), ...this.tree.keys()]);
    return [...paths].filter((path) => committed.get(path) !== this.tree.get(path));
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

  async texts(commit: string, folder: string): Promise<Map<string, string>> {
    return new Map([...this.commitOf(commit).files].filter(([path]) => isBelow(path, [folder])));
  }

  async workingTreeTexts(folder: string): Promise<Map<string, string>> {
    return new Map([...this.tree].filter(([path]) => isBelow(path, [folder])));
  }

  async buildNumbers(service: string): Promise<BuildNumber[]> {
    const taken = new Set([...this.shared.numbers, ...this.shared.releases.keys()]);
    return tagsOf(service, taken).map(({ buildNumber }) => buildNumber);
  }

  async reserveBuildNumber(tag: ReleaseTag, commit: string): Promise<boolean> {
    this.commitOf(commit);
    if (this.shared.numbers.has(tag.toString())) return false;
    this.checkPush(`take build number ${tag.buildNumber} for ${tag.service}`);
    this.shared.numbers.add(tag.toString());
    return true;
  }

  async releaseTags(service: string): Promise<ReleaseTag[]> {
    return tagsOf(service, this.shared.releases.keys());
  }

  async readRelease(tag: ReleaseTag): Promise<Release | undefined> {
    return this.shared.releases.get(tag.toString());
  }

  async tagRelease(release: Release): Promise<'created' | 'exists'> {
    const doing = `tag ${release.service} ${release.buildNumber}`;
    const tag = new ReleaseTag(release.service, release.buildNumber).toString();
    this.commitOf(release.commit);
    const there = this.shared.releases.get(tag);
    if (there && JSON.stringify(there) === JSON.stringify({ ...there, ...release })) return 'exists';
    if (there) {
      const reason = `The tag ${tag} is already there and is not of this release.`;
      throw new Refusal({ type: 'tag-taken', doing, reason, remedy: 'Release again to get a new number.' });
    }
    this.checkPush(doing);
    this.shared.releases.set(tag, release);
    return 'created';
  }

  private allBetween(from: string, to: string, folders: readonly string[]): Commit[] {
    this.commitOf(from);
    const all = [...this.shared.commits.keys()];
    const later = all.slice(all.indexOf(from) + 1, all.indexOf(to) + 1);
    const touching = later.filter((id) => {
      const before = blobsOf(this.commitOf(all[all.indexOf(id) - 1]!).files, folders);
      const after = blobsOf(this.commitOf(id).files, folders);
      return JSON.stringify([...before].sort()) !== JSON.stringify([...after].sort());
    });
    return touching.map((id) => ({ id, author: 'Ada', date: this.commitOf(id).date, subject: 'change' })).reverse();
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
    const reason = `${JSON.stringify(commit)} is no commit of this repository.`;
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
  return tags.filter((tag) => tag !== undefined).filter((tag) => tag.service === service);
}
