import { randomUUID } from 'node:crypto';
import type { BuildNumber } from '../../model/release/build-number.ts';
import { isObjectName, type Commit } from '../../model/commits/commit.ts';
import { CommitGraph } from '../../model/commits/commit-graph.ts';
import type { CommitsApart } from '../../model/commits/commit-log.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import {
  isSamePackage,
  packageMessage,
  packageTag,
  parsePackageMessage,
  type ProvisioningPackage,
} from '../../model/provision/provisioning-package.ts';
import type { Release } from '../../model/release/release.ts';
import { parseReleaseMessage, releaseMessage } from '../../model/release/release-message.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { provisioningName } from '../../model/release/service-name.ts';
import type { BranchTip, SourceRepository, TaggedCommit } from '../../ports/source-repository.ts';
import { parseTagObject, tagObject, type AnnotatedTag } from './annotated-tag.ts';
import { readAuthorDates, readChangedPaths, readCommitParents } from './commit-history.ts';
import { readCommitsApart } from './commit-log.ts';
import { Git } from './git.ts';
import { LocalRefs } from './local-refs.ts';
import { isBinary, parseObjectBatch } from './object-batch.ts';
import { Origin } from './origin.ts';
import { withoutSecrets } from './origin-address.ts';
import type { ListedRef, ReleaseRefs } from './release-refs.ts';
import { resolveLink } from './symbolic-link.ts';
import { below, blobName, parseTree, type GitFile } from './tree-listing.ts';
import { WorkingTree } from './working-tree.ts';

/** Commits whose listing is kept: services of one run ask for the same. */
const mostListings = 4;
/** Commits before one that are brought into a shallow clone to tell the newest of them. */
const suspectHistory = 200;
/** Commits that are told of at most. */
const mostCommits = 20;
/** Characters. */
const longestName = 500;
/** Commits before each one that are brought into a shallow clone: most of them it has in common with the others. */
const longestHistory = 5000;
/** Commits before two that are brought into a shallow clone, until it is seen where they part. */
const forkDepths = [200, 5000];
/** Who makes tags in a container that has no `user.name`. */
const namelessTagger = 'poc release <release@localhost>';

/** The source repository, by the git command line. One per process: it shares listings between services. */
export class GitRepository implements SourceRepository {
  private readonly git: Git;
  private readonly tree: WorkingTree;
  private readonly listings = new Map<string, Promise<GitFile[]>>();
  private shallow: Promise<boolean> | undefined;
  private origin: Promise<{ address: string; refs: Origin } | undefined> | undefined;
  private readonly localRefs: LocalRefs;

  /** @param workspaceRoot absolute; the repository's root or any folder in it. */
  constructor(workspaceRoot: string) {
    this.git = new Git(workspaceRoot);
    this.tree = new WorkingTree(this.git);
    this.localRefs = new LocalRefs(this.git);
  }

