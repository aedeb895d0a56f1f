import type { Platform } from '../../model/build/platform.ts';
import { distinctPlatforms } from '../../model/build/runs-image.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { ClusterNode } from '../../model/nodes/cluster-node.ts';
import { declaredPlatforms, machinesOf } from '../../model/nodes/machines.ts';
import { workloadsWith } from '../../model/nodes/release-workloads.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import { planDeploy, type DeployPlan, type DeployTarget } from '../deploy/plan-deploy.ts';
import { nodesOf } from '../deploy/requirements/require-platforms.ts';
import { targetOf, unbuilt, type ReleaseRun } from './release-run.ts';

/** A deployment of what is not built yet, and the nodes that it comes to, where they are known. */
export interface PlannedPlace extends Pick<DeployPlan, 'objects' | 'jobs' | 'changes'> {
  readonly target: DeployTarget;
  readonly nodes: readonly ClusterNode[] | undefined;
}

/** Plans to deploy to an environment what is not built yet. @throws {Refusal} for what would stop the deployment later. */
export async function planPlace(
  { request, image, ports }: ReleaseRun,
  environment: Environment,
  reporter: Reporter,
): Promise<PlannedPlace> {
  const target = targetOf(request, environment, unbuilt(image, ports));
  const [{ objects, jobs, changes }, nodes] = await Promise.all([
    planDeploy(target, ports, reporter),
    nodesOf(environment, ports),
  ]);
  return { target, objects, jobs, changes, nodes };
}

/**
 * Returns the platforms that an image is built for: those that the service declares; otherwise those of all environments
 * that say theirs, because it is built once and promoted, with those of the nodes that it is deployed to now.
 * @param reached where its clusters are reached. @returns none for the engine's own.
 */
export function releasePlatforms(
  service: Pick<ServiceSource, 'build'>,
  environments: readonly Environment[],
  reached: readonly PlannedPlace[] = [],
): readonly Platform[] {
  const own = service.build().platforms;
  if (own.length > 0) return distinctPlatforms(own);
  const declared = environments.flatMap((environment) => declaredPlatforms(environment) ?? []);
  return distinctPlatforms([...declared, ...reached.flatMap(platformsOfNodes)]);
}

/** Returns those of the nodes; of what selectors alone leave, only a single one: more would be too much to build. */
function platformsOfNodes({ target, objects, jobs, nodes }: PlannedPlace): readonly Platform[] {
  const { environment, release } = target;
  return workloadsWith(release.imageDigest, [...objects, ...jobs]).flatMap(({ template }) => {
    const machines = machinesOf(template, environment, nodes);
    if (machines?.saidBy === 'nodes') return machines.platforms;
    const left = machines?.saidBy === 'selectors' ? distinctPlatforms(machines.platforms) : [];
    return left.length === 1 ? left : [];
  });
}
