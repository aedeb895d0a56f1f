import type { ForgeAccess } from '../../model/forge/forge-access.ts';

/** How patient the client is, in milliseconds. Tests hurry. */
export interface Pace {
  /** What GitHub calls a second when it asks to wait. */
  readonly second: number;
  /** For one answer; then it is asked again. */
  readonly answer: number;
  /** For one method of the port, with all waiting and asking again. */
  readonly whole: number;
  /** Whether what writes is sent one by one, a second apart (GitHub's "Best practices for using the REST API"). */
  readonly spaced: boolean;
}

export const usualPace: Pace = { second: 1000, answer: 8000, whole: 20_000, spaced: true };

/** Seconds; whoever asks for a longer pause is not asked again. */
const longestPause = 10;
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
  const waitsFor = (seconds: number, _options: unknown, _octokit: unknown, pauses: number) =>
    seconds <= longestPause && pauses < mostPauses;
  const Client = Octokit.plugin(retry, throttling);
  return new Client({
    auth: token,
    baseUrl: api,
    userAgent: 'poc-release',
    // What it would log is told by errors.
    log: silent,
    request: { fetch: fetchWithin(pace.answer), log: silent },
    retry: { doNotRetry: final, retries, retryAfterBaseValue: pace.second },
    throttle: {
      id: api,
      onRateLimit: waitsFor,
      onSecondaryRateLimit: waitsFor,
      fallbackSecondaryRateRetryAfter: longestPause,
      retryAfterBaseValue: pace.second,
      ...(pace.spaced ? {} : { write: unspaced, notifications: unspaced }),
    },
  });
}

export type Client = Awaited<ReturnType<typeof makeOctokit>>;

/** `fetch` that gives up on one answer, so that it can be asked again. */
function fetchWithin(milliseconds: number): typeof fetch {
  return (address, init) => {
    const limit = AbortSignal.timeout(milliseconds);
    return fetch(address, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
  };
}
