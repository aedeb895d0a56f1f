import type { ForgeAccess } from '../../model/forge/forge-access.ts';
import { Failure, ProductError } from '../../model/errors/product-error.ts';

/** What was asked of the API. */
export interface ApiTask {
  /** As a clause: `publish orders-20261124-1 at github.com`. */
  readonly doing: string;
  /** Permission that a fine-grained token needs for it (GitHub's "Permissions required for fine-grained access tokens"). */
  readonly permission: string;
}

/** The part of octokit's RequestError that is told. */
interface HttpError {
  readonly status: number;
  readonly message: string;
  readonly response?: { readonly headers: Readonly<Record<string, unknown>> };
}

/** Thrown when the time for a task is up. */
export class TimeIsUp extends Error {
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds / 1000} s`);
    this.milliseconds = milliseconds;
  }
}

/** Says what an error of the client means. Errors that are none of HTTP are bugs, and are given back as they are. */
export function failureOf(error: unknown, task: ApiTask, access: ForgeAccess): unknown {
  if (error instanceof ProductError) return error;
  const host = new URL(access.api).host;
  const fail = (type: string, reason: string, remedy: string, evidence: readonly string[] = []) =>
    new Failure({ type, doing: task.doing, reason, remedy, ...(evidence.length > 0 ? { evidence } : {}) });
  if (error instanceof TimeIsUp)
    return fail('forge-timeout', `${host} gave ${error.message}.`, 'Try again when it answers.');
  if (!isHttpError(error)) return error;
  const { status, response } = error;
  const said = sayingOf(error, access);
  if (!response)
    return fail('forge-unreachable', `${host} does not answer (${said}).`, 'Try again when it can be reached.');
  if (isLimited(error))
    return fail('forge-limits-requests', `${host} takes no more requests for now (${status}).`, 'Try again later.', [
      said,
    ]);
  const { owner, name } = access.repository;
  switch (status) {
    case 401:
      return fail(
        'forge-denies-access',
        `${host} does not take the token (401).`,
        'Give it another GITHUB_TOKEN; this one may have expired.',
        [said],
      );
    case 403:
      return fail(
        'forge-denies-access',
        `The token may not do this in ${owner}/${name} (403).`,
        permissionRemedy(task),
        [said],
      );
    case 404:
      return fail(
        'forge-denies-access',
        `${host} has no ${owner}/${name}, or does not show it to the token (404).`,
        `Compare it with the address of the origin. ${permissionRemedy(task)}`,
        [said],
      );
    case 409:
    case 422:
      return fail('forge-refuses', `${host} refuses what it was asked for (${status}).`, 'Look at what it says.', [
        said,
      ]);
  }
  if (status >= 500) return fail('forge-fails', `${host} fails (${status}).`, 'Try again when it is well.', [said]);
  return fail(
    'forge-answers-oddly',
    `${host} answers ${status}.`,
    'See whether its address is that of an API of GitHub.',
    [said],
  );
}

/** Whether an error is one of the client for an answer, or for none. */
export function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && error.name === 'HttpError' && 'status' in error;
}

function permissionRemedy({ permission }: ApiTask): string {
  return `It needs "${permission}": a workflow's "permissions", a fine-grained token's permission, or the scope "repo".`;
}

function isLimited({ status, message, response }: HttpError): boolean {
  if (status === 429) return true;
  const { headers = {} } = response ?? {};
  return status === 403 && (/rate limit/i.test(message) || headers['x-ratelimit-remaining'] === '0');
}

/** What the server said, without the token, should it have repeated that. */
function sayingOf({ message }: HttpError, { token }: ForgeAccess): string {
  return message.replaceAll(token, '***').slice(0, 300);
}
