import type { Commits } from '../../ports/repository/commits.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/** Reports whether a commit is an ancestor of another (`git merge-base --is-ancestor`). */
export async function isAncestor(
  commit: string,
  other: string,
  { repository }: WithRepository<Commits>,
): Promise<boolean> {
  return commit !== other && (await repository.mergeBases(commit, [other])).get(other) === commit;
}
