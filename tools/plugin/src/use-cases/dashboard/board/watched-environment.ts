import type { EnvironmentAnswer } from '../../../model/dashboard/dashboard-state.ts';
import { Notify } from '../../../model/concurrency/notify.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import { catchProductError } from '../../../model/errors/result.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { look, provisionedIn, type Observed, type StatusPorts } from '../../observe/status.ts';
import { FollowedDeployments, type SeenEnvironment } from './followed-deployments.ts';
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
  seen: SeenEnvironment | 'asking' | 'unknown' = 'asking';
  answer: EnvironmentAnswer = { state: 'asking' };
  /** Version of the cluster's configuration, of the last look. */
  provisioned: string | undefined;
  readonly environment: Environment;
  private readonly ports: StatusPorts;
  private readonly changed = new Notify();
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

  /** Looks again at once, as soon as a look that goes on is done. */
  wake(): void {
    this.isUrgent = true;
    this.changed.notify();
    this.endRest();
  }

  /** Looks at once, and again after each change, until the signal. @param tell called after each look. */
  async watch(signal: AbortSignal, tell: () => void): Promise<void> {
    signal.addEventListener('abort', this.changed.notify, { once: true });
    const listening = this.listen(signal, tell);
    while (!signal.aborted) {
      const started = Date.now();
      this.changed.reset();
      this.isUrgent = false;
      await this.look();
      if (signal.aborted) break;
      tell();
      // One that was waited for in vain was no work.
      const rest = this.answer.state === 'live' ? restAfterLook * (Date.now() - started) : 0;
      await this.rest(Math.max(gathering, rest), signal);
      await this.heardOrDue(signal);
    }
    await listening;
  }

  /** Waits for a change, or until it is time to ask anyway. */
  private async heardOrDue(signal: AbortSignal): Promise<void> {
    const due = setTimeout(this.changed.notify, askingAgain[this.answer.state === 'live' ? 'live' : 'unreachable']);
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

  /** Hears of changes, also again after the cluster was gone. */
  private async listen(signal: AbortSignal, tell: () => void): Promise<void> {
    const { cluster } = this.ports;
    while (!signal.aborted) {
      try {
        for await (const _ of (await cluster(this.environment)).changes(signal)) this.changed.notify();
      } catch (error) {
        if (!(error instanceof ProductError)) throw error;
        // A look waits for an answer that may still come. What may not be watched can often be looked at.
        if (isGone(error)) {
          this.lose(error.facts.reason);
          tell();
        }
        this.changed.notify();
      }
      await pauseUntil(askingAgain.unreachable, signal);
    }
  }

  private async look(): Promise<void> {
    const { environment, ports } = this;
    const [found, versions] = await Promise.all([
      look(undefined, environment, ports).observed,
      provisionedIn(environment, ports),
    ]);
    if ('reason' in found.services) return this.lose(found.services.reason);
    this.seen = { ...found, ...(await this.deploymentsOf(found)) };
    this.lastSeen = ports.clock().toISOString();
    this.answer = { state: 'live' };
    this.provisioned = versions[0]?.version.toString();
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
