import type { KubernetesObject } from '../kubernetes-object.ts';
import { isSameGateway, parentsOf, type GatewayView } from './gateway-view.ts';
import { hostsOf, takesTheRest } from './route-claims.ts';

/** A host that a new route would take away from the route for all that no service owns. */
export interface HiddenFallback {
  readonly host: string;
  readonly fallback: KubernetesObject;
}

/**
 * Finds hosts that a fallback answers at only until a route names them: gateways choose by host first, and a path that the
 * routes of that host lack is not found then, whatever a route for every host has.
 * @param home the namespace that the route goes to.
 */
export function hiddenFallbacks(route: KubernetesObject, view: GatewayView, home: string): HiddenFallback[] {
  const neighbours = neighboursOf(route, view, home);
  // Where somebody names the host already, nothing changes for what has no route there.
  const named = new Set(neighbours.flatMap(hostsOf));
  const fallbacks = neighbours.filter((each) => takesTheRest(each) && each.metadata.name !== route.metadata.name);
  return takesTheRest(route)
    ? []
    : hostsOf(route)
        .filter((host) => !named.has(host))
        .flatMap((host) => {
          const fallback = fallbacks.find((each) => hostsOf(each).some((wide) => covers(wide, host)));
          return fallback ? [{ host, fallback }] : [];
        });
}

/** Returns the hosts that other routes name and a fallback does not, with one of those routes each: it is not asked there. */
export function hostsWithout(
  fallback: KubernetesObject,
  view: GatewayView,
  home: string,
): { readonly host: string; readonly by: KubernetesObject }[] {
  if (!takesTheRest(fallback)) return [];
  const own = hostsOf(fallback);
  const named = neighboursOf(fallback, view, home).flatMap((by) => hostsOf(by).map((host) => [host, by] as const));
  return [...new Map(named)]
    .filter(([host]) => host !== '*' && !own.includes(host))
    .map(([host, by]) => ({ host, by }));
}

/** Returns the routes of the same namespace and Gateway: another's listener may be another. */
function neighboursOf(route: KubernetesObject, view: GatewayView, home: string): KubernetesObject[] {
  const parents = parentsOf(route, home);
  return view.routes.filter(
    (each) =>
      (each.metadata.namespace ?? home) === home &&
      parentsOf(each, home).some((parent) => parents.some((own) => isSameGateway(own, parent))),
  );
}

/** Reports whether a host is one of those that a name with `*` stands for. */
function covers(wide: string, host: string): boolean {
  if (host === '*') return false;
  return wide === '*' || (wide.startsWith('*.') && host.endsWith(wide.slice(1)));
}
