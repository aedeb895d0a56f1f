import { matchesBranch } from '../../../model/commits/branch-pattern.ts';
import { isObjectName, type Commit } from '../../../model/commits/commit.ts';
import { CommitGraph } from '../../../model/commits/commit-graph.ts';
import type { CommitsApart } from '../../../model/commits/commit-log.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { BranchTip, Commits } from '../../../ports/repository/commits.ts';
import type { Clone } from '../clone.ts';
import { readAuthorDates, readChangedPaths, readCommitParents } from './commit-history.ts';
import { readCommitsApart } from './commit-log.ts';
import { bringTrees } from './missing-trees.ts';

/** Commits before one that are brought into a shallow clone to list the newest of them. */
const suspectHistory = 200;
/** Commits that are listed at most. */
const mostCommits = 20;
/** Characters. */
const longestName = 500;
/** Commits before each one that are brought into a shallow clone: most of them it has in common with the others. */
const longestHistory = 5000;
/** Commits before two that are brought into a shallow clone, until it is seen where they part. */
const forkDepths = [200, 5000];

/** The commits of a git repository, by the git command line. */
export class GitCommits implements Commits {
  private readonly clone: Clone;
  private shallow: Promise<boolean> | undefined;
  /** Of two commits that services of one run ask for alike. */
  private readonly bases = new Map<string, string>();

  constructor(clone: Clone) {
    this.clone = clone;
  }

  async headCommit(): Promise<string> {
    const { git, tree, objects } = this.clone;
    await tree.prefix();
    const head = 'HEAD^{commit}';
    const commit = (await objects.read([head])).get(head);
    if (commit) return commit.name;
    throw new Refusal({
      type: 'no-commit',
      doing: 'read the checked-out commit',
      reason: `The git repository of ${git.folder} has no commit yet.`,
      remedy: 'Commit what is to be released.',
    });
  }

  async originUrl(): Promise<string | undefined> {
    return (await this.clone.findOrigin())?.address;
  }

  async commitDate(commit: string): Promise<string> {
    const [, seconds] = /^committer .* (\d+) [+-]\d{4}$/m.exec(await this.headerOf(commit)) ?? [];
    return new Date(Number(seconds) * 1000).toISOString();
  }

