import { computed, signal } from '@preact/signals';
import { state } from '../store.ts';
import { shownRows } from './lines.ts';

/** Services that are selected, by name: what comes in later changes nothing of it. */
export const selected = signal<ReadonlySet<string>>(new Set());

/** Those of them that still are anywhere, in the order of the board, and how many a filter hides. */
export const selection = computed(() => {
  const services = (state.value?.rows ?? []).flatMap(({ service }) => (selected.value.has(service) ? [service] : []));
  const shown = new Set(shownRows.value.map(({ service }) => service));
  return { services, hidden: services.filter((service) => !shown.has(service)).length };
});

/** Where a selection began that is being extended, and what was selected before. */
let extending: { readonly from: string; readonly before: ReadonlySet<string> } | undefined;

/** Selects a service, or takes it out of what is selected. */
export function toggleSelected(service: string): void {
  endExtending();
  const next = new Set(selected.value);
  if (!next.delete(service)) next.add(service);
  selected.value = next;
}

/** Selects all rows from where this began to one of them; less again on the way back. @param names of the rows, in their order. */
export function extendSelection(names: readonly string[], from: string, to: string): void {
  extending ??= { from, before: selected.value };
  const [start, end] = [names.indexOf(extending.from), names.indexOf(to)].sort((a, b) => a - b);
  selected.value = new Set([...extending.before, ...names.slice(Math.max(start!, 0), end! + 1)]);
}

export function endExtending(): void {
  extending = undefined;
}

export function selectAll(names: readonly string[]): void {
  endExtending();
  selected.value = new Set([...selected.value, ...names]);
}

/** @returns false when nothing was selected. */
export function clearSelection(): boolean {
  endExtending();
  if (selected.value.size === 0) return false;
  selected.value = new Set();
  return true;
}
