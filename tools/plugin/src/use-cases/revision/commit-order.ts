import { shortCommit } from '../../model/commits/commit.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/** How a commit lies to another: the same, after it, before it, or on another branch. */
export type CommitOrder =
  | { readonly kind: 'same' | 'after' | 'before' }
  /** Neither has the other. `base` is the newest commit that both have, if they have one. */
  | { readonly kind: 'apart'; readonly base: string | undefined }
  /** `why` is a clause. */
  | { readonly kind: 'unknown'; readonly why: string };

type Repository = WithRepository<Commits>;

/** Compares two commits. What is missing in this clone is fetched; what cannot be had makes the order unknown. */
export async function compareCommits(commit: string, other: string, { repository }: Repository): Promise<CommitOrder> {
  if (commit === other) return { kind: 'same' };
  const base = (await repository.mergeBases(commit, [other])).get(other);
  if (base === commit) return { kind: 'before' };
  if (base === other) return { kind: 'after' };
  if (base !== undefined) return { kind: 'apart', base };
  const here = await repository.authorDates([commit, other]);
  const lost = [commit, other].find((each) => !here.has(each));
  if (lost !== undefined)
    return { kind: 'unknown', why: `commit ${shortCommit(lost)} is neither here nor at the origin` };
  if (await repository.isShallow()) return { kind: 'unknown', why: 'this clone lacks the history between them' };
  return { kind: 'apart', base: undefined };
}

/** Reports whether a branch has a commit, by what the origin says of it now. */
export async function isOnBranch(commit: string, branch: string, ports: Repository): Promise<boolean> {
  const tip = (await ports.repository.branchTip(branch))?.commit;
  if (tip === undefined) return false;
  const { kind } = await compareCommits(commit, tip, ports);
  return kind === 'same' || kind === 'before';
}

/** Returns `1a2b3c4d5e6f "feat: totals" (2026-11-24)`; only the name of a commit that cannot be read. */
export async function describeInBrief(commit: string, { repository }: Repository): Promise<string> {
  try {
    const { subject, date } = await repository.describeCommit(commit);
    return `${shortCommit(commit)} "${subject.slice(0, 80)}" (${date.slice(0, 10)})`;
  } catch (error) {
    if (error instanceof ProductError) return shortCommit(commit);
    throw error;
  }
}
