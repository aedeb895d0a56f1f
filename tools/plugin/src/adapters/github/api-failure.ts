import type { ForgeAccess } from '../../model/forge/forge-access.ts';
import { failureBy, type ErrorRule } from '../../model/errors/error-rules.ts';
import { proxyRemedy } from '../proxy/proxy-trouble.ts';
import { notTaken } from './guarded-fetch.ts';
import { Failure, ProductError } from '../../model/errors/product-error.ts';

/** A task for the API. */
export interface ApiTask {
  /** As a clause: `publish orders-20261124-1 at github.com`. */
  readonly doing: string;
  /** Permission that a fine-grained token needs for it (GitHub's "Permissions required for fine-grained access tokens"). */
  readonly permission: string;
}

/** The part of octokit's RequestError that is reported. */
interface HttpError {
  readonly status: number;
  readonly message: string;
  readonly response?: { readonly headers: Readonly<Record<string, unknown>> };
}

/** Thrown when the time for a task is up. */
export class TimeIsUp extends Error {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
    this.timeoutMs = timeoutMs;
  }
}

/** An error of the client, and what it is about. */
interface FailedRequest {
  readonly task: ApiTask;
  /** Name of the API's host. */
  readonly host: string;
  /** The repository: `shop/orders`. */
  readonly repository: string;
  readonly error: HttpError;
  /** The server's message, without the token. */
  readonly said: string;
}

const said = (request: FailedRequest) => [request.said];

/** Why a request failed: no answer, or the status of one. */
export const requestRules: readonly ErrorRule<FailedRequest>[] = [
  {
    when: ({ error }) => error.response === undefined,
    type: 'forge-unreachable',
    reason: (request) => `${request.host} could not be reached (${request.said}).`,
    remedy: ({ said }) => proxyRemedy(said) ?? 'Try again later.',
  },
  {
    when: ({ error }) => error.status === notTaken,
    type: 'forge-answers-oddly',
    reason: ({ host, said }) => `The answer of ${host} was not taken: ${said}.`,
    remedy: () => "Check that its address is that of GitHub's API.",
  },
  {
    when: ({ error }) => isLimited(error),
    type: 'forge-limits-requests',
    reason: ({ host, error }) => `${host} has limited the rate of requests (${error.status}).`,
    remedy: ({ error }) => `Try again ${limitedUntil(error.response?.headers) ?? 'later'}.`,
    evidence: said,
  },
  {
    when: ({ error }) => error.status === 401,
    type: 'forge-denies-access',
    reason: ({ host }) => `${host} does not accept the token (401).`,
    remedy: () => 'Give it another GITHUB_TOKEN; this one may have expired.',
    evidence: said,
  },
  {
    when: ({ error }) => error.status === 403,
    type: 'forge-denies-access',
    reason: ({ repository }) => `The token may not do this in ${repository} (403).`,
    remedy: ({ task }) => permissionRemedy(task),
    evidence: said,
  },
  {
    when: ({ error }) => error.status === 404,
    type: 'forge-denies-access',
    reason: ({ host, repository }) => `${host} has no ${repository}, or does not show it to the token (404).`,
    remedy: ({ task }) => `Compare it with the address of the origin. ${permissionRemedy(task)}`,
    evidence: said,
  },
  {
    when: ({ error }) => error.status === 409 || error.status === 422,
    type: 'forge-refuses',
    reason: ({ host, error }) => `${host} rejected the request (${error.status}).`,
    remedy: () => 'See its message.',
    evidence: said,
  },
  {
    when: ({ error }) => error.status >= 500,
    type: 'forge-fails',
    reason: ({ host, error }) => `${host} answered with an error (${error.status}).`,
    remedy: () => 'Try again later.',
    evidence: said,
  },
  {
    when: () => true,
    type: 'forge-answers-oddly',
    reason: ({ host, error }) => `${host} answered ${error.status}.`,
    remedy: () => "Check that its address is that of GitHub's API.",
    evidence: said,
  },
];

