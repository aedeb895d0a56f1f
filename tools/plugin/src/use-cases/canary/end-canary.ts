import { withCanary, withIdleCanary } from '../../model/canary/canary-routes.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { Failure } from '../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { noteProgress, type Canary, type CanaryContext } from './canary-context.ts';
import { GatewayProof } from './gateway-proof.ts';

/** Milliseconds for which no request is led to a canary before its way through the gateway goes. */
const quietMs = 3000;
/** Milliseconds between that and the end of its pods: a gateway may have several replicas. */
const forgottenMs = 1000;

/** The objects that stay when a canary goes. */
export interface CanaryRest {
  /** The routes among them are how clients are led afterwards. */
  readonly routes: readonly KubernetesObject[];
  /** All of the service's objects that stay. */
  readonly objects: readonly KubernetesObject[];
}

/**
 * Takes a canary away so that no request is lost, from whatever state it is in: no share, quiet, no way for who asks for it
 * while the gateway still knows its pods, none at all in a write of its own, then its pods. What is done already is not done
 * again.
 * @throws {Failure} when the gateway does not take the routes.
 */
export async function endCanary(
  canary: Canary,
  record: DeploymentRecord,
  rest: CanaryRest,
  context: CanaryContext,
): Promise<void> {
  const { environment, release, target } = canary;
  const { cluster, reporter, ports, waiting } = context;
  const { service } = release;
  const isRolling = record.canaryProgress?.isRolling ?? false;
  const leaving = (weight: number) => noteProgress(record, { phase: 'leaving', weight, isRolling }, context);
  await leaving(record.canaryProgress?.weight ?? 0);
  const routes = rest.routes.filter(({ kind }) => kind === 'HTTPRoute');
  const plan = await cluster.plan(service, routes, canary.planOptions);
  if (plan.changes.some(({ action }) => action !== 'unchanged')) {
    const proof = new GatewayProof(ports.prober, target, `${release.buildNumber}`, waiting.signal);
    const isThere = await hasServices(canary, rest, context);
    if (isThere) {
      await applyRoutes(
        canary,
        routes.map((route) => withCanary(route, canary.parts, 0)),
        context,
      );
      await leaving(0);
      await proof.quiet(quietMs);
      await applyRoutes(
        canary,
        routes.map((route) => withIdleCanary(route, canary.parts)),
        context,
      );
      await proof.closed();
    }
    await applyRoutes(canary, routes, context);
    if (!isThere) await proof.closed();
    await proof.quiet(forgottenMs);
  }
  waiting.signal?.throwIfAborted();
  await cluster.prune(service, rest.objects);
  await noteProgress(record, { phase: 'ended', weight: 0, isRolling }, context);
  reporter.step(`${environment.name}: canary ${release.buildNumber} removed`);
}

/** Reports whether all of a canary's Services are there: a route may lead to no other. */
async function hasServices(canary: Canary, rest: CanaryRest, { cluster }: CanaryContext): Promise<boolean> {
  const superfluous = await cluster.prune(canary.release.service, rest.objects, { dryRun: true });
  const there = new Set(superfluous.filter(({ kind }) => kind === 'Service').map(({ name }) => name));
  return [...canary.parts.services.values()].every((name) => there.has(name));
}

/** Applies routes, and waits until their gateway takes them. @throws {Failure} when it does not. */
export async function applyRoutes(
  { environment, release, planOptions }: Canary,
  routes: readonly KubernetesObject[],
  { cluster, waiting }: CanaryContext,
): Promise<void> {
  const plan = await cluster.plan(release.service, routes, planOptions);
  waiting.signal?.throwIfAborted();
  await cluster.apply(plan, undefined, waiting.signal);
  const result = await cluster.waitUntilAccepted(routes, waiting);
  if (result.state === 'ready') return;
  waiting.signal?.throwIfAborted();
  throw new Failure({
    type: 'rollout-failed',
    doing: `lead requests to ${release.service} in ${environment.name}`,
    reason: result.reason,
    remedy: 'Fix the cause and run the same command again.',
    evidence: result.evidence,
  });
}
