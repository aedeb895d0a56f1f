import {
  isGoingBack,
  type ActionPlan,
  type PlanChanged,
  type PlanWish,
  type RunWish,
} from '../../../model/dashboard/action-plan.ts';
import type { ActionRun, RunEvent, RunSummary } from '../../../model/dashboard/action-run.ts';
import { goesOn, runsKept } from '../../../model/dashboard/run-progress.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { interruption } from '../../../model/errors/interruption.ts';
import type { ProductError } from '../../../model/errors/product-error.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { ErrorType } from '../../../model/errors/error-catalog.ts';
import type { ActionContext, PreparedAction } from './action-context.ts';
import { ActionRunner } from './action-runner.ts';
import { composePlan } from './compose-plan.ts';
import { PlanBook, type KeptPlan } from './plan-book.ts';
import { prepareAction } from './prepare-action.ts';
import { RunOutput } from './run-output.ts';
import { deployedSince } from './shown-work.ts';

/** Milliseconds in which a plan may be confirmed. */
export const planLifetimeMs = 120_000;

/** The answer to a confirmation: the run, also where it was begun by an earlier one, or why nothing is done. */
export type Confirmation =
  { readonly state: 'begun'; readonly run: RunSummary } | { readonly state: 'changed'; readonly changed: PlanChanged };

/** A run, and the plan that it is of. */
interface BegunRun {
  readonly run: ActionRunner;
  readonly kept: KeptPlan;
  /** Set once it was asked for, where it was no more what had been shown. */
  anew?: Promise<PlanChanged>;
}

/** The actions of the dashboard: plans that are shown, confirmed by their id, and carried out as they were shown. */
export class DashboardActions {
  private readonly context: ActionContext;
  private readonly plans = new PlanBook();
  /** In the order in which they were begun, by their id. */
  private readonly runs = new Map<string, BegunRun>();
  private readonly listeners = new Set<(event: RunEvent) => void>();
  private stopped: ProductError | undefined;

  /** @throws {Refusal} in a CI, where nobody confirms anything. */
  static async open(context: ActionContext): Promise<DashboardActions> {
    if ((await context.ports.approvals()).kind === 'terminal') return new DashboardActions(context);
    throw refusal(
      'no-actions-in-ci',
      'start the dashboard with actions',
      'It runs in a CI, where there is no person to confirm its actions.',
      'Omit `--actions`.',
    );
  }

  private constructor(context: ActionContext) {
    this.context = context;
  }

