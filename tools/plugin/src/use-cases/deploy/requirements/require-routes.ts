import { Refusal } from '../../../model/errors/product-error.ts';
import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { label } from '../../../model/product/wire-names.ts';
import type { Rendered } from '../../../model/manifests/render.ts';
import {
  controllerOf,
  isHttpRoute,
  parentsOf,
  type GatewayView,
} from '../../../model/manifests/routes/gateway-view.ts';
import { hiddenFallbacks } from '../../../model/manifests/routes/hidden-fallback.ts';
import { takenClaims, type TakenClaim } from '../../../model/manifests/routes/route-claims.ts';
import {
  brokenFields,
  doubtfulFields,
  unsupportedFields,
  type RouteProblem,
} from '../../../model/manifests/routes/unsupported-fields.ts';
import { provisioningFolder } from '../../../model/provision/render-provisioning.ts';
import { changesVersionOnly } from '../../../model/observe/change-summary.ts';
import type { Cluster, Plan } from '../../../ports/cluster.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import type { DeployTarget } from '../plan-deploy.ts';

type Target = Pick<DeployTarget, 'service' | 'release' | 'environment'>;

/** A route as it is to be, and what is around it. */
interface JudgedRoute {
  readonly route: KubernetesObject;
  readonly target: Target;
  readonly doing: string;
  readonly sources: Rendered['sources'];
  readonly view: GatewayView;
  /** All routes of the release. */
  readonly release: readonly KubernetesObject[];
}

/**
 * Makes sure that new and changed HTTPRoutes lead where they say: gateways do what is in them, nobody else has their paths,
 * and what a route for the rest of a host answers goes on being answered.
 * @throws {Refusal} naming the object and the field, and what helps.
 */
export async function requireRoutes(
  target: Target,
  { objects, sources }: Pick<Rendered, 'objects' | 'sources'>,
  { cluster, plan }: { readonly cluster: Cluster; readonly plan: Plan },
  reporter: Reporter,
): Promise<void> {
  const isChanged = (route: KubernetesObject) =>
    plan.changes.some(
      (change) =>
        change.kind === route.kind &&
        change.name === route.metadata.name &&
        change.action !== 'unchanged' &&
        !changesVersionOnly(change),
    );
  const routes = objects.filter((object) => isHttpRoute(object) && isChanged(object));
  if (routes.length === 0) return;
  const { service, release, environment } = target;
  const doing = `deploy ${service.name} ${release.buildNumber} to ${environment.name}`;
  const view = await viewOf(routes, environment.namespace, cluster);
  const judged = { target, doing, sources, view, release: objects.filter(isHttpRoute) };
  for (const route of routes) {
    refuseProblems({ ...judged, route }, reporter);
    refuseTaken({ ...judged, route }, reporter);
    refuseHiding({ ...judged, route });
  }
}

/** Reads what is around some routes: the Gateways only where it matters which they are. */
async function viewOf(routes: readonly KubernetesObject[], home: string, cluster: Cluster): Promise<GatewayView> {
  const view = { routes: await cluster.httpRoutes(), gateways: [], classes: [] };
  const isOpen = (route: KubernetesObject) =>
    (doubtfulFields(route).length > 0 &&
      parentsOf(route, home).some((parent) => controllerOf(parent, view, home) === undefined)) ||
    takenClaims(route, view, home).some(({ isCertain }) => !isCertain);
  return routes.some(isOpen) ? { ...view, ...(await cluster.gatewaysOf(routes)) } : view;
}

