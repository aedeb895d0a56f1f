import { isObjectName } from '../../model/commits/commit.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { knownSecrets } from '../../model/secrets/known-secrets.ts';
import { Git } from './git.ts';
import { LocalRefs } from './refs/local-refs.ts';
import { GitObjects } from './objects/git-objects.ts';
import { KeptObjects } from './objects/kept-objects.ts';
import { findRemote } from './origin/remote.ts';
import { Origin } from './origin/origin.ts';
import { withoutSecrets } from './origin/origin-address.ts';
import type { ReleaseRefs } from './refs/release-refs.ts';
import type { GitFile } from './files/tree-listing.ts';
import { WorkingTree } from './files/working-tree.ts';

/** A clone of the repository: its objects, its working tree, and its origin, from which it fetches what it lacks. */
export class Clone {
  readonly git: Git;
  readonly tree: WorkingTree;
  readonly localRefs: LocalRefs;
  readonly objects: GitObjects;
  private readonly kept = new KeptObjects();
  /** Commits that were found here: they stay. */
  private readonly here = new Set<string>();
  private origin: Promise<{ address: string; refs: Origin } | undefined> | undefined;
  private identity: Promise<string | undefined> | undefined;

  /** @param workspaceRoot absolute; the repository's root or any folder in it. */
  constructor(workspaceRoot: string) {
    this.git = new Git(workspaceRoot);
    this.tree = new WorkingTree(this.git);
    this.localRefs = new LocalRefs(this.git);
    this.objects = new GitObjects(this.git);
  }

  /** Returns the origin with its address, which has no secret in it, or undefined when there is none. */
  findOrigin(): Promise<{ address: string; refs: Origin } | undefined> {
    this.origin ??= this.readOrigin();
    return this.origin;
  }

  private async readOrigin(): Promise<{ address: string; refs: Origin } | undefined> {
    const remote = await findRemote(this.git);
    if (!remote) return undefined;
    knownSecrets.addAddress(remote.fetched);
    const address = withoutSecrets(remote.fetched);
    return { address, refs: new Origin(this, address, remote) };
  }

  /** Returns the user as git writes it: `Ada <ada@example.com> 1764000000 +0000`; undefined where git does not know it. */
  committer(): Promise<string | undefined> {
    this.identity ??= this.git
      .run(['var', 'GIT_COMMITTER_IDENT'])
      .then(({ code, stdout }) => (code === 0 ? stdout.toString().trim() : undefined));
    return this.identity;
  }

  /** Returns the refs that decide which numbers and tags are taken. */
  async refs(): Promise<ReleaseRefs> {
    return (await this.findOrigin())?.refs ?? this.localRefs;
  }

  /** Fetches a commit that is missing here. @throws {Refusal} when there is none. */
  async fetchCommit(commit: string): Promise<void> {
    if (isObjectName(commit)) {
      if (this.here.has(commit)) return;
      const found = await this.objects.read([`${commit}^{commit}`]);
      if (found.size > 0) return void this.here.add(commit);
      const origin = await this.findOrigin();
      if (origin) return origin.refs.fetchCommit(commit);
    }
    throw noSuchCommit(commit);
  }

  /** Fetches the commits that are missing here, in few goes. @returns those that are here then. */
  async fetchCommits(commits: readonly string[]): Promise<string[]> {
    const names = commits.filter(isObjectName);
    const unknown = names.filter((name) => !this.here.has(name));
    const missing = await this.commitsMissing(unknown);
    if (missing.length > 0) await (await this.findOrigin())?.refs.fetchCommits(missing);
    const lost = new Set(await this.commitsMissing(missing));
    const found = names.filter((name) => !lost.has(name));
    for (const name of found) this.here.add(name);
    return found;
  }

  /** Brings so many commits before some into a shallow clone. */
  async deepen(commits: readonly string[], depth: number): Promise<void> {
    await (await this.findOrigin())?.refs.deepen(commits, depth);
  }

  /** Returns the names that are not of commits in this clone. */
  private async commitsMissing(names: readonly string[]): Promise<string[]> {
    const found = await this.objects.read(names);
    return names.filter((name) => found.get(name)?.kind !== 'commit');
  }

  /** Returns the contents of objects by name; those that are missing here are left out. */
  async readObjects(files: readonly Pick<GitFile, 'object'>[]): Promise<Map<string, Buffer>> {
    const names = [...new Set(files.map(({ object }) => object))];
    const found = this.kept.of(names);
    const others = await this.objects.read(names.filter((name) => !found.has(name)));
    const read = new Map([...others].map(([name, { content }]) => [name, content]));
    this.kept.keep(read);
    return new Map([...found, ...read]);
  }
}

function noSuchCommit(commit: string): Refusal {
  return new Refusal({
    type: 'no-such-commit',
    doing: 'read a commit',
    reason: `${JSON.stringify(commit.slice(0, 80))} is not a commit of this repository.`,
    remedy: 'Check the commit, or fetch it from where it was made.',
  });
}
