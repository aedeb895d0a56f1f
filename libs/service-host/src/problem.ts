import { STATUS_CODES } from 'node:http';

/** An answer that says why a request was not served. Sent as `application/problem+json` (RFC 9457). */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  /** The status again, under the name by which Fastify knows it. */
  statusCode: number;
  /** Stable name for machines, in kebab-case: `order-not-found`. */
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what was wrong and what to do, for the person who calls. */
  constructor(status: number, title: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.statusCode = status;
    this.title = title;
    this.headers = headers;
  }
}

export const problemType = 'application/problem+json';

/** A problem as it is sent. */
export interface ProblemBody {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
}

/** Returns what is sent of a problem. @param requestId by which its request is found in the log. */
export function problemBody({ title, status, message: detail }: HttpProblem, requestId: string): ProblemBody {
  return { title, status, detail, requestId };
}

/** Returns the problem that an error is for the caller: one of the service's own, or one that Fastify or a plugin tells. */
export function problemOf(error: unknown, bodyLimit: number): HttpProblem {
  if (error instanceof HttpProblem) return error;
  const { code, statusCode, message } = error as { code?: unknown; statusCode?: unknown; message?: unknown };
  switch (code) {
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return malformedJson();
    case 'FST_ERR_BAD_URL':
      return malformedPath();
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new HttpProblem(413, 'body-too-long', `The body may have ${bodyLimit} bytes at most.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType();
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new HttpProblem(statusCode, titleOf(statusCode), String(message));
  return new HttpProblem(500, 'internal-error', 'The service failed. Its log tells more under the request id.');
}

/** Returns the answer to a body that is no JSON. */
export function malformedJson(): HttpProblem {
  return new HttpProblem(400, 'malformed-json', 'The body is not JSON.');
}

/** Returns the answer to a path that is no text. */
export function malformedPath(): HttpProblem {
  return new HttpProblem(400, 'malformed-path', 'The path holds a "%" that begins no character.');
}

/** Returns the answer to a body of a kind that is not taken. @param types that are. */
export function unsupportedMediaType(types: Iterable<string> = []): HttpProblem {
  const taken = [...types].join(', ');
  const detail = taken
    ? `The body must be ${taken}; say so in "Content-Type".`
    : 'Bodies of this "Content-Type" are not taken.';
  return new HttpProblem(415, 'unsupported-media-type', detail);
}

function titleOf(status: number): string {
  return (STATUS_CODES[status] ?? 'refused').toLowerCase().replaceAll(/[^a-z]+/g, '-');
}
