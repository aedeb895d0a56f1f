import type { LoggedCommit } from '../commits/commit-log.ts';

/** Requests inside requests that are listed. */
const mostNested = 5;

/** A request by which commits came in. */
export interface PullRequest {
  readonly number: number;
  /** Its title by its commit, without the number; undefined where that has none. */
  readonly title: string | undefined;
}

/**
 * The pull request that a commit's subject names: `… (#123)` as GitHub writes when it squashes, `Merge pull request #123
 * from …` when it merges, `Merged PR 123: …` as Azure DevOps writes. An issue that is named in the middle is none.
 */
export function pullRequestOf(subject: string): PullRequest | undefined {
  const [, merged] = /^Merge pull request #(\d{1,9}) from /.exec(subject) ?? [];
  if (merged !== undefined) return { number: Number(merged), title: undefined };
  const [, azure, azureTitle] = /^Merged PR (\d{1,9}): (.*)$/.exec(subject) ?? [];
  if (azure !== undefined) return { number: Number(azure), title: azureTitle };
  // Gitea writes `Merge pull request 'title' (#123) from …`.
  const [, giteaTitle, gitea] = /^Merge pull request '(.*)' \(#(\d{1,9})\) from /.exec(subject) ?? [];
  if (gitea !== undefined) return { number: Number(gitea), title: giteaTitle };
  const [, title, squashed] = /^(.*?)\s*\(#(\d{1,9})\)$/.exec(subject) ?? [];
  return squashed === undefined ? undefined : { number: Number(squashed), title };
}

/**
 * Pull requests by which each commit came in: the one that its own subject names, and those of the merges that brought
 * it, the innermost first.
 * @param commits all of a range, merges among them.
 */
export function pullRequestsOf(commits: readonly LoggedCommit[]): Map<string, PullRequest[]> {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const found = new Map<string, PullRequest[]>();
  // Lines of first parents, each with the requests that it came in by. A stack of its own: histories are deep.
  const isParent = new Set(commits.flatMap(({ parents }) => parents));
  const heads = commits.filter(({ id }) => !isParent.has(id)).map(({ id }) => id);
  const waiting = heads.reverse().map((tip) => ({ tip, by: [] as PullRequest[] }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const line = lineOf(next.tip, byId, found);
    for (const { id } of line) found.set(id, next.by);
    const branches = line.flatMap(({ parents, subject }) => {
      const request = parents.length > 1 ? pullRequestOf(subject) : undefined;
      return parents
        .slice(1)
        .map((tip) => ({ tip, by: request ? [request, ...next.by].slice(0, mostNested) : next.by }));
    });
    // The oldest merge is looked at first: what an older one brought, a newer one did not.
    waiting.push(...branches);
  }
  for (const [id, by] of found) {
    const { subject, parents } = byId.get(id)!;
    const own = parents.length > 1 ? undefined : pullRequestOf(subject);
    if (own) found.set(id, [own, ...by.filter(({ number }) => number !== own.number)]);
  }
  return found;
}

/** A commit and its first parents, as far as the range goes and nobody was there before, newest first. */
function lineOf(
  tip: string,
  byId: ReadonlyMap<string, LoggedCommit>,
  found: ReadonlyMap<string, unknown>,
): LoggedCommit[] {
  const line: LoggedCommit[] = [];
  for (let at = byId.get(tip); at && !found.has(at.id); at = byId.get(at.parents[0] ?? '')) line.push(at);
  return line;
}
