import { say } from './copy.ts';
import { lines } from './grid/lines.ts';
import { url } from './navigate.ts';

/**
 * Leads Ctrl+F to the filter, where the browser would look through the rows on the screen only and find nothing in the others.
 * With the focus there, and where all rows are in the page, it is the browser's own.
 */
export function findInPage(event: KeyboardEvent): boolean {
  const filter = document.querySelector<HTMLInputElement>('#filter');
  const drawn = document.querySelectorAll('.row').length;
  if (!filter || url.value.pathname !== '/' || drawn >= lines.value.length) return false;
  if (document.activeElement === filter) return false;
  event.preventDefault();
  filter.focus();
  filter.select();
  say('The page has only the rows on the screen: filter for others here. Ctrl+F again is the browser’s.');
  return true;
}
