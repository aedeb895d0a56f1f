import type { BuildNumber } from '../../model/release/build-number.ts';
import { isObjectName } from '../../model/commits/commit.ts';
import type { DeploymentSummary, Hold } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { freezeAt, type Freeze } from '../../model/environment/freeze.ts';
import { holdOf } from '../../model/rollback/hold.ts';
import { BranchHistory, type Behind, type RunningCommit } from './behind.ts';
import { catchProductError, orUnknown } from '../../model/errors/result.ts';
import type { ObjectDrift } from '../../model/observe/drift.ts';
import type { ObjectRemark } from '../../model/observe/object-findings.ts';
import type { RunningService } from '../../model/observe/running-service.ts';
import type { ObservedService, UnhealthyObject, UnreadKind } from '../../ports/cluster.ts';
import { apisAtDoor, observeDoor, type ObservedDoor, type ServiceApis } from './observe-door.ts';
import { observeEnvironment } from './observe-environment.ts';
import type { BranchTip } from '../../ports/repository/commits.ts';
import type { ServiceMap } from '../../ports/service-map.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { UnreachableEnvironment } from './unreachable.ts';

/** Of what the status is asked. */
export interface StatusRequest {
  /** One service; all when left out. */
  readonly service?: string;
  readonly environments: readonly Environment[];
  readonly services: ServiceMap;
  /** The main branch: `main`. */
  readonly branch: string;
}

/** The running releases of all environments. */
export interface Status {
  /** In alphabetical order, also those that are in an environment only. */
  readonly services: readonly ServiceStatus[];
  readonly branch: {
    readonly name: string;
    /** Its newest commit. */
    readonly commit?: string;
    /** Why how far behind it something is cannot be told, or may be old. */
    readonly problem?: string;
  };
  /** Versions of the clusters' configuration, of the environments that have one; told with all services only. */
  readonly provisioned: readonly { readonly environment: string; readonly version: BuildNumber }[];
  /** The environments that nothing is put into now. */
  readonly frozen: readonly FrozenEnvironment[];
}

/** An environment, and the freeze that it is in. */
export interface FrozenEnvironment extends Freeze {
  readonly environment: string;
}

/** One service in every environment. */
export interface ServiceStatus {
  readonly service: string;
  /** True when the workspace has it, as it is checked out. */
  readonly isInWorkspace: boolean;
  /** In the order of the environments. */
  readonly environments: readonly EnvironmentStatus[];
}

/** The state of a service in one environment. */
export type EnvironmentStatus =
  | { readonly environment: string; readonly state: 'absent' }
  | UnreachableEnvironment
  | {
      readonly environment: string;
      readonly state: 'deployed';
      /** Undefined when its workload is gone. */
      readonly running: RunningService | undefined;
      /** The newest deployment, however it ended. */
      readonly record: DeploymentSummary | undefined;
      /** The hold, with its author. */
      readonly hold: Hold | undefined;
      /** Pods that run another image than the record tells of, by digest; none while a deployment goes on. */
      readonly foreignDigests: readonly string[];
      /** Objects that are not as they were deployed. */
      readonly drift: readonly ObjectDrift[];
      /** Kinds of its objects that could not be read: of these no drift is known, nor of a workload what runs. */
      readonly unread: readonly UnreadKind[];
      /** Objects beside the workload that are not healthy by their own status; none while a deployment goes on. */
      readonly unhealthy: readonly UnhealthyObject[];
      /** Its APIs at the environment's door; left out where it has none there. */
      readonly apis?: ServiceApis;
      /** Things to know of those that are. */
      readonly remarks: readonly ObjectRemark[];
      /** Undefined where no build is known to run. */
      readonly behind: Behind | undefined;
    };

type Deployed = Extract<EnvironmentStatus, { state: 'deployed' }>;

/** The services that were observed in an environment, by name, or why it cannot be looked into. */
type ObservedServices = Awaited<ReturnType<typeof observeEnvironment>>;
/** An environment's services, and its door where it has one. */
export interface Observed {
  readonly services: ObservedServices;
  readonly door: ObservedDoor | undefined;
}
/** The newest commit of the main branch, or why it is not known. */
type Tip = BranchTip | { readonly unknown: string };
/** The history of the main branch, or why it is not known. */
export type History = BranchHistory | { readonly unknown: string };

/** The ports by which a status is asked. */
export type StatusPorts = Pick<ReleasePorts, 'cluster' | 'repository' | 'facade' | 'clock'>;

/** Asks every environment at once. One that does not answer is told as that, and so is a branch that is not known. */
export async function status(request: StatusRequest, ports: StatusPorts): Promise<Status> {
  const { service, environments, services, branch } = request;
  const looking = environments.map((environment) => look(service, environment, ports));
  const provisioning =
    service === undefined ? environments.map((environment) => provisionedIn(environment, ports)) : [];
  const tip = orUnknown(
    async () => (await ports.repository.branchTip(branch)) ?? { unknown: `There is no branch ${branch}.` },
  );
  const readHistory = (commits: readonly string[]) =>
    orUnknown(async () => {
      const found = await tip;
      return 'unknown' in found ? found : BranchHistory.read(commits, found.commit, services, ports);
    });
  // By what records say, while pods are still being read: most often that is what runs.
  const early = Promise.all(looking.map(({ newest }) => newest)).then((newest) =>
    readHistory(newest.flat().map(({ release }) => release.commit)),
  );
  const observed = await Promise.all(looking.map((each) => each.observed));
  const history = await completed(await early, runningCommits(observed), readHistory);
  return {
    branch: branchStatus(branch, await tip, history),
    provisioned: (await Promise.all(provisioning)).flat(),
    frozen: frozenAmong(environments, ports.clock()),
    services: serviceStatuses(request, observed, history),
  };
}

