import type { ActionPlan, PlanWish } from '../../../model/dashboard/action-plan.ts';
import type { PreparedAction } from './action-context.ts';

/** Plans that are kept: each is looked at by a person, and holds the objects of its services. */
const mostPlans = 30;

/** A plan that was shown. */
export interface KeptPlan {
  readonly plan: ActionPlan;
  readonly wish: PlanWish;
  readonly prepared: PreparedAction;
}

/** The plans that were shown last. One that was taken out is not taken out again. */
export class PlanBook {
  private readonly plans = new Map<string, KeptPlan>();

  add(kept: KeptPlan): void {
    this.plans.set(kept.plan.id, kept);
    for (const oldest of this.plans.keys()) {
      if (this.plans.size <= mostPlans) return;
      this.plans.delete(oldest);
    }
  }

  get(id: string): KeptPlan | undefined {
    return this.plans.get(id);
  }

  delete(id: string): void {
    this.plans.delete(id);
  }
}
