import type { ProbeResult } from '../../../model/deploy/deployment-record.ts';
import { describeProbe } from '../../../model/deploy/probe-result.ts';
import { probeTargetOf, type FoundTarget, type ProbeTarget } from '../../../model/deploy/probe-target.ts';
import type { RunningProbe } from '../../../ports/prober.ts';
import type { DeployContext } from '../deploy-context.ts';
import type { Rollout } from './rollout.ts';

/** Milliseconds that a gateway may take until a new route is in force. */
const routeComesWithinMs = 5000;
/** Milliseconds for which a new route is probed at least. */
const newRouteProbedMs = 2000;

/**
 * Asks a service from outside while it is deployed, where it can be asked. What comes of that never stops a deployment.
 *
 * 1. Where the service is reached through a route already, it is probed from the beginning, if its first answer is good.
 * 2. Where it is not, other routes may answer in its place, and their failures are not ours: the probe begins when the
 *    answers are seen to come from its own route, just before that is applied as it is written.
 * 3. Where that cannot be seen (an Ingress), it begins before the route is opened: what answered well must go on so.
 * 4. Where nothing answered well before, the probe begins with the first good answer through the new route.
 */
export class RolloutProbe {
  private readonly rollout: Rollout;
  private readonly context: DeployContext;
  private readonly found: FoundTarget;
  private state: 'not-begun' | 'not-probed' | 'probing' = 'not-begun';
  private running: RunningProbe | undefined;
  private stopped: Promise<{ probe?: ProbeResult }> | undefined;

  constructor(rollout: Rollout, context: DeployContext) {
    const { environment, release, objects } = rollout;
    this.rollout = rollout;
    this.context = context;
    this.found = probeTargetOf(release.service, objects, environment);
  }

  /** Begins, where the service is reachable already. */
  async begin(isReachable: boolean): Promise<void> {
    if (this.state !== 'not-begun') return;
    if (this.found.state === 'none') this.giveUp(this.found.reason);
    else if (isReachable) await this.start(this.found.target, true);
  }

  /** Begins, if it has not, where it is answered well before its route is applied as it is written. */
  async beforeOpening(): Promise<void> {
    if (this.state === 'not-begun' && this.found.state === 'found')
      await this.start(this.found.target, false, { atLeastMs: newRouteProbedMs });
  }

  /** Where the service is asked; undefined where it cannot be seen from here what a route does. */
  get target(): ProbeTarget | undefined {
    return this.found.state === 'found' ? this.found.target : undefined;
  }

  /** Begins at last, as soon as the new route is in force. */
  async afterOpening(): Promise<void> {
    if (this.state === 'not-begun' && this.found.state === 'found')
      await this.start(this.found.target, true, { retryForMs: routeComesWithinMs, atLeastMs: newRouteProbedMs });
  }

  /** Ends it and reports what the requests met with. */
  stop(): Promise<{ probe?: ProbeResult }> {
    return (this.stopped ??= this.end());
  }

  private async start(
    target: ProbeTarget,
    isLastChance: boolean,
    options?: { readonly retryForMs?: number; readonly atLeastMs?: number },
  ): Promise<void> {
    const begun = await this.context.ports.prober.start(target, options);
    if (begun.state === 'no-answer') {
      if (isLastChance) this.giveUp(begun.reason);
      return;
    }
    this.state = 'probing';
    this.running = begun;
  }

  private giveUp(reason: string): void {
    this.state = 'not-probed';
    this.context.reporter.step(`${this.rollout.environment.name}: not probed: ${reason}`);
  }

  private async end(): Promise<{ probe?: ProbeResult }> {
    if (!this.running) return {};
    const probe = await this.running.stop();
    const line = `${this.rollout.environment.name}: requests meanwhile: ${describeProbe(probe)}`;
    if (probe.failed > 0) this.context.reporter.warn(line);
    else this.context.reporter.step(line);
    return { probe };
  }
}