  async commitsBetween(from: string, to: string, folders: readonly string[]): Promise<Commit[]> {
    for (const commit of [from, to]) await this.clone.fetchCommit(commit);
    await this.clone.deepen([to], suspectHistory);
    if (folders.length > 0) await bringTrees(this.clone, [to, `^${from}`], true);
    const format = ['--no-show-signature', '--format=%H%n%an%n%aI%n%s', '-z'];
    const range = [`--max-count=${mostCommits}`, ...format, `${from}..${to}`, '--', ...folders];
    const log = await this.clone.git.text(['log', ...range]);
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
    if (isObjectName(text)) await this.clone.fetchCommit(text).catch(ignoreRefusal);
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${text}^{commit}`];
    const { code, stdout } = await this.clone.git.run(args);
    return code === 0 ? stdout.toString().trim() : undefined;
  }

  async branchTip(branch: string): Promise<BranchTip | undefined> {
    return (await this.branchTips([branch])).get(branch);
  }

  async branchTips(patterns: readonly string[]): Promise<Map<string, BranchTip>> {
    const origin = await this.clone.findOrigin();
    if (!origin) return this.localTips('refs/heads/', patterns, {});
    try {
      const tips = await origin.refs.branchTips(patterns);
      return new Map([...tips].map(([name, commit]) => [name, { commit }]));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.localTips('refs/remotes/origin/', patterns, { stale: error.facts.reason });
    }
  }

  async commitGraph(tips: readonly string[]): Promise<CommitGraph> {
    const here = await this.clone.fetchCommits(tips);
    if (here.length > 0) await this.clone.deepen(here, longestHistory);
    return new CommitGraph(here.length === 0 ? new Map() : await readCommitParents(this.clone.git, here));
  }

  async firstParent(commit: string): Promise<string | undefined> {
    // The object itself names it also where a shallow clone ends.
    return /^parent ([0-9a-f]{40,64})$/m.exec(await this.headerOf(commit))?.[1];
  }

  /** Returns the lines before a commit's message. */
  private async headerOf(commit: string): Promise<string> {
    await this.clone.fetchCommit(commit);
    const name = `${commit}^{commit}`;
    const text = (await this.clone.objects.read([name])).get(name)?.content.toString() ?? '';
    return text.slice(0, text.indexOf('\n\n'));
  }

  async mergeBases(commit: string, others: readonly string[]): Promise<Map<string, string>> {
    const here = await this.clone.fetchCommits([commit, ...others]);
    const found = new Map<string, string>();
    const find = async () => {
      for (const other of others) {
        if (found.has(other) || !here.includes(other)) continue;
        const base = this.bases.get(`${commit} ${other}`) ?? (await this.mergeBase(commit, other));
        if (base === undefined) continue;
        found.set(other, base);
        this.bases.set(`${commit} ${other}`, base);
      }
    };
    await find();
    for (const depth of forkDepths) {
      const apart = here.filter((other) => others.includes(other) && !found.has(other));
      if (apart.length === 0) break;
      await this.clone.deepen([commit, ...apart], depth);
      await find();
    }
    return found;
  }

  private async mergeBase(commit: string, other: string): Promise<string | undefined> {
    const { code, stdout } = await this.clone.git.run(['merge-base', commit, other]);
    return code === 0 ? stdout.toString().trim() : undefined;
  }

  async changedPaths(commits: readonly string[]): Promise<Map<string, string[]>> {
    await bringTrees(this.clone, commits, false);
    return readChangedPaths(this.clone.git, commits, await this.clone.tree.prefix());
  }

  async authorDates(commits: readonly string[]): Promise<Map<string, string>> {
    return readAuthorDates(this.clone.git, commits.filter(isObjectName));
  }

  isShallow(): Promise<boolean> {
    const args = ['rev-parse', '--is-shallow-repository'];
    this.shallow ??= this.clone.git.text(args).then((answer) => answer.trim() === 'true');
    return this.shallow;
  }

  async symmetricDifference(from: string, to: string, folders: readonly string[]): Promise<CommitsApart> {
    for (const commit of [from, to]) await this.clone.fetchCommit(commit);
    const origin = (await this.clone.findOrigin())?.refs;
    const isComplete = (await origin?.bringHistoryBetween(from, to)) ?? true;
    const prefix = await this.clone.tree.prefix();
    await bringTrees(this.clone, [`${from}...${to}`], true);
    const apart = await readCommitsApart(this.clone.git, prefix, [from, to], folders);
    return { ...apart, isCut: apart.isCut || !isComplete };
  }

  async describeCommit(id: string): Promise<Commit> {
    await this.clone.fetchCommit(id);
    const format = ['--no-patch', '--no-show-signature', '--format=%H%n%an%n%aI%n%s'];
    const lines = (await this.clone.git.text(['show', ...format, id])).split('\n');
    const [commit = '', author = '', date = '', subject = ''] = lines;
    return { id: commit, author, date, subject };
  }

  /** The tips of branches whose refs have a prefix in this clone. */
  private async localTips(
    prefix: string,
    patterns: readonly string[],
    age: Pick<BranchTip, 'stale'>,
  ): Promise<Map<string, BranchTip>> {
    const listed = await this.clone.git.text(['for-each-ref', '--format=%(objectname) %(refname)', prefix]);
    const tips = listed.split('\n').map((line) => {
      const [commit = '', ref = ''] = line.split(' ');
      return [ref.slice(prefix.length), { commit, ...age }] as const;
    });
    return new Map(tips.filter(([name]) => patterns.some((pattern) => matchesBranch(pattern, name))));
  }
}

/** A commit that git or the origin refuses is as good as not there. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}
