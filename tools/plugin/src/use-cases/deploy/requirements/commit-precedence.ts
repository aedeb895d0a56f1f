import { environmentsFolder, takesBranches, type Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { Release } from '../../../model/release/release.ts';
import type { Commits } from '../../../ports/repository/commits.ts';
import type { WithRepository } from '../../../ports/repository/source-repository.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import { compareCommits, describeInBrief, isOnBranch } from '../../revision/commit-order.ts';

/*
 * Which of two releases is newer is said by their commits, not by their numbers: a run of a CI that is repeated, or a laptop
 * behind its origin, gives an older commit the newer number (docs/decisions/0022-old-over-new.md).
 *
 * 1. A commit that comes before the one that runs is older: the release is superseded.
 * 2. A commit after the one that runs, or the same, is decided by the build number.
 * 3. Of two commits of which neither has the other, that of the main branch takes the place of one that the main branch
 *    does not have, with a warning. Otherwise the release is refused.
 * 4. Where the commit that runs cannot be had any more, nobody can tell: a warning.
 * 5. An environment that allows branches takes any commit.
 */

/** A release, the place that it goes to, and what runs there. */
export interface PrecedenceRequest {
  readonly environment: Pick<Environment, 'name' | 'allowBranches' | 'allowDirty'>;
  readonly release: Pick<Release, 'service' | 'commit'>;
  readonly running: Pick<Release, 'buildNumber' | 'commit'>;
  readonly mainBranch: string;
}

/** Both commits, as they are shown. */
export interface BothCommits {
  readonly released: string;
  readonly running: string;
}

/**
 * Reports whether a release is of an older commit than what runs.
 * @throws {Refusal} when the two are of different branches, and what runs is not to be left for the other.
 */
export async function isOlderCommit(
  request: PrecedenceRequest,
  ports: WithRepository<Commits>,
  reporter: Reporter,
): Promise<boolean> {
  const { environment, release, running, mainBranch } = request;
  if (takesBranches(environment)) return false;
  const order = await compareCommits(release.commit, running.commit, ports);
  if (order.kind === 'unknown') {
    const commits = await describeBoth(request, ports);
    reporter.warn(
      `${environment.name}: it is unknown whether commit ${commits.released} comes after ${commits.running}, which runs there: ${order.why}`,
    );
  }
  if (order.kind !== 'apart') return order.kind === 'before';
  const commits = await describeBoth(request, ports);
  const [isMain, replacesMain] = await Promise.all(
    [release.commit, running.commit].map((commit) => isOnBranch(commit, mainBranch, ports)),
  );
  if (!isMain || replacesMain)
    throw apartRefusal(request, commits, order.base && (await describeInBrief(order.base, ports)));
  reporter.warn(`${environment.name}: replaces commit ${commits.running}, which is not part of ${mainBranch}`);
  return false;
}

/** Returns both commits with their subjects and dates. */
export async function describeBoth(
  { release, running }: Pick<PrecedenceRequest, 'release' | 'running'>,
  ports: WithRepository<Commits>,
): Promise<BothCommits> {
  const [released, there] = await Promise.all([
    describeInBrief(release.commit, ports),
    describeInBrief(running.commit, ports),
  ]);
  return { released, running: there };
}

function apartRefusal(
  { environment: { name }, release: { service }, running: { buildNumber }, mainBranch }: PrecedenceRequest,
  commits: BothCommits,
  base: string | undefined,
): Refusal {
  return new Refusal({
    type: 'diverged',
    doing: `release ${service} to ${name}`,
    reason: `${name} runs ${buildNumber} of commit ${commits.running}, which commit ${commits.released} does not have: it would be removed.`,
    remedy: `Merge or rebase onto ${mainBranch} and release again; \`--force\` releases it nevertheless. Where branches are tried out, set \`allowBranches: true\` in ${environmentsFolder}/${name}.yaml.`,
    evidence: [base === undefined ? 'they have no commit in common' : `they part at ${base}`],
  });
}
