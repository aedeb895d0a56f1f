import { mostBytes } from '../../model/limits/most-bytes.ts';
import type { MetricAnswer, MetricsServer } from '../../ports/metrics-server.ts';
import { AnswerTooLong, readWithin } from '../answers/read-within.ts';
import { proxiedFetch } from '../proxy/proxied-fetch.ts';
import { answerOf } from './query-answer.ts';
import { userAgent } from '../../model/product/wire-names.ts';

/** For one answer. */
const usualTimeoutMs = 5000;

/** Asks Prometheus, or what speaks as it does (Thanos, Mimir, Azure Monitor), by its HTTP API. */
export class PrometheusServer implements MetricsServer {
  private readonly url: string;
  private readonly timeoutMs: number;
  readonly #token: string | undefined;
  private send: typeof fetch | undefined;

  /** @param token is shown to the server alone. */
  constructor(url: string, token?: string, timeoutMs = usualTimeoutMs) {
    this.url = url.replace(/\/+$/, '');
    this.timeoutMs = timeoutMs;
    this.#token = token;
  }

  async query(query: string, signal?: AbortSignal): Promise<MetricAnswer> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(this.timeoutMs);
    const either = signal ? AbortSignal.any([signal, limit]) : limit;
    const send = (this.send ??= proxiedFetch(this.url));
    const headers = {
      accept: 'application/json',
      'user-agent': userAgent.release,
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
    };
    const address = `${this.url}/api/v1/query?${new URLSearchParams({ query })}`;
    try {
      const response = await send(address, { headers, redirect: 'manual', signal: either });
      return this.withoutToken(answerOf(response.status, await bodyOf(response)));
    } catch (error) {
      signal?.throwIfAborted();
      const reason = limit.aborted ? `no answer within ${this.timeoutMs / 1000} s` : reasonOf(error);
      return this.withoutToken({ state: 'unanswered', reason });
    }
  }

  /** Returns an answer without the token: the words of others are shown, and might repeat it. */
  private withoutToken(answer: MetricAnswer): MetricAnswer {
    if (!('reason' in answer) || this.#token === undefined) return answer;
    return { ...answer, reason: answer.reason.replaceAll(this.#token, '***') };
  }
}

/** Reads a body. @returns undefined when it is longer than any that is wanted. */
async function bodyOf(response: Response): Promise<string | undefined> {
  try {
    const body = await readWithin((response.body ?? []) as unknown as AsyncIterable<Uint8Array>, mostBytes.metric);
    return body.toString('utf8');
  } catch (error) {
    if (error instanceof AnswerTooLong) return undefined;
    throw error;
  }
}

/** `fetch` says only that it failed, and why in what caused that. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: NodeJS.ErrnoException };
  return message === 'fetch failed' && cause ? (cause.code ?? cause.message) : message;
}
