import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { newestSucceeded } from './decide-deploy.ts';
import type { DeployOptions } from './deploy.ts';
import type { DeployTarget } from './plan-deploy.ts';
import { describeBoth, isOlderCommit, type BothCommits } from './requirements/commit-precedence.ts';

/** The order of a release and of what runs, by their commits. */
export interface Precedence {
  readonly isOlder: boolean;
  /** Set when one of them is older, by its commit or its number. */
  readonly commits?: BothCommits;
  /** True when what runs is of another branch, which `force` overrides. */
  readonly isDiverged?: boolean;
}

/**
 * Compares a release with what runs in its environment, by their commits.
 * @param records newest first. @returns undefined where the commits are not to decide, or nothing runs.
 * @throws {Refusal} when what runs is of another branch.
 */
export async function findPrecedence(
  { release, environment }: Pick<DeployTarget, 'release' | 'environment'>,
  records: readonly DeploymentRecord[],
  { mainBranch, comparesCommits = false, force }: Pick<DeployOptions, 'mainBranch' | 'comparesCommits' | 'force'>,
  { ports, reporter }: { readonly ports: Pick<ReleasePorts, 'repository'>; readonly reporter: Reporter },
): Promise<Precedence | undefined> {
  const running = newestSucceeded(records)?.release;
  if (running === undefined || !comparesCommits) return undefined;
  const request = { environment, release, running, mainBranch };
  if (force) return forcedPrecedence(isOlderCommit(request, ports, reporter));
  const isOlder = await isOlderCommit(request, ports, reporter);
  const isShown = isOlder || running.buildNumber.isNewerThan(release.buildNumber);
  return { isOlder, ...(isShown ? { commits: await describeBoth(request, ports) } : {}) };
}

/** Says what would have stood in the way: where it is forced, nothing of it does, and nothing need be known. */
async function forcedPrecedence(comparing: Promise<boolean>): Promise<Precedence | undefined> {
  try {
    return { isOlder: await comparing };
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return error.facts.type === 'diverged' ? { isOlder: false, isDiverged: true } : undefined;
  }
}
