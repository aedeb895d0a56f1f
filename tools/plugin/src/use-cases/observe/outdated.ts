import pMap from 'p-map';
import type { DeploymentSummary } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { describeDoorDrift, isPutRight } from '../../model/facade/observing/door-drift.ts';
import { describeHold, holdOf } from '../../model/rollback/hold.ts';
import type { ContentHash } from '../../model/release/release.ts';
import { describeMoved, type MovedBaseImage } from '../../model/release/moved-base-images.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { findFailedBuild } from '../revision/failed-build.ts';
import { newestRelease } from '../revision/find-release.ts';
import { apisAtDoor, observeDoor } from './observe-door.ts';
import { releasesOnOldBase } from './releases-on-old-base.ts';

/** Of what it is asked whether it is outdated. */
export interface OutdatedRequest {
  readonly environments: readonly Environment[];
  readonly services: readonly ServiceSource[];
  /** Asks registries whether base images of what is deployed have moved. */
  readonly baseImages?: boolean;
  /** Is told what could not be asked, where the rest is found all the same. */
  readonly onRemark?: (line: string) => void;
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
  /** Tag of the newest release, where that is of this content, failed there by itself and ran nowhere: it is built again. */
  readonly failedBuild?: string;
  /**
   * Set where it is outdated by nothing but base images that moved: its content is there, so that no `release` builds it, but
   * `release --rebuild` does.
   */
  readonly movedBaseImages?: readonly MovedBaseImage[];
}

/** Services whose content is read at the same time. */
const atOnce = 16;

/**
 * Finds the services whose content in the checked-out commit is not what is recorded as deployed: by content and by
 * records, and not by what the last run changed, so that a run that failed, was cancelled or never began is made up for by
 * the next. A service that is held where it is counts as outdated, with the hold as its reason; and so does one of which
 * clients get another API than it published, and one that was built on a base image that moved since.
 * @throws {ProductError} when an environment cannot be looked into: nobody would know what is outdated there.
 */
export async function outdated(
  { environments, services, baseImages = false, onRemark }: OutdatedRequest,
  ports: Pick<ReleasePorts, 'repository' | 'cluster' | 'facade' | 'registry'>,
): Promise<Outdated[]> {
  const { repository } = ports;
  const commit = await repository.headCommit();
  const [hashes, ...deployed] = await Promise.all([
    pMap(services, (service) => service.contentHash({ commit }), { concurrency: atOnce }),
    ...environments.map((environment) => deployedIn(environment, ports, onRemark)),
  ]);
  const all: Candidate[] = services.flatMap(({ name }, index) =>
    environments.map((environment, at) => {
      const [newest, hash] = [deployed[at]!.newest.get(name), hashes[index]!];
      const reason = whyOutdated(newest, hash) ?? deployed[at]!.atDoor.get(name);
      return { service: name, environment, hash, newest, reason };
    }),
  );
  const candidates = baseImages ? await withBaseReasons(all, ports, onRemark) : all.flatMap(withReason);
  const found = await pMap(candidates, (candidate) => withHistory(candidate, environments, ports), {
    concurrency: atOnce,
  });
  const others = new Set(
    found.flatMap(({ release }) => (release && release.commit !== commit ? [release.commit] : [])),
  );
  const forks = await repository.mergeBases(commit, [...others]);
  return found.map(({ service, environment, release, reason, failedBuild, movedBaseImages }): Outdated => {
    const isLater = release !== undefined && release.commit !== commit && forks.get(release.commit) === commit;
    return {
      service,
      environment,
      buildNumber: release?.buildNumber.toString(),
      commit: release?.commit,
      isLater,
      reason: isLater && !movedBaseImages ? `${release.buildNumber} is of a later commit.` : reason,
      ...(isLater || failedBuild === undefined ? {} : { failedBuild }),
      ...(movedBaseImages && { movedBaseImages }),
    };
  });
}

/** A service in an environment, and why it is outdated there. */
interface Candidate {
  readonly service: string;
  readonly environment: Environment;
  /** Of its content in the checked-out commit. */
  readonly hash: ContentHash;
  readonly newest: DeploymentSummary | undefined;
  readonly reason: string | undefined;
}
type WithReason = Candidate & { readonly reason: string } & Pick<Outdated, 'movedBaseImages'>;

function withReason(candidate: Candidate): WithReason[] {
  const { reason } = candidate;
  return reason === undefined ? [] : [{ ...candidate, reason }];
}