/** Returns those that are frozen at a moment. */
export function frozenAmong(environments: readonly Environment[], now: Date): FrozenEnvironment[] {
  return environments.flatMap(({ name, freeze = [] }) => {
    const found = freezeAt(freeze, now);
    return found ? [{ environment: name, ...found }] : [];
  });
}

/** Returns the builds that run, of which a commit is known. */
export function runningCommits(observed: readonly Observed[]): RunningCommit[] {
  return observed
    .flatMap(({ services }) => ('reason' in services ? [] : [...services.values()]))
    .flatMap((one) => runningCommit(one) ?? []);
}

function branchStatus(name: string, tip: Tip, history: History): Status['branch'] {
  const problem = 'unknown' in tip ? tip.unknown : history instanceof BranchHistory ? tip.stale : history.unknown;
  return {
    name,
    ...('commit' in tip ? { commit: tip.commit } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Returns the services that are told of, in alphabetical order. */
function serviceNames({ service, services }: StatusRequest, observed: readonly Observed[]): string[] {
  if (service !== undefined) return [service];
  const seen = observed.flatMap((each) => ('reason' in each.services ? [] : [...each.services.keys()]));
  return [...new Set([...services.services, ...seen])].sort();
}

/**
 * Returns the services' rows.
 * @param observed in the order of the request's environments. @param history undefined while it is being read.
 * @param names of the services, when not all of the request.
 */
export function serviceStatuses(
  request: StatusRequest,
  observed: readonly Observed[],
  history: History | undefined,
  names: readonly string[] = serviceNames(request, observed),
): ServiceStatus[] {
  const inWorkspace = new Set(request.services.services);
  return names.map((service) => ({
    service,
    isInWorkspace: inWorkspace.has(service),
    environments: request.environments.map(({ name }, index) =>
      environmentStatus(service, name, observed[index]!, history),
    ),
  }));
}

function environmentStatus(
  service: string,
  environment: string,
  { services, door }: Observed,
  history: History | undefined,
): EnvironmentStatus {
  if ('reason' in services) return { environment, state: 'unreachable', ...services };
  const one = services.get(service);
  if (!one) return { environment, state: 'absent' };
  const apis = one.newest && apisAtDoor(door, one.newest);
  return { ...deployed(environment, one, history), ...(apis ? { apis } : {}) };
}

/**
 * Returns the provisioned version. Deployers may lack the right to read it; unreachable clusters are reported by the
 * services' rows.
 */
export function provisionedIn(
  environment: Environment,
  { cluster }: Pick<ReleasePorts, 'cluster'>,
): Promise<Status['provisioned']> {
  return catchProductError(
    async () => {
      const version = await (await cluster(environment)).provisioned();
      return version ? [{ environment: environment.name, version }] : [];
    },
    () => [],
  );
}

/** Begins to look into an environment. Its newest deployments are known before all else is. */
export function look(
  service: string | undefined,
  environment: Environment,
  ports: Pick<ReleasePorts, 'cluster' | 'facade'>,
) {
  let told: (newest: readonly DeploymentSummary[]) => void = () => {};
  const newest = new Promise<readonly DeploymentSummary[]>((resolve) => (told = resolve));
  // Where it cannot be looked into, nobody tells.
  const services = observeEnvironment(service, environment, ports, told).finally(() => told([]));
  const observed = Promise.all([services, observeDoor(environment, ports)]);
  return { newest, observed: observed.then(([found, door]): Observed => ({ services: found, door })) };
}

/** Something may run that no record tells of. */
async function completed(
  early: History,
  running: readonly RunningCommit[],
  read: (commits: readonly string[]) => Promise<History>,
): Promise<History> {
  const isComplete = !(early instanceof BranchHistory) || running.every(({ commit }) => early.isReadFor(commit));
  return isComplete ? early : read(running.map(({ commit }) => commit));
}

function deployed(environment: string, observed: ObservedService, history: History | undefined): Deployed {
  const { newest, running, drift, unhealthy, remarks, unread } = observed;
  const commit = runningCommit(observed);
  const isSettled = newest?.outcome === 'succeeded' && running?.health !== 'rolling-out';
  return {
    environment,
    state: 'deployed',
    running,
    record: newest,
    hold: newest && holdOf([newest]),
    foreignDigests: isSettled ? (running?.digests ?? []).filter((digest) => digest !== newest.release.imageDigest) : [],
    drift,
    unread,
    unhealthy,
    remarks,
    behind: commit && (history instanceof BranchHistory ? behindOf(commit, history) : history),
  };
}

/** Undefined while the history is older than the build. */
function behindOf(build: RunningCommit, history: BranchHistory): Behind | undefined {
  return history.isReadFor(build.commit) ? history.behind(build) : undefined;
}

function runningCommit({ service, running }: ObservedService): RunningCommit | undefined {
  const { commit = '' } = running ?? {};
  return isObjectName(commit) ? { service, commit } : undefined;
}
