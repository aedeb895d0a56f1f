import type { IncomingMessage } from 'node:http';
import type { Access } from '../../../plugin/src/adapters/kubernetes/client/access-rules.ts';

/** A request to an API server, read. */
export interface AskedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly group: string;
  /** `deployments`, `pods/log`. */
  readonly resource: string;
  /** Of the object; undefined for a collection. */
  readonly name: string | undefined;
  readonly isApply: boolean;
  readonly isDryRun: boolean;
  /** True for what can change something, unless it is a dry run. */
  readonly isWrite: boolean;
  readonly isProtobuf: boolean;
}

/** Reads a request. */
export function parseRequest({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): AskedRequest {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const rest = pathname.split('/').slice(1).map(decodeURIComponent);
  const group = rest[0] === 'apis' ? (rest[1] ?? '') : '';
  const places = rest.slice(rest[0] === 'apis' ? 3 : 2);
  // A namespace itself is read at `/api/v1/namespaces/shop`.
  const [plural = '', name, sub] = places[0] === 'namespaces' && places.length > 2 ? places.slice(2) : places;
  return {
    method,
    path: pathname,
    query: searchParams,
    body: body === '' ? undefined : JSON.parse(body),
    group,
    resource: sub === undefined ? plural : `${plural}/${sub}`,
    name,
    isApply: headers['content-type'] === 'application/apply-patch+yaml',
    isDryRun: searchParams.get('dryRun') === 'All',
    isWrite: method !== 'GET' && group !== 'authorization.k8s.io',
    isProtobuf: headers.accept?.includes('protobuf') ?? false,
  };
}

/**
 * Returns the rights that a request takes, as the API server's authorizers are asked for them.
 * @param exists true when the object is there: applying one that is not creates it.
 */
export function accessOf(asked: AskedRequest, exists: boolean): Access[] {
  const { method, query, group, resource, isApply } = asked;
  // A field selector by name is as good as the name.
  const name = asked.name ?? /(?:^|,)metadata\.name=([^,]*)/.exec(query.get('fieldSelector') ?? '')?.[1];
  const of = (verb: string): Access => ({ verb, group, resource, ...(name === undefined ? {} : { name }) });
  if (method === 'GET' && query.get('watch') === '1') return [of('watch')];
  if (method === 'GET') return [of(asked.name === undefined ? 'list' : 'get')];
  if (method === 'PATCH' && isApply && !exists) return [of('patch'), of('create')];
  const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  return [of(verbs[method] ?? method)];
}
