import type { Commits } from '../../ports/repository/commits.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import type { Outdated } from './outdated.ts';

/**
 * The commit since which something is to be checked, for `nx affected --base`: the one before the checked-out one, or an
 * older one that has all changes after it which outdated services lack. A service that was never deployed lacks all; its
 * release checks it.
 */
export async function affectedBase(
  outdated: readonly Outdated[],
  { repository }: WithRepository<Commits>,
): Promise<string> {
  const head = await repository.headCommit();
  const deployed = outdated.flatMap(({ commit, isLater }) => (commit === undefined || isLater ? [] : [commit]));
  const before = await repository.firstParent(head);
  const since = [...new Set([...(before === undefined ? [] : [before]), ...deployed])];
  let base = before ?? head;
  for (const point of new Set((await repository.mergeBases(head, since)).values())) {
    base = (await repository.mergeBases(base, [point])).get(point) ?? base;
  }
  return base;
}
