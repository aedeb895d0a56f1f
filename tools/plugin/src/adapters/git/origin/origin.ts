import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Git, GitResult } from '../git.ts';
import type { GitObjects } from '../objects/git-objects.ts';
import { originRefusal, pushRefusal } from './origin-refusals.ts';
import { parseListing } from './listing.ts';
import { parsePushResult } from './push-result.ts';
import { readSource, type ReadSource } from './read-source.ts';
import type { Remote } from './remote.ts';
import { releaseRefPrefixes } from '../refs/ref-names.ts';
import type { ListedRef, ReleaseRefs } from '../refs/release-refs.ts';
import { matchesBranch } from '../../../model/commits/branch-pattern.ts';
import { shortCommit } from '../../../model/commits/commit.ts';

/** How long all services of a run share one listing. The origin decides about a create in any case. */
const listingLastsMs = 10_000;
/** After how long a ref that is missing from the listing is looked for again. */
const missingLastsMs = 1000;
const listingTimeoutMs = 60_000;
/** For what can be answered without it: where a branch is. */
const tipTimeoutMs = 10_000;
/** A first push may carry the commit's history. */
const transferTimeoutMs = 600_000;
/** Of history: what may be released is asked of it, and what is good to know. */
const historyTimeoutMs = 60_000;
/** Commits before two that are fetched into a shallow clone, until all between them is here. */
const historyDepths = [200, 5000];

/** A fetch that leaves nothing behind but objects, and does nothing on the side. */
const fetchArguments = [
  ...['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', 'fetch', '--quiet', '--no-tags', '--no-write-fetch-head'],
  ...['--no-recurse-submodules', '--refmap='],
];

/** Where refs of branches are. */
const heads = 'refs/heads/';

/** A fetch of what is wanted, in one go. */
interface Fetch {
  readonly wanted: Set<string>;
  readonly done: Promise<GitResult>;
}

/** The repository's remote `origin`. */
export class Origin implements ReleaseRefs {
  readonly remote: Remote;
  private readonly git: Git;
  private readonly objects: GitObjects;
  /** Without secrets. */
  private readonly address: string;
  private readFrom: Promise<ReadSource> | undefined;
  private listing: { at: number; refs: Promise<Map<string, ListedRef>> } | undefined;
  private readonly tips = new Map<string, { at: number; tips: Promise<ReadonlyMap<string, string>> }>();
  /** Fetches follow one another: in a shallow clone each rewrites the list of boundaries. */
  private lastFetch: Promise<unknown> = Promise.resolve();
  private readonly nextFetch = new Map<'shallow' | 'deep', Fetch>();

  /** @param address without secrets. */
  constructor({ git, objects }: { readonly git: Git; readonly objects: GitObjects }, address: string, remote: Remote) {
    this.git = git;
    this.objects = objects;
    this.address = address;
    this.remote = remote;
  }

  async list(): Promise<ReadonlyMap<string, ListedRef>> {
    return this.listed(listingLastsMs);
  }

  async find(ref: string): Promise<ListedRef | undefined> {
    return (await this.listed(listingLastsMs)).get(ref) ?? (await this.listed(missingLastsMs)).get(ref);
  }

  async create(ref: string, object: string, doing: string): Promise<boolean> {
    // The lease says that the ref must not be there: without it, git takes a push of the same commit by somebody else
    // for "up to date" or for a fast-forward.
    const args = [
      ...['push', '--porcelain', '--no-verify', '--no-follow-tags', '--no-signed', '--recurse-submodules=no'],
      ...[`--force-with-lease=${ref}:`, this.remote.name, `${object}:${ref}`],
    ];
    for (let attempt = 1; ; attempt++) {
      const result = await this.git.run(args, { timeoutMs: transferTimeoutMs });
      const pushed = parsePushResult(result.stdout.toString(), ref);
      if (result.code === 0 && pushed !== undefined && pushed.flag !== '!') {
        (await this.listing?.refs.catch(() => undefined))?.set(ref, { object });
        return true;
      }
      // Whatever git said, what the origin holds now decides: an answer may have been lost on its way.
      this.listing = undefined;
      if (pushed === undefined) {
        const refusal = originRefusal(doing, this.address, result);
        const holder = await this.listed(0).catch(() => undefined);
        if (holder?.get(ref)?.object === object) return true;
        throw refusal;
      }
      const held = (await this.listed(0)).get(ref);
      if (held) return held.object === object;
      const mayPass = /lock|failed to update|internal|try again/i.test(pushed.reason);
      if (!mayPass || attempt === 3)
        throw pushRefusal(doing, { address: this.address, ref, why: pushed.reason, stderr: result.stderr });
      await pause(100 * attempt);
    }
  }

