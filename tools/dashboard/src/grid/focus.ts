import { signal } from '@preact/signals';

/** Where the grid's only tab stop is. Columns by name: `name`, `gap:prod`, `cell:prod`. */
export interface GridFocus {
  readonly service: string;
  readonly column: string;
}

export const focus = signal<GridFocus | undefined>(undefined);
/** Service whose row keeps its place while the focus is in it, also where the filter would hide it. */
export const heldService = signal<string | undefined>(undefined);
/** Counts up when the focus shall go where `focus` says. */
export const focusMoves = signal(0);

/** Puts the focus on a cell of the grid. */
export function moveFocus(next: GridFocus): void {
  focus.value = next;
  focusMoves.value++;
}
