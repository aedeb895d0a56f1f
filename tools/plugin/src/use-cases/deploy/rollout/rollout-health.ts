import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { annotation } from '../../../model/product/wire-names.ts';
import { healthWishOf } from '../../../model/manifests/rules/health-wish.ts';
import { identityOf } from '../../../model/manifests/source/object-fields.ts';
import { changesVersionOnly } from '../../../model/observe/change-summary.ts';
import { hasHealth, isWaitedFor } from '../../../model/observe/object-health.ts';
import { isGatewayRoute } from '../../../model/observe/route-status.ts';
import { describeUnhealthy } from '../../../model/observe/describe-unhealthy.ts';
import type { Change, ChangeSet, HealthResult, WaitOptions } from '../../../ports/cluster.ts';
import type { DeployContext } from '../deploy-context.ts';
import { isGoingBack, type Rollout } from './rollout.ts';

/*
 * Which objects beside the pods a rollout answers for, and what comes of those that are not healthy
 * (docs/decisions/0024-health.md).
 *
 * 1. What was not healthy before, and is left as it is, is told and not waited for: the release has not made it so. Only what
 *    a deployment that succeeded had counts as being there before: a first release that failed must not pass the next time.
 * 2. A route that nobody accepts has failed, and so has what its controller gives up or what is `required`.
 * 3. Everything else is waited for as long as the grace, then told and recorded: it undoes no release that serves.
 * 4. Going back waits for pods and routes alone, because it is urgent.
 */

type HealthOutcome =
  { readonly state: 'ready'; readonly remark?: string } | Exclude<HealthResult, { readonly state: 'ready' }>;

/** Returns the objects whose health a rollout answers for, and tells of those that were not healthy before. */
export function objectsToAnswerFor(
  rollout: Rollout,
  changes: ChangeSet,
  { reporter }: Pick<DeployContext, 'reporter'>,
): KubernetesObject[] {
  const { environment, objects } = rollout;
  const before = new Set((rollout.fallback?.manifests ?? []).map(identityOf));
  const changeOf = new Map(changes.map((change) => [`${change.kind} ${change.name}`, change]));
  return objects.filter((object) => {
    if (!hasHealth(object) || healthWishOf(object) === 'ignored') return false;
    const change = changeOf.get(describeObject(object));
    const wasThere = before.has(identityOf(object)) || isGoingBack(rollout);
    if (!wasThere || change?.trouble === undefined || !isLeftAsItIs(change)) return true;
    if (isWaitedFor(object) || isGatewayRoute(object))
      reporter.warn(`${environment.name}: ${describeObject(object)} was not healthy before: ${change.trouble}`);
    return false;
  });
}

function isLeftAsItIs(change: Change): boolean {
  return change.action === 'unchanged' || changesVersionOnly(change);
}

/** Waits for what makes no pods, once all of it is applied. @returns what failed, or what is to be remarked. */
export async function waitUntilHealthy(
  rollout: Rollout,
  objects: readonly KubernetesObject[],
  { cluster, reporter }: DeployContext,
  options: WaitOptions,
): Promise<HealthOutcome> {
  const waitedFor = objects.filter(isWaitedFor);
  if (waitedFor.length === 0 || isGoingBack(rollout)) return { state: 'ready' };
  const result = await cluster.waitUntilHealthy(waitedFor, options);
  if (result.state !== 'ready') return result;
  const { environment, release } = rollout;
  const lines = result.unhealthy.map(describeUnhealthy);
  for (const line of lines) reporter.warn(`${environment.name}: ${release.buildNumber} serves, but ${line}`);
  if (lines.length > 0)
    reporter.step(
      `${environment.name}: \`nx run ${release.service}:status\` shows whether that ends; \`${annotation.health}: ignored\` in a manifest keeps it out of here`,
    );
  return { state: 'ready', ...(lines.length === 0 ? {} : { remark: `It serves, but ${lines.join(' ')}` }) };
}