/** Returns those that are outdated; of those with the right content, the ones whose base images moved. */
async function withBaseReasons(
  all: readonly Candidate[],
  ports: Pick<ReleasePorts, 'repository' | 'registry'>,
  onRemark: OutdatedRequest['onRemark'],
): Promise<WithReason[]> {
  const current = all.flatMap(({ newest, reason }) => (newest && reason === undefined ? [newest.release] : []));
  const old = await releasesOnOldBase(current, ports, onRemark);
  return all.flatMap((candidate) => {
    const { newest, reason } = candidate;
    if (!newest || reason !== undefined) return withReason(candidate);
    const found = old.get(new ReleaseTag(newest.release.service, newest.release.buildNumber).toString());
    if (!found) return [];
    const told = describeMoved(found.moved);
    return found.rebuilt
      ? [{ ...candidate, reason: `${told} ${found.rebuilt} is built on that.` }]
      : [{ ...candidate, reason: told, movedBaseImages: found.moved }];
  });
}

/** Returns what was deployed last in an environment, by service, and what clients of its door get other than that. */
async function deployedIn(
  environment: Environment,
  ports: Pick<ReleasePorts, 'cluster' | 'facade'>,
  onRemark: OutdatedRequest['onRemark'],
) {
  const newest = await (await ports.cluster(environment)).newest();
  const atDoor = await doorReasons(environment, newest, ports, onRemark);
  return { newest: new Map(newest.map((record) => [record.release.service, record])), atDoor };
}

/**
 * Returns, by service, what clients of the door get other than the release that runs published, as far as deploying that
 * again puts it right. The door is asked only where something was published. When it cannot be, that is a remark: what runs
 * is known all the same.
 */
async function doorReasons(
  environment: Environment,
  newest: readonly DeploymentSummary[],
  ports: Pick<ReleasePorts, 'facade'>,
  onRemark: OutdatedRequest['onRemark'],
): Promise<ReadonlyMap<string, string>> {
  const published = newest.filter(({ publishes = [], outcome }) => outcome === 'succeeded' && publishes.length > 0);
  const door = published.length > 0 ? await observeDoor(environment, ports) : undefined;
  if (door && 'reason' in door)
    onRemark?.(
      `what clients get at ${door.instance} in ${environment.name} is not known: ${door.reason} ${door.remedy}`,
    );
  return new Map(
    published.flatMap((record) => {
      const found = apisAtDoor(door, record);
      const drift = found && 'drift' in found ? found.drift.filter(isPutRight) : [];
      const line = `${drift.map(describeDoorDrift).join('; ')} (${door?.instance}).`;
      return drift.length > 0 ? [[record.release.service, line] as const] : [];
    }),
  );
}

/** Adds how often its content has failed there, and what the next release does about that. */
async function withHistory(
  { service, environment, hash, newest, reason, movedBaseImages }: WithReason,
  environments: readonly Environment[],
  ports: Pick<ReleasePorts, 'repository' | 'cluster'>,
) {
  const isFailed = newest !== undefined && hasFailed(newest);
  const tries = isFailed ? triesOf(hash, await (await ports.cluster(environment)).records(service)) : 0;
  const again = tries > 1 ? ` This content failed there ${tries} times.` : '';
  const failed = tries > 0 ? await builtInVain({ service, hash, environments }, ports) : undefined;
  return {
    ...{ service, environment: environment.name, release: newest?.release },
    ...{ reason: `${reason}${again}${failed?.says ?? ''}`, failedBuild: failed?.tag },
    movedBaseImages,
  };
}

/** Reports whether the newest deployment is one that failed, or what was put back after it. */
function hasFailed({ outcome, cause }: DeploymentSummary): boolean {
  return outcome === 'failed' || cause.action === 'automatic-rollback';
}

/** Returns how often a content failed since anything else was tried. @param records newest first. */
function triesOf(hash: ContentHash, records: readonly DeploymentSummary[]): number {
  const tried = records.filter(({ cause }) => cause.action !== 'automatic-rollback');
  const other = tried.findIndex(({ outcome, release }) => outcome !== 'failed' || release.contentHash !== hash);
  return other < 0 ? tried.length : other;
}

/** Returns what the next release does about a content whose newest build failed by itself and ran nowhere. */
async function builtInVain(
  { service, hash, environments }: Pick<Candidate, 'service' | 'hash'> & Pick<OutdatedRequest, 'environments'>,
  ports: Pick<ReleasePorts, 'repository' | 'cluster'>,
): Promise<{ readonly says: string; readonly tag?: string } | undefined> {
  const newest = await newestRelease(service, ports);
  if (newest?.contentHash !== hash || newest.dirty) return undefined;
  const failed = await findFailedBuild(newest, { targets: environments, environments }, ports);
  if (!failed) return undefined;
  const { buildNumber, before } = failed;
  if (before) return { says: ` ${before} has the same content, and ran nowhere either: fix the source.` };
  return { says: ` ${buildNumber} ran nowhere, and is built again.`, tag: `${new ReleaseTag(service, buildNumber)}` };
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
