import { signal } from '@preact/signals';
import { wantPlan, type PlannedAction } from '../wanted-plan.ts';
import { focus, type GridFocus } from './focus.ts';
import { shownEnvironments } from './lines.ts';
import { environmentOf, sidesOf } from './open-cell.ts';
import { selection } from './selection.ts';

/** The environment that was chosen for what is selected, while the focus is where it was then. */
const chosen = signal<{ readonly environment: string; readonly at: GridFocus | undefined } | undefined>(undefined);

export function chooseEnvironment(environment: string): void {
  chosen.value = { environment, at: focus.value };
}

/** Returns the environment that plans are for: that of the column in focus, unless another one was chosen. */
export function targetEnvironment(): string | undefined {
  const at = focus.value;
  if (chosen.value && chosen.value.at === at) return chosen.value.environment;
  return (at && environmentOf(at)) ?? shownEnvironments.value[0]?.name;
}

/** Asks for a plan: one of all that is selected, else one of the row in focus. */
export function planRows(action: PlannedAction): void {
  const environment = targetEnvironment();
  const { services: several } = selection.value;
  const services = several.length > 0 ? several : focus.value ? [focus.value.service] : [];
  if (environment === undefined || services.length === 0) return;
  const { to: from } = sidesOf(environment);
  wantPlan({ action, services, to: environment, ...(action === 'promote' ? { from } : {}) });
}
