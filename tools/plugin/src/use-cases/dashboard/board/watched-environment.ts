import type { EnvironmentAnswer } from '../../../model/dashboard/dashboard-state.ts';
import { Notify } from '../../../model/concurrency/notify.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import { catchProductError } from '../../../model/errors/result.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { ChangedServices } from '../../../model/observe/changed-services.ts';
import { provisionedIn, type Observed, type StatusPorts } from '../../observe/status.ts';
import { FollowedDeployments, type SeenEnvironment } from './followed-deployments.ts';
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
  seen: SeenEnvironment | 'asking' | 'unknown' = 'asking';
  answer: EnvironmentAnswer = { state: 'asking' };
  /** Version of the cluster's configuration, of the last look. */
  provisioned: string | undefined;
  readonly environment: Environment;
  private readonly ports: StatusPorts;
  private readonly changed = new Notify();
  private readonly pending = new PendingLook();
  private isUrgent = false;
  private endRest = (): void => {};
  private lastSeen: string | undefined;
  private readonly deployments: FollowedDeployments | undefined;

  /** @param isSoaking true when the next environment asks how long a build has run in this one. */
  constructor(environment: Environment, ports: StatusPorts, isSoaking: boolean) {
    this.environment = environment;
    this.ports = ports;
    this.deployments = isSoaking ? new FollowedDeployments(environment, ports) : undefined;
  }

  /** Looks again at once at all services, as soon as a look that goes on is done. */
  wake(): void {
    this.isUrgent = true;
    this.pending.add('all');
    this.changed.notify();
    this.endRest();
  }

  /**
   * Looks at once, and again after each change, until the signal.
   * @param tell called after each look with the services that may be otherwise than before.
   */
  async watch(signal: AbortSignal, tell: (changed: ChangedServices) => void): Promise<void> {
    signal.addEventListener('abort', this.changed.notify, { once: true });
    // A bug in one of them is one of the watch.
    await Promise.all([this.listen(signal, tell), this.lookUntil(signal, tell)]);
  }

  private async lookUntil(signal: AbortSignal, tell: (changed: ChangedServices) => void): Promise<void> {
    while (!signal.aborted) {
      const started = Date.now();
      this.changed.reset();
      this.isUrgent = false;
      const changed = await this.look();
      if (signal.aborted) break;
      tell(changed);
      // One that was waited for in vain was no work.
      const rest = this.answer.state === 'live' ? restAfterLook * (Date.now() - started) : 0;
      await this.rest(Math.max(gathering, rest), signal);
      await this.heardOrDue(signal);
    }
  }

  /** Waits for a change, or until it is time to ask anyway. */
  private async heardOrDue(signal: AbortSignal): Promise<void> {
    const isLive = this.answer.state === 'live';
    const due = setTimeout(this.changed.notify, isLive ? this.pending.dueIn(performance.now()) : askingAgain);
    await this.changed.notified();
    clearTimeout(due);
    if (!signal.aborted) await this.rest(gathering, signal);
  }

  /** Waits, or less when it is woken or shall end. */
  private async rest(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.isUrgent) return;
    const resting = new AbortController();
    this.endRest = () => resting.abort();
    signal.addEventListener('abort', this.endRest, { once: true });
    await pauseUntil(milliseconds, resting.signal);
    signal.removeEventListener('abort', this.endRest);
  }

  private hear(services: ChangedServices): void {
    this.pending.add(services);
    this.changed.notify();
  }

  /** Hears of changes, also again after the cluster was gone. */
  private async listen(signal: AbortSignal, tell: (changed: ChangedServices) => void): Promise<void> {
    const { cluster } = this.ports;
    while (!signal.aborted) {
      try {
        for await (const services of (await cluster(this.environment)).changes(signal)) this.hear(services);
      } catch (error) {
        if (!(error instanceof ProductError)) throw error;
        // A look waits for an answer that may still come. What may not be watched can often be looked at.
        if (isGone(error)) {
          this.lose(error.facts.reason);
          tell('all');
        }
        this.hear('all');
      }
      await pauseUntil(askingAgain, signal);
    }
  }

  /** Looks once. @returns the services that may be otherwise than before. */
  async look(): Promise<ChangedServices> {
    const { environment, ports, answer, pending } = this;
    const [began, before] = [performance.now(), typeof this.seen === 'string' ? undefined : this.seen];
    // After an interruption nobody knows what happened meanwhile.
    const services = pending.take(began);
    const wanted = answer.state === 'live' ? services : 'all';
    const [{ observed, changed }, versions] = await Promise.all([
      lookAgain(before, wanted, environment, ports),
      wanted === 'all' ? provisionedIn(environment, ports) : undefined,
    ]);
    if ('reason' in observed.services) {
      this.lose(observed.services.reason);
      return 'all';
    }
    this.seen = { ...observed, ...(await this.deploymentsOf(observed)) };
    this.lastSeen = ports.clock().toISOString();
    this.answer = { state: 'live' };
    if (versions) this.provisioned = versions[0]?.version.toString();
    if (wanted === 'all') pending.noteAll(began, performance.now());
    return changed;
  }

  /** Where they cannot be read, nothing is said of a time that is waited for. */
  private deploymentsOf({ services }: Observed): Promise<Pick<SeenEnvironment, 'deployments'>> {
    const { deployments } = this;
    if (!deployments || 'reason' in services) return Promise.resolve({});
    const newest = [...services.values()].flatMap((each) => each.newest ?? []);
    return catchProductError(
      async () => ({ deployments: await deployments.with(newest) }),
      () => ({}),
    );
  }

  private lose(reason: string): void {
    const { answer, lastSeen, ports } = this;
    this.answer = {
      state: 'unreachable',
      since: answer.state === 'unreachable' ? answer.since : ports.clock().toISOString(),
      reason,
      ...(lastSeen === undefined ? {} : { lastSeen }),
    };
    // What was seen last is kept: the head says that it is old.
    if (typeof this.seen === 'string') this.seen = 'unknown';
  }
}

/** Reports whether a cluster gives no answer, or none but errors. */
function isGone({ facts: { type } }: ProductError): boolean {
  return type === 'cluster-unreachable' || type === 'cluster-fails';
}
