import { signal } from '@preact/signals';

export type PlannedAction = 'release' | 'promote' | 'rollback';

/** What somebody wants to be planned. Nothing is done by it: it opens what shows the plan. */
export interface WantedPlan {
  readonly action: PlannedAction;
  readonly services: readonly string[];
  /** Environment, or `HEAD`; for a promotion only. */
  readonly from?: string;
  readonly to: string;
}

export const wantedPlan = signal<WantedPlan | undefined>(undefined);

export function wantPlan(plan: WantedPlan): void {
  wantedPlan.value = plan;
}

/** Returns the commands that do what a plan is wanted for, one for each service. */
export function commandsOf({ action, services, from, to }: WantedPlan): string[] {
  return services.map((service) => {
    if (action === 'rollback') return `nx run ${service}:rollback --env=${to}`;
    if (action === 'promote' && from !== undefined && from !== 'HEAD') {
      return `nx run ${service}:promote --from=${from} --to=${to}`;
    }
    return `nx run ${service}:release --env=${to}`;
  });
}
