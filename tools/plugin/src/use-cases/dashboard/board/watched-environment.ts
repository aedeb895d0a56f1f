import type { EnvironmentAnswer } from '../../../model/dashboard/dashboard-state.ts';
import { Notify } from '../../../model/concurrency/notify.ts';
import { catchProductError } from '../../../model/errors/result.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { look, provisionedIn, type Observed, type StatusPorts } from '../../observe/status.ts';
import { pauseUntil } from './pause-until.ts';

/** Milliseconds for which changes are gathered at least: a rollout makes many at once. */
const gathering = 500;
/** After a look, as many times as long as it took nothing is looked at: a rollout of many services shall not fill a core. */
const restAfterLook = 2;
/** Milliseconds after which an environment is asked again that cannot be reached, and one of which nothing was heard. */
const askingAgain = { unreachable: 5000, live: 60_000 };

/** One environment as it is watched: by itself, so that a slow one holds back no other. */
export class WatchedEnvironment {
  /** The last observation; `unknown` when it cannot be looked into and never was. */
  seen: Observed | 'asking' | 'unknown' = 'asking';
  answer: EnvironmentAnswer = { state: 'asking' };
  /** Version of the cluster's configuration, of the last look. */
  provisioned: string | undefined;
  readonly environment: Environment;
  private readonly ports: StatusPorts;
  private readonly changed = new Notify();
  private lastSeen: string | undefined;

  constructor(environment: Environment, ports: StatusPorts) {
    this.environment = environment;
    this.ports = ports;
  }

  /** Looks again at once. */
  wake(): void {
    this.changed.notify();
  }

  /** Looks at once, and again after each change, until the signal. @param tell called after each look. */
  async watch(signal: AbortSignal, tell: () => void): Promise<void> {
    signal.addEventListener('abort', this.changed.notify, { once: true });
    const listening = this.listen(signal);
    while (!signal.aborted) {
      const started = Date.now();
      this.changed.reset();
      await this.look();
      if (signal.aborted) break;
      tell();
      await pauseUntil(Math.max(gathering, restAfterLook * (Date.now() - started)), signal);
      await this.heardOrDue(signal);
    }
    await listening;
  }

  /** Waits for a change, or until it is time to ask anyway. */
  private async heardOrDue(signal: AbortSignal): Promise<void> {
    const due = setTimeout(this.changed.notify, askingAgain[this.answer.state === 'live' ? 'live' : 'unreachable']);
    await this.changed.notified();
    clearTimeout(due);
    if (!signal.aborted) await pauseUntil(gathering, signal);
  }

  /** Hears of changes, also again after the cluster was gone. */
  private async listen(signal: AbortSignal): Promise<void> {
    const { cluster } = this.ports;
    while (!signal.aborted) {
      await catchProductError(
        async () => {
          for await (const _ of (await cluster(this.environment)).changes(signal)) this.changed.notify();
        },
        // The next look says why.
        () => this.changed.notify(),
      );
      await pauseUntil(askingAgain.unreachable, signal);
    }
  }

  /** Looks once. */
  async look(): Promise<void> {
    const { environment, ports } = this;
    const [found, versions] = await Promise.all([
      look(undefined, environment, ports).observed,
      provisionedIn(environment, ports),
    ]);
    const now = ports.clock().toISOString();
    if ('reason' in found.services) {
      const { answer, lastSeen } = this;
      this.answer = {
        state: 'unreachable',
        since: answer.state === 'unreachable' ? answer.since : now,
        reason: found.services.reason,
        ...(lastSeen === undefined ? {} : { lastSeen }),
      };
      // What was seen last is kept: the head says that it is old.
      if (typeof this.seen === 'string') this.seen = 'unknown';
      return;
    }
    this.seen = found;
    this.lastSeen = now;
    this.answer = { state: 'live' };
    this.provisioned = versions[0]?.version.toString();
  }
}
