import { Agent, request, type RequestOptions } from 'node:http';
import type { FailedRequest } from './prober.ts';

/** An answer, whoever gave it. */
export interface PacedAnswer {
  readonly status: number;
  readonly body: string;
}

/** Judges the answer of one request. @returns what is wrong with it. */
export type Judge = (answer: PacedAnswer) => string | undefined;

/** Requests of one kind. */
export interface PacedKind {
  readonly url: string;
  readonly host: string;
  /** Its part of all requests, beside the parts of the others. */
  readonly share: number;
  /** Called when a request is sent: its further headers, and who judges its answer. */
  readonly send: () => { readonly headers?: Readonly<Record<string, string>>; readonly judge: Judge };
}

/** How much is asked. */
export interface Pace {
  /** Requests a second. */
  readonly rate: number;
  /** Connections that are kept. */
  readonly connections: number;
  /** Each so manieth request goes over a connection of its own. */
  readonly freshEvery: number;
}

/** Figures of paced requests. */
export interface PacedFigures {
  readonly requests: number;
  /** Of these, over connections of their own. */
  readonly fresh: number;
  readonly failed: readonly FailedRequest[];
  /** Requests a second that were sent, in all of the time, and in the slowest ten seconds of it. */
  readonly rate: { readonly held: number; readonly slowest: number };
  /** Milliseconds within which 99 of 100 were answered, and all. */
  readonly answeredMs: { readonly most: number; readonly all: number };
}

/** Milliseconds. */
const [answerTimeout, tick, windowMs] = [10_000, 5, 10_000];

/**
 * Sends GET requests at a steady rate, however long answers take, until it is stopped. While a second's requests are on
 * their way, no others are sent, and those are not made up for.
 */
export class PacedRequests {
  private readonly kinds: readonly PacedKind[];
  private readonly pace: Pace;
  private readonly during: () => string;
  private readonly agent: Agent;
  private readonly timer: NodeJS.Timeout;
  private readonly started = performance.now();
  private readonly sentOf: number[];
  private readonly failed: FailedRequest[] = [];
  private readonly pending = new Set<Promise<void>>();
  /** Requests by the millisecond within which they were answered. */
  private readonly answered = new Map<number, number>();
  /** Requests that were sent in each ten seconds. */
  private readonly windows: number[] = [];
  private requests = 0;
  private ended: number | undefined;
  /** Requests that were due and are not made up for. */
  private skipped = 0;

  /** @param during says what is going on. */
  constructor(kinds: readonly PacedKind[], pace: Pace, during: () => string) {
    this.kinds = kinds;
    this.pace = pace;
    this.during = during;
    this.sentOf = kinds.map(() => 0);
    this.agent = new Agent({ keepAlive: true, maxSockets: pace.connections, scheduling: 'fifo' });
    this.timer = setInterval(() => this.sendDue(), tick);
  }

  /** So far. */
  get figures(): PacedFigures {
    const milliseconds = (this.ended ?? performance.now()) - this.started;
    const whole = this.windows.slice(0, Math.floor(milliseconds / windowMs));
    const held = (this.requests * 1000) / milliseconds;
    return {
      requests: this.requests,
      fresh: Math.floor(this.requests / this.pace.freshEvery),
      failed: this.failed,
      rate: { held, slowest: whole.length === 0 ? held : (Math.min(...whole) * 1000) / windowMs },
      answeredMs: this.answeredMs(),
    };
  }

  /** Lets those that are on their way be answered. */
  async stop(): Promise<PacedFigures> {
    clearInterval(this.timer);
    this.ended ??= performance.now();
    await Promise.all(this.pending);
    this.agent.destroy();
    return this.figures;
  }

  private sendDue(): void {
    const { rate } = this.pace;
    const due = Math.floor(((performance.now() - this.started) * rate) / 1000) - this.skipped;
    while (this.requests < due && this.pending.size < rate) this.sendNext();
    this.skipped += Math.max(0, due - this.requests);
  }

  /** Sends one of the kind that is the furthest behind its share. */
  private sendNext(): void {
    const behind = this.kinds.map(({ share }, index) => this.sentOf[index]! / share);
    const index = behind.indexOf(Math.min(...behind));
    this.sentOf[index]!++;
    this.requests++;
    const window = Math.floor((performance.now() - this.started) / windowMs);
    while (this.windows.length <= window) this.windows.push(0);
    this.windows[window]!++;
    const isFresh = this.requests % this.pace.freshEvery === 0;
    const answered = this.ask(this.kinds[index]!, isFresh).finally(() => this.pending.delete(answered));
    this.pending.add(answered);
  }

  private async ask({ url, host, send }: PacedKind, isFresh: boolean): Promise<void> {
    const [at, before, begun] = [new Date().toISOString(), this.during(), performance.now()];
    const { headers, judge } = send();
    const options = { agent: isFresh ? false : this.agent, headers: { host, ...headers } };
    const what = await answerOf(url, options).then(judge, (error: Error) => error.message);
    const took = Math.ceil(performance.now() - begun);
    this.answered.set(took, (this.answered.get(took) ?? 0) + 1);
    if (what === undefined) return;
    const after = this.during();
    const during = before === after ? before : `${before}, and ${after}`;
    this.failed.push({ url, what: `${what} after ${took} ms`, at, during });
  }

  private answeredMs(): PacedFigures['answeredMs'] {
    const counts = [...this.answered].sort(([a], [b]) => a - b);
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    let sum = 0;
    const most = counts.find(([, count]) => (sum += count) >= total * 0.99);
    return { most: most?.[0] ?? 0, all: counts.at(-1)?.[0] ?? 0 };
  }
}

function answerOf(url: string, options: RequestOptions): Promise<PacedAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(url, { ...options, timeout: answerTimeout }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      answer.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time'))).on('error', reject);
    call.end();
  });
}
