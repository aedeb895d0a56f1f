import type {
  ActionRun,
  RunEvent,
  RunLine,
  RunOfService,
  RunState,
  RunSummary,
} from '../../../model/dashboard/action-run.ts';
import type { PlanChanged } from '../../../model/dashboard/action-plan.ts';
import { linesKept } from '../../../model/dashboard/run-progress.ts';
import { LineScrubber } from '../../../model/secrets/line-scrubber.ts';
import { escapeControlCharacters } from '../../../model/text/escape-control-characters.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Reporter } from '../../../ports/reporter.ts';

/** Characters of a line that are kept. */
const longestLine = 4000;

/** The output of one run, as it is kept and as it is sent. */
export class RunOutput {
  private summary: RunSummary;
  private readonly lines: RunLine[] = [];
  private count = 0;
  private readonly clock: Clock;
  private readonly send: (event: RunEvent) => void;

  constructor(summary: RunSummary, clock: Clock, send: (event: RunEvent) => void) {
    this.summary = summary;
    this.clock = clock;
    this.send = send;
    this.tellState();
  }

  get now(): RunSummary {
    return this.summary;
  }

  toRun(): ActionRun {
    return { ...this.summary, lines: [...this.lines] };
  }

  /** Adds a line; the oldest goes where there are too many. */
  say(service: string, kind: RunLine['kind'], text: string): void {
    const id = ++this.count;
    const line = { id, at: this.clock().toISOString(), service, kind, text: text.slice(0, longestLine) };
    this.lines.push(line);
    if (this.lines.length > linesKept) this.lines.shift();
    this.send({ kind: 'line', run: this.summary.id, line });
  }

  /** Returns a reporter whose lines are told, without secrets. */
  reporterOf(service: string): Reporter {
    const details = new LineScrubber();
    const shown = (line: string) => escapeControlCharacters(details.next(line));
    return {
      step: (line) => this.say(service, 'step', shown(line)),
      detail: (line) => this.say(service, 'detail', shown(line)),
      warn: (line) => this.say(service, 'warning', shown(line)),
    };
  }

  setService(service: string, state: RunOfService['state']): void {
    const services = this.summary.services.map((each) => (each.service === service ? { service, state } : each));
    this.summary = { ...this.summary, services };
    this.tellState();
  }

  setState(state: RunState): void {
    this.summary = { ...this.summary, state };
    this.tellState();
  }

  /** Notes how it ended. */
  end(state: RunState): void {
    this.summary = { ...this.summary, state, endedAt: this.clock().toISOString() };
    this.tellState();
  }

  /** Notes the plan that is to be confirmed instead. */
  setChanged(changed: PlanChanged): void {
    this.summary = { ...this.summary, changed };
    this.tellState();
  }

  private tellState(): void {
    this.send({ kind: 'state', run: this.summary.id, summary: this.summary });
  }
}
