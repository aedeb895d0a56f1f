import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { isMap } from '../manifests/source/object-fields.ts';

/** Defaults of one place, in objects of some kinds (of all when left out). */
interface Defaults {
  /** The end of the place's path, with `[]` for items of lists. */
  readonly at: RegExp;
  readonly kind?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const group = 'gateway.networking.k8s.io';
const wholePath = { type: 'PathPrefix', value: '/' };

/** As the CustomResourceDefinitions of the Gateway API have them for routes (1.0 to 1.4). */
const known: readonly Defaults[] = [
  { at: /\.parentRefs\[\]$/, fields: { group, kind: 'Gateway' } },
  { at: /\.backendRefs\[\]$/, fields: { group: '', kind: 'Service', weight: 1 } },
  { at: /\.requestMirror\.backendRef$/, fields: { group: '', kind: 'Service' } },
  { at: /\.requestMirror\.fraction$/, fields: { denominator: 100 } },
  { at: /\.requestRedirect$/, fields: { statusCode: 302 } },
  { at: /\.cors$/, fields: { maxAge: 5 } },
  { at: /^spec\.rules\[\]$/, kind: 'HTTPRoute', fields: { matches: [{ path: wholePath }] } },
  { at: /\.matches\[\]$/, kind: 'HTTPRoute', fields: { path: wholePath } },
  { at: /\.matches\[\]\.path$/, kind: 'HTTPRoute', fields: wholePath },
  { at: /\.matches\[\]\.method$/, kind: 'GRPCRoute', fields: { type: 'Exact' } },
  { at: /\.matches\[\]\.(?:headers|queryParams)\[\]$/, fields: { type: 'Exact' } },
  { at: /\.sessionPersistence$/, fields: { type: 'Cookie' } },
  { at: /\.cookieConfig$/, fields: { lifetimeType: 'Session' } },
];

/**
 * Returns a part of a route with the defaults that the API server adds; anything else as it is. Two parts that are the same
 * with them are the same to a gateway, whoever wrote the defaults down.
 * @param path where the part is in the object, items of lists as `[name]`.
 */
export function withGatewayDefaults(
  { apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>,
  path: readonly string[],
  value: unknown,
): unknown {
  if (!apiVersion.startsWith(`${group}/`)) return value;
  const defaults = known.filter((each) => each.kind === undefined || each.kind === kind);
  const start = path.reduce(
    (text, key) => (key.startsWith('[') ? `${text}[]` : text === '' ? key : `${text}.${key}`),
    '',
  );
  return filled(value, start, defaults);
}

function filled(value: unknown, path: string, defaults: readonly Defaults[]): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, `${path}[]`, defaults));
  if (!isMap(value)) return value;
  const own = defaults.filter(({ at }) => at.test(path)).map(({ fields }) => fields);
  const all: Record<string, unknown> = Object.assign({}, ...own, value);
  return Object.fromEntries(
    Object.entries(all).map(([key, inner]) => [key, filled(inner, `${path}.${key}`, defaults)]),
  );
}
