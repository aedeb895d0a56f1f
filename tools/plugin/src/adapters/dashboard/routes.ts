import type { DashboardRoute } from '../../ports/dashboard-route.ts';

/** A route that is meant, with the parts of the path that it names. */
export interface FoundRoute {
  readonly route: DashboardRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** The routes, by method and path. */
export class Routes {
  private readonly routes: readonly DashboardRoute[];

  constructor(routes: readonly DashboardRoute[]) {
    this.routes = routes;
  }

  /** @returns `method` when the path is that of routes of other methods only; undefined when there is none. */
  find(method: string, path: string): FoundRoute | 'method' | undefined {
    const found = this.routes.flatMap((route) => {
      const params = matched(route.path, path);
      return params ? [{ route, params }] : [];
    });
    if (found.length === 0) return undefined;
    return found.find(({ route }) => route.method === method) ?? 'method';
  }
}

/** @param pattern `/api/runs/:id/cancel`. */
function matched(pattern: string, path: string): Record<string, string> | undefined {
  const [names, parts] = [pattern.split('/'), path.split('/')];
  if (names.length !== parts.length) return undefined;
  const params: [string, string][] = [];
  for (const [index, name] of names.entries()) {
    const part = decoded(parts[index]!);
    if (part === undefined) return undefined;
    if (name.startsWith(':') && part !== '') params.push([name.slice(1), part]);
    else if (name !== part) return undefined;
  }
  return Object.fromEntries(params);
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
