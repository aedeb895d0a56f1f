import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { matchesWithHeader } from '../manifests/routes/match-header.ts';
import { listAt } from '../manifests/source/object-fields.ts';
import type { ProbeTarget } from './probe-target.ts';
import { warmUpName } from '../product/wire-names.ts';

/** A header that only requests of the warm-up have, and only answers that a route of the warm-up led to the service. */
export interface WarmUpHeader {
  readonly name: string;
  readonly value: string;
}

/** Returns the header of a build. */
export function warmUpHeader(buildNumber: string): WarmUpHeader {
  return { name: warmUpName, value: buildNumber };
}

/** Returns the header of a build whose routes are open to clients. It is none that a route of the warm-up is for. */
export function openingHeader(buildNumber: string): WarmUpHeader {
  return { name: warmUpName, value: `${buildNumber}-open` };
}

/**
 * Returns where a route of the warm-up is asked: at the host of the service, which a listener may be for alone, and at
 * one that nobody has a route for, where another route has the service's.
 */
export function warmUpTargets(target: ProbeTarget, echo: WarmUpHeader): ProbeTarget[] {
  const host = target.host ?? new URL(target.url).host;
  return [host, `${warmUpName}.${host}`].map((each) => ({ ...target, host: each, echo }));
}

/**
 * Returns the new HTTPRoutes of a release. A gateway learns of their backends by `narrowedRoute` while clients are still
 * led elsewhere. Envoy, for one, gets routes and clusters over streams of their own: a route that comes before its cluster
 * is answered with 503 for some milliseconds.
 * @param objects of the release, rendered. @param changes what applying them does.
 */
export function newRoutes(
  objects: readonly KubernetesObject[],
  changes: readonly { readonly kind: string; readonly name: string; readonly action: string }[],
): KubernetesObject[] {
  const isNew = ({ kind, metadata }: KubernetesObject) =>
    changes.some((change) => change.kind === kind && change.name === metadata.name && change.action === 'created');
  return objects.filter((object) => object.kind === 'HTTPRoute' && isNew(object));
}

/**
 * Returns an HTTPRoute, narrowed to requests with a header, which comes back with their answers. It has no host names:
 * gateways choose by host first, so that a route for a host of its own would end what a route for every host answers there.
 */
export function narrowedRoute(route: KubernetesObject, header: WarmUpHeader): KubernetesObject {
  const narrowed = (rule: Record<string, unknown>) => ({ ...rule, matches: matchesWithHeader(rule, header) });
  const rules = listAt(route, 'spec', 'rules').map((rule) => echoing(narrowed(rule), header));
  const { hostnames: _hostnames, ...spec } = route['spec'] as Record<string, unknown>;
  return { ...route, spec: { ...spec, rules } };
}

/**
 * Returns an HTTPRoute that clients follow as it is written, with a header in its answers: these are the service's own.
 * Good answers alone do not tell. A route for every host gives them, too, until a gateway has this one.
 */
export function markedRoute(route: KubernetesObject, header: WarmUpHeader): KubernetesObject {
  const rules = listAt(route, 'spec', 'rules').map((rule) => echoing(rule, header));
  return { ...route, spec: { ...(route['spec'] as object), rules } };
}

/** Gateway API allows one filter of a type in a rule, so one that is there is added to. */
function echoing(rule: Record<string, unknown>, header: WarmUpHeader): Record<string, unknown> {
  const filters = listAt(rule, 'filters');
  const isModifier = ({ type }: Record<string, unknown>) => type === 'ResponseHeaderModifier';
  const modifier = filters.find(isModifier) ?? { type: 'ResponseHeaderModifier' };
  const add = [...listAt(modifier, 'responseHeaderModifier', 'add'), header];
  const responseHeaderModifier = { ...(modifier['responseHeaderModifier'] as object | undefined), add };
  const others = filters.filter((filter) => !isModifier(filter));
  return { ...rule, filters: [...others, { ...modifier, responseHeaderModifier }] };
}
