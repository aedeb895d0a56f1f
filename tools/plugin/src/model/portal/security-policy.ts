import type { Portal } from './portal.ts';

/**
 * Returns the Content-Security-Policy of the page: scripts and styles are its own files, nothing is loaded from elsewhere, and
 * requests go nowhere but to the page's own server and, where none passes them on, to the environment's door.
 * @param asksDoor true where the page asks the door itself.
 */
export function securityPolicy({ apis }: Pick<Portal, 'apis'>, asksDoor: boolean): string {
  const doors = asksDoor ? apis.flatMap(({ address }) => (address === undefined ? [] : [new URL(address).origin])) : [];
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // The viewer's style sheet has its icons in itself.
    "img-src 'self' data:",
    ["connect-src 'self'", ...new Set(doors)].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
