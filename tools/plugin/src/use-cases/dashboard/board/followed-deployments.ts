import type { DeploymentSummary } from '../../../model/deploy/deployment-record.ts';
import { forgettable } from '../../../model/deploy/record-retention.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { groupByKey } from '../../../model/text/group-by-key.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import type { Observed } from '../../observe/status.ts';

/** An environment as it was seen last. */
export interface SeenEnvironment extends Observed {
  /** Deployments by service, newest first; left out where nobody waits for what ran how long. */
  readonly deployments?: ReadonlyMap<string, readonly DeploymentSummary[]>;
}

/**
 * The deployments of an environment, by which it is known how long a build has run there. They are read once; from then on the
 * newest one of each service, which is observed anyway, is added. All are read again only where one was missed.
 */
export class FollowedDeployments {
  private known: ReadonlyMap<string, readonly DeploymentSummary[]> | undefined;
  private readonly environment: Environment;
  private readonly ports: Pick<ReleasePorts, 'cluster'>;

  constructor(environment: Environment, ports: Pick<ReleasePorts, 'cluster'>) {
    this.environment = environment;
    this.ports = ports;
  }

  /** Returns all. @param newest of each service. @throws {ProductError} when they cannot be read. */
  async with(newest: readonly DeploymentSummary[]): Promise<ReadonlyMap<string, readonly DeploymentSummary[]>> {
    const before = this.known;
    const added = before && newest.map((each) => withNewest(before.get(each.release.service) ?? [], each));
    this.known =
      added === undefined || added.includes(undefined)
        ? await this.read()
        : new Map(added.flatMap((records) => (records ? [[records[0]!.release.service, records] as const] : [])));
    return this.known;
  }

  private async read(): Promise<ReadonlyMap<string, readonly DeploymentSummary[]>> {
    const all = await (await this.ports.cluster(this.environment)).summaries();
    const byService = groupByKey(all.map((each) => [each.release.service, each] as const));
    for (const records of byService.values()) records.sort((a, b) => b.sequence - a.sequence);
    return byService;
  }
}

/** Returns deployments with the newest one; undefined where others came between. */
function withNewest(
  known: readonly DeploymentSummary[],
  newest: DeploymentSummary,
): readonly DeploymentSummary[] | undefined {
  const last = known[0]?.sequence ?? 0;
  if (newest.sequence === last) return isSame(known[0], newest) ? known : [newest, ...known.slice(1)];
  // What ended since it was the newest is known by its end alone.
  const isNext = newest.sequence === last + 1 && known[0]?.outcome !== 'running';
  if (!isNext) return undefined;
  const all = [newest, ...known];
  const forgotten = forgettable(all);
  return all.filter((each) => !forgotten.includes(each));
}

function isSame(one: DeploymentSummary | undefined, other: DeploymentSummary): boolean {
  return one?.outcome === other.outcome && one.finishedAt === other.finishedAt;
}
