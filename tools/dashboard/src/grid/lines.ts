import { computed, signal, untracked } from '@preact/signals';
import { matchesFilter, parseFilter } from '../../../plugin/src/model/dashboard/row-filter.ts';
import { inOrder, linesOf, orderOf } from '../../../plugin/src/model/dashboard/row-order.ts';
import type { DashboardRow } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { gridQuery } from '../navigate.ts';
import { now, state } from '../store.ts';
import { heldService } from './focus.ts';

/** Environments that are shown, in the order in which releases are promoted. */
export const shownEnvironments = computed(() => {
  const { environments } = gridQuery.value;
  const heads = state.value?.environments ?? [];
  return environments.length === 0 ? heads : heads.filter(({ name }) => environments.includes(name));
});

export const terms = computed(() => parseFilter(gridQuery.value.filter));
const sort = computed(() => gridQuery.value.sort);
const hasRows = computed(() => (state.value?.rows.length ?? 0) > 0);

/** Counts up when somebody asks for the order anew. */
export const timesSorted = signal(0);

/** The order as it was when it was asked for: what comes in later moves no row. */
const order = computed(() => {
  void timesSorted.value;
  const chosen = sort.value;
  if (!hasRows.value) return new Map<string, number>();
  return untracked(() => {
    const context = { environments: shownEnvironments.value, now: now.value };
    return new Map(orderOf(state.value!.rows, chosen, context).map((name, place) => [name, place]));
  });
});

/** Rows that the filter lets through, and the one that has the focus. */
export const shownRows = computed((): DashboardRow[] => {
  const rows = state.value?.rows ?? [];
  const context = { environments: shownEnvironments.value, now: untracked(() => now.value) };
  const held = heldService.value;
  const words = terms.value;
  const shown =
    words.length === 0 ? rows : rows.filter((row) => row.service === held || matchesFilter(words, row, context));
  return sort.value === 'name' ? [...shown] : inOrder(shown, order.value);
});

/** The grid's lines from top to bottom. */
export const lines = computed(() => linesOf(shownRows.value, gridQuery.value.group));

/** Whether rows are of one line: by itself above 100 services. */
export const isCompact = computed(() => {
  const { rows } = gridQuery.value;
  return rows === undefined ? (state.value?.rows.length ?? 0) > 100 : rows === 'compact';
});
