import pMap from 'p-map';
import type { DeploymentSummary } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { describeHold, holdOf } from '../../model/rollback/hold.ts';
import type { ContentHash } from '../../model/release/release.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** Of what it is asked whether it is outdated. */
export interface OutdatedRequest {
  readonly environments: readonly Environment[];
  readonly services: readonly ServiceSource[];
}

/** A service that is not in an environment as the checked-out commit has it. */
export interface Outdated {
  readonly service: string;
  readonly environment: string;
  /** The build that was deployed last, if any. */
  readonly buildNumber: string | undefined;
  /** The commit that it was built from. */
  readonly commit: string | undefined;
  /**
   * True when that commit comes after the checked-out one: a newer run has been there, and this one has nothing to
   * bring.
   */
  readonly isLater: boolean;
  /** Why, as a sentence. */
  readonly reason: string;
}

/** Services whose content is read at the same time. */
const atOnce = 16;

/**
 * Finds the services whose content in the checked-out commit is not what is recorded as deployed: by content and by
 * records, and not by what the last run changed, so that a run that failed, was cancelled or never began is made up for by
 * the next. A service that is held where it is counts as outdated, with the hold as its reason.
 * @throws {ProductError} when an environment cannot be looked into: nobody would know what is outdated there.
 */
export async function outdated(
  { environments, services }: OutdatedRequest,
  { repository, cluster }: Pick<ReleasePorts, 'repository' | 'cluster'>,
): Promise<Outdated[]> {
  const commit = await repository.headCommit();
  const [hashes, ...deployed] = await Promise.all([
    pMap(services, (service) => service.contentHash({ commit }), { concurrency: atOnce }),
    ...environments.map(async (environment) => {
      const newest = await (await cluster(environment)).newest();
      return new Map(newest.map((record) => [record.release.service, record]));
    }),
  ]);
  const found = services.flatMap(({ name }, index) =>
    environments.flatMap(({ name: environment }, at) => {
      const newest = deployed[at]!.get(name);
      const reason = whyOutdated(newest, hashes[index]!);
      return reason === undefined ? [] : [{ service: name, environment, release: newest?.release, reason }];
    }),
  );
  const others = new Set(
    found.flatMap(({ release }) => (release && release.commit !== commit ? [release.commit] : [])),
  );
  const forks = await repository.mergeBases(commit, [...others]);
  return found.map(({ service, environment, release, reason }): Outdated => {
    const isLater = release !== undefined && release.commit !== commit && forks.get(release.commit) === commit;
    return {
      service,
      environment,
      buildNumber: release?.buildNumber.toString(),
      commit: release?.commit,
      isLater,
      reason: isLater ? `${release.buildNumber} is of a later commit.` : reason,
    };
  });
}

function whyOutdated(newest: DeploymentSummary | undefined, hash: ContentHash): string | undefined {
  if (!newest) return 'It was never deployed there.';
  const { outcome, release, cause } = newest;
  if (outcome === 'succeeded' && release.contentHash === hash && !release.dirty) return undefined;
  const hold = holdOf([newest]);
  if (hold) return `${describeHold(hold, newest.environment)}.`;
  if (outcome === 'running') return `${release.buildNumber} is being deployed.`;
  if (outcome !== 'succeeded') return `${release.buildNumber} ${outcome}.`;
  if (cause.action === 'automatic-rollback')
    return `A newer build failed and was rolled back to ${release.buildNumber}.`;
  return release.dirty
    ? `${release.buildNumber} was built with uncommitted changes.`
    : `${release.buildNumber} has other content.`;
}