  async remove(refs: readonly { ref: string; object: string }[]): Promise<void> {
    const args = ['push', '--porcelain', '--no-verify', '--no-follow-tags', '--no-signed', '--recurse-submodules=no'];
    const leases = refs.map(({ ref, object }) => `--force-with-lease=${ref}:${object}`);
    await this.git.run([...args, ...leases, this.remote.name, ...refs.map(({ ref }) => `:${ref}`)], {
      timeoutMs: listingTimeoutMs,
    });
    this.listing = undefined;
  }

  async bring(ref: string, { object, peeled }: ListedRef): Promise<void> {
    if (await this.has(object)) return;
    // Fetching a commit that is here with a depth would cut its history off here.
    const depth = peeled !== undefined && (await this.has(peeled)) ? 'deep' : 'shallow';
    await this.fetch(ref, depth, `fetch ${ref}`);
  }

  /** The commits that branches are at, by their names; some seconds old. @throws {Refusal} when the origin does not answer. */
  branchTips(patterns: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { listing } = this;
    if (listing && isFresh(listing)) return listing.refs.then((refs) => tipsIn(refs, patterns));
    const key = patterns.join(' ');
    const known = this.tips.get(key);
    if (known && isFresh(known)) return known.tips;
    const tips = this.readBranchTips(patterns);
    this.tips.set(key, { at: performance.now(), tips });
    // A failure is not worth keeping.
    tips.catch(() => this.tips.delete(key));
    return tips;
  }

  private async readBranchTips(patterns: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { remote, config } = await this.source();
    const args = ['ls-remote', '--quiet', remote, ...patterns.map((pattern) => `${heads}${pattern}`)];
    const result = await this.git.run(args, { config, timeoutMs: tipTimeoutMs });
    if (result.code !== 0) throw originRefusal(`look for ${patterns.join(', ')}`, this.address, result);
    return tipsIn(parseListing(result.stdout.toString()), patterns);
  }

  /** Fetches a commit that is missing here. @throws {Refusal} when the origin does not give it. */
  async fetchCommit(commit: string): Promise<void> {
    if (await this.has(commit)) return;
    await this.fetch(commit, 'shallow', `fetch commit ${shortCommit(commit)}`);
  }

  /** Fetches commits that are missing here, as far as the origin has them; of many in few goes. Never throws for one. */
  async fetchCommits(commits: readonly string[]): Promise<void> {
    if (commits.length === 0) return;
    const { code, stderr } = await this.inTurn(() => this.runFetch(commits, 'shallow'));
    // One that the origin does not have fails them all; another reason would fail each half as well.
    if (code === 0 || commits.length === 1 || !/not our ref|unadvertised object/.test(stderr)) return;
    const half = Math.ceil(commits.length / 2);
    await this.fetchCommits(commits.slice(0, half));
    await this.fetchCommits(commits.slice(half));
  }

  /** Brings so many commits before some into a shallow clone. It may fail: then less is known. */
  async deepen(commits: readonly string[], depth: number): Promise<void> {
    if (await this.isShallow()) await this.fetchDepth(commits, depth);
  }

  /**
   * Brings what lies between two commits into a shallow clone.
   * @returns whether all of it is here.
   */
  async bringHistoryBetween(from: string, to: string): Promise<boolean> {
    for (const depth of historyDepths) {
      if (!(await this.isCutBetween(from, to))) return true;
      await this.fetchDepth([from, to], depth);
    }
    return !(await this.isCutBetween(from, to));
  }

  private async fetchDepth(commits: readonly string[], depth: number): Promise<void> {
    const { remote, config } = await this.source();
    await this.inTurn(async () => {
      // Never shallower than it is: a depth would cut off what lies beyond it.
      const known = Number(await this.git.text(['rev-list', '--count', ...commits]));
      const args = [...fetchArguments, `--depth=${Math.max(depth, known)}`, remote, ...commits];
      await this.runAlone(args, { config, timeoutMs: historyTimeoutMs });
    });
  }

  /** Begins a fetch when the one before it has ended. */
  private inTurn<T>(fetch: () => Promise<T>): Promise<T> {
    const fetched = this.lastFetch.then(fetch);
    this.lastFetch = fetched.catch(() => undefined);
    return fetched;
  }

