import { shortCommit } from '../../model/commits/commit.ts';
import {
  environmentsFolder,
  releasedBranches,
  takesBranches,
  type Environment,
} from '../../model/environment/environment.ts';
import type { ErrorType } from '../../model/errors/error-catalog.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/** A commit that is to be used in an environment. */
export interface UsedCommit {
  readonly commit: string;
  readonly environment: Pick<Environment, 'name' | 'allowBranches' | 'allowDirty' | 'protected'>;
  readonly mainBranch: string;
  /** Takes one of another branch, too, where the environment is not protected. */
  readonly force?: boolean;
  /** The request, as a clause: `deploy orders 20261124-1 to prod`. */
  readonly doing: string;
}

/**
 * Requires that a commit is part of a branch that the environment takes releases of, as the origin has it now: what nobody
 * reviewed is on none of them, whatever tag points to it.
 * @returns what was overridden by `force`. @throws {Refusal} when it is on none, or that cannot be told.
 */
export async function requireReleasedBranch(
  used: UsedCommit,
  ports: WithRepository<Commits>,
): Promise<readonly ErrorType[]> {
  const { commit, environment, mainBranch, force = false } = used;
  if (await isOnReleasedBranch(used, ports)) return [];
  if (force && !environment.protected) return ['commit-not-on-branch'];
  const branches = releasedBranches(environment, mainBranch).join(' or ');
  if (await ports.repository.isShallow())
    throw new Refusal({
      type: 'shallow-clone',
      doing: used.doing,
      reason: `Whether ${branches} has commit ${shortCommit(commit)} cannot be said: this clone lacks the history between them.`,
      remedy: 'Run `git fetch --unshallow`; in a CI check out with all history.',
    });
  throw new Refusal({
    type: 'commit-not-on-branch',
    doing: used.doing,
    reason: `Its commit ${shortCommit(commit)} is not part of ${branches} at the origin.`,
    remedy: `Merge it into ${mainBranch} and push that; if you do not know the commit, look at who made its tag. Releases of other branches: \`allowBranches\` in ${environmentsFolder}/${environment.name}.yaml.`,
  });
}

/** Reports whether one of the branches that an environment takes releases of has a commit; of some, any is good. */
export async function isOnReleasedBranch(
  { commit, environment, mainBranch }: Omit<UsedCommit, 'doing'>,
  { repository }: WithRepository<Commits>,
): Promise<boolean> {
  if (takesBranches(environment)) return true;
  const tips = await repository.branchTips(releasedBranches(environment, mainBranch));
  const commits = [...new Set([...tips.values()].map((tip) => tip.commit))];
  if (commits.includes(commit)) return true;
  const bases = await repository.mergeBases(commit, commits);
  return commits.some((tip) => bases.get(tip) === commit);
}
