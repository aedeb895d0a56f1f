import type { IncomingMessage } from 'node:http';
import { HttpProblem, malformedPath } from './problem.ts';

/** Paths that no route has: with a "." or ".." for a segment, however it is written. Such a name could lead its user astray. */
const unclean = /\/(\.|%2e){1,2}(\/|$)/i;

/** Returns what was asked for; of a whole address (RFC 9112, 3.2.2), what follows the host. */
export function pathAndQuery({ url = '/' }: IncomingMessage): string {
  if (url.startsWith('/')) return url;
  const rest = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest === url || rest.startsWith('/') ? rest : `/${rest}`;
}

/** Returns the path of a request as it was sent, without its query, in which there may be what no log should hold. */
export function pathOf({ url }: { readonly url: string }): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** Returns why no route can have a path, if so. */
export function refusePath(path: string): HttpProblem | undefined {
  if (path.includes('%00')) return malformedPath();
  return !path.startsWith('/') || unclean.test(path) ? noSuchPath(path) : undefined;
}

export function noSuchPath(path: string): HttpProblem {
  return new HttpProblem(404, 'no-such-path', `There is nothing at ${path}.`);
}
