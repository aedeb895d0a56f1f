import { navigate } from '../navigate.ts';
import { state } from '../store.ts';
import type { GridFocus } from './focus.ts';
import { leftOf } from './row.tsx';

/** Returns the environment of a column; undefined for that of the names. */
export function environmentOf({ column }: GridFocus): string | undefined {
  return column === 'name' ? undefined : column.slice(column.indexOf(':') + 1);
}

/** Returns both sides of the gap before an environment, as commands name them. */
export function sidesOf(environment: string): { from: string; to: string } {
  const left = leftOf(environment);
  return { from: environment, to: left === state.value?.branch.name ? 'HEAD' : left };
}

/** Opens the page of a service, or what would change by a promotion where a gap is asked for. */
export function openCell(at: GridFocus): void {
  if (at.column.startsWith('gap:')) openChanges(at);
  else navigate(serviceHref(at.service));
}

/** Returns the address of a service's page. */
export function serviceHref(service: string): string {
  return `/s/${encodeURIComponent(service)}`;
}

/** Returns the address of what would come into an environment from the one before it. */
export function changesHref(service: string, environment: string): string {
  const { from, to } = sidesOf(environment);
  return `${serviceHref(service)}/changes/${from}..${to}`;
}

export function openChanges(at: GridFocus): void {
  const environment = environmentOf(at);
  if (environment !== undefined) navigate(changesHref(at.service, environment));
}

/** Returns the command that says or does what a cell of the grid stands for. */
export function commandOf(at: GridFocus | undefined): string {
  if (!at) return 'nx run infrastructure:status';
  const environment = environmentOf(at);
  if (environment === undefined) return `nx run ${at.service}:status`;
  if (at.column.startsWith('cell:')) return `nx run ${at.service}:status --env=${environment}`;
  const { from, to } = sidesOf(environment);
  return `nx run ${at.service}:changes --from=${from}${to === 'HEAD' ? '' : ` --to=${to}`}`;
}