  async headCommit(): Promise<string> {
    await this.tree.prefix();
    const { code, stdout } = await this.git.run(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
    if (code === 0) return stdout.toString().trim();
    throw new Refusal({
      type: 'no-commit',
      doing: 'read the checked-out commit',
      reason: `The git repository of ${this.git.folder} has no commit yet.`,
      remedy: 'Commit what shall be released.',
    });
  }

  async originUrl(): Promise<string | undefined> {
    return (await this.findOrigin())?.address;
  }

  async commitDate(commit: string): Promise<string> {
    await this.fetchCommit(commit);
    const seconds = await this.git.text(['show', '--no-patch', '--no-show-signature', '--format=%ct', commit]);
    return new Date(Number(seconds) * 1000).toISOString();
  }

  async commitsBetween(from: string, to: string, folders: readonly string[]): Promise<Commit[]> {
    for (const commit of [from, to]) await this.fetchCommit(commit);
    await (await this.findOrigin())?.refs.deepen([to], suspectHistory);
    const format = ['--no-show-signature', '--format=%H%n%an%n%aI%n%s', '-z'];
    const log = await this.git.text([
      'log',
      `--max-count=${mostCommits}`,
      ...format,
      `${from}..${to}`,
      '--',
      ...folders,
    ]);
    return log
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [id = '', author = '', date = '', subject = ''] = entry.split('\n');
        return { id, author, date, subject };
      });
  }

  async findCommit(text: string): Promise<string | undefined> {
    // What begins with a hyphen would be an option; no name of git's has control characters.
    if (text.length > longestName || /^-|\p{Cc}/u.test(text)) return undefined;
    if (isObjectName(text)) await this.fetchCommit(text).catch(onlyRefusals);
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${text}^{commit}`];
    const { code, stdout } = await this.git.run(args);
    return code === 0 ? stdout.toString().trim() : undefined;
  }

  async branchTip(branch: string): Promise<BranchTip | undefined> {
    const origin = await this.findOrigin();
    if (!origin) return this.localTip(`refs/heads/${branch}`);
    try {
      const commit = await origin.refs.branchTip(branch);
      return commit === undefined ? undefined : { commit };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const fetched = await this.localTip(`refs/remotes/origin/${branch}`);
      return fetched && { ...fetched, stale: error.facts.reason };
    }
  }

  async commitGraph(tips: readonly string[]): Promise<CommitGraph> {
    const here = await this.fetchCommits(tips);
    if (here.length > 0) await (await this.findOrigin())?.refs.deepen(here, longestHistory);
    return new CommitGraph(here.length === 0 ? new Map() : await readCommitParents(this.git, here));
  }

  async firstParent(commit: string): Promise<string | undefined> {
    await this.fetchCommit(commit);
    // The object itself tells it also where a shallow clone ends.
    const text = await this.git.text(['cat-file', 'commit', commit]);
    return /^parent ([0-9a-f]{40,64})$/m.exec(text.slice(0, text.indexOf('\n\n')))?.[1];
  }

  async mergeBases(commit: string, others: readonly string[]): Promise<Map<string, string>> {
    const here = await this.fetchCommits([commit, ...others]);
    const found = new Map<string, string>();
    const find = async () => {
      for (const other of others) {
        if (found.has(other) || !here.includes(other)) continue;
        const { code, stdout } = await this.git.run(['merge-base', commit, other]);
        if (code === 0) found.set(other, stdout.toString().trim());
      }
    };
    await find();
    for (const depth of forkDepths) {
      const apart = here.filter((other) => others.includes(other) && !found.has(other));
      if (apart.length === 0) break;
      await (await this.findOrigin())?.refs.deepen([commit, ...apart], depth);
      await find();
    }
    return found;
  }

  async changedPaths(commits: readonly string[]): Promise<Map<string, string[]>> {
    return readChangedPaths(this.git, commits, await this.tree.prefix());
  }

  async readFileAt(path: string, commits: readonly string[]): Promise<Map<string, string>> {
    const at = `${await this.tree.prefix()}${path}`;
    const input = commits.map((commit) => `${commit}:${at}\n`).join('');
    const blobs = (await this.git.text(['cat-file', '--batch-check=%(objectname) %(objecttype)'], { input })).split(
      '\n',
    );
    const objects = commits.map((_, index) => /^([0-9a-f]{40,64}) blob$/.exec(blobs[index] ?? '')?.[1]);
    const wanted = [...new Set(objects.filter((object) => object !== undefined))];
    const contents = await this.read(wanted.map((object) => ({ object })));
    return new Map(
      commits.flatMap((commit, index): [string, string][] => {
        const content = contents.get(objects[index] ?? '');
        return content ? [[commit, content.toString()]] : [];
      }),
    );
  }

  async describeCommit(id: string): Promise<Commit> {
    await this.fetchCommit(id);
    const format = ['--no-patch', '--no-show-signature', '--format=%H%n%an%n%aI%n%s'];
    const [commit = '', author = '', date = '', subject = ''] = (await this.git.text(['show', ...format, id])).split(
      '\n',
    );
    return { id: commit, author, date, subject };
  }

  async releases(): Promise<TaggedCommit[]> {
    const refs = await (await this.refs()).list();
    const tags = [...refs].flatMap(([ref, listed]) => {
      const tag = ref.startsWith('refs/tags/') ? ReleaseTag.parse(ref.slice('refs/tags/'.length)) : undefined;
      return tag && tag.service !== provisioningName ? [{ tag, ...listed }] : [];
    });
    // Of one that was made just now only its object is known. One without an object of its own tells of no release.
    const objects = await this.read(tags.filter(({ peeled }) => peeled === undefined));
    return tags.flatMap(({ tag, object, peeled }) => {
      const commit = peeled ?? parseTagObject(objects.get(object)?.toString() ?? '')?.commit;
      return commit === undefined ? [] : [{ tag, commit }];
    });
  }

  async authorDates(commits: readonly string[]): Promise<Map<string, string>> {
    return readAuthorDates(this.git, commits.filter(isObjectName));
  }

  isShallow(): Promise<boolean> {
    this.shallow ??= this.git.text(['rev-parse', '--is-shallow-repository']).then((answer) => answer.trim() === 'true');
    return this.shallow;
  }

  async symmetricDifference(from: string, to: string, folders: readonly string[]): Promise<CommitsApart> {
    for (const commit of [from, to]) await this.fetchCommit(commit);
    const origin = (await this.findOrigin())?.refs;
    const isComplete = (await origin?.bringHistoryBetween(from, to)) ?? true;
    const apart = await readCommitsApart(this.git, await this.tree.prefix(), [from, to], folders);
    return { ...apart, isCut: apart.isCut || !isComplete };
  }

  dirtyPaths(): Promise<string[]> {
    return this.tree.dirtyPaths();
  }

  ignoredPaths(folders: readonly string[]): Promise<string[]> {
    return this.tree.ignoredPaths(folders);
  }

  async blobs(commit: string, folders: readonly string[]): Promise<Map<string, string>> {
    const isBelow = below(folders);
    const files = (await this.filesOf(commit)).filter(({ path }) => isBelow(path));
    return new Map(files.map((file) => [file.path, blobName(file)]));
  }

  workingTreeBlobs(folders: readonly string[]): Promise<Map<string, string>> {
    return this.tree.blobs(folders);
  }

  async texts(commit: string, folder: string): Promise<Map<string, string>> {
    const files = new Map((await this.filesOf(commit)).map((file) => [file.path, file]));
    const isBelow = below([folder]);
    const wanted = [...files.values()].filter(({ path, mode }) => isBelow(path) && mode !== '160000');
    const hasLinks = wanted.some(({ mode }) => mode === '120000');
    const links = hasLinks ? await this.read([...files.values()].filter(({ mode }) => mode === '120000')) : new Map();
    const sources = new Map<string, GitFile>();
    for (const { path } of wanted) {
      const file = await resolveLink(path, (at) => {
        const link = files.get(at);
        return link?.mode === '120000' ? links.get(link.object)?.toString() : undefined;
      });
      const source = file === undefined ? undefined : files.get(file);
      if (source && source.mode !== '160000') sources.set(path, source);
    }
    const contents = await this.read([...sources.values()]);
    const texts = new Map<string, string>();
    for (const [path, { object }] of sources) {
      const content = contents.get(object);
      if (content && !isBinary(content)) texts.set(path, content.toString());
    }
    return texts;
  }

  workingTreeTexts(folder: string): Promise<Map<string, string>> {
    return this.tree.texts(folder);
  }

  async buildNumbers(service: string): Promise<BuildNumber[]> {
    const numbers: BuildNumber[] = [];
    for (const ref of (await (await this.refs()).list()).keys()) {
      const tag = ref.startsWith('refs/tags/')
        ? ReleaseTag.parse(ref.slice('refs/tags/'.length))
        : ReleaseTag.parse(ref.replace(/^refs\/builds\/([^/]+)\//, '$1-'));
      if (tag?.service === service) numbers.push(tag.buildNumber);
    }
    return numbers;
  }

  async commitOfBuild(tag: ReleaseTag): Promise<string | undefined> {
    const refs = await (await this.refs()).list();
    const found = refs.get(`refs/builds/${tag.service}/${tag.buildNumber}`) ?? refs.get(tagRef(tag));
    // Both are objects of their own, which point to a commit.
    return found?.peeled;
  }

  async reserveBuildNumber(tag: ReleaseTag, commit: string): Promise<boolean> {
    await this.fetchCommit(commit);
    const name = `builds/${tag.service}/${tag.buildNumber}`;
    // Never the same object twice, so that no push can be taken for one that is there already.
    const message = `Build ${tag.service} ${tag.buildNumber}\n\nNonce: ${randomUUID()}\n`;
    const object = await this.makeTagObject({ commit, name, message });
    const doing = `take build number ${tag.buildNumber} for ${tag.service}`;
    return (await this.refs()).create(`refs/${name}`, object, doing);
  }

  async releaseTags(service: string): Promise<ReleaseTag[]> {
    const tags: ReleaseTag[] = [];
    for (const ref of (await (await this.refs()).list()).keys()) {
      const tag = ref.startsWith('refs/tags/') ? ReleaseTag.parse(ref.slice('refs/tags/'.length)) : undefined;
      if (tag?.service === service) tags.push(tag);
    }
    return tags;
  }

  async readRelease(tag: ReleaseTag): Promise<Release | undefined> {
    return releaseIn(tag, await this.readTag(tag));
  }

  async readReleases(tags: readonly ReleaseTag[]): Promise<Map<string, Release>> {
    const refs = await this.refs();
    const all = await refs.list();
    const listed = tags.flatMap((tag) => {
      const found = all.get(tagRef(tag));
      return found ? [{ tag, ...found }] : [];
    });
    const missing = new Set(
      await this.missingHere(
        listed.map(({ object }) => object),
        'tag',
      ),
    );
    await Promise.all(
      listed.filter(({ object }) => missing.has(object)).map(({ tag, ...found }) => refs.bring(tagRef(tag), found)),
    );
    const contents = await this.read(listed);
    const releases = new Map<string, Release>();
    for (const { tag, object } of listed) {
      const release = releaseIn(tag, contents.get(object)?.toString());
      if (release) releases.set(tag.toString(), release);
    }
    return releases;
  }

  async tagRelease(release: Release): Promise<'created' | 'exists'> {
    const tag = new ReleaseTag(release.service, release.buildNumber);
    const isThis = (text: string | undefined) => isSame(releaseIn(tag, text), release);
    return this.makeTag(tag, release.commit, releaseMessage(release), isThis);
  }

  async readPackage(version: BuildNumber): Promise<ProvisioningPackage | undefined> {
    const tag = packageTag(version);
    return packageIn(tag, await this.readTag(tag));
  }

  async tagPackage(made: ProvisioningPackage): Promise<'created' | 'exists'> {
    const tag = packageTag(made.version);
    const isThis = (text: string | undefined) => isSamePackage(packageIn(tag, text), made);
    return this.makeTag(tag, made.commit, packageMessage(made), isThis);
  }

  /** Makes an annotated tag that never changes. @param isThis whether the text of a tag's object says the same. */
  private async makeTag(
    tag: ReleaseTag,
    commit: string,
    message: string,
    isThis: (text: string | undefined) => boolean,
  ): Promise<'created' | 'exists'> {
    const ref = tagRef(tag);
    const doing = `tag ${tag.service} ${tag.buildNumber}`;
    const sameOrTaken = async () => {
      if (isThis(await this.readTag(tag))) return 'exists' as const;
      throw takenRefusal(tag, doing, (await this.originUrl()) ?? 'in this repository');
    };
    const refs = await this.refs();
    if (await refs.find(ref)) return sameOrTaken();

    await this.fetchCommit(commit);
    const local = await this.localRefs.find(ref);
    if (local && !isThis(await this.tagText(local))) throw takenRefusal(tag, doing, 'in this clone');
    const object = local?.object ?? (await this.makeTagObject({ commit, name: tag.toString(), message }));
    // The tag comes to this clone only after the origin has it: a refused push leaves nothing behind.
    if (!(await refs.create(ref, object, doing))) return sameOrTaken();
    if (refs !== this.localRefs && !local) await this.localRefs.create(ref, object);
    return 'created';
  }

  /** Text of a tag's object, which is fetched when it is missing here; undefined when there is no such annotated tag. */
  private async readTag(tag: ReleaseTag): Promise<string | undefined> {
    const refs = await this.refs();
    const ref = tagRef(tag);
    const listed = await refs.find(ref);
    if (!listed) return undefined;
    await refs.bring(ref, listed);
    return this.tagText(listed);
  }

  private async tagText({ object }: ListedRef): Promise<string | undefined> {
    const { code, stdout } = await this.git.run(['cat-file', 'tag', object]);
    return code === 0 ? stdout.toString() : undefined;
  }

  private async makeTagObject(tag: AnnotatedTag): Promise<string> {
    const identity = await this.git.run(['var', 'GIT_COMMITTER_IDENT']);
    const now = `${Math.floor(Date.now() / 1000)} +0000`;
    const tagger = identity.code === 0 ? identity.stdout.toString().trim() : `${namelessTagger} ${now}`;
    return (await this.git.text(['mktag'], { input: tagObject(tag, tagger) })).trim();
  }

  private filesOf(commit: string): Promise<GitFile[]> {
    const known = this.listings.get(commit);
    if (known) return known;
    const files = this.listTree(commit);
    this.listings.set(commit, files);
    files.catch(() => this.listings.delete(commit));
    const [oldest] = this.listings.keys();
    if (this.listings.size > mostListings && oldest !== undefined) this.listings.delete(oldest);
    return files;
  }

  private async listTree(commit: string): Promise<GitFile[]> {
    await this.fetchCommit(commit);
    const prefix = await this.tree.prefix();
    const where = prefix === '' ? [] : ['--', prefix];
    return parseTree(await this.git.text(['ls-tree', '-r', '-z', '--full-tree', commit, ...where]), prefix);
  }

  private async read(files: readonly Pick<GitFile, 'object'>[]): Promise<Map<string, Buffer>> {
    if (files.length === 0) return new Map();
    const input = files.map(({ object }) => `${object}\n`).join('');
    return parseObjectBatch(await this.git.bytes(['cat-file', '--batch'], { input }));
  }

  private async fetchCommit(commit: string): Promise<void> {
    if (isObjectName(commit)) {
      if ((await this.git.run(['cat-file', '-e', `${commit}^{commit}`])).code === 0) return;
      const origin = await this.findOrigin();
      if (origin) return origin.refs.fetchCommit(commit);
    }
    throw noSuchCommit(commit);
  }

  /** Fetches those that are missing here, in few goes. @returns those that are here then. */
  private async fetchCommits(commits: readonly string[]): Promise<string[]> {
    const names = commits.filter(isObjectName);
    const missing = await this.missingHere(names);
    if (missing.length > 0) await (await this.findOrigin())?.refs.fetchCommits(missing);
    const lost = new Set(missing.length > 0 ? await this.missingHere(missing) : []);
    return names.filter((name) => !lost.has(name));
  }

  private async localTip(ref: string): Promise<BranchTip | undefined> {
    const commit = await this.findCommit(ref);
    return commit === undefined ? undefined : { commit };
  }

  /** Those of the names that are no objects of a kind in this clone. */
  private async missingHere(objects: readonly string[], kind: 'commit' | 'tag' = 'commit'): Promise<string[]> {
    const input = objects.map((object) => `${object}\n`).join('');
    const told = (await this.git.text(['cat-file', '--batch-check=%(objecttype)'], { input })).split('\n');
    return objects.filter((_, index) => told[index] !== kind);
  }

  private async refs(): Promise<ReleaseRefs> {
    return (await this.findOrigin())?.refs ?? this.localRefs;
  }

  private findOrigin(): Promise<{ address: string; refs: Origin } | undefined> {
    this.origin ??= this.git.run(['remote', 'get-url', 'origin']).then(({ code, stdout }) => {
      if (code !== 0) return undefined;
      const address = withoutSecrets(stdout.toString().trim());
      return { address, refs: new Origin(this.git, address) };
    });
    return this.origin;
  }
}

function noSuchCommit(commit: string): Refusal {
  return new Refusal({
    type: 'no-such-commit',
    doing: 'read a commit',
    reason: `${JSON.stringify(commit.slice(0, 80))} is no commit of this repository.`,
    remedy: 'Check the commit, or fetch it from where it was made.',
  });
}

/** What git or the origin refuses is as good as not there. */
function onlyRefusals(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}

function tagRef(tag: ReleaseTag): string {
  return `refs/tags/${tag}`;
}

/** @param text of the tag's object; of what is no annotated tag there is none: it is somebody else's. */
function releaseIn(tag: ReleaseTag, text: string | undefined): Release | undefined {
  const told = text === undefined ? undefined : parseTagObject(text);
  if (told?.name !== tag.toString()) return undefined;
  return parseReleaseMessage(tag, told.commit, told.message);
}

function packageIn(tag: ReleaseTag, text: string | undefined): ProvisioningPackage | undefined {
  const told = text === undefined ? undefined : parseTagObject(text);
  return told?.name === tag.toString() ? parsePackageMessage(tag, told.commit, told.message) : undefined;
}

function isSame(found: Release | undefined, release: Release): boolean {
  return (
    found !== undefined &&
    found.commit === release.commit &&
    found.imageDigest === release.imageDigest &&
    found.contentHash === release.contentHash &&
    found.dirty === release.dirty
  );
}

function takenRefusal(tag: ReleaseTag, doing: string, where: string): Refusal {
  return new Refusal({
    type: 'tag-taken',
    doing,
    reason: `The tag ${tag} is already there (${where}) and is not of this release.`,
    remedy: `Look at it with "git show ${tag}". Releases never change: release again to get a new number.`,
  });
}
