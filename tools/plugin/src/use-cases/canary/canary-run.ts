import { afterMove, movesTo, noCanary, type CanaryMove, type CanaryState } from '../../model/canary/canary-moves.ts';
import { leadsTo, releaseHeader, withCanary, type CanaryHeader } from '../../model/canary/canary-routes.ts';
import type {
  CanaryPhase,
  CanaryPlan,
  CanaryProgress,
  DeploymentRecord,
} from '../../model/deploy/deployment-record.ts';
import { warmUpHeader } from '../../model/deploy/route-warm-up.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { describeDuration } from '../../model/text/duration.ts';
import type { RolloutResult } from '../../ports/cluster.ts';
import { noteProgress, type Canary, type CanaryContext, type RollResult, type Unready } from './canary-context.ts';
import { applyRoutes, endCanary, type CanaryRest } from './end-canary.ts';
import { GatewayProof } from './gateway-proof.ts';
import { ShareTime } from './share-time.ts';

/** Milliseconds after which it is looked whether requests failed, and whether somebody asked for something. */
const sliceMs = 2000;

/** The parts of a deployment that a canary needs done. */
export interface CanaryRollout<T> {
  /** Runs the Jobs of the release. */
  runJobs(): Promise<RolloutResult>;
  /**
   * Looks at the release through the public door, where there is one, before clients meet with it.
   * @param headers that lead requests to the canary. @throws {Failure} naming what is not as described.
   */
  preview(headers: Readonly<Record<string, string>>): Promise<void>;
  /** Puts the release in the place of the one before. @param objects its manifests, with the canary in the routes. */
  roll(objects: readonly KubernetesObject[]): Promise<RollResult<T>>;
}

/** One deployer's work on a canary, from nothing or from where another one left it, to its end. */
export class CanaryRun {
  private readonly canary: Canary;
  private readonly plan: CanaryPlan;
  private readonly context: CanaryContext;
  private readonly proof: GatewayProof;
  private state: CanaryState;
  private record: DeploymentRecord | undefined;
  /** True when it gets no further shares: somebody wants its release rolled out. */
  isPromoted = false;
  /** Why it could not be removed. */
  private leftBehind: string | undefined;
  /** True once the release has begun to take the place of the one before. */
  isRolling: boolean;

  /** @param left how far it is already; undefined where there is nothing of it. */
  constructor(canary: Canary, plan: CanaryPlan, left: CanaryProgress | undefined, context: CanaryContext) {
    this.canary = canary;
    this.plan = plan;
    this.context = context;
    this.state = { ...noCanary, weight: left?.weight };
    this.isRolling = left?.isRolling ?? false;
    const { buildNumber } = canary.release;
    this.proof = new GatewayProof(context.ports.prober, canary.target, `${buildNumber}`, context.waiting.signal);
  }

  /**
   * Brings the canary, gives it its shares, rolls the release out and takes the canary away. What fails on the way ends it
   * without that. Where the command is interrupted, it stays as it is.
   */
  async run<T>(record: DeploymentRecord, rollout: CanaryRollout<T>): Promise<RollResult<T>> {
    this.record = record;
    let rolled: RollResult<T> | undefined;
    for (const move of movesTo('promoted', this.state, this.plan.steps)) {
      this.context.waiting.signal?.throwIfAborted();
      if (move.do === 'weigh' && this.isPromoted) continue;
      const result = await this.tried(async () => {
        if (move.do !== 'roll') return this.make(move, rollout);
        rolled = await this.roll(rollout);
        return rolled.state === 'succeeded' ? { state: 'ready' } : rolled;
      });
      if (result.state !== 'ready') return this.abort(result);
      this.state = afterMove(this.state, move);
      if (move.do === 'roll') break;
    }
    return this.tidied(rolled!);
  }