function refuseProblems({ route, target, doing, sources, view }: JudgedRoute, reporter: Reporter): void {
  const home = target.environment.namespace;
  const controllers = new Set(parentsOf(route, home).map((parent) => controllerOf(parent, view, home)));
  const known = [...controllers].filter((name) => name !== undefined);
  const problems = [...brokenFields(route), ...known.flatMap((controller) => unsupportedFields(route, controller))];
  const lineOf = ({ field, path, says }: RouteProblem) => {
    const source = sources.get(describeObject(route))?.at(path);
    return `${source === undefined ? '' : `${source}: `}${describeObject(route)}, ${field}: ${says}.`;
  };
  const [first] = problems;
  if (first) {
    const lines = [...new Set(problems.map(lineOf))];
    throw new Refusal({
      type: 'unsupported-route',
      doing,
      reason:
        lines.length === 1
          ? lines[0]!
          : `The gateway would not do what ${describeObject(route)} says, for ${lines.length} reasons.`,
      remedy: [...new Set(problems.map(({ remedy }) => remedy))].join(' '),
      ...(lines.length === 1 ? {} : { evidence: lines }),
    });
  }
  if (!controllers.has(undefined)) return;
  const { name } = target.environment;
  for (const doubtful of doubtfulFields(route))
    reporter.warn(`${name}: ${lineOf(doubtful)} Which controller the Gateway has could not be read`);
}

function refuseTaken({ route, target, doing, view, release }: JudgedRoute, reporter: Reporter): void {
  const { service, environment } = target;
  const taken = takenClaims(
    route,
    withOthers(
      view,
      release.filter((each) => each !== route),
      environment.namespace,
    ),
    environment.namespace,
  );
  for (const { claim, by } of taken.filter(({ isCertain }) => !isCertain))
    reporter.warn(
      `${environment.name}: ${describeObject(route)}: ${claim.says} is also in ${describeObject(by)} of the namespace ${by.metadata.namespace}; if one listener takes both, the older one has it`,
    );
  const certain = taken.filter(({ isCertain }) => isCertain);
  const [first] = certain;
  if (!first) return;
  const lines = certain.map(
    ({ claim, by }) =>
      `${describeObject(route)}, spec.rules[${claim.rule}]: ${claim.says} is that of ${ownerOf(by, environment.namespace)}.`,
  );
  throw new Refusal({
    type: 'route-taken',
    doing,
    reason: `${lines[0]!} Of two routes for the same requests gateways follow the older one.`,
    remedy: remedyFor(first, route, service.name),
    ...(lines.length === 1 ? {} : { evidence: lines }),
  });
}

function ownerOf(by: KubernetesObject, home: string): string {
  const { labels, namespace = home } = by.metadata;
  const service = labels?.[label.service];
  const where = namespace === home ? '' : ` in the namespace ${namespace}`;
  return `${describeObject(by)}${service === undefined ? '' : ` of ${service}`}${where}`;
}

function remedyFor({ by }: TakenClaim, route: KubernetesObject, service: string): string {
  const { labels, name } = by.metadata;
  const owner = labels?.[label.service];
  if (owner === service)
    return `Keep the name ${name} for it: ${route.metadata.name} cannot be in effect before ${name} is gone.`;
  const first =
    owner === undefined ? `remove it from ${describeObject(by)} first` : `release ${owner} without it first`;
  return `Choose another path or host, or ${first}.`;
}

/** Returns what is around a route, with others of its release that are yet to be made. */
function withOthers(view: GatewayView, others: readonly KubernetesObject[], home: string): GatewayView {
  const there = view.routes.filter(({ metadata }) => (metadata.namespace ?? home) === home);
  const coming = others
    .filter(({ metadata }) => !there.some((each) => each.metadata.name === metadata.name))
    // Younger than all that are there.
    .map((route) => ({ ...route, metadata: { ...route.metadata, creationTimestamp: '9999' } }));
  return { ...view, routes: [...view.routes, ...coming] };
}

function refuseHiding({ route, target, doing, view }: JudgedRoute): void {
  const [hidden] = hiddenFallbacks(route, view, target.environment.namespace);
  if (!hidden) return;
  const { host, fallback } = hidden;
  throw new Refusal({
    type: 'fallback-hidden',
    doing,
    reason: `${describeObject(route)} is the first route for the host ${host}, and ${describeObject(fallback)} does not name it: all other paths there, which it answers now, would not be found.`,
    remedy: `Add ${host} to the hostnames of ${describeObject(fallback)} (${provisioningFolder}), and provision ${target.environment.name} first.`,
  });
}
