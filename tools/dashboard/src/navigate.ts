import { computed, effect, signal } from '@preact/signals';
import { readAddress, writeAddress } from './address.ts';
import { exported } from './exported.ts';
import { parseGridQuery, gridQueryText, type GridQuery } from '../../plugin/src/model/dashboard/grid-query.ts';
import { zone } from './preferences.ts';

/** Zone of this tab: the one that its address asked for, else the one that was chosen in this browser. */
let tabZone = zone.value;

/** The address: its path is the view, its query all that changes what is shown. */
export const url = signal(here());
addEventListener('popstate', () => (url.value = here()));

/** Returns the address, with the zone of this tab: links do not have it, and all of the page's times are in one zone. */
function here(): URL {
  const at = readAddress();
  const asked = at.searchParams.get('tz');
  if (asked !== null) tabZone = asked === 'local' ? 'local' : 'utc';
  else if (tabZone === 'local') {
    at.searchParams.set('tz', tabZone);
    writeAddress(at.href, true);
  }
  return at;
}

/** Switches all times of the page between UTC and this machine's zone. */
export function switchZone(): void {
  zone.value = tabZone = gridQuery.value.zone === 'utc' ? 'local' : 'utc';
  const next = new URL(url.value);
  next.searchParams.delete('tz');
  navigate(next.href);
}

/** Goes to a view. @param isReplacing true where Back shall not come here again: what is being typed. */
export function navigate(href: string, isReplacing = false): void {
  writeAddress(href, isReplacing);
  url.value = here();
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

/** The grid's part of the address as it was shown last: no filter is lost by a look at another view. */
const lastGridQuery = signal('');
effect(() => {
  if (url.value.pathname === '/') lastGridQuery.value = url.value.search;
});

/** Returns the address of the grid as it was shown last. */
export function lastGrid(): string {
  return `/${lastGridQuery.value}`;
}

/** What of the grid is shown, or was shown last. */
export const gridQuery = computed(() => {
  const { zone: ofPage } = parseGridQuery(url.value.searchParams);
  return { ...parseGridQuery(new URLSearchParams(lastGridQuery.value)), zone: ofPage };
});

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
