import {
  coverageOf,
  deliveredChanges,
  type Coverage,
  type DeliveredChange,
  type DeploymentFacts,
} from '../../model/observe/delivered-changes.ts';
import {
  deliveryMetrics,
  wasDeployed,
  type DeliveryMetrics,
  type MeasuredChange,
  type MeasuredService,
} from '../../model/observe/delivery-metrics.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { groupByKey } from '../../model/text/group-by-key.ts';
import { BroughtCommits } from './delivered-commits.ts';
import { orUnknown } from '../../model/errors/result.ts';
import type { ServiceMap } from '../../ports/service-map.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { orUnreachable, type Unreachable, type UnreachableEnvironment } from './unreachable.ts';

/** Of which environment, and of what time, figures are asked. */
export interface MetricsRequest {
  readonly environment: Environment;
  /** Milliseconds before now. */
  readonly period: number;
  readonly services: ServiceMap;
}

/** Figures of one service. */
export interface ServiceMetrics extends DeliveryMetrics {
  readonly service: string;
  /** Deployments that were ever begun: the newest sequence. */
  readonly deployments: number;
  /** When the oldest deployment that is kept ended, ISO 8601, UTC. */
  readonly oldestKept: string | undefined;
  /** Why commits are not known, where some are not. */
  readonly commitsUnknown: string | undefined;
}

/** Figures of an environment. */
export type EnvironmentMetrics =
  | UnreachableEnvironment
  | {
      readonly environment: string;
      readonly state: 'read';
      /** ISO 8601, UTC. */
      readonly since: string;
      readonly until: string;
      readonly all: DeliveryMetrics;
      /** In alphabetical order. */
      readonly services: readonly ServiceMetrics[];
    };

type Ports = Pick<ReleasePorts, 'cluster' | 'clock' | 'repository'>;

/** The changes that were delivered to an environment in a time, service by service. */
export interface MeasuredEnvironment {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  /** In alphabetical order of the services. */
  readonly measured: readonly Measured[];
}

/**
 * Measures how changes are delivered to an environment, by its deployment records and the commits that they name. An
 * environment that does not answer is told as that; so are commits that are not to be had.
 */
export async function metrics(request: MetricsRequest, ports: Ports): Promise<EnvironmentMetrics> {
  const { name } = request.environment;
  const found = await measureEnvironment(request, ports);
  return 'reason' in found ? { environment: name, state: 'unreachable', ...found } : figuresOf(name, found);
}

/** Finds out what changes were delivered, and what each brought. */
export async function measureEnvironment(
  { environment, period, services }: MetricsRequest,
  ports: Ports,
): Promise<MeasuredEnvironment | Unreachable> {
  const until = ports.clock().getTime();
  const since = until - period;
  const histories = await readHistories(environment, ports);
  if ('reason' in histories) return histories;
  const changes = histories.map((history) => changesSince(history, since));
  return { since, until, measured: await measure(changes, services, ports) };
}

/** Returns the figures of what was measured. */
export function figuresOf(
  environment: string,
  { since, until, measured }: MeasuredEnvironment,
): Extract<EnvironmentMetrics, { state: 'read' }> {
  const services = measured.map(
    ({ history: { service, records }, coverage, changes, commitsUnknown }): ServiceMetrics => ({
      service,
      deployments: Math.max(0, ...records.map(({ sequence }) => sequence)),
      oldestKept: coverage.oldestKept === undefined ? undefined : new Date(coverage.oldestKept).toISOString(),
      commitsUnknown,
      ...deliveryMetrics([{ coverage, changes }], until),
    }),
  );
  return {
    environment,
    state: 'read',
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    all: deliveryMetrics(measured, until),
    services,
  };
}

interface ServiceHistory {
  readonly service: string;
  readonly records: readonly DeploymentFacts[];
}

/** The deployments of every service that are still recorded, newest first, in alphabetical order of the services. */
async function readHistories(
  environment: Environment,
  ports: Pick<ReleasePorts, 'cluster'>,
): Promise<ServiceHistory[] | Unreachable> {
  return orUnreachable(async () => {
    const records = await (await ports.cluster(environment)).summaries();
    return [...groupByKey(records.map((record) => [record.release.service, record] as const))]
      .map(([service, all]) => ({ service, records: all.sort((a, b) => b.sequence - a.sequence) }))
      .sort((a, b) => (a.service < b.service ? -1 : 1));
  });
}

interface ServiceChanges {
  readonly history: ServiceHistory;
  readonly coverage: Coverage;
  /** Those that ended in the time that is asked for, oldest first. */
  readonly changes: readonly DeliveredChange[];
}

function changesSince(history: ServiceHistory, since: number): ServiceChanges {
  const coverage = coverageOf(history.records, since);
  const changes = deliveredChanges(history.records).filter(({ finishedAt }) => finishedAt > coverage.from);
  return { history, coverage, changes };
}

/** Changes of one service, and what is known of them. */
export interface Measured extends MeasuredService {
  readonly history: ServiceHistory;
  readonly coverage: Coverage;
  readonly commitsUnknown: string | undefined;
}

/** Finds out what the changes of all services brought: git is asked once for all. */
async function measure(
  all: readonly ServiceChanges[],
  services: ServiceMap,
  ports: Pick<ReleasePorts, 'repository'>,
): Promise<Measured[]> {
  const compared = all.flatMap(({ changes }) => changes.filter((each) => wasDeployed(each) && each.known.length > 0));
  const brought = await orUnknown(() => BroughtCommits.read(compared, services, ports));
  return all.map(({ history, coverage, changes }) => {
    let commitsUnknown: string | undefined;
    const measured = changes.map((change): MeasuredChange => {
      const found = committedAt(change, coverage, history.service, brought);
      if (Array.isArray(found)) return { ...change, committedAt: found };
      commitsUnknown ??= found.unknown;
      return { ...change, committedAt: undefined };
    });
    return { history, coverage, changes: measured, commitsUnknown };
  });
}

/** When the commits were written that a change brought first, milliseconds since 1970, or why nobody knows. */
function committedAt(
  change: DeliveredChange,
  { hasFirst }: Coverage,
  service: string,
  brought: BroughtCommits | { readonly unknown: string },
): number[] | { readonly unknown: string } {
  if (!wasDeployed(change)) return [];
  // The first one has nothing to compare with: how old its commits are says when work on the service began.
  if (change.known.length === 0) return hasFirst ? [] : { unknown: 'Older deployments are no longer recorded.' };
  return 'unknown' in brought ? brought : brought.commitTimes(change, service);
}
