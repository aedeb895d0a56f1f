import { setTimeout as pause } from 'node:timers/promises';
import { probeTargetOf, type ProbeTarget } from '../../../model/deploy/probe-target.ts';
import {
  markedRoute,
  narrowedRoute,
  newRoutes,
  openingHeader,
  warmUpHeader,
  warmUpTargets,
} from '../../../model/deploy/route-warm-up.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { ChangeSet, Plan } from '../../../ports/cluster.ts';
import type { DeployContext } from '../deploy-context.ts';
import type { Rollout } from './rollout.ts';

/** Milliseconds that a gateway may take until a new route is in force. */
const routeComesWithinMs = 5000;
/** Milliseconds for which a route that was changed for a while is asked: a gateway may have several replicas. */
const warmUpMs = 300;
/** Milliseconds between two looks whether it is in force. */
const retryPauseMs = 100;

/** The origin of the answers that clients get once new routes are open; `unknown` where these could not be marked. */
export type Answering = 'ours' | 'others' | 'unknown';

/**
 * Opens new routes: the gateway gets to know what they lead to before clients follow them, and then they are marked, until
 * they are applied as they are written. Never stops a deployment.
 */
export async function openRoutes(
  plan: Plan,
  { release }: Rollout,
  context: DeployContext,
  target: ProbeTarget | undefined,
): Promise<Answering> {
  const routes = target ? newRoutes(plan.objects, plan.changes) : [];
  if (!target || routes.length === 0) return 'unknown';
  const warm = warmUpHeader(`${release.buildNumber}`);
  const narrowed = routes.map((route) => narrowedRoute(route, warm));
  await applyForNow(narrowed, plan, warmUpTargets(target, warm), context);
  const echo = openingHeader(`${release.buildNumber}`);
  const marked = routes.map((route) => markedRoute(route, echo));
  return applyForNow(marked, plan, [{ ...target, echo }], context);
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
  await applyForNow(narrowed, plan, warmUpTargets(found.target, header), context);
}

/** Applies changed routes, and waits until the gateway has them. @param targets one of them answers then. */
async function applyForNow(
  routes: readonly KubernetesObject[],
  { service, options }: Plan,
  targets: readonly ProbeTarget[],
  { cluster, limits, ports }: DeployContext,
): Promise<Answering> {
  try {
    const planned = await cluster.plan(service, routes, { ...options, jobs: [] });
    limits.signal?.throwIfAborted();
    await cluster.apply(planned);
  } catch (error) {
    // A policy may want host names; the routes come and go without this then.
    if (error instanceof Refusal) return 'unknown';
    throw error;
  }
  const until = performance.now() + routeComesWithinMs;
  do {
    for (const each of targets) {
      const begun = await ports.prober.start(each, { atLeastMs: warmUpMs });
      if (begun.state === 'no-answer') continue;
      await begun.stop();
      return 'ours';
    }
    await pause(retryPauseMs);
  } while (performance.now() < until);
  return 'others';
}

/** Returns an object that is there as it may be applied. */
function withoutState({ apiVersion, kind, metadata, ...fields }: KubernetesObject): KubernetesObject {
  const { name, labels, annotations } = metadata;
  const known = { name, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  return { apiVersion, kind, metadata: known, spec: fields['spec'] };
}