/** Returns what an error of the client means. Errors that are not of HTTP are bugs, and are returned as they are. */
export function failureOf(error: unknown, task: ApiTask, access: ForgeAccess): unknown {
  if (error instanceof ProductError) return error;
  const { doing } = task;
  const { host } = new URL(access.api);
  if (error instanceof TimeIsUp)
    return new Failure({
      type: 'forge-timeout',
      doing,
      reason: `${host} gave ${error.message}.`,
      remedy: 'Try again later.',
    });
  if (!isHttpError(error)) return error;
  const { owner, name } = access.repository;
  const request = { task, host, repository: `${owner}/${name}`, error, said: messageOf(error, access) };
  return failureBy(requestRules, request, { doing });
}

/**
 * Reports whether the server has nothing of the kind, because it is not GitHub's own: that answers 404 also to a token that
 * may not do it, but signs all its answers.
 */
export function isMissing(error: unknown): boolean {
  return isHttpError(error) && error.status === 404 && !error.response?.headers['x-github-request-id'];
}

/** Returns when a limit ends that an answer tells of: `after 12:30:00 UTC`. */
export function limitedUntil(headers: Readonly<Record<string, unknown>> = {}): string | undefined {
  const reset = Number(headers['x-ratelimit-reset'] ?? NaN);
  // Told with every answer, also of one that another limit stopped.
  if (Number.isNaN(reset) || headers['retry-after'] !== undefined) return undefined;
  return `after ${new Date(reset * 1000).toISOString().slice(11, 19)} UTC`;
}

/** The part of an answer of GraphQL that says what is wrong with the request. */
interface GraphqlAnswer {
  readonly data?: { readonly errors?: readonly { readonly type?: string; readonly message?: string }[] };
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** Returns what errors in an answer of GraphQL mean, which has status 200 then; undefined for an error without them. */
export function graphqlFailure(error: unknown, { doing, permission }: ApiTask, access: ForgeAccess): unknown {
  const { data, headers } = (error as { response?: GraphqlAnswer }).response ?? {};
  if (isHttpError(error) || data === undefined) return undefined;
  const { host } = new URL(access.api);
  const { owner, name } = access.repository;
  const [{ type, message = 'no repository' } = {}] = data.errors ?? [];
  if (type === 'RATE_LIMITED')
    return new Failure({
      type: 'forge-limits-requests',
      doing,
      reason: `${host} has limited the rate of requests.`,
      remedy: `Try again ${limitedUntil(headers) ?? 'later'}.`,
    });
  const isDenied = type === undefined || type === 'NOT_FOUND' || type === 'FORBIDDEN';
  return new Failure({
    type: isDenied ? 'forge-denies-access' : 'forge-answers-oddly',
    doing,
    reason: `${host} did not answer for ${owner}/${name} (${type ?? 'no data'}).`,
    remedy: isDenied ? permissionRemedy({ doing, permission }) : 'See its message.',
    evidence: [message.replaceAll(access.token, '***').slice(0, 300)],
  });
}

/** Reports whether an error is one of the client for an answer, or for none. */
export function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && error.name === 'HttpError' && 'status' in error;
}

function permissionRemedy({ permission }: ApiTask): string {
  return `It needs "${permission}": a workflow's \`permissions\`, a fine-grained token's permission, or the scope \`repo\`.`;
}

function isLimited({ status, message, response }: HttpError): boolean {
  if (status === 429) return true;
  const { headers = {} } = response ?? {};
  return status === 403 && (/rate limit/i.test(message) || headers['x-ratelimit-remaining'] === '0');
}

/** Returns the server's message, without the token, should it have repeated that. */
function messageOf({ message }: HttpError, { token }: ForgeAccess): string {
  return message.replaceAll(token, '***').slice(0, 300);
}
