import { inFolder } from '../../model/workspace/places.ts';
import { apiChanges, type ApiChanges } from '../../model/changes/api/api-changes.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type {
  ReleaseDiff,
  ChangesSide,
  LinkedPullRequest,
  ServiceCommit,
  SideDoor,
} from '../../model/changes/release-diff.ts';
import type { CommitsApart, LoggedCommit } from '../../model/commits/commit-log.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { describeDoorDrift } from '../../model/facade/observing/door-drift.ts';
import { pullRequestsOf, type PullRequest } from '../../model/forge/pull-requests.ts';
import { movedBaseImages } from '../../model/release/moved-base-images.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import type { Release } from '../../model/release/release.ts';
import { webAddressOf } from '../../model/forge/web-address.ts';
import { changedDependencies } from './changed-dependencies.ts';
import { changedManifests } from './changed-manifests.ts';
import { apisAtDoor, observeDoor } from '../observe/observe-door.ts';
import { findRelease } from '../revision/find-release.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

export type { ReleaseDiff as Changes } from '../../model/changes/release-diff.ts';

/** One side, as it is asked for: what runs somewhere, a release, or the checked-out commit. */
export type ChangesPoint =
  | { readonly kind: 'environment'; readonly environment: Environment }
  | { readonly kind: 'build'; readonly buildNumber: BuildNumber }
  | { readonly kind: 'head' };

/** The releases to compare, in any order. */
export interface ChangesRequest {
  readonly service: ServiceSource;
  /** All of the workspace, in their order. */
  readonly environments: readonly Environment[];
  /** Left away: what runs in the last environment that has the service. */
  readonly from: ChangesPoint | undefined;
  /** Left away: the checked-out commit. */
  readonly to: ChangesPoint | undefined;
}

type Ports = Pick<ReleasePorts, 'repository' | 'cluster' | 'facade'>;

/** One side as it was found. */
interface FoundSide {
  readonly side: ChangesSide;
  readonly release: Release | undefined;
  readonly environment: Environment | undefined;
}

/**
 * Returns the differences between two releases of a service, from the older to the newer one: commits, API, manifests,
 * dependencies. A part that cannot be read is reported as such. Changes nothing.
 * @throws {Refusal} when one of the two is not to be found.
 */
export async function changes(request: ChangesRequest, ports: Ports): Promise<ReleaseDiff> {
  const { service, environments } = request;
  const [asked, other] = await Promise.all([
    request.from ? find(request.from, service, ports) : lastRunning(service, environments, ports),
    find(request.to ?? { kind: 'head' }, service, ports),
  ]);
  const { older, newer, apart } = await sortByAge(asked, other, service, ports);
  const [from, to] = [older.side, newer.side];
  const environment = older.environment ?? newer.environment ?? environments.at(-1);
  const release = newer.release ?? older.release;
  const [history, api, manifests, dependencies, moved] = await Promise.all([
    describeHistory(apart, service, ports),
    changedApi(from.commit, to.commit, service, ports),
    changedManifests({ service, from, to, environment, environments, release }, ports),
    changedDependencies(from.commit, to.commit, service, ports),
    changedBaseImages(older.release, newer.release, ports),
  ]);
  return { service: service.name, from, to, ...history, api, manifests, dependencies, ...moved };
}

/** Returns the base images that moved between two builds, by what their tags tell. */
async function changedBaseImages(
  before: Release | undefined,
  after: Release | undefined,
  { repository }: Ports,
): Promise<Pick<ReleaseDiff, 'baseImages'>> {
  if (!before || !after) return {};
  // A record in a cluster does not tell of them.
  const tagged = (release: Release) => repository.readRelease(new ReleaseTag(release.service, release.buildNumber));
  const [from, to] = await Promise.all([before, after].map(tagged));
  const later = new Map(to?.baseImages?.map(({ tagged: name, digest }) => [name, digest]));
  const baseImages = movedBaseImages(from?.baseImages ?? [], ({ tagged: name }) => later.get(name));
  return baseImages.length > 0 ? { baseImages } : {};
}

async function find(point: ChangesPoint, service: ServiceSource, ports: Ports): Promise<FoundSide> {
  if (point.kind === 'head') {
    const commit = await ports.repository.headCommit();
    return { side: { commit, dirty: false }, release: undefined, environment: undefined };
  }
  if (point.kind === 'build') return found(await findRelease(service.name, point.buildNumber, ports), undefined);
  const running = await runningIn(point.environment, service, ports);
  if (running) return running;
  throw new Refusal({
    type: 'not-deployed',
    doing: `compare releases of ${service.name}`,
    reason: `No deployment of it to ${point.environment.name} has succeeded, so that nothing is known to run there.`,
    remedy: `Choose another environment or a release, or look with \`nx run ${service.name}:history --env=${point.environment.name}\`.`,
  });
}

