import {
  coverageOf,
  deliveredChanges,
  type Coverage,
  type DeliveredChange,
  type DeploymentFacts,
} from '../model/delivered-changes.ts';
import {
  deliveryMetrics,
  wasPutIn,
  type DeliveryMetrics,
  type MeasuredChange,
  type MeasuredService,
} from '../model/delivery-metrics.ts';
import type { DeploymentSummary } from '../model/deployment-record.ts';
import type { Environment } from '../model/environment.ts';
import { ProductError } from '../model/product-error.ts';
import { mapAtMost } from './map-at-most.ts';
import type { ServiceSource } from './ports/service-source.ts';
import type { ReleasePorts } from './release-ports.ts';

/** Of which environment, and of what time, figures are asked. */
export interface MetricsRequest {
  readonly environment: Environment;
  /** Milliseconds before now. */
  readonly period: number;
  /** A service of the workspace. @throws {Refusal} when it has none of this name. */
  service(name: string): ServiceSource;
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
  | { readonly environment: string; readonly state: 'unreachable'; readonly reason: string }
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

/** Requests to a cluster, and git commands, that are under way at the same time. */
const atOnce = 4;

/**
 * Measures how changes are delivered to an environment, by its deployment records and the commits that they name. An
 * environment that does not answer is told as that; so are commits that are not to be had.
 */
export async function metrics(request: MetricsRequest, ports: Ports): Promise<EnvironmentMetrics> {
  const { environment } = request;
  const until = ports.clock().getTime();
  const since = until - request.period;
  const histories = await readHistories(environment, ports);
  if ('reason' in histories) return { environment: environment.name, state: 'unreachable', ...histories };
  const measured = await mapAtMost(atOnce, histories, (history) =>
    measure(history, since, { service: (name) => request.service(name), repository: ports.repository }),
  );
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
    environment: environment.name,
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
): Promise<ServiceHistory[] | { reason: string }> {
  try {
    const histories = new Map<string, DeploymentSummary[]>();
    for (const record of await (await ports.cluster(environment)).summaries()) {
      const known = histories.get(record.release.service);
      if (known) known.push(record);
      else histories.set(record.release.service, [record]);
    }
    return [...histories]
      .map(([service, records]) => ({ service, records: records.sort((a, b) => b.sequence - a.sequence) }))
      .sort((a, b) => (a.service < b.service ? -1 : 1));
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return { reason: error.facts.reason };
  }
}

interface Measured extends MeasuredService {
  readonly history: ServiceHistory;
  readonly coverage: Coverage;
  readonly commitsUnknown: string | undefined;
}

/** Where it is found out which commits a build has. */
type Source = Pick<MetricsRequest, 'service'> & Pick<ReleasePorts, 'repository'>;

async function measure(history: ServiceHistory, since: number, source: Source): Promise<Measured> {
  const coverage = coverageOf(history.records, since);
  const changes: MeasuredChange[] = [];
  let commitsUnknown: string | undefined;
  for (const change of deliveredChanges(history.records)) {
    if (change.finishedAt <= coverage.from) continue;
    const found = await commitsBrought(change, coverage, history.service, source);
    if ('unknown' in found) commitsUnknown ??= found.unknown;
    changes.push({ ...change, committedAt: 'unknown' in found ? undefined : found });
  }
  return { history, coverage, changes, commitsUnknown };
}

/** When the commits were made that a change brought first, or why nobody knows. */
async function commitsBrought(
  { verdict, commit, known }: DeliveredChange,
  { hasFirst }: Coverage,
  service: string,
  source: Source,
): Promise<number[] | { unknown: string }> {
  if (!wasPutIn({ verdict })) return [];
  // The first one has nothing to compare with: how old its commits are says when work on the service began.
  if (known.length === 0) return hasFirst ? [] : { unknown: 'The deployments before are forgotten.' };
  try {
    const dates = await source.repository.commitDatesSince(known, commit, source.service(service).inputFolders);
    return dates.map((date) => Date.parse(date)).filter((date) => !Number.isNaN(date));
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return { unknown: error.facts.reason };
  }
}
