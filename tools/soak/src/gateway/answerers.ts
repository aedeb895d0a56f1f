import type { Judge, PacedAnswer } from '../../../load/src/paced-requests.ts';

/** Who answers requests that no service has a route for. */
export const oldSystemName = 'old system';
/** Who answers requests for a version that the service does not have: with 404, as is right. */
export const withoutVersion = 'without the version';

/** Milliseconds for which pods that go still answer (PRE_STOP_SECONDS), until every gateway has heard of it. */
const goneAfterMs = 10_000;

/** Who may answer requests of one kind, at each moment. */
export class Answerers {
  /** When each of them had to stop, and how long after that it is still forgiven. */
  private readonly may = new Map<string, { until: number; forgivenMs: number }>();
  /** Good answers by who gave them. */
  readonly counts = new Map<string, number>();
  /** Milliseconds after its time, at which somebody was asked and answered: the most. */
  latestMs = 0;

  constructor(...names: readonly string[]) {
    this.only(names);
  }

  /** Lets others answer, too. */
  also(names: readonly string[]): void {
    for (const name of names) this.may.set(name, { until: Infinity, forgivenMs: 0 });
  }

  /** Lets nobody else answer. @param forgivenMs by then the pods of others have gone. */
  only(names: readonly string[], forgivenMs = 0): void {
    const now = performance.now();
    for (const [name, { until }] of this.may)
      if (!names.includes(name) && until > now) this.may.set(name, { until: now, forgivenMs });
    this.also(names);
  }

  /** Lets nobody else answer, once the pods of those before have gone. */
  soonOnly(names: readonly string[]): void {
    this.only(names, goneAfterMs);
  }

  /** Judges the answer of a request that is sent now. @param onAnswer gets who gave a good one. */
  judge(onAnswer?: (name: string) => void): Judge {
    const sent = performance.now();
    return (answer) => {
      const name = nameOf(answer);
      if (name === undefined) return `answer ${answer.status} ${answer.body.slice(0, 100)}`.trim();
      const right = this.may.get(name);
      const late = sent - (right?.until ?? -Infinity);
      if (!right || late > right.forgivenMs) {
        const expected = [...this.may].filter(([, { until }]) => until >= sent).map(([known]) => known);
        return `an answer by ${name}, not by ${expected.join(' or ')}`;
      }
      this.latestMs = Math.max(this.latestMs, late);
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
      onAnswer?.(name);
      return undefined;
    };
  }
}

/** Returns who gave an answer; undefined for one that nobody may give. */
function nameOf({ status, body }: PacedAnswer): string | undefined {
  try {
    const { build, title } = JSON.parse(body) as { build?: string; title?: string };
    if (status >= 200 && status < 300) return build;
    // The service's own answer, not the gateway's.
    return status === 404 && title === 'no-such-path' ? withoutVersion : undefined;
  } catch {
    return undefined;
  }
}
