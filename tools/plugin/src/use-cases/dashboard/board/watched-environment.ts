import type { EnvironmentAnswer } from '../../../model/dashboard/dashboard-state.ts';
import { Notify } from '../../../model/concurrency/notify.ts';
import { catchProductError } from '../../../model/errors/result.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { noServices, type ChangedServices } from '../../../model/observe/changed-services.ts';
import { provisionedIn, type Observed, type StatusPorts } from '../../observe/status.ts';
import { lookAgain } from './look-again.ts';
import { PendingLook } from './pending-look.ts';
import { pauseUntil } from './pause-until.ts';

/** Milliseconds for which changes are gathered at least: a rollout makes many at once. */
const gathering = 500;
/** After a look, as many times as long as it took nothing is looked at: a rollout of many services shall not fill a core. */
const restAfterLook = 2;
/** Milliseconds after which an environment is asked again that cannot be reached. */
const askingAgain = 5000;

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
  private readonly pending = new PendingLook();
  private lastSeen: string | undefined;

  constructor(environment: Environment, ports: StatusPorts) {
    this.environment = environment;
    this.ports = ports;
  }

  /** Looks again at once. */
  wake(services: ChangedServices = 'all'): void {
    this.pending.add(services);
    this.changed.notify();
  }

  /**
   * Looks at once, and again after each change, until the signal.
   * @param tell called after each look with the services that may be otherwise than before.
   */
  async watch(signal: AbortSignal, tell: (changed: ChangedServices) => void): Promise<void> {
    signal.addEventListener('abort', this.changed.notify, { once: true });
    const listening = this.listen(signal);
    while (!signal.aborted) {
      const started = Date.now();
      this.changed.reset();
      const changed = await this.look();
      if (signal.aborted) break;
      tell(changed);
      await pauseUntil(Math.max(gathering, restAfterLook * (Date.now() - started)), signal);
      await this.heardOrDue(signal);
    }
    await listening;
  }

  /** Waits for a change, or until it is time to ask anyway. */
  private async heardOrDue(signal: AbortSignal): Promise<void> {
    const isLive = this.answer.state === 'live';
    const due = setTimeout(this.changed.notify, isLive ? this.pending.dueIn(performance.now()) : askingAgain);
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
          for await (const changed of (await cluster(this.environment)).changes(signal)) this.wake(changed);
        },
        // The next look says why.
        () => this.wake(),
      );
      await pauseUntil(askingAgain, signal);
    }
  }

  /** @returns the services that may be otherwise than before. */
  private async look(): Promise<ChangedServices> {
    const { environment, ports, answer, lastSeen, pending } = this;
    const [began, before] = [performance.now(), typeof this.seen === 'string' ? undefined : this.seen];
    // After an interruption nobody knows what happened meanwhile.
    const services = pending.take(began);
    const wanted = answer.state === 'live' ? services : 'all';
    const [{ observed, changed }, versions] = await Promise.all([
      lookAgain(before, wanted, environment, ports),
      wanted === 'all' ? provisionedIn(environment, ports) : undefined,
    ]);
    const now = ports.clock().toISOString();
    if ('reason' in observed.services) {
      this.answer = {
        state: 'unreachable',
        since: answer.state === 'unreachable' ? answer.since : now,
        reason: observed.services.reason,
        ...(lastSeen === undefined ? {} : { lastSeen }),
      };
      // What was seen last is kept: the head says that it is old.
      if (!before) this.seen = 'unknown';
      return before ? noServices : 'all';
    }
    this.seen = observed;
    this.lastSeen = now;
    this.answer = { state: 'live' };
    if (versions) this.provisioned = versions[0]?.version.toString();
    if (wanted === 'all') pending.noteAll(began, performance.now());
    return changed;
  }
}
