import { takesBranches, type Environment } from '../../model/environment/environment.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import type { BuildNumbers } from '../../ports/repository/build-numbers.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { describeBoth } from '../deploy/requirements/commit-precedence.ts';
import { newestSucceeded, type Superseded } from '../deploy/decide-deploy.ts';
import type { DeployOptions } from '../deploy/deploy.ts';
import { findPrecedence } from '../deploy/find-precedence.ts';
import type { DeployTarget } from '../deploy/plan-deploy.ts';
import { compareCommits, isOnBranch } from '../revision/commit-order.ts';

/** Builds that are compared with the commit: the newest ones. */
const mostBuilds = 3;

/** A commit that is to be built, and the environments that it is for. */
export interface OvertakenRequest extends Pick<DeployOptions, 'mainBranch' | 'comparesCommits' | 'force'> {
  readonly targets: readonly Pick<DeployTarget, 'release' | 'environment'>[];
  readonly service: string;
  readonly commit: string;
}

/** An environment that runs a later commit. */
export interface SupersededThere {
  readonly environment: string;
  readonly result: Superseded;
}

/**
 * Finds what keeps a commit from being released, before anything is built: a later commit that runs in all environments it
 * is for, or that has been built, and is part of the main branch.
 * @returns one for each environment; none where there is something to build for.
 * @throws {Refusal} when an environment runs a commit of another branch.
 */
export async function findOvertaken(
  request: OvertakenRequest,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<readonly SupersededThere[]> {
  const { targets, mainBranch, comparesCommits, force } = request;
  if (!comparesCommits || force) return [];
  const there = await Promise.all(targets.map((target) => runsLater(target, request, ports, reporter)));
  const superseded = there.filter((each) => each !== undefined);
  if (superseded.length === targets.length && targets.length > 0) return superseded;
  if (targets.length > 0 && targets.every(({ environment }) => takesBranches(environment))) return [];
  const built = await findLaterBuild(request, mainBranch, ports);
  if (!built) return [];
  return targets.map(({ environment: { name: environment } }) => ({ environment, result: built }));
}

async function runsLater(
  target: OvertakenRequest['targets'][number],
  { mainBranch, comparesCommits, force }: OvertakenRequest,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<SupersededThere | undefined> {
  const cluster = await ports.cluster(target.environment as Environment);
  const records = await cluster.records(target.release.service);
  const precedence = await findPrecedence(target, records, { mainBranch, comparesCommits, force }, { ports, reporter });
  if (!precedence?.isOlder) return undefined;
  const by = newestSucceeded(records)!;
  return { environment: target.environment.name, result: { state: 'superseded', by, commits: precedence.commits } };
}

/** Finds a build of a later commit of the main branch. It may be under way, or have failed: what it lacks is no older commit. */
async function findLaterBuild(
  { service, commit }: OvertakenRequest,
  mainBranch: string,
  ports: WithRepository<BuildNumbers & Commits>,
): Promise<Superseded | undefined> {
  const numbers = (await ports.repository.buildNumbers(service)).sort(BuildNumber.compare).reverse();
  for (const buildNumber of numbers.slice(0, mostBuilds)) {
    const later = await ports.repository.commitOfBuild(new ReleaseTag(service, buildNumber));
    if (later === undefined || (await compareCommits(commit, later, ports)).kind !== 'before') continue;
    if (!(await isOnBranch(later, mainBranch, ports))) continue;
    const running = { buildNumber, commit: later };
    const commits = await describeBoth({ release: { service, commit }, running }, ports);
    return { state: 'superseded', by: { release: running }, commits, isElsewhere: true };
  }
  return undefined;
}
