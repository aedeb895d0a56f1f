import { proxiedFetch } from '../proxy/proxied-fetch.ts';
import { knownSecrets } from '../../model/secrets/known-secrets.ts';
import { guardedFetch } from './guarded-fetch.ts';
import type { ForgeAccess } from '../../model/forge/forge-access.ts';
import { userAgent } from '../../model/product/wire-names.ts';

/** The times that the client takes. Tests hurry. */
export interface Pace {
  /** The length of what GitHub calls a second when it asks to wait. */
  readonly secondMs: number;
  /** For one answer; then it is asked again. */
  readonly answerMs: number;
  /** For one method of the port, with all waiting and asking again. */
  readonly wholeMs: number;
  /**
   * True when writing requests are sent one by one, a second apart (GitHub's "Best practices for using the REST
   * API").
   */
  readonly spaced: boolean;
}

export const usualPace: Pace = { secondMs: 1000, answerMs: 8000, wholeMs: 20_000, spaced: true };

/** A server that asks for a longer pause is not asked again. */
const longestPauseSeconds = 10;
/** How often a limit is waited for. */
const mostPauses = 2;
/** How often it is asked again what broke down: after 1 and 4 seconds. */
const retries = 2;
/** Answers that asking again does not change: mistakes of the request. Limits (403, 429) are the throttling's business. */
const final = Array.from({ length: 100 }, (_, index) => 400 + index);

const silent = { debug() {}, info() {}, warn() {}, error() {} };
/** A limiter that limits nothing, of as much as the throttling uses of one. */
const unspaced = { key: () => ({ schedule: (_options: unknown, job: () => Promise<void>) => job() }) } as never;

/** The client of GitHub's API. It is ESM only and takes time to load, so that it is loaded where it is needed. */
export async function makeOctokit({ api, token }: ForgeAccess, pace: Pace) {
  const [{ Octokit }, { retry }, { throttling }] = await Promise.all([
    import('@octokit/rest'),
    import('@octokit/plugin-retry'),
    import('@octokit/plugin-throttling'),
  ]);
  knownSecrets.add(token);
  const send = proxiedFetch(api);
  const waitsFor = (seconds: number, _options: unknown, _octokit: unknown, pauses: number) =>
    seconds <= longestPauseSeconds && pauses < mostPauses;
  const Client = Octokit.plugin(retry, throttling);
  return new Client({
    auth: token,
    baseUrl: api,
    userAgent: userAgent.release,
    // Errors say what it would log.
    log: silent,
    request: { fetch: guardedFetch(pace.answerMs, send), log: silent },
    retry: { doNotRetry: final, retries, retryAfterBaseValue: pace.secondMs },
    throttle: {
      id: api,
      onRateLimit: waitsFor,
      onSecondaryRateLimit: waitsFor,
      fallbackSecondaryRateRetryAfter: longestPauseSeconds,
      retryAfterBaseValue: pace.secondMs,
      ...(pace.spaced ? {} : { write: unspaced, notifications: unspaced }),
    },
  });
}

export type Client = Awaited<ReturnType<typeof makeOctokit>>;
