/** One request. */
export interface ApiRequest {
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Of the body; JSON when left out. */
  readonly contentType?: string;
  readonly accept?: string | undefined;
  /** True when a long answer is expected, which is sent packed then. */
  readonly isLong?: boolean;
  readonly signal?: AbortSignal;
  /** True when it may be sent again when nobody knows what became of it; else true for all but POST. */
  readonly repeatable?: boolean;
}

/** Reports whether a request can change anything. */
export function isWrite(method: string, path: string, { query }: ApiRequest): boolean {
  return method !== 'GET' && query?.['dryRun'] === undefined && !path.startsWith('/apis/authorization.k8s.io/');
}

/** Has the server give a request up after some milliseconds, also when nobody waits for its answer any more. */
export function bounded(request: ApiRequest, milliseconds: number | undefined): ApiRequest {
  if (milliseconds === undefined) return request;
  return { ...request, query: { ...request.query, timeout: `${Math.floor(milliseconds)}ms` } };
}
