import type { ProbeResult } from '../../plugin/src/model/deploy/deployment-record.ts';
import type { ProbeTarget } from '../../plugin/src/model/deploy/probe-target.ts';
import type { NoAnswer, ProbeOptions, Prober, RunningProbe } from '../../plugin/src/ports/prober.ts';

/** Twin of a prober for tests: meets with what it is told. */
export class InMemoryProber implements Prober {
  /** The results of the next probes; a reason why they do not begin. */
  meets: ProbeResult | string = { requests: 10, failed: 0, p99: 5 };
  /** The result of the next probe of a target, where targets meet with different things. */
  meetsAt: (target: ProbeTarget) => ProbeResult | string = () => this.meets;
  readonly asked: ProbeTarget[] = [];
  /** Probes that were begun and not stopped. */
  running = 0;

  /** Called when a probe is asked to begin. */
  onStart: (options: ProbeOptions | undefined) => void = () => {};

  async start(target: ProbeTarget, options?: ProbeOptions): Promise<RunningProbe | NoAnswer> {
    this.onStart(options);
    this.asked.push(target);
    const meets = this.meetsAt(target);
    if (typeof meets === 'string') return { state: 'no-answer', reason: meets };
    this.running++;
    return {
      state: 'probing',
      stop: async () => {
        this.running--;
        return meets;
      },
    };
  }
}
