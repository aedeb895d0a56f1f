import { isAnswer, type ApiResult } from './api-call.ts';
import type { Verdict } from './judge-answer.ts';

/** Of a door that does not know a revision yet, that has enough of requests, or that lost who answers behind it. */
const passingStatuses = [404, 429, 502, 503, 504];

/**
 * Reports whether another answer may come by itself: parts of a door learn of a new revision, and of who may call it, one
 * after the other.
 */
export function isPassing(result: ApiResult, verdict: Verdict, hasKey: boolean): boolean {
  if (!isAnswer(result)) return true;
  if (verdict.kind === 'closed') return hasKey;
  // A description may have a 404 of the service's own.
  if (isUnknownToDoor(result.body)) return result.status === 404;
  return verdict.kind === 'differs' && passingStatuses.includes(result.status);
}

function isUnknownToDoor(body = ''): boolean {
  return /^\s*\{\s*"statusCode":\s*404,\s*"message":\s*"Resource not found"\s*\}\s*$/i.test(body);
}