  /** Takes the canary away once its release serves; where that fails, it undoes nothing. */
  private async tidied<T>(rolled: RollResult<T>): Promise<RollResult<T>> {
    const { coming } = this.canary;
    const failure = await this.end({ routes: coming, objects: coming });
    if (failure === undefined || rolled.state !== 'succeeded') return rolled;
    const remark = `The canary could not be removed: ${failure} ${this.remedy}`;
    this.context.reporter.warn(`${this.canary.environment.name}: ${remark}`);
    return { ...rolled, remark: [rolled.remark, remark].filter((each) => each !== undefined).join(' ') };
  }

  private async make(move: CanaryMove, rollout: CanaryRollout<unknown>): Promise<RolloutResult> {
    switch (move.do) {
      case 'bring':
        return this.bring(rollout);
      case 'open':
        return this.open(move.weight, rollout);
      case 'weigh':
        return this.weigh(move.weight);
      default:
        return { state: 'ready' };
    }
  }

  private async bring({ runJobs }: CanaryRollout<unknown>): Promise<RolloutResult> {
    const { cluster, waiting } = this.context;
    const { parts, release, planOptions } = this.canary;
    await this.note('coming', this.state.weight ?? 0);
    const apply = async (objects: readonly KubernetesObject[]) => {
      if (objects.length === 0) return;
      await cluster.apply(await cluster.plan(release.service, objects, planOptions), undefined, waiting.signal);
    };
    await apply(parts.prerequisites);
    const jobs = await runJobs();
    if (jobs.state !== 'ready') return jobs;
    this.say(`canary ${release.buildNumber}: its pods come beside those that serve`);
    await apply(parts.own);
    const ready = await cluster.waitUntilReady(parts.own, waiting);
    if (ready.state === 'ready') await cluster.waitForEndpoints(parts.own, waiting.signal);
    return ready;
  }

  private async open(weight: number, { preview }: CanaryRollout<unknown>): Promise<RolloutResult> {
    const { buildNumber } = this.canary.release;
    const refused = (failure: string) => failed(`Requests to the canary alone did not succeed: ${failure}.`);
    // A gateway that is led to pods before it knows them answers with an error: nobody else may meet with that.
    if (!(await this.proof.isOpen())) {
      await this.lead(this.canary.stable, weight, warmUpHeader(`${buildNumber}`));
      const cold = await this.proof.warmedUp();
      if (cold !== undefined) return refused(cold);
    }
    await this.lead(this.canary.stable, weight);
    const failure = await this.proof.opened();
    if (failure !== undefined) return refused(failure);
    this.say(`canary ${buildNumber}: answers requests with the header ${releaseHeader}: ${buildNumber}`);
    await preview({ [releaseHeader]: `${buildNumber}` });
    return { state: 'ready' };
  }

  /** Gives the canary a share, and judges it for its time. */
  private async weigh(weight: number): Promise<RolloutResult> {
    const { release, parts } = this.canary;
    await this.note('serving', weight);
    await this.lead(this.canary.stable, weight);
    const { pauseMs } = this.plan;
    const { metrics, environment } = this.canary;
    const by = metrics ? `, judged by Prometheus, too (${metrics.names.join(', ')})` : '';
    this.say(`canary ${release.buildNumber}: gets ${weight}% of the requests, for ${describeDuration(pauseMs)}${by}`);
    const { reporter, ports, waiting } = this.context;
    const whose = `${environment.name}: canary ${release.buildNumber}`;
    const surroundings = { clock: ports.clock, reporter, signal: waiting.signal, whose };
    const time = new ShareTime(pauseMs, metrics, surroundings);
    for (let heldMs = 0; ;) {
      const wish = await this.wish();
      if (wish === 'promote') {
        this.isPromoted = true;
        return { state: 'ready' };
      }
      if (wish !== undefined) return failed(wish);
      const slice = heldMs < pauseMs ? Math.min(sliceMs, pauseMs - heldMs) : sliceMs;
      const failure = await this.proof.judged(slice);
      if (failure !== undefined) return failed(`With ${weight}% of the requests, ${failure}.`);
      const share = await time.after((heldMs += slice));
      if (share.state === 'failed') return failed(`With ${weight}% of the requests, ${share.reason}.`);
      if (share.state === 'over') break;
    }
    return this.context.cluster.waitUntilReady(parts.own, this.context.waiting);
  }

