import { Failure, ProductError } from '../../model/errors/product-error.ts';
import { isAnswer, type ApiCall, type ApiResult } from '../../model/facade/checking/api-call.ts';
import {
  checkFailure,
  checkLine,
  differenceLines,
  leftOutLines,
  uncheckedLines,
  type CheckOutcome,
} from '../../model/facade/checking/check-report.ts';
import { isPassing } from '../../model/facade/checking/is-passing.ts';
import { judgeBy, type Judge } from '../../model/facade/checking/judge-answer.ts';
import { planCalls } from '../../model/facade/checking/plan-calls.ts';
import type { CheckKey } from '../../model/facade/checking/subscription-key.ts';
import type { ApiDescription } from '../../model/facade/description/api-description.ts';
import type { ApiId, ApiRevision } from '../../model/facade/identifiers.ts';
import type { ApiCaller, CallingCourse } from '../../ports/api-caller.ts';
import type { Entrance, Facade } from '../../ports/facade.ts';
import type { Reporter } from '../../ports/reporter.ts';

/** A check of an API's revisions. */
export interface CheckRequest {
  readonly api: ApiId;
  /** By which answers are judged. */
  readonly description: Pick<ApiDescription, 'document'>;
  /** Path of the description, as remedies name it. */
  readonly file: string;
  /** `back`: what differs stops nothing, because it is the code that goes back which answers. */
  readonly direction: 'forward' | 'back';
  readonly key: CheckKey;
  /** Sent with each call, beside its own. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The outside world of a check. */
export interface CheckPorts {
  readonly facade: Pick<Facade, 'instance' | 'entrance'>;
  readonly caller: ApiCaller;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal;
}

/**
 * Returns the check of a revision before clients find it (`check` of `publish`): calls each GET that its description says
 * how to call, through the door, and holds the answers against the description. What could not be checked is a warning.
 * @throws {Failure} naming the operations, their statuses and what differs.
 */
export function checkRevision(request: CheckRequest, ports: CheckPorts): (revision: ApiRevision) => Promise<void> {
  return (revision) => new Check(request, ports, revision).run();
}

class Check {
  private readonly request: CheckRequest;
  private readonly ports: CheckPorts;
  private readonly revision: ApiRevision;
  private readonly told = new Set<string>();

  constructor(request: CheckRequest, ports: CheckPorts, revision: ApiRevision) {
    this.request = request;
    this.ports = ports;
    this.revision = revision;
  }

  async run(): Promise<void> {
    const { reporter } = this.ports;
    const outcome = await this.callAll();
    for (const line of leftOutLines(outcome)) reporter.detail(line);
    for (const line of uncheckedLines(outcome)) reporter.warn(line);
    const differences = differenceLines(outcome);
    if (differences.length > 0 && this.request.direction === 'forward') throw checkFailure(outcome, this.request.file);
    for (const line of differences) reporter.warn(line);
    if (outcome.away === undefined) reporter.step(checkLine(outcome));
  }

  private async callAll(): Promise<CheckOutcome> {
    const { api, description, key } = this.request;
    const { calls, leftOut } = planCalls(description.document);
    const subject = { revision: api.at(this.revision), instance: this.ports.facade.instance, leftOut, key };
    const [first, ...others] = calls;
    if (!first) return { ...subject, called: [] };
    const [entrance, judge] = await Promise.all([this.entrance(), judgeBy(description.document)]);
    // Where nobody can be reached, one attempt shows it.
    const scouted = await this.call([first], entrance, judge);
    const [result] = scouted;
    if (result && !isAnswer(result) && !result.isConnected) return { ...subject, called: [], away: result.reason };
    const results = [...scouted, ...(others.length > 0 ? await this.call(others, entrance, judge) : [])];
    return {
      ...subject,
      called: calls.map((call, index) => ({ name: call.name, verdict: judge(call, results[index]!) })),
    };
  }

  private async call(calls: readonly ApiCall[], entrance: Entrance, judge: Judge): Promise<ApiResult[]> {
    const { caller, facade, signal } = this.ports;
    const { headers: own } = this.request;
    const { key } = this.request.key;
    const shown = entrance.needsKey && key ? key.header(entrance.keyHeader) : {};
    const course: CallingCourse = {
      again: (result, index) => isPassing(result, judge(calls[index]!, result), key !== undefined),
      onWait: (result) => this.tellOnce(`waiting for ${facade.instance}: ${waitReason(result)}`),
      ...(signal ? { signal } : {}),
    };
    return caller.call(
      calls.map(({ path, headers }) => ({ url: `${entrance.url}${path}`, headers: { ...headers, ...own, ...shown } })),
      course,
    );
  }

  private tellOnce(line: string): void {
    if (!this.told.has(line)) this.ports.reporter.step(line);
    this.told.add(line);
  }

  /** By now the code is there: nothing is refused beforehand any more. */
  private async entrance(): Promise<Entrance> {
    try {
      return await this.ports.facade.entrance(this.request.api, this.revision);
    } catch (error) {
      throw error instanceof ProductError ? new Failure({ ...error.facts, cause: error }) : error;
    }
  }
}

function waitReason(result: ApiResult): string {
  if (!isAnswer(result)) return `it does not answer (${result.reason})`;
  return [401, 404].includes(result.status) ? 'not all of it knows the revision yet' : `it answers ${result.status}`;
}
