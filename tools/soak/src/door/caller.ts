import { Agent, request } from 'node:https';
import { judgeCall, operations, type Call, type Operation, type Verdict } from './judge-call.ts';
import { now, Timeline } from './timeline.ts';

/** Where calls go, and how. */
export interface CallerOrder {
  /** Address of the API at the door: `https://127.0.0.1:8443/soak`. */
  readonly url: string;
  /** Certificate of who signed the door's. */
  readonly ca: string;
  /** Key of a subscription. */
  readonly key: string;
  /** Name of the header that tells the revision that answered. */
  readonly revisionHeader: string;
  readonly propagationMs: number;
  /** How many calls are under way at a time, each over a kept connection. */
  readonly connections: number;
}

/** What the caller has to know, as it happens. */
export type ToCaller =
  | { readonly is: 'order'; readonly order: CallerOrder }
  /** A build that will be released, and the version of its code and of its revision. */
  | { readonly is: 'build'; readonly build: string; readonly version: number }
  | { readonly is: 'current'; readonly at: number; readonly revision: string }
  /** A revision may be asked for with `;rev=` from now on. */
  | { readonly is: 'staged'; readonly revision: string }
  /** Every switch until then was told: calls that ended before can be judged. */
  | { readonly is: 'until'; readonly at: number; readonly doing: string }
  | { readonly is: 'stop' }
  /** All was told. */
  | { readonly is: 'end' };

/** Calls by what became of them. */
export interface CallFigures {
  readonly calls: number;
  /** Of those, of what only the newer version has. */
  readonly newer: number;
  /** Of those, of a revision by its name. */
  readonly byRevision: number;
  /** Found at no place, which was right. */
  readonly absent: number;
  readonly failed: number;
  readonly wrong: number;
  /** Some of what failed or was wrong: what, when, during what. */
  readonly examples: readonly string[];
}

export type FromCaller =
  | { readonly is: 'figures'; readonly figures: CallFigures }
  /** Nothing is under way any more. */
  | { readonly is: 'stopped' }
  | { readonly is: 'ended'; readonly figures: CallFigures };

/** Milliseconds without an answer after which a call has failed. */
const answerTimeout = 10_000;
const mostExamples = 50;
/** What is called, in turns. */
const turns: readonly { readonly operation: Operation; readonly byRevision: boolean }[] = [
  { operation: 'quick', byRevision: false },
  { operation: 'newer', byRevision: false },
  { operation: 'quick', byRevision: false },
  { operation: 'newer', byRevision: true },
  { operation: 'quick', byRevision: false },
  { operation: 'newer', byRevision: false },
  { operation: 'quick', byRevision: false },
  { operation: 'quick', byRevision: true },
];

/** A process that calls the API through the door all the time, and judges each answer when it knows what was current. */
class Caller {
  private readonly order: CallerOrder;
  private readonly agent: Agent;
  private readonly timeline = new Timeline();
  private readonly versions = new Map<string, number>();
  private readonly figures = { calls: 0, newer: 0, byRevision: 0, absent: 0, failed: 0, wrong: 0 };
  private readonly examples: string[] = [];
  private pending: (Call & { readonly during: string })[] = [];
  private staged: string | undefined;
  private doing = 'nothing';
  private isOver = false;
  private turn = 0;

  constructor(order: CallerOrder) {
    this.order = order;
    this.agent = new Agent({ keepAlive: true, ca: order.ca, maxSockets: order.connections });
  }

  async run(): Promise<void> {
    const { connections } = this.order;
    await Promise.all(Array.from({ length: connections }, () => this.keepCalling()));
    this.agent.destroy();
    tell({ is: 'stopped' });
  }

  take(told: ToCaller): void {
    if (told.is === 'build') this.versions.set(told.build, told.version);
    if (told.is === 'current') this.timeline.add(told.at, told.revision);
    if (told.is === 'staged') this.staged = told.revision;
    if (told.is === 'stop') this.isOver = true;
    if (told.is === 'until') {
      this.doing = told.doing;
      this.judge(told.at);
      tell({ is: 'figures', figures: this.soFar });
    }
    if (told.is === 'end') {
      this.judge(Number.POSITIVE_INFINITY);
      tell({ is: 'ended', figures: this.soFar });
    }
  }

  private async keepCalling(): Promise<void> {
    while (!this.isOver) {
      const { operation, byRevision } = turns[this.turn++ % turns.length]!;
      const asked = byRevision ? this.staged : undefined;
      const during = this.doing;
      const begun = now();
      const answer = await this.call(operation, asked).catch((error: Error) => ({ error: error.message }));
      this.pending.push({ operation, asked, begun, ended: now(), ...answer, during });
      // A door that is away must not be asked a thousand times a second.
      if ('error' in answer) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  private call(operation: Operation, asked: string | undefined): Promise<Partial<Call>> {
    const { url, key, revisionHeader } = this.order;
    const address = `${url}${asked === undefined ? '' : `;rev=${asked}`}/${operation}`;
    const headers = { 'ocp-apim-subscription-key': key };
    return new Promise((resolve, reject) => {
      const sent = request(address, { agent: this.agent, headers, timeout: answerTimeout }, (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => (body += text));
        answer.on('error', reject);
        answer.on('end', () => {
          const { statusCode: status = 0, headers: received } = answer;
          const revision = received[revisionHeader] as string | undefined;
          resolve({ status, revision, build: buildIn(body) });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', reject);
      sent.end();
    });
  }

  /** @param until everything is known. */
  private judge(until: number): void {
    const { propagationMs } = this.order;
    const { timeline, versions, pending } = this;
    this.pending = pending.filter(({ ended }) => ended > until);
    for (const call of pending) {
      if (call.ended > until) continue;
      const verdict = judgeCall(call, { timeline, versions, propagationMs });
      this.figures.calls++;
      if (operations[call.operation] > 1) this.figures.newer++;
      if (call.asked !== undefined) this.figures.byRevision++;
      if (verdict.is !== 'answered') this.figures[verdict.is]++;
      this.note(call, verdict);
    }
    const earliest = Math.min(until, ...this.pending.map(({ begun }) => begun));
    timeline.forget(earliest - propagationMs - 2 * answerTimeout);
  }

  private note({ operation, asked, during }: Call & { readonly during: string }, { is, what }: Verdict): void {
    if (is === 'answered' || is === 'absent' || this.examples.length >= mostExamples) return;
    const path = `${asked === undefined ? '' : `;rev=${asked}`}/${operation}`;
    this.examples.push(`${path}: ${what} at ${new Date().toISOString()} during ${during}`);
  }

  private get soFar(): CallFigures {
    return { ...this.figures, examples: this.examples };
  }
}

/** Returns the build that a body names; an error of the service names none. */
function buildIn(body: string): string | undefined {
  try {
    const { build } = JSON.parse(body) as { build?: unknown };
    return typeof build === 'string' ? build : undefined;
  } catch {
    return undefined;
  }
}

function tell(message: FromCaller): void {
  process.send!(message);
}

let caller: Caller | undefined;
process.on('message', (told: ToCaller) => {
  if (told.is !== 'order') return caller?.take(told);
  caller = new Caller(told.order);
  void caller.run();
});
// Nobody is left to tell.
process.on('disconnect', () => process.exit());
