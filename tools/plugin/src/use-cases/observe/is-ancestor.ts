import type { Commits } from '../../ports/repository/commits.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/** Whether a commit comes before another, so that what is newer there is missing in it. */
export async function isAncestor(
  commit: string,
  other: string,
  { repository }: WithRepository<Commits>,
): Promise<boolean> {
  return commit !== other && (await repository.mergeBases(commit, [other])).get(other) === commit;
}
