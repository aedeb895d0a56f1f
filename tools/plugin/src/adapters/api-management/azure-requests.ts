import type { ApiManagementClientOptionalParams } from '@azure/arm-apimanagement';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WritingCourse } from '../../ports/facade.ts';
import type { AzureProblem } from './api-management-failures.ts';

type PipelinePolicy = NonNullable<ApiManagementClientOptionalParams['additionalPolicies']>[number]['policy'];
type SendRequest = Parameters<PipelinePolicy['sendRequest']>[1];
type PipelineResponse = Awaited<ReturnType<SendRequest>>;

/** How long the door is waited for, in milliseconds. */
export interface WaitLimits {
  /** For an answer, where there is none or an error of the server's own. */
  readonly awayMs: number;
  /** For a door that is busy, or limits requests. */
  readonly busyMs: number;
  /** For one operation to end. */
  readonly operationMs: number;
  /** For one answer. */
  readonly answerMs: number;
  /** Between two attempts, unless the door says how long. */
  readonly pauseMs: number;
  /** Until all parts of the gateway have what was written. */
  readonly spreadMs: number;
}

export const defaultLimits: WaitLimits = {
  ...{ awayMs: 30_000, busyMs: 300_000, operationMs: 900_000 },
  ...{ answerMs: 100_000, pauseMs: 2000 },
  // Self-hosted gateways look every 10 seconds; of the others, nothing is said.
  spreadMs: 12_000,
};

/**
 * The requests of one step: repeats those that get no answer, an error of the server's own, or are too many for it, and
 * keeps what Azure said of an operation that failed, which its SDK throws away.
 */
export class AzureRequests {
  /** Of the operation that failed last. */
  operationProblem: AzureProblem | undefined;
  private readonly instance: string;
  private readonly limits: WaitLimits;
  private readonly course: WritingCourse;
  private readonly told = new Set<string>();

  constructor(instance: string, limits: WaitLimits, course: WritingCourse) {
    this.instance = instance;
    this.limits = limits;
    this.course = course;
  }

  /** The policy that is put between the SDK and the wire. */
  get policy(): PipelinePolicy {
    return { name: 'repeat', sendRequest: (request, next) => this.send(request, next) };
  }

  /** Waits before another attempt. @param why as a clause. @throws the signal's reason. */
  async pause(why: string, ms = this.limits.pauseMs): Promise<void> {
    const { onWait, signal } = this.course;
    if (!this.told.has(why)) onWait?.(`waiting for ${this.instance}: ${why}`);
    this.told.add(why);
    await sleep(ms, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  }

  private async send(request: Parameters<SendRequest>[0], next: SendRequest): Promise<PipelineResponse> {
    const { awayMs, busyMs, answerMs, pauseMs } = this.limits;
    const given = request.abortSignal as AbortSignal | undefined;
    const began = Date.now();
    for (;;) {
      this.course.signal?.throwIfAborted();
      // Its own `timeout` leaves a timer behind when the connection breaks, for which the process would wait.
      const limit = AbortSignal.timeout(answerMs);
      request.abortSignal = given ? AbortSignal.any([given, limit]) : limit;
      const answer = await next(request).catch((cause: unknown) => {
        const { code, name } = cause as { readonly code?: string; readonly name?: string };
        if (given?.aborted || Date.now() - began + pauseMs > awayMs) throw cause;
        return `it does not answer (${code ?? name})`;
      });
      if (typeof answer === 'string') {
        await this.pause(answer);
        continue;
      }
      const { status } = answer;
      const isLimited = status === 429;
      const retryAfter = Number(answer.headers.get('retry-after') ?? NaN) * 1000;
      const wait = isLimited && !Number.isNaN(retryAfter) ? retryAfter : pauseMs;
      const isRepeated = isLimited || status >= 500;
      if (!isRepeated || Date.now() - began + wait > (isLimited ? busyMs : awayMs)) return this.noted(answer);
      await this.pause(isLimited ? 'it limits requests (429)' : `it answers with an error (${status})`, wait);
    }
  }

  private noted(answer: PipelineResponse): PipelineResponse {
    const problem = operationProblemIn(answer.bodyAsText ?? '', this.instance);
    if (problem) this.operationProblem = problem;
    return answer;
  }
}

interface AzureError {
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly { readonly message?: string; readonly target?: string }[] | null;
}

/** An error of the SDK, as far as it is known. */
interface SdkError extends AzureError {
  readonly name?: string;
  readonly statusCode?: number;
  readonly response?: { readonly bodyAsText?: string | null };
}

/** Returns what an error of a request tells; undefined for one that was made without a request: that is a bug. */
export function problemOf(thrown: unknown, instance: string): AzureProblem | undefined {
  const { statusCode = 0, code, name, message, response } = thrown as SdkError;
  if (name !== 'RestError' && name !== 'AbortError') return undefined;
  const told = errorIn(response?.bodyAsText ?? '');
  const fallback = { code: code ?? name, message: message ?? String(thrown) };
  return asProblem({ ...fallback, ...told }, statusCode, instance);
}

function operationProblemIn(body: string, instance: string): AzureProblem | undefined {
  if (!body.includes('"Failed"')) return undefined;
  const told = errorIn(body);
  return told && asProblem(told, 400, instance);
}

function asProblem({ code, message, details }: AzureError, status: number, instance: string): AzureProblem {
  const lines = (details ?? []).map((each) => [each.target, each.message].filter(Boolean).join(': '));
  return { ...{ instance, status, code: code ?? '', message: message ?? '' }, details: lines };
}

function errorIn(body: string): AzureError | undefined {
  try {
    const { error } = JSON.parse(body) as { readonly error?: AzureError };
    return error;
  } catch {
    return undefined;
  }
}