  /** Returns what somebody asks of it: why it is to be aborted, as a sentence. */
  private async wish(): Promise<'promote' | string | undefined> {
    const { release, sequence } = this.record!;
    const asked = await this.context.cluster.record(release.service, sequence).catch((error: unknown) => {
      // Asked again soon: nothing hangs on it.
      if (error instanceof ProductError) return undefined;
      throw error;
    });
    const { canaryWish: wish } = asked ?? {};
    if (wish === undefined) return undefined;
    const { person, run } = wish.actor;
    if (wish.goal === 'abort') return `${person} (${run}) aborted it.`;
    this.say(`canary ${release.buildNumber}: ${person} (${run}) promotes it`);
    return 'promote';
  }

  private async roll<T>(rollout: CanaryRollout<T>): Promise<RollResult<T>> {
    const { coming, parts, release } = this.canary;
    this.isRolling = true;
    const weight = this.state.weight ?? 0;
    await this.note('promoting', weight);
    this.say(`canary ${release.buildNumber}: promoting it`);
    const routes = coming.map((object) =>
      leadsTo(object, parts.services) ? withCanary(object, parts, weight) : object,
    );
    return rollout.roll([...routes, ...parts.own]);
  }

  /** Ends a canary that came to nothing; what serves goes on serving. */
  private async abort(result: Unready): Promise<Unready> {
    if (result.state === 'interrupted') return result;
    const { stable, coming, release } = this.canary;
    this.context.reporter.warn(`${this.canary.environment.name}: canary ${release.buildNumber}: ${result.reason}`);
    // What was rolled out is undone by whoever deploys what was there before.
    const rest = { routes: stable, objects: this.isRolling ? [...stable, ...coming] : stable };
    this.leftBehind = await this.end(rest);
    return result;
  }

  /** Returns the sentences that tell what serves after it came to nothing. */
  get whatServes(): string {
    if (this.leftBehind !== undefined)
      return `The canary could not be removed (${this.leftBehind}) and has ${this.state.weight ?? 0}% of the requests. ${this.remedy}`;
    return 'The canary was removed; what served before serves all requests.';
  }

  private get remedy(): string {
    const { release, environment } = this.canary;
    return `Remove it with \`nx run ${release.service}:canary --abort --env=${environment.name}\`.`;
  }

  /** Takes the canary away. @returns why that failed, as a sentence. */
  private async end(rest: CanaryRest): Promise<string | undefined> {
    const weight = this.state.weight ?? 0;
    const canaryProgress = { phase: 'leaving', weight, isRolling: this.isRolling, since: '' } as const;
    try {
      await endCanary(this.canary, { ...this.record!, canaryProgress }, rest, this.context);
      return undefined;
    } catch (error) {
      if (!(error instanceof ProductError) || this.context.waiting.signal?.aborted) throw error;
      return error.facts.reason;
    }
  }

  /** Does a part of the work. One that cannot be done, because the cluster refuses it or fails, ends the canary, too. */
  private async tried(work: () => Promise<RolloutResult>): Promise<RolloutResult> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProductError) || this.context.waiting.signal?.aborted) throw error;
      return { state: 'failed', reason: error.facts.reason, evidence: error.facts.evidence ?? [] };
    }
  }

  private lead(base: readonly KubernetesObject[], weight: number, header?: CanaryHeader): Promise<void> {
    const { parts } = this.canary;
    const routes = base.filter((object) => leadsTo(object, parts.services));
    return applyRoutes(
      this.canary,
      routes.map((route) => withCanary(route, parts, weight, header)),
      this.context,
    );
  }

  private note(phase: CanaryPhase, weight: number): Promise<void> {
    const { metrics } = this.canary;
    const judges = phase === 'serving' && metrics ? { figures: metrics.names } : {};
    return noteProgress(this.record!, { phase, weight, isRolling: this.isRolling, ...judges }, this.context);
  }

  private say(line: string): void {
    this.context.reporter.step(`${this.canary.environment.name}: ${line}`);
  }
}

function failed(reason: string): Unready {
  return { state: 'failed', reason, evidence: [] };
}