  /** Reports whether the clone's history ends between two commits, or at one of them. */
  private async isCutBetween(from: string, to: string): Promise<boolean> {
    if (!(await this.isShallow())) return false;
    const file = (await this.git.text(['rev-parse', '--path-format=absolute', '--git-path', 'shallow'])).trim();
    const ends = new Set((await readFile(file, 'utf8')).split('\n'));
    const between = (await this.git.text(['rev-list', `${from}...${to}`])).split('\n');
    return [from, to, ...between].some((commit) => commit !== '' && ends.has(commit));
  }

  private async has(object: string): Promise<boolean> {
    return (await this.objects.read([object])).size > 0;
  }

  /** Joins the fetch that has not begun yet, so that many services cost one connection. */
  private async fetch(wanted: string, depth: 'shallow' | 'deep', doing: string): Promise<void> {
    let next = this.nextFetch.get(depth);
    if (!next) {
      const wantedSet = new Set<string>();
      const done = this.inTurn(() => {
        this.nextFetch.delete(depth);
        return this.runFetch([...wantedSet], depth);
      });
      next = { wanted: wantedSet, done };
      this.nextFetch.set(depth, next);
    }
    next.wanted.add(wanted);
    let result = await next.done;
    if (result.code !== 0 && next.wanted.size > 1) {
      // One that is not to be had must not fail the others.
      result = await this.inTurn(() => this.runFetch([wanted], depth));
    }
    if (result.code !== 0) throw originRefusal(doing, this.address, result);
  }

  private async runFetch(wanted: readonly string[], depth: 'shallow' | 'deep'): Promise<GitResult> {
    const [isShallow, { remote, config }] = await Promise.all([this.isShallow(), this.source()]);
    const args = [
      ...fetchArguments,
      // A complete clone stays complete.
      ...(isShallow && depth === 'shallow' ? ['--depth=1'] : []),
      ...[remote, ...wanted],
    ];
    return this.runAlone(args, { config, timeoutMs: transferTimeoutMs });
  }

  /** Runs a fetch again for as long as another process fetches into the same clone. */
  private async runAlone(args: readonly string[], options: Parameters<Git['run']>[1]): Promise<GitResult> {
    for (let attempt = 1; ; attempt++) {
      const result = await this.git.run(args, options);
      if (attempt === 10 || !/shallow\.lock|shallow file has changed/.test(result.stderr)) return result;
      await pause(50 * attempt);
    }
  }

  private source(): Promise<ReadSource> {
    return (this.readFrom ??= readSource(this.git, this.remote));
  }

  private async isShallow(): Promise<boolean> {
    return (await this.git.text(['rev-parse', '--is-shallow-repository'])).trim() === 'true';
  }

  private async listed(maxAgeMs: number): Promise<Map<string, ListedRef>> {
    const now = performance.now();
    if (this.listing && now - this.listing.at <= maxAgeMs && maxAgeMs > 0) return this.listing.refs;
    const refs = this.readListing();
    this.listing = { at: now, refs };
    // A failure is not worth keeping.
    refs.catch(() => {
      if (this.listing?.refs === refs) this.listing = undefined;
    });
    return refs;
  }

  private async readListing(): Promise<Map<string, ListedRef>> {
    const { remote, config } = await this.source();
    // git asks for all refs in any case, and picks: the branches come with it.
    const patterns = [...releaseRefPrefixes, heads].map((prefix) => `${prefix}*`);
    const args = ['ls-remote', '--quiet', remote, ...patterns];
    const result = await this.git.run(args, { config, timeoutMs: listingTimeoutMs });
    if (result.code !== 0) throw originRefusal('list the releases', this.address, result);
    return parseListing(result.stdout.toString());
  }
}

/** Reports whether what was asked for then may be the answer now. */
function isFresh({ at }: { readonly at: number }): boolean {
  return performance.now() - at <= listingLastsMs;
}

/** Returns the branches among refs that one of some patterns means. */
function tipsIn(refs: ReadonlyMap<string, ListedRef>, patterns: readonly string[]): Map<string, string> {
  // git also lists refs that end in what is asked for: `refs/x/refs/heads/main`.
  return new Map(
    [...refs].flatMap(([ref, { object }]): [string, string][] => {
      const name = ref.startsWith(heads) ? ref.slice(heads.length) : undefined;
      const isMeant = name !== undefined && patterns.some((pattern) => matchesBranch(pattern, name));
      return isMeant ? [[name, object]] : [];
    }),
  );
}
