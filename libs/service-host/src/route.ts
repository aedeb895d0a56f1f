import type { IncomingHttpHeaders } from 'node:http';
import type { Log } from './log.ts';

/** What a handler is given. */
export interface ServiceRequest {
  /** `X-Request-Id` of the caller, or a new one. Pass it on to other services. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Values of the `{name}` segments in the route's path. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Writes lines that carry the request's id. */
  readonly log: Log;
  /**
   * Reads the body.
   * @throws {HttpProblem} 400 when it is not JSON, 413 when it is over the host's limit.
   */
  json(): Promise<unknown>;
}

/** What a handler gives back. */
export interface Answer {
  /** 200 unless said otherwise. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent piece by piece as they come, in the place of a body. When it throws, the connection is cut. */
  readonly stream?: AsyncIterable<string>;
}

/** Answers a request; throws an `HttpProblem` to refuse it. */
export type Handler = (request: ServiceRequest) => Answer | Promise<Answer>;

/** One operation of a service's API. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As in OpenAPI: `/orders/{id}`. */
  readonly path: string;
  readonly handle: Handler;
}