  /** Has a listener told of what runs say. @returns what ends that. */
  onEvent(listener: (event: RunEvent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /**
   * Makes a plan. Changes nothing.
   * @param signal after which nobody waits for it. @throws {Refusal} when it names what is not there.
   */
  async plan(wish: PlanWish, signal?: AbortSignal): Promise<ActionPlan> {
    this.requireOpen();
    const context = this.context.anew();
    const { ports, actor, newId } = context;
    const prepared = await prepareAction(wish, context, signal);
    const environments = await this.context.environments();
    // From the moment on at which it is shown.
    const madeAt = ports.clock();
    const expiresAt = new Date(madeAt.getTime() + planLifetimeMs);
    const approvedBy = isGoingBack(wish.action) ? undefined : await approverOf(prepared, environments, ports);
    const plan = composePlan({ id: newId(), wish, environments, actor, approvedBy, madeAt, expiresAt }, prepared);
    this.plans.add({ plan, wish, prepared });
    return plan;
  }

  /**
   * Carries out a plan that was shown, if it is still what would be done. A plan is carried out once: confirming it again
   * gets the first run.
   * @throws {Refusal} when there is no such plan, or it lacks what it asks for.
   */
  async confirm(wish: RunWish): Promise<Confirmation> {
    const first = [...this.runs.values()].find(({ kept }) => kept.plan.id === wish.plan);
    if (first) return this.answerOf(first);
    this.requireOpen();
    const kept = this.plans.get(wish.plan);
    if (!kept)
      throw refusal(
        'no-such-plan',
        'do what was planned',
        'This dashboard has no such plan: it has been restarted, or made many others since.',
        'Make the plan again.',
      );
    if (this.context.ports.clock().toISOString() > kept.plan.expiresAt) {
      this.plans.delete(wish.plan);
      return { state: 'changed', changed: await this.planAnew(kept, ['The plan is older than 2 minutes.']) };
    }
    requireConfirmed(kept.plan, wish);
    // Nothing is awaited up to here: a second click finds the run of the first.
    return this.answerOf(this.begin(kept, wish.reason));
  }

  /** Returns the runs that are kept, newest first. */
  list(): ActionRun[] {
    return [...this.runs.values()].map(({ run }) => run.output.toRun()).reverse();
  }

  /** Does what Ctrl-C does in a terminal. @throws {Refusal} when there is no such run. */
  cancel(id: string): RunSummary {
    const run = this.runs.get(id)?.run;
    if (!run) throw refusal('no-such-run', 'cancel a run', 'This dashboard has no such run.', 'Reload the page.');
    run.cancel(interruption('Cancel in the dashboard'));
    return run.output.now;
  }

  /** Reports whether something is being done. */
  get isBusy(): boolean {
    return [...this.runs.values()].some(({ run }) => goesOn(run.output.now));
  }

  /** Begins nothing more, and ends what goes on as Ctrl-C does. Resolves when nothing is being written any more. */
  async stop(reason: ProductError): Promise<void> {
    this.stopped ??= reason;
    const runs = [...this.runs.values()].map(({ run }) => run);
    for (const run of runs) run.cancel(reason);
    await Promise.all(runs.map(({ ended }) => ended));
  }

  private begin(kept: KeptPlan, reason: string | undefined): BegunRun {
    const { plan, prepared } = kept;
    const { ports, actor, newId } = this.context;
    const id = newId();
    const summary: RunSummary = {
      ...{ id, plan: plan.id, title: plan.title, state: 'running', startedAt: ports.clock().toISOString() },
      environments: plan.environments,
      by: { person: actor.person, run: actor.run },
      services: prepared.services.flatMap(({ planned, carryOut }) =>
        carryOut ? [{ service: planned.service, state: 'waiting' }] : [],
      ),
    };
    const output = new RunOutput(summary, ports.clock, (event) => this.tell(event));
    const begun = { run: new ActionRunner(prepared, reason, output, this.context.words.bug), kept };
    this.runs.set(id, begun);
    this.plans.delete(plan.id);
    this.forgetOldRuns();
    return begun;
  }

  private async answerOf(begun: BegunRun): Promise<Confirmation> {
    const { run, kept } = begun;
    await run.settled;
    if (run.output.now.state !== 'changed') return { state: 'begun', run: run.output.now };
    begun.anew ??= this.planAnew(kept, run.differences);
    const changed = await begun.anew;
    run.output.setChanged(changed);
    return { state: 'changed', changed };
  }

  /** Makes the plan of now, and says what came since. */
  private async planAnew({ wish, prepared }: KeptPlan, differences: readonly string[]): Promise<PlanChanged> {
    const environments = await this.context.environments();
    const since = await Promise.all(
      prepared.services.map(({ planned, shown }) =>
        deployedSince({ service: planned.service, shown }, environments, this.context.ports),
      ),
    );
    const changes = [...new Set([...since.flat(), ...differences])];
    return { type: 'plan-changed', changes, plan: await this.plan(wish) };
  }

  private forgetOldRuns(): void {
    const ended = [...this.runs].filter(([, { run }]) => !goesOn(run.output.now));
    for (const [id] of ended.slice(0, Math.max(0, this.runs.size - runsKept))) this.runs.delete(id);
  }

  private tell(event: RunEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private requireOpen(): void {
    if (!this.stopped) return;
    throw refusal('dashboard-stops', 'plan or begin anything', 'The dashboard is being stopped.', 'Start it again.');
  }
}

/** Returns the account that approves of a plan, where it needs that. */
async function approverOf(
  { services }: PreparedAction,
  environments: readonly Environment[],
  ports: ActionContext['ports'],
): Promise<string | undefined> {
  const names = new Set(services.flatMap(({ shown }) => shown.map(({ environment }) => environment)));
  const guarded = environments.find((each) => each.protected && names.has(each.name));
  return guarded && (await (await ports.cluster(guarded)).identity());
}

function requireConfirmed({ isReady, typed, needsReason, title }: ActionPlan, wish: RunWish): void {
  if (!isReady)
    throw refusal('plan-not-ready', title, 'Nothing of it can be done.', 'See what the plan says of each service.');
  if (typed && wish.typed !== typed.text)
    throw refusal(
      'not-typed',
      'do what was planned',
      `"${typed.text}" was not typed.`,
      `Type ${typed.text}: ${typed.reasons.join(' ')}`,
    );
  if (needsReason && wish.reason === undefined)
    throw refusal('reason-needed', 'go back', 'No reason was given.', 'Say why: the record and the hold keep it.');
}

function refusal(type: ErrorType, doing: string, reason: string, remedy: string): Refusal {
  return new Refusal({ type, doing, reason, remedy });
}
