import { HttpProblem } from './http-problem.ts';
import type { Route } from './route.ts';

/** A route, and the values of the `{name}` segments in its path. */
export interface Match {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the route of a request. A literal segment wins over a `{name}` one; a slash at the end makes no difference. */
export class Router {
  readonly #routes: readonly { route: Route; segments: readonly string[] }[];

  constructor(routes: readonly Route[]) {
    const isName = (segment: string) => segment.startsWith('{');
    this.#routes = routes
      .map((route) => ({ route, segments: segmentsOf(route.path) }))
      // Routes whose first `{name}` comes later are tried first.
      .sort((a, b) => indexOrEnd(b.segments, isName) - indexOrEnd(a.segments, isName));
  }

  /** @throws {HttpProblem} 404 for an unknown path, 405 for a known one with another method. */
  match(method: string, path: string): Match {
    const segments = segmentsOf(path).map(decode);
    const here = this.#routes.flatMap((candidate) => {
      const parameters = parametersOf(candidate.segments, segments);
      return parameters ? [{ route: candidate.route, parameters }] : [];
    });
    if (here.length === 0) throw new HttpProblem(404, 'no-such-path', `There is nothing at ${path}.`);
    // A HEAD is answered like a GET; Node leaves the body out.
    const wanted = method === 'HEAD' ? 'GET' : method;
    const match = here.find(({ route }) => route.method === wanted);
    if (match) return match;
    const allowed = [...new Set(here.map(({ route }) => route.method))].join(', ');
    throw new HttpProblem(405, 'method-not-allowed', `${path} takes ${allowed}.`, { allow: allowed });
  }
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1, path.endsWith('/') ? -1 : undefined);
}

function indexOrEnd(segments: readonly string[], isWanted: (segment: string) => boolean): number {
  const index = segments.findIndex(isWanted);
  return index === -1 ? Infinity : index;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpProblem(400, 'malformed-path', 'The path holds a "%" that begins no character.');
  }
}

function parametersOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index]!;
    const name = /^\{(\w+)\}$/.exec(expected)?.[1];
    if (name !== undefined && segment !== '') parameters[name] = segment;
    else if (expected !== segment) return undefined;
  }
  return parameters;
}
