import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { sentence } from '../../../../model/text/sentence.ts';
import { longestMessage } from './pods/diagnose-pod.ts';
import { fieldAt, listAt } from '../../../../model/manifests/source/object-fields.ts';

/** A parent's answer to a route: whether it takes it, in its own words (Gateway API, `RouteParentStatus`). */
type Parent = Record<string, unknown>;

/** Reports whether an object is a route of the Gateway API, which says whether its gateways take it. */
export function isGatewayRoute({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return apiVersion.startsWith('gateway.networking.k8s.io/') && (kind === 'HTTPRoute' || kind === 'GRPCRoute');
}

/** A reason why nobody is led by a route. */
export interface RouteObstacle {
  /** A sentence. */
  readonly says: string;
  /** False while its gateways have not answered. */
  readonly isRefused: boolean;
}

/** Returns why nobody is led by a route, or undefined when each of its gateways takes it as it is now. */
export function routeObstacle(route: KubernetesObject): RouteObstacle | undefined {
  const generation = Number(route.metadata['generation'] ?? 0);
  const parents = listAt(route, 'status', 'parents');
  for (const parent of parents) {
    const refusal = refusedCondition(parent, generation);
    if (refusal !== undefined) return { says: `${gatewayOf(parent)} ${refusal}`, isRefused: true };
  }
  const answered = parents.filter((parent) => hasAnswered(parent, generation)).length;
  return answered > 0 && answered >= listAt(route, 'spec', 'parentRefs').length
    ? undefined
    : { says: 'Its gateway has not accepted it yet.', isRefused: false };
}

/** `does not accept it (NoMatchingParent): …`, for a condition that is false of the generation that was asked about. */
function refusedCondition(parent: Parent, generation: number): string | undefined {
  const condition = conditionsOfParent(parent, generation).find(
    ({ type, status }) => (type === 'Accepted' || type === 'ResolvedRefs') && status === 'False',
  );
  if (!condition) return undefined;
  const { type, reason, message } = condition;
  const what = type === 'Accepted' ? 'does not accept it' : 'cannot resolve what it refers to';
  return `${what} (${String(reason)}): ${sentence(String(message), longestMessage)}`;
}

function hasAnswered(parent: Parent, generation: number): boolean {
  return conditionsOfParent(parent, generation).some(({ type, status }) => type === 'Accepted' && status === 'True');
}

/** Conditions of an older generation tell of another route. */
function conditionsOfParent(parent: Parent, generation: number): Record<string, unknown>[] {
  return listAt(parent, 'conditions').filter(
    ({ observedGeneration }) => observedGeneration === undefined || Number(observedGeneration) >= generation,
  );
}

function gatewayOf(parent: Parent): string {
  const [name, section] = [fieldAt(parent, 'parentRef', 'name'), fieldAt(parent, 'parentRef', 'sectionName')];
  return `Gateway ${String(name)}${section === undefined ? '' : ` (listener ${String(section)})`}`;
}
