import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { apiGroup, fieldAt, listAt } from '../manifests/source/object-fields.ts';
import { currentConditions, explained, generationOf } from './conditions.ts';

/** A parent's answer to a route: whether it takes it, in its own words (Gateway API, `RouteParentStatus`). */
type Parent = Record<string, unknown>;

/** Kinds of objects by which gateways are told where to lead requests, and that have the gateways' answer in them. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  'gateway.networking.k8s.io': ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'],
  'projectcontour.io': ['HTTPProxy'],
};

/** Reports whether an object is a route that says whether its gateways take it: of the Gateway API, or Contour's. */
export function isGatewayRoute(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return kinds[apiGroup(object)]?.includes(object.kind) ?? false;
}

/** A reason why nobody is led by a route. */
export interface RouteObstacle {
  /** A sentence. */
  readonly says: string;
  /** False while its gateways have not answered. */
  readonly isRefused: boolean;
}

/** Conditions by which a gateway says that it does not do what a route asks for, or not all of it. */
const refusals: Readonly<Record<string, string>> = {
  'Accepted False': 'does not accept it',
  'ResolvedRefs False': 'cannot resolve what it refers to',
  // Rules that it leaves out: of a route that it accepts all the same.
  'PartiallyInvalid True': 'leaves a part of it out',
  // Contour's own: matches that it leaves out.
  'ValidMatches False': 'leaves a match of it out',
};

const notAnswered: RouteObstacle = { says: 'Its gateway has not accepted it yet.', isRefused: false };

/** Returns why nobody is led by a route, or undefined when each of its gateways takes it as it is now. */
export function routeObstacle(route: KubernetesObject): RouteObstacle | undefined {
  if (route.kind === 'HTTPProxy') return proxyObstacle(route);
  const generation = generationOf(route);
  const parents = listAt(route, 'status', 'parents');
  for (const parent of parents) {
    const refusal = refusedCondition(parent, generation);
    if (refusal !== undefined) return { says: `${gatewayOf(parent)} ${refusal}`, isRefused: true };
  }
  const answered = parents.filter((parent) => hasAnswered(parent, generation)).length;
  return answered > 0 && answered >= listAt(route, 'spec', 'parentRefs').length ? undefined : notAnswered;
}

/** Contour's own kind says it by one condition, `Valid`, whose message may leave out what its errors tell. */
function proxyObstacle(proxy: KubernetesObject): RouteObstacle | undefined {
  const valid = currentConditions(proxy['status'], generationOf(proxy)).find(({ type }) => type === 'Valid');
  if (!valid || valid['status'] === 'Unknown') return notAnswered;
  if (valid['status'] === 'True') return undefined;
  const errors = listAt(valid, 'errors').map(({ reason, message }) => `${String(reason)}: ${String(message)}`);
  const message = errors.length > 0 ? errors.join('; ') : valid['message'];
  return { says: explained('Contour does not accept it', { ...valid, message }), isRefused: true };
}

/** `does not accept it (NoMatchingParent): …`, for a condition of the generation that was asked about. */
function refusedCondition(parent: Parent, generation: number): string | undefined {
  for (const condition of currentConditions(parent, generation)) {
    const says = refusals[`${String(condition['type'])} ${String(condition['status'])}`];
    if (says !== undefined) return explained(says, condition);
  }
  return undefined;
}

function hasAnswered(parent: Parent, generation: number): boolean {
  return currentConditions(parent, generation).some(({ type, status }) => type === 'Accepted' && status === 'True');
}

function gatewayOf(parent: Parent): string {
  const [name, section] = [fieldAt(parent, 'parentRef', 'name'), fieldAt(parent, 'parentRef', 'sectionName')];
  return `Gateway ${String(name)}${section === undefined ? '' : ` (listener ${String(section)})`}`;
}
