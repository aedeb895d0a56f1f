import type { Environment } from '../../../model/environment/environment.ts';
import { Failure } from '../../../model/errors/product-error.ts';
import type { Release } from '../../../model/release/release.ts';
import { isAsWanted, type Health } from '../../../model/observe/running-service.ts';
import type { Plan } from '../../../ports/cluster.ts';
import { waitOptions, type DeployContext } from '../deploy-context.ts';

/** A release that is what should run in an environment, so that there is nothing to deploy. */
export interface RunningRelease {
  readonly environment: Environment;
  readonly release: Release;
  readonly plan: Plan;
  /** The command, as a clause: `deploy orders 20261124-1 to preprod`. */
  readonly doing: string;
}

/**
 * Makes sure that what runs already is well, as after a deployment: where it is not, it is waited for, with the obstacle
 * named. Changes nothing.
 * @throws {Failure} naming the pod and what is wrong with it, when it does not get ready.
 */
export async function requireRunning(
  { environment, release, plan, doing }: RunningRelease,
  { cluster, limits, reporter }: DeployContext,
): Promise<void> {
  if (isWell(plan.health)) return;
  reporter.warn(
    `${environment.name}: ${release.buildNumber} runs already and is not healthy (${plan.health}); waiting for it`,
  );
  const result = await cluster.waitUntilReady(plan.objects, waitOptions(environment, { limits, reporter }));
  if (result.state === 'ready') return;
  limits.signal?.throwIfAborted();
  const { service } = release;
  throw new Failure({
    type: 'unhealthy',
    doing,
    reason: `It is what runs there, so that there was nothing to deploy, and it is not healthy: ${result.reason}`,
    remedy: `Fix what its pods need, or deploy another release (\`nx run ${service}:status --env=${environment.name}\`, \`nx run ${service}:history --env=${environment.name}\`).`,
    evidence: result.evidence,
  });
}

/** Reports whether there is nothing to wait for: workloads that are switched off are as they should be. */
function isWell(health: Health | undefined): boolean {
  return health === undefined || health === 'stopped' || isAsWanted(health);
}
