import { setMaxListeners } from 'node:events';
import pMap from 'p-map';
import type { RunOfService, RunState } from '../../../model/dashboard/action-run.ts';
import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import type { ActionWords, CarryingOut, PreparedAction, PreparedService } from './action-context.ts';
import { shownLine } from './planned-service.ts';
import type { RunOutput } from './run-output.ts';
import { requireAsShown } from './shown-work.ts';

/** Services that are carried out at the same time where one that fails stops those that are not begun. */
const atOnce = 4;

/** One plan that is carried out. */
export class ActionRunner {
  /** Resolves when it is known that what was shown is being done, or somebody else has the lock, or all has ended. */
  readonly settled: Promise<void>;
  /** Resolves when nothing of it goes on any more. */
  readonly ended: Promise<void>;
  /** Why it was no more what had been shown, as sentences. */
  readonly differences: string[] = [];
  readonly output: RunOutput;
  private readonly bug: ActionWords['bug'];
  private readonly stopping = new AbortController();
  private readonly action: PreparedAction;
  private settle: () => void = () => {};
  private hasFailed = false;
  private hasBegun = false;

  constructor(action: PreparedAction, reason: string | undefined, output: RunOutput, bug: ActionWords['bug']) {
    this.bug = bug;
    this.action = action;
    this.output = output;
    // Many parts of a rollout hear it, which Node would take for a leak.
    setMaxListeners(0, this.stopping.signal);
    this.settled = new Promise((resolve) => (this.settle = resolve));
    this.ended = this.carryOut(reason);
  }

  /** Does what Ctrl-C does: what is being written is ended, nothing new is begun. Again, it changes nothing. */
  cancel(interruption: ProductError): void {
    if (this.stopping.signal.aborted || this.output.now.endedAt !== undefined) return;
    this.output.setState('cancelling');
    this.stopping.abort(interruption);
  }

  private async carryOut(reason: string | undefined): Promise<void> {
    const { services, stopsAtFailure } = this.action;
    const ready = services.filter(({ carryOut }) => carryOut);
    const refused = await this.check(reason);
    const states = refused
      ? ready.map(({ planned }) => this.noted(planned.service, refused))
      : await pMap(ready, (each) => this.carryOutOne(each, reason), {
          // What waits for a pod keeps nobody waiting, and the cluster's port bounds what is changed at once.
          concurrency: stopsAtFailure ? atOnce : Infinity,
        });
    this.output.end(this.stateOf(states));
    this.settle();
  }

  /** Compares all with what was shown. @returns how all services end where it is another one; nothing is begun then. */
  private async check(reason: string | undefined): Promise<'changed' | 'failed' | undefined> {
    try {
      await this.action.check(reason);
      return undefined;
    } catch (error) {
      await this.explain(this.output.now.environments.join(', '), error);
      if (!(error instanceof Refusal)) return 'failed';
      this.differences.push(error.facts.reason);
      return 'changed';
    }
  }

  private stateOf(states: readonly RunOfService['state'][]): RunState {
    if (states.includes('cancelled')) return 'cancelled';
    if (states.includes('failed')) return 'failed';
    if (!states.includes('changed')) return 'succeeded';
    return this.hasBegun ? 'failed' : 'changed';
  }

  private async carryOutOne({ planned, shown, carryOut }: PreparedService, reason: string | undefined) {
    const { service } = planned;
    if (this.stopping.signal.aborted) return this.noted(service, 'cancelled');
    if ((this.hasFailed && this.action.stopsAtFailure) || !carryOut) return this.noted(service, 'not-begun');
    this.noted(service, 'running');
    let isBegun = false;
    const how: CarryingOut = {
      reason,
      reporter: this.output.reporterOf(service),
      signal: this.stopping.signal,
      begin: (about) => {
        requireAsShown(`continue with ${service}`, shown, about);
        isBegun = this.hasBegun = true;
        this.settle();
      },
      onWait: () => this.settle(),
    };
    try {
      for (const line of await carryOut(how)) this.output.say(service, 'result', shownLine(line));
      return this.noted(service, 'succeeded');
    } catch (error) {
      this.hasFailed = true;
      await this.explain(service, error);
      if (this.stopping.signal.aborted && error instanceof ProductError) return this.noted(service, 'cancelled');
      if (isBegun || !(error instanceof Refusal)) return this.noted(service, 'failed');
      this.differences.push(error.facts.reason);
      return this.noted(service, 'changed');
    }
  }

  private async explain(service: string, error: unknown): Promise<void> {
    const texts = error instanceof ProductError ? [error.explain()] : await this.bug(error);
    for (const line of texts.join('\n').split('\n')) this.output.say(service, 'error', shownLine(line));
  }

  private noted(service: string, state: RunOfService['state']): RunOfService['state'] {
    this.output.setService(service, state);
    return state;
  }
}