/** Returns the running release of an environment: the newest deployment that succeeded. */
async function runningIn(environment: Environment, service: ServiceSource, ports: Ports) {
  const records = await (await ports.cluster(environment)).records(service.name);
  const newest = records.find(({ outcome }) => outcome === 'succeeded');
  if (!newest) return undefined;
  const door = await doorOf(newest, environment, ports);
  const { side, release } = found(newest.release, environment);
  return { side: { ...side, ...(door ? { door } : {}) }, release, environment };
}

/** Returns what clients get of what a deployment published. A door that cannot be asked is told as that. */
async function doorOf(
  newest: DeploymentRecord,
  environment: Environment,
  ports: Pick<ReleasePorts, 'facade'>,
): Promise<SideDoor | undefined> {
  if ((newest.publishes ?? []).length === 0) return undefined;
  const apis = apisAtDoor(await observeDoor(environment, ports), newest);
  return apis && 'drift' in apis ? { ...apis, drift: apis.drift.map(describeDoorDrift) } : apis;
}

function found(release: Release, environment: Environment | undefined): FoundSide {
  const { buildNumber, commit, dirty } = release;
  const side = { ...(environment ? { environment: environment.name } : {}), buildNumber, commit, dirty };
  return { side, release, environment };
}

async function lastRunning(
  service: ServiceSource,
  environments: readonly Environment[],
  ports: Ports,
): Promise<FoundSide> {
  for (const environment of [...environments].reverse()) {
    const running = await runningIn(environment, service, ports);
    if (running) return running;
  }
  throw new Refusal({
    type: 'not-deployed',
    doing: `compare releases of ${service.name}`,
    reason: 'It runs in no environment, so that there is nothing to compare with.',
    remedy: `Choose a release with --from, or release it with \`nx run ${service.name}:release\`.`,
  });
}

/** Sorts two sides by age: by history, then by build numbers, then by dates. */
async function sortByAge(a: FoundSide, b: FoundSide, service: ServiceSource, { repository }: Ports) {
  const apart = await repository.symmetricDifference(a.side.commit, b.side.commit, service.inputFolders);
  const { onlyInFrom, onlyInTo } = apart;
  if (!(await isAfter())) return { older: a, newer: b, apart };
  return { older: b, newer: a, apart: { ...apart, onlyInFrom: onlyInTo, onlyInTo: onlyInFrom } };

  /** Reports whether `a` is the newer one. */
  async function isAfter(): Promise<boolean> {
    if ((onlyInFrom.length === 0) !== (onlyInTo.length === 0)) return onlyInFrom.length > 0;
    const [x, y] = [a.side.buildNumber, b.side.buildNumber];
    if (x && y) return BuildNumber.compare(x, y) > 0;
    const [from, to] = [await repository.commitDate(a.side.commit), await repository.commitDate(b.side.commit)];
    return from > to;
  }
}

type History = Pick<ReleaseDiff, 'commits' | 'lostCommits' | 'isHistoryCut' | 'authors' | 'pullRequests'>;

async function describeHistory(apart: CommitsApart, service: ServiceSource, { repository }: Ports): Promise<History> {
  const origin = await repository.originUrl();
  const pages = origin === undefined ? undefined : webAddressOf(origin);
  const touches = ({ paths }: LoggedCommit) => paths.some((path) => service.isContent(path));
  const requests = pullRequestsOf(apart.onlyInTo);
  const describe = ({ id, author, date, subject }: LoggedCommit, by: readonly PullRequest[]): ServiceCommit => {
    const link = pages ? { url: pages.commit(id) } : {};
    return { id, author, date, subject, ...link, pullRequests: by.map(({ number }) => number) };
  };
  const touching = apart.onlyInTo.filter(touches);
  const linked = new Map<number, LinkedPullRequest>();
  for (const { number, title } of touching.flatMap(({ id }) => requests.get(id) ?? [])) {
    const known = title ?? linked.get(number)?.title;
    const link = pages ? { url: pages.pullRequest(number) } : {};
    linked.set(number, { number, ...(known === undefined ? {} : { title: known }), ...link });
  }
  return {
    commits: touching.map((commit) => describe(commit, requests.get(commit.id) ?? [])),
    lostCommits: apart.onlyInFrom.filter(touches).map((commit) => describe(commit, [])),
    isHistoryCut: apart.isCut,
    authors: countAuthors(touching),
    pullRequests: [...linked.values()],
  };
}

function countAuthors(commits: readonly LoggedCommit[]): ReleaseDiff['authors'] {
  const counts = new Map<string, number>();
  for (const { author } of commits) counts.set(author, (counts.get(author) ?? 0) + 1);
  const authors = [...counts].map(([name, count]) => ({ name, commits: count }));
  return authors.sort((a, b) => b.commits - a.commits || (a.name < b.name ? -1 : 1));
}

async function changedApi(
  from: string,
  to: string,
  service: ServiceSource,
  { repository }: Ports,
): Promise<ApiChanges> {
  const path = inFolder(service.root, 'openapi.yaml');
  const [before, after] = await Promise.all(
    [from, to].map(async (commit) => {
      return { name: `${path} at ${shortCommit(commit)}`, text: (await repository.texts(commit, path)).get(path) };
    }),
  );
  return apiChanges(before!, after!);
}
