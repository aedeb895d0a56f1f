import pMap from 'p-map';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Commit } from '../../model/commits/commit.ts';
import type { CommitGraph } from '../../model/commits/commit-graph.ts';
import type { DeploymentSummary, Hold } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { groupByKey } from '../../model/text/group-by-key.ts';
import { holdOf, isHeldBack } from '../../model/rollback/hold.ts';
import type { ServiceMap } from '../../ports/service-map.ts';
import type { TaggedCommit } from '../../ports/repository/release-tags.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { touchedServices } from './affected-services.ts';
import { broughtBy, noSuchCommit } from './brought-commits.ts';
import { orUnreachable, type Unreachable, type UnreachableEnvironment } from './unreachable.ts';

/** Which commit is looked for. */
export interface WhereRequest {
  /** As a person names it: `1a2b3c4`, a tag, a branch. */
  readonly commit: string;
  readonly environments: readonly Environment[];
  readonly services: ServiceMap;
}

/** Where a commit has got to. */
export interface Whereabouts {
  readonly commit: Commit;
  /** True when it is a merge: then all that it brought to its first parent is looked for. */
  readonly isMerge: boolean;
  /** The services that it changes, in alphabetical order. */
  readonly services: readonly ServiceWhereabouts[];
}

/** Where a commit has got to with one service. */
export interface ServiceWhereabouts {
  readonly service: string;
  /** Builds that have it, oldest first. */
  readonly releasedIn: readonly BuildNumber[];
  /** In the order of the environments. */
  readonly environments: readonly EnvironmentWhereabouts[];
}

/** The state of a commit in an environment, in one service. */
export type EnvironmentWhereabouts =
  | { readonly environment: string; readonly state: 'absent' }
  | UnreachableEnvironment
  | {
      readonly environment: string;
      /** `runs`: in what is there. `waits`: what is there does not have it. `unknown`: nobody knows what is there. */
      readonly state: 'runs' | 'waits' | 'unknown';
      /** The build that is there. */
      readonly buildNumber: string | undefined;
      /** The build that has the commit and failed there, where that was deployed last. */
      readonly failed: string | undefined;
      /** Since when that is there, ISO 8601; undefined where the newest deployment did not succeed. */
      readonly since: string | undefined;
      /** The hold that keeps all builds out that have it. */
      readonly hold: Hold | undefined;
    };

/** Services that are looked at at the same time, where their newest deployment did not end well. */
const atOnce = 8;

/**
 * Returns the whereabouts of a commit: for each service that it changes through the project graph, the builds that
 * released it and the environments in which it runs.
 * @throws {Refusal} when there is no such commit.
 */
export async function where(
  { commit: text, environments, services }: WhereRequest,
  ports: Pick<ReleasePorts, 'cluster' | 'repository'>,
): Promise<Whereabouts> {
  const { repository } = ports;
  const [id, releases, ...observed] = await Promise.all([
    repository.findCommit(text),
    repository.releases(),
    ...environments.map((environment) => newestIn(environment, ports)),
  ]);
  if (id === undefined) throw noSuchCommit(text);
  const there = observed.flatMap((each) => ('reason' in each ? [] : [...each.values()]));
  const commits = [...there, ...releases].map(({ commit }) => commit).filter((each) => each !== undefined);
  const tips = [...new Set([id, ...commits])];
  const [commit, graph] = await Promise.all([repository.describeCommit(id), repository.commitGraph(tips)]);
  const brought = broughtBy(id, graph);
  const touched = await touchedServices(brought, graph, services, ports);
  const names = [...new Set([...touched.values()].flatMap((each) => [...each]))].sort();
  const sought: SoughtCommit = { graph, isIn: graph.containing(id) };
  const releasedIn = releasesByService(releases, sought);
  return {
    commit,
    isMerge: graph.parentsOf(id).length > 1,
    services: names.map((service) => ({
      service,
      releasedIn: releasedIn.get(service) ?? [],
      environments: environments.map(({ name: environment }, index): EnvironmentWhereabouts => {
        const found = observed[index]!;
        if ('reason' in found) return { environment, state: 'unreachable', ...found };
        const one = found.get(service);
        return one
          ? whereabouts(environment, one, sought, releasedIn.get(service) ?? [])
          : { environment, state: 'absent' };
      }),
    })),
  };
}

/** The commit that is looked for, in the history that is known. */
interface SoughtCommit {
  readonly graph: CommitGraph;
  /** Reports whether a commit is it, or comes after it. */
  readonly isIn: (commit: string) => boolean;
}

function releasesByService(releases: readonly TaggedCommit[], { isIn }: SoughtCommit): Map<string, BuildNumber[]> {
  const having = releases.filter(({ commit }) => isIn(commit));
  const byService = groupByKey(having.map(({ tag }) => [tag.service, tag.buildNumber] as const));
  for (const builds of byService.values()) builds.sort(BuildNumber.compare);
  return byService;
}

/** The release of a service in an environment. */
interface RunningRelease {
  /** Of the build that runs, as far as it is known. */
  readonly buildNumber: string | undefined;
  readonly commit: string | undefined;
  readonly newest: DeploymentSummary;
  /** The deployment that did not end well, where it was the last one that somebody made. */
  readonly failed: Pick<DeploymentSummary, 'release'> | undefined;
}

/**
 * Returns the releases of an environment by service: the last deployment, and if that did not succeed, the running
 * one.
 */
async function newestIn(
  environment: Environment,
  { cluster }: Pick<ReleasePorts, 'cluster'>,
): Promise<ReadonlyMap<string, RunningRelease> | Unreachable> {
  return orUnreachable(async () => {
    const connected = await cluster(environment);
    const running = async (newest: DeploymentSummary): Promise<RunningRelease> => {
      const { service, buildNumber, commit } = newest.release;
      if (newest.outcome === 'succeeded') {
        const isPutBack = newest.cause.action === 'automatic-rollback';
        const failed = isPutBack ? (await connected.records(service))[1] : undefined;
        return { buildNumber: buildNumber.toString(), commit, newest, failed };
      }
      const [one] = await connected.observe(service);
      const failed = newest.outcome === 'running' ? undefined : newest;
      return { buildNumber: one?.running?.buildNumber, commit: one?.running?.commit, newest, failed };
    };
    const all = await pMap(await connected.newest(), running, { concurrency: atOnce });
    return new Map(all.map((one) => [one.newest.release.service, one]));
  });
}

function whereabouts(
  environment: string,
  { newest, buildNumber, commit, failed }: RunningRelease,
  { graph, isIn }: SoughtCommit,
  releasedIn: readonly BuildNumber[],
): EnvironmentWhereabouts {
  const hold = holdOf([newest]);
  const isKnown = commit !== undefined && graph.has(commit);
  const state = !isKnown ? 'unknown' : isIn(commit) ? 'runs' : 'waits';
  const isHeld = state === 'waits' && releasedIn.length > 0 && releasedIn.every((build) => isHeldBack(build, hold));
  const since = newest.outcome === 'succeeded' ? newest.finishedAt : undefined;
  const hasFailed = failed !== undefined && graph.has(failed.release.commit) && isIn(failed.release.commit);
  return {
    environment,
    state,
    buildNumber,
    failed: hasFailed ? failed.release.buildNumber.toString() : undefined,
    since,
    hold: isHeld ? hold : undefined,
  };
}
