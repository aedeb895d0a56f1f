import { signal } from '@preact/signals';

export type PlannedAction = 'release' | 'promote' | 'rollback' | 'rollback-environment';

/** What somebody wants to be planned. Nothing is done by it: it opens what shows the plan. */
export interface WantedPlan {
  readonly action: PlannedAction;
  /** None where an environment goes back: its records say which. */
  readonly services: readonly string[];
  /** Environment, or `HEAD`; for a promotion only. */
  readonly from?: string;
  readonly to: string;
  /** The moment at which the environment was as it shall be. */
  readonly at?: string;
}

export const wantedPlan = signal<WantedPlan | undefined>(undefined);

export function wantPlan(plan: WantedPlan): void {
  wantedPlan.value = plan;
}

/** Returns the commands that do what a plan is wanted for: one for each service, or one for the environment. */
export function commandsOf({ action, services, from, to, at }: WantedPlan): string[] {
  if (at !== undefined) return [`nx run infrastructure:rollback --env=${to} --to=${at}`];
  return services.map((service) => {
    if (action === 'rollback') return `nx run ${service}:rollback --env=${to}`;
    if (action === 'promote' && from !== undefined && from !== 'HEAD') {
      return `nx run ${service}:promote --from=${from} --to=${to}`;
    }
    return `nx run ${service}:release --env=${to}`;
  });
}
