import { currentOf, publicPathOf, suffixOf, versionSetOf, type Api, type Revision } from '../instance/apis.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { textOf, type Properties } from '../management/management-request.ts';
import { matchOperation, segmentsOf } from './operation-match.ts';
import { outboundHeaders, type ScopedPolicy } from './policy-effects.ts';
import { isOpen } from '../instance/products.ts';

/** A client's call. */
export interface Call {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a gateway does with a call. */
export type Decision =
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly message: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'forwarded';
      /** The backend's address, with path and query. */
      readonly url: string;
      /** What policies set on the answer. */
      readonly headers: Readonly<Record<string, string>>;
    };

const notFound: Decision = { kind: 'refused', status: 404, message: 'Resource not found', headers: {} };
const tables = new WeakMap<GatewayConfig, ReadonlyMap<string, readonly Api[]>>();

/** Decides calls by a configuration: which API, revision and operation, whose key, and where to. */
export class DataPath {
  /** Statements of policies that are kept and not carried out, which calls came past. */
  readonly skippedPolicies = new Set<string>();

  decide(config: GatewayConfig, call: Call): Decision {
    // Not relative to it: `//x` would be another host.
    const address = `http://gateway${call.url}`;
    if (!URL.canParse(address)) return { kind: 'refused', status: 400, message: 'Bad Request', headers: {} };
    const url = new URL(address);
    const chosen = chooseApi(config, url, call.headers);
    if (!chosen) return notFound;
    const { api, revision, rest } = chosen;
    const operation = matchOperation(revision.operations, call.method, rest.map(decode), url.searchParams);
    if (operation === undefined) return notFound;
    const admission = admit(config, api, { url, headers: call.headers });
    if (!admission.isAdmitted) return { kind: 'refused', status: 401, ...admission };
    const serviceUrl = textOf(revision.properties, 'serviceUrl') ?? '';
    if (serviceUrl === '') return { kind: 'refused', status: 500, message: 'Internal server error', headers: {} };
    const scopes = scopesOf(config, { api, revision, operation, product: admission.product });
    const path = rest.length === 0 ? '' : `/${rest.join('/')}`;
    return {
      kind: 'forwarded',
      url: `${serviceUrl.replace(/\/+$/, '')}${path}${url.search}`,
      headers: outboundHeaders(scopes, revision.id, this.skippedPolicies),
    };
  }
}

interface Chosen {
  readonly api: Api;
  readonly revision: Revision;
  /** The path after the API's, as it was sent. */
  readonly rest: readonly string[];
}

/** The API with the longest path that a call's begins with; `;rev=` stands after that path. */
function chooseApi(config: GatewayConfig, url: URL, headers: Call['headers']): Chosen | undefined {
  const segments = segmentsOf(url.pathname.replaceAll(/%3B(?=rev)/gi, ';').replaceAll(/(?<=;rev)%3D/gi, '='));
  const at = segments.findIndex((segment) => segment.includes(';rev='));
  const [named = '', revisionId] = segments[at]?.split(';rev=') ?? [];
  const path = segments
    .map((segment, index) => (index === at ? named : segment))
    .map((segment) => decode(segment).toLowerCase());
  const table = tableOf(config);
  for (let length = at < 0 ? segments.length : at + 1; length >= 0; length--) {
    const suffix = path
      .slice(0, length)
      .filter((segment) => segment !== '')
      .join('/');
    const candidates = table.get(suffix);
    if (!candidates) {
      // With a revision, what is before it is the API's path, and no part of it.
      if (at >= 0) return undefined;
      continue;
    }
    const api = candidates.find((each) => isAskedVersion(config, each, { url, headers }));
    const revision = api && (revisionId === undefined ? currentOf(api) : api.revisions.get(revisionId));
    return api && revision && { api, revision, rest: segments.slice(length) };
  }
  return undefined;
}

/** APIs by the path under which they are called; versions by header or query share one. */
function tableOf(config: GatewayConfig): ReadonlyMap<string, readonly Api[]> {
  const known = tables.get(config);
  if (known) return known;
  const table = new Map<string, Api[]>();
  for (const api of config.apis.values()) {
    const path = publicPathOf(api, config.versionSets);
    table.set(path, [...(table.get(path) ?? []), api]);
  }
  tables.set(config, table);
  return table;
}

interface Asked {
  readonly url: URL;
  readonly headers: Call['headers'];
}

/** Reports whether an API is the version that a call asks for. One without a version is asked for by naming none. */
function isAskedVersion(config: GatewayConfig, api: Api, { url, headers }: Asked): boolean {
  const set = versionSetOf(api, config.versionSets)?.properties ?? {};
  const version = textOf(api.shared, 'apiVersion') ?? '';
  if (set['versioningScheme'] === 'Header')
    return version === (headers[String(set['versionHeaderName']).toLowerCase()] ?? '');
  if (set['versioningScheme'] === 'Query')
    return version === (url.searchParams.get(String(set['versionQueryName'])) ?? '');
  return true;
}

type Admission =
  | { readonly isAdmitted: true; readonly product: string | undefined }
  | { readonly isAdmitted: false; readonly message: string; readonly headers: Readonly<Record<string, string>> };

/** Decides by the key: that of the header, else that of the query, else what is open. */
function admit(config: GatewayConfig, api: Api, { url, headers }: Asked): Admission {
  const names = (api.shared['subscriptionKeyParameterNames'] ?? {}) as Properties;
  const header = textOf(names, 'header') ?? '';
  const key = headers[header.toLowerCase()] ?? url.searchParams.get(textOf(names, 'query') ?? '') ?? undefined;
  const products = [...config.links].filter(([, apis]) => apis.has(api.name)).map(([name]) => name);
  if (key === undefined) {
    const open = products.find((name) => isOpen(config.products.get(name)?.properties ?? {}));
    if (open !== undefined || api.shared['subscriptionRequired'] === false) return { isAdmitted: true, product: open };
  }
  const found = [...config.subscriptions.values()].find(
    ({ properties }) =>
      properties['state'] === 'active' &&
      key !== undefined &&
      [properties['primaryKey'], properties['secondaryKey']].includes(key),
  );
  const scope = textOf(found?.properties ?? {}, 'scope')?.slice(config.base.length);
  if (scope === '/' || scope === '/apis' || scope === `/apis/${api.name}`)
    return { isAdmitted: true, product: undefined };
  const product = products.find((name) => scope === `/products/${name}`);
  if (product !== undefined) return { isAdmitted: true, product };
  const realm = `https://${String(headers['host'])}/${suffixOf(api)}`;
  return {
    isAdmitted: false,
    message:
      key === undefined
        ? 'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.'
        : 'Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.',
    headers: { 'www-authenticate': `AzureApiManagementKey realm="${realm}",name="${header}",type="header"` },
  };
}

/** The policies for a call, from the innermost. */
function scopesOf(
  { policy, productPolicies }: GatewayConfig,
  {
    api,
    revision,
    operation,
    product,
  }: { api: Api; revision: Revision; operation: string; product: string | undefined },
): ScopedPolicy[] {
  const path = `apis/${api.name};rev=${revision.id}`;
  const scopes = [
    { from: `${path}/operations/${operation}`, policy: revision.operationPolicies.get(operation) },
    { from: path, policy: revision.policy },
    { from: `products/${product}`, policy: product === undefined ? undefined : productPolicies.get(product) },
    { from: 'the whole instance', policy },
  ];
  return scopes.filter((scope): scope is ScopedPolicy => scope.policy !== undefined);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
