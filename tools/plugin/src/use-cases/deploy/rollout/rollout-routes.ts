import { setTimeout as pause } from 'node:timers/promises';
import { probeTargetOf, type ProbeTarget } from '../../../model/deploy/probe-target.ts';
import {
  narrowedRoute,
  warmUpHeader,
  warmUpRoutes,
  warmUpTargets,
  type WarmUpHeader,
} from '../../../model/deploy/route-warm-up.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { ChangeSet, Plan } from '../../../ports/cluster.ts';
import type { DeployContext } from '../deploy-context.ts';
import type { Rollout } from './rollout.ts';

/** Milliseconds that a gateway may take until a new route is in force. */
const routeComesWithinMs = 5000;
/** Milliseconds for which a route that was narrowed is asked: a gateway may have several replicas. */
const warmUpMs = 300;
/** Milliseconds between two looks whether it is in force. */
const retryPauseMs = 100;

/** Lets the gateway get to know what new routes lead to, before clients follow them. Never stops a deployment. */
export async function warmUp(
  plan: Plan,
  { release }: Rollout,
  context: DeployContext,
  target: ProbeTarget | undefined,
): Promise<void> {
  const header = warmUpHeader(`${release.buildNumber}`);
  const routes = target ? warmUpRoutes(plan.objects, plan.changes, header) : [];
  if (target && routes.length > 0) await applyNarrowed(routes, plan, { header, target }, context);
}

/**
 * Leads clients away from routes that are about to be deleted, while the gateway still knows their backends: one that
 * forgets these first answers with 503 for some milliseconds. Never stops a deployment.
 * @param superfluous what is deleted.
 */
export async function withdrawRoutes(
  superfluous: ChangeSet,
  plan: Plan,
  { release, environment, objects }: Rollout,
  context: DeployContext,
): Promise<void> {
  const names = superfluous.filter(({ kind }) => kind === 'HTTPRoute').map(({ name }) => name);
  if (names.length === 0) return;
  const isGoing = ({ metadata: { name, namespace = environment.namespace } }: KubernetesObject) =>
    names.includes(name) && namespace === environment.namespace;
  const routes = (await context.cluster.httpRoutes()).filter(isGoing).map(withoutState);
  const found = probeTargetOf(release.service, [...objects, ...routes], environment);
  if (found.state === 'none') return;
  const header = warmUpHeader(`${release.buildNumber}`);
  const narrowed = routes.map((route) => narrowedRoute(route, header));
  await applyNarrowed(narrowed, plan, { header, target: found.target }, context);
}

/** Applies routes that only requests with a header follow, and waits until the gateway has them. */
async function applyNarrowed(
  routes: readonly KubernetesObject[],
  { service, options }: Plan,
  { header, target }: { readonly header: WarmUpHeader; readonly target: ProbeTarget },
  { cluster, limits, ports }: DeployContext,
): Promise<void> {
  try {
    const planned = await cluster.plan(service, routes, { ...options, jobs: [] });
    limits.signal?.throwIfAborted();
    await cluster.apply(planned);
  } catch (error) {
    // A policy may want host names; the routes come and go without this then.
    if (error instanceof Refusal) return;
    throw error;
  }
  const targets = warmUpTargets(target, header);
  const until = performance.now() + routeComesWithinMs;
  do {
    for (const each of targets) {
      const begun = await ports.prober.start(each, { atLeastMs: warmUpMs });
      if (begun.state === 'no-answer') continue;
      await begun.stop();
      return;
    }
    await pause(retryPauseMs);
  } while (performance.now() < until);
}

/** Returns an object that is there as it may be applied. */
function withoutState({ apiVersion, kind, metadata, ...fields }: KubernetesObject): KubernetesObject {
  const { name, labels, annotations } = metadata;
  const known = { name, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  return { apiVersion, kind, metadata: known, spec: fields['spec'] };
}
