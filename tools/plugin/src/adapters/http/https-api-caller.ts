import type { Agent, IncomingMessage } from 'node:http';
import { request as send } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { mostBytes } from '../../model/limits/most-bytes.ts';
import { isAnswer, type ApiAnswer, type ApiResult } from '../../model/facade/checking/api-call.ts';
import { isJson } from '../../model/facade/checking/judge-answer.ts';
import { AnswerTooLong, readWithin } from '../answers/read-within.ts';
import { agentThrough } from '../proxy/proxy-agent.ts';
import { proxyOf } from '../proxy/proxy.ts';
import { throughProxy } from '../proxy/proxy-trouble.ts';
import type { ApiCaller, ApiRequest, CallingCourse } from '../../ports/api-caller.ts';
import { userAgent } from '../../model/product/wire-names.ts';

/** How long and how much is waited for; times in milliseconds. */
export interface CallLimits {
  /** For answers that differ from what is wanted, all requests together. */
  readonly againMs: number;
  /** For a connection, where there is none. */
  readonly awayMs: number;
  /** For one answer. */
  readonly answerMs: number;
  /** Between two attempts. */
  readonly pauseMs: number;
  /** The longest body that is read. */
  readonly bodyBytes: number;
  /** Requests at a time. */
  readonly atOnce: number;
}

const usualLimits: CallLimits = {
  ...{ againMs: 60_000, awayMs: 5000, answerMs: 10_000, pauseMs: 500 },
  ...{ bodyBytes: mostBytes.api, atOnce: 8 },
};

/** Calls over TLS, trusting whom Node.js trusts (`NODE_EXTRA_CA_CERTS`). */
export class HttpsApiCaller implements ApiCaller {
  private readonly limits: CallLimits;
  private readonly ca: string | undefined;

  /** @param ca a certificate to trust besides, for tests. */
  constructor(limits: Partial<CallLimits> = {}, ca?: string) {
    this.limits = { ...usualLimits, ...limits };
    this.ca = ca;
  }

  async call(requests: readonly ApiRequest[], course: CallingCourse = {}): Promise<ApiResult[]> {
    const { atOnce } = this.limits;
    const options = { keepAlive: true, maxSockets: atOnce, ...(this.ca === undefined ? {} : { ca: this.ca }) };
    const agents = new Map<string | undefined, Agent>();
    const agentOf = (proxy: string | undefined, url: string) => {
      const agent = agents.get(proxy) ?? agentThrough(proxy, url, options);
      agents.set(proxy, agent);
      return agent;
    };
    const calling = new Calling(this.limits, agentOf, course);
    const results: ApiResult[] = [];
    const left = requests.map((request, index) => ({ request, index }));
    const work = async () => {
      for (let next = left.shift(); next; next = left.shift())
        results[next.index] = await calling.untilDone(next.request, next.index);
    };
    try {
      await Promise.all(Array.from({ length: atOnce }, work));
      return results;
    } finally {
      for (const agent of agents.values()) agent.destroy();
    }
  }
}

/** Finds the agent for an address, through a proxy where there is one. */
type AgentOf = (proxy: string | undefined, url: string) => Agent;

/** Requests that are waited for together. */
class Calling {
  private readonly began = performance.now();
  private readonly limits: CallLimits;
  private readonly agentOf: AgentOf;
  private readonly course: CallingCourse;

  constructor(limits: CallLimits, agentOf: AgentOf, course: CallingCourse) {
    this.limits = limits;
    this.agentOf = agentOf;
    this.course = course;
  }

  async untilDone(request: ApiRequest, index: number): Promise<ApiResult> {
    const { againMs, awayMs, pauseMs } = this.limits;
    const { again = () => false, onWait, signal } = this.course;
    for (;;) {
      const result = await this.ask(request);
      signal?.throwIfAborted();
      const limit = isAnswer(result) || result.isConnected ? againMs : awayMs;
      if (performance.now() - this.began + pauseMs > limit || !again(result, index)) return result;
      onWait?.(result);
      await pause(pauseMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }

  /** Sends one request. @throws {Refusal} where what names a proxy is the address of none. */
  private async ask({ url, headers }: ApiRequest): Promise<ApiResult> {
    const { limits } = this;
    const { signal } = this.course;
    // A key is shown to nobody who could be somebody else.
    if (!url.startsWith('https:')) return { reason: 'it is not called by https', isConnected: false };
    const proxy = proxyOf(url, { doing: `call ${url}` });
    const agent = this.agentOf(proxy, url);
    return new Promise((resolve) => {
      let [isConnected, isAnswered] = [false, false];
      const sent = send(url, { agent, headers: { accept: '*/*', 'user-agent': userAgent.check, ...headers } });
      const fail = (reason: string) => {
        resolve({ reason: isConnected ? reason : throughProxy(reason, proxy), isConnected });
        sent.destroy();
      };
      const limit = setTimeout(() => fail(`none within ${limits.answerMs / 1000} s`), limits.answerMs);
      const stop = () => fail('interrupted');
      signal?.addEventListener('abort', stop);
      sent.on('socket', (socket) => {
        isConnected = sent.reusedSocket;
        if (!isConnected) socket.once('secureConnect', () => (isConnected = true));
      });
      sent.on('response', (answer) => {
        isAnswered = true;
        const head = headOf(answer);
        if (isJson(head.contentType ?? ''))
          return void readBody(answer, limits.bodyBytes).then(
            (body) => resolve({ ...head, ...body }),
            (error: NodeJS.ErrnoException) => fail(error.code ?? error.message),
          );
        resolve(head);
        sent.destroy();
      });
      sent.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
      sent.on('close', () => {
        clearTimeout(limit);
        signal?.removeEventListener('abort', stop);
        if (!isAnswered) fail('the connection ended before the answer did');
      });
      sent.end();
    });
  }
}

function headOf({ statusCode: status = 0, headers }: IncomingMessage): ApiAnswer {
  const { 'content-type': contentType, 'www-authenticate': challenge } = headers;
  return {
    status,
    ...(contentType === undefined ? {} : { contentType }),
    ...(challenge === undefined ? {} : { challenge }),
  };
}

/** Reads a body, and ends the connection where there is more of it than is taken. */
async function readBody(answer: IncomingMessage, most: number): Promise<Pick<ApiAnswer, 'body' | 'isCut'>> {
  try {
    return { body: (await readWithin(answer, most)).toString('utf8') };
  } catch (error) {
    if (error instanceof AnswerTooLong) return { isCut: true };
    throw error;
  }
}
