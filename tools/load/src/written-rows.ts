import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { platform } from '../../scratch-workspace/src/platform.ts';
import type { FailedWrite } from './unkept-waits.ts';

/** What became of rows that were written through the gateway. */
export interface WrittenRows {
  /** Writes that were answered with success. */
  readonly written: number;
  /** Writes that were not. */
  readonly failed: readonly FailedWrite[];
  /** What was written with success and is not there, or is another. */
  readonly lost: readonly string[];
  /** The longest that a write took, in milliseconds. */
  readonly slowestMs: number;
}

/** Writes that go on until they are stopped. */
export interface RunningWrites {
  /** Ends the writes, and reads all of what was written. */
  stop(): Promise<WrittenRows>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  /** The header Retry-After. */
  readonly retryAfter?: string | undefined;
}

/** Longer than a service waits for its store (12 s), and than the gateway for a service (15 s). */
const answerTimeoutMs = 20_000;
const writersEach = 3;
/** The cluster has other things to do on the same processors. */
const pauseMs = 25;

/**
 * Writes charges to payments and stock to inventory, three at a time each, over connections that are kept.
 * @param hostname under which the gateway knows the routes.
 */
export async function startWriting(hostname: string): Promise<RunningWrites> {
  const { gateway } = await platform();
  const agent = new Agent({ keepAlive: true });
  const failed: FailedWrite[] = [];
  /** Body that each path is to be answered with. */
  const written = new Map<string, string>();
  let slowestMs = 0;
  let isOver = false;

  const send = (method: string, path: string, json?: unknown, headers = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const type = json === undefined ? {} : { 'content-type': 'application/json' };
      const options = { method, agent, timeout: answerTimeoutMs, headers: { host: hostname, ...type, ...headers } };
      const call = request(`${gateway}${path}`, options, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        const { 'retry-after': retryAfter } = response.headers;
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, retryAfter })).on('error', reject);
      });
      call.on('timeout', () => call.destroy(new Error('no answer'))).on('error', reject);
      call.end(json === undefined ? undefined : JSON.stringify(json));
    });

  const write = async (service: string, one: () => Promise<Answer & { path: string }>) => {
    while (!isOver) {
      const fromMs = performance.now();
      let what: string | undefined;
      try {
        const answer = await one();
        if (answer.status === 200 || answer.status === 201) written.set(answer.path, answer.body);
        else what = nameOf(answer);
      } catch (error) {
        what = String(error);
      }
      const toMs = performance.now();
      if (what !== undefined) failed.push({ service, what, fromMs, toMs });
      slowestMs = Math.max(slowestMs, toMs - fromMs);
      await pause(pauseMs);
    }
  };
  const charge = async () => {
    const key = randomUUID();
    const body = { amountInCents: 250, currency: 'EUR' };
    const answer = await send('POST', '/payments/charges', body, { 'idempotency-key': key });
    const { id } = (answer.status < 300 ? JSON.parse(answer.body) : {}) as { id?: string };
    return { ...answer, path: `/payments/charges/${id}` };
  };
  const stock = async () => {
    const path = `/inventory/stock/${randomUUID()}`;
    return { ...(await send('PUT', path, { quantity: Math.floor(Math.random() * 1000) })), path };
  };
  const writers = Array.from({ length: writersEach }, () => [
    write('payments', charge),
    write('inventory', stock),
  ]).flat();

  return {
    async stop() {
      isOver = true;
      await Promise.all(writers);
      const lost: string[] = [];
      const left = [...written];
      const read = async () => {
        for (let next = left.pop(); next; next = left.pop()) {
          const [path, body] = next;
          const answer = await send('GET', path).catch((error: unknown) => ({ status: 0, body: String(error) }));
          if (answer.status !== 200 || answer.body !== body) lost.push(`${path}: ${answer.status} ${answer.body}`);
        }
      };
      await Promise.all(Array.from({ length: writersEach }, read));
      agent.destroy();
      return { written: written.size, failed, lost, slowestMs };
    },
  };
}

/** Returns what a problem is called: its id of a request would make each another one. */
function nameOf({ status, body, retryAfter }: Answer): string {
  const name = `${status} ${/"title": ?"([^"]*)"/.exec(body)?.[1] ?? body.slice(0, 100)}`;
  return /^\d+$/.test(retryAfter ?? '') ? `${name}, to be tried again` : name;
}
