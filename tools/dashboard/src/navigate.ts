import { computed, signal } from '@preact/signals';
import { readAddress, writeAddress } from './address.ts';
import { exported } from './exported.ts';
import { parseGridQuery, gridQueryText, type GridQuery } from '../../plugin/src/model/dashboard/grid-query.ts';

/** The address: its path is the view, its query all that changes what is shown. */
export const url = signal(readAddress());
addEventListener('popstate', () => (url.value = readAddress()));

/** Goes to a view. @param isReplacing true where Back shall not come here again: what is being typed. */
export function navigate(href: string, isReplacing = false): void {
  writeAddress(href, isReplacing);
  url.value = readAddress();
}

/** Follows links inside of the page, without loading it anew. */
export function followLinks(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target !== '' || link.origin !== location.origin) return;
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(exported ? link.hash.slice(1) : link.href);
  scrollTo(0, 0);
}

/** What of the grid is shown. */
export const gridQuery = computed(() => parseGridQuery(url.value.searchParams));

/** Zone of the times of the page; undefined for this machine's. */
export const timeZone = computed(() => (gridQuery.value.zone === 'utc' ? 'UTC' : undefined));

/** Returns the address of the grid with another filter, order and so on. */
export function gridHref(change: Partial<GridQuery>): string {
  return `/${gridQueryText({ ...gridQuery.value, ...change })}`;
}

/** Shows the grid otherwise. */
export function showGrid(change: Partial<GridQuery>, isReplacing = false): void {
  navigate(gridHref(change), isReplacing);
}
