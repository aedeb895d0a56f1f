import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { matchesWithHeader } from '../manifests/routes/match-header.ts';
import { fieldAt, listAt } from '../manifests/source/object-fields.ts';

/** Header by which a request asks for the release that a canary is of. */
export const releaseHeader = 'x-release';

/** Rules that Gateway API allows in an HTTPRoute. */
export const mostRules = 16;

/** The ways to a service, and those to its canary. */
export interface CanaryBackends {
  /** Names of the canary's Services, by those of the Services whose clients it gets. */
  readonly services: ReadonlyMap<string, string>;
  /** The build that requests with the header ask for. */
  readonly buildNumber: string;
}

/** Reports whether a route leads to one of some Services. */
export function leadsTo(route: KubernetesObject, services: ReadonlyMap<string, unknown>): boolean {
  return (
    route.kind === 'HTTPRoute' &&
    listAt(route, 'spec', 'rules').some((rule) => backendsOf(rule).some((ref) => isTo(ref, services)))
  );
}

/** A header by which requests reach a canary alone; its answers have it, too. */
export interface CanaryHeader {
  readonly name: string;
  readonly value: string;
}

/**
 * Returns a route with a canary in it: it gets a share of the requests in percent, and all that have its header. Routes
 * of the same match do not add up, so that it stands in the same one. Backends keep their shares among themselves.
 * @param header that of its release, if left out.
 */
export function withCanary(
  route: KubernetesObject,
  canary: CanaryBackends,
  weight: number,
  header: CanaryHeader = { name: releaseHeader, value: canary.buildNumber },
): KubernetesObject {
  const previews = listAt(route, 'spec', 'rules').filter((rule) => isCanaried(rule, canary));
  return withRules(
    route,
    canary,
    weight,
    previews.map((rule) => previewRule(rule, canary, header)),
  );
}

/** Returns a route that names a canary and leads nobody to it: a gateway that is to forget it still knows its pods. */
export function withIdleCanary(route: KubernetesObject, canary: CanaryBackends): KubernetesObject {
  return withRules(route, canary, 0, []);
}

function withRules(route: KubernetesObject, canary: CanaryBackends, weight: number, previews: readonly object[]) {
  const rules = listAt(route, 'spec', 'rules');
  const shared = rules.map((rule) => (isCanaried(rule, canary) ? sharedRule(rule, canary, weight) : rule));
  return { ...route, spec: { ...(route['spec'] as object), rules: [...shared, ...previews] } };
}

/** Returns the backends of a route's rule, each a reference to a Service. */
export function backendsOf(rule: unknown): Record<string, unknown>[] {
  return listAt(rule, 'backendRefs');
}

/** Reports whether a backend is one of some Services of the same namespace. */
export function isTo(ref: Record<string, unknown>, services: ReadonlyMap<string, unknown>): boolean {
  const { kind = 'Service', group = '', namespace } = ref;
  return kind === 'Service' && group === '' && namespace === undefined && services.has(String(ref['name']));
}

function isCanaried(rule: Record<string, unknown>, { services }: CanaryBackends): boolean {
  // One whose share is 0 gets nothing anyway.
  return backendsOf(rule).some((ref) => isTo(ref, services) && shareOf(ref) > 0);
}

function sharedRule(rule: Record<string, unknown>, { services }: CanaryBackends, weight: number) {
  const backendRefs = backendsOf(rule).flatMap((ref) => {
    const share = shareOf(ref);
    if (!isTo(ref, services)) return [{ ...ref, weight: share * 100 }];
    const canary = { ...ref, name: services.get(String(ref['name'])), weight: share * weight };
    return [{ ...ref, weight: share * (100 - weight) }, canary];
  });
  return { ...rule, backendRefs };
}

/** Gateway API allows one filter of a type in a rule, so one that is there is added to. */
function previewRule(rule: Record<string, unknown>, { services }: CanaryBackends, header: CanaryHeader) {
  const filters = listAt(rule, 'filters');
  const isModifier = ({ type }: Record<string, unknown>) => type === 'ResponseHeaderModifier';
  const modifier = filters.find(isModifier);
  const given = fieldAt(modifier, 'responseHeaderModifier');
  const set = [...listAt(given, 'set').filter(({ name }) => String(name).toLowerCase() !== header.name), header];
  const preview = {
    ...modifier,
    type: 'ResponseHeaderModifier',
    responseHeaderModifier: { ...(given as object | undefined), set },
  };
  const { name: _name, ...unnamed } = rule;
  const backendRefs = backendsOf(rule)
    .filter((ref) => isTo(ref, services) && shareOf(ref) > 0)
    .map((ref) => ({ ...ref, name: services.get(String(ref['name'])) }));
  return {
    ...unnamed,
    matches: matchesWithHeader(rule, header),
    filters: [...filters.filter((filter) => !isModifier(filter)), preview],
    backendRefs,
  };
}

function shareOf({ weight = 1 }: Record<string, unknown>): number {
  return Number(weight);
}
