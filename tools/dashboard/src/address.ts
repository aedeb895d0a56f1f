import { exported } from './exported.ts';

/** Of an exported page views have no path of their own: what they would have stands behind `#`. */
const base = 'https://export.invalid';

/** Returns the address: its path is the view, its query all that changes what is shown. */
export function readAddress(): URL {
  return exported ? inHash(location.hash) : new URL(location.href);
}

/** Changes the address. @param isReplacing true where Back shall not come here again. */
export function writeAddress(href: string, isReplacing: boolean): void {
  const shown = exported ? hashOf(href) : href;
  if (isReplacing) history.replaceState(null, '', shown);
  else history.pushState(null, '', shown);
}

/** Returns an address of a view as an exported page links it. */
export function hashOf(href: string): string {
  const { pathname, search } = new URL(href, base);
  return `#${pathname}${search}`;
}

/** What somebody typed there may be anything. */
function inHash(hash: string): URL {
  const path = hash.slice(1);
  return URL.canParse(path, base) && path.startsWith('/') ? new URL(path, base) : new URL(base);
}
