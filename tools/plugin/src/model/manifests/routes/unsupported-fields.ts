import type { KubernetesObject } from '../kubernetes-object.ts';
import type { FieldPath } from '../source/manifest-source.ts';
import { fieldAt, listAt } from '../source/object-fields.ts';

/** A field of a route that no gateway, or not this one, does what it says. */
export interface RouteProblem {
  /** `spec.rules[0].retry`. */
  readonly field: string;
  readonly path: FieldPath;
  /** A clause: what comes of it. */
  readonly says: string;
  /** A sentence: what helps. */
  readonly remedy: string;
}

/** First part of the name of Contour's controller, with Gateways of its own making, too. */
const contour = 'projectcontour.io/';
/** Filters of rules that Contour knows. */
const knownFilters: readonly unknown[] = [
  'RequestHeaderModifier',
  'ResponseHeaderModifier',
  'RequestRedirect',
  'RequestMirror',
  'URLRewrite',
];
const headerFilters: readonly unknown[] = ['RequestHeaderModifier', 'ResponseHeaderModifier'];
const another = 'Remove it, or use a controller that has it.';

/** Returns the fields of an HTTPRoute that mean something else than they say, at every gateway. */
export function brokenFields(route: KubernetesObject): RouteProblem[] {
  return rulesOf(route).flatMap(({ rule, index }) => {
    const backends = listAt(rule, 'backendRefs');
    if (backends.length === 0 || backends.some(({ weight }) => weight !== 0)) return [];
    return [
      problem(index, ['backendRefs'], 'their weights are all 0, so every request is answered with an error', {
        remedy: 'Give one of them a weight, or remove the rule.',
      }),
    ];
  });
}

/**
 * Returns the fields of an HTTPRoute that its gateway does not act on. A route with some of them is not accepted; others are
 * passed over in silence.
 * @param controller the name of the Gateway's controller. Nothing is known of others than Contour (1.33).
 */
export function unsupportedFields(route: KubernetesObject, controller: string): RouteProblem[] {
  if (!controller.startsWith(contour)) return [];
  return rulesOf(route).flatMap(({ rule, index }) => [
    ...ignoredFields(rule, index),
    ...unknownFilters(rule, index),
    ...mirrorParts(rule, index),
  ]);
}

/** Returns the fields that only some controllers act on: where it is not known which it is, they may come to nothing. */
export function doubtfulFields(route: KubernetesObject): RouteProblem[] {
  return unsupportedFields(route, contour);
}

function ignoredFields(rule: Record<string, unknown>, index: number): RouteProblem[] {
  return ['retry', 'sessionPersistence']
    .filter((field) => rule[field] !== undefined)
    .map((field) => problem(index, [field], 'Contour ignores it'));
}

function unknownFilters(rule: Record<string, unknown>, index: number): RouteProblem[] {
  const ofRule = listAt(rule, 'filters').flatMap(({ type }, at) =>
    knownFilters.includes(type)
      ? []
      : [problem(index, ['filters', at], `Contour does not accept a route with a filter ${String(type)}`)],
  );
  const ofBackends = listAt(rule, 'backendRefs').flatMap((backend, at) =>
    listAt(backend, 'filters').flatMap(({ type }, place) => {
      const says = `Contour does not accept a route with a filter ${String(type)} of a backend`;
      return headerFilters.includes(type) ? [] : [problem(index, ['backendRefs', at, 'filters', place], says)];
    }),
  );
  return [...ofRule, ...ofBackends];
}

function mirrorParts(rule: Record<string, unknown>, index: number): RouteProblem[] {
  return listAt(rule, 'filters').flatMap((filter, at) => {
    const [percent, fraction] = ['percent', 'fraction'].map((part) => fieldAt(filter, 'requestMirror', part));
    const isAll = fieldAt(fraction, 'numerator') === (fieldAt(fraction, 'denominator') ?? 100);
    const part = (field: string) =>
      problem(index, ['filters', at, 'requestMirror', field], 'Contour ignores it, and mirrors every request', {
        remedy: 'Remove it if all may be mirrored, or the filter.',
      });
    if (percent !== undefined && percent !== 100) return [part('percent')];
    return fraction !== undefined && !isAll ? [part('fraction')] : [];
  });
}

function rulesOf(route: KubernetesObject): { rule: Record<string, unknown>; index: number }[] {
  return listAt(route, 'spec', 'rules').map((rule, index) => ({ rule, index }));
}

function problem(
  rule: number,
  inside: readonly (string | number)[],
  says: string,
  { remedy = another }: { readonly remedy?: string } = {},
): RouteProblem {
  const field = inside.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return { field: `spec.rules[${rule}]${field}`, path: ['spec', 'rules', rule, ...inside], says, remedy };
}
