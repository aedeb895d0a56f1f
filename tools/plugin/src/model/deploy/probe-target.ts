import type { Environment } from '../environment/environment.ts';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { fieldAt, listAt } from '../manifests/source/object-fields.ts';
import { isRollout, serviceContainerOf } from '../manifests/rules/pod-templates.ts';

/** Requests a second where the environment does not say. */
const usualRate = 10;

/** Where requests go that shall show that a service serves. */
export interface ProbeTarget {
  /** Asked with GET, and nothing else. */
  readonly url: string;
  /** Name that the gateway knows the route by, where it is not the URL's own. */
  readonly host?: string;
  /** Requests a second. */
  readonly rate: number;
  /** Sent with each request, and wanted back with its answer: what another route answers has failed. */
  readonly echo?: { readonly name: string; readonly value: string };
}

/** Where a service can be asked, or why it cannot. */
export type FoundTarget = { readonly state: 'found'; readonly target: ProbeTarget } | NoTarget;

interface NoTarget {
  readonly state: 'none';
  /** As a clause. */
  readonly reason: string;
}

/**
 * Finds where a service can be asked from outside: the path of its readiness probe behind its real route, or the path that
 * the environment names.
 * @param objects of the release, rendered.
 */
export function probeTargetOf(
  service: string,
  objects: readonly KubernetesObject[],
  { url, probe = true, name }: Pick<Environment, 'url' | 'probe' | 'name'>,
): FoundTarget {
  if (probe === false) return noTarget(`${name} has probing disabled`);
  if (url === undefined) return noTarget(`${name} has no url`);
  const { path, rate = usualRate } = probe === true ? {} : probe;
  const routes = objects.flatMap((object) => routesOf(object));
  const found = path === undefined ? outsidePathOf(service, objects, routes) : undefined;
  if (found?.state === 'none') return found;
  // What answers at the environment's path then is another service.
  if (!takesRequests(service, objects, routes)) return noTarget('it takes no requests');
  const chosen = found?.path ?? path!.replaceAll('{service}', service);
  const host = routes.find(({ hostname }) => hostname !== undefined)?.hostname;
  const target = new URL(chosen.startsWith('/') ? chosen : `/${chosen}`, url).toString();
  const named = host === undefined || host === new URL(url).hostname ? {} : { host };
  return { state: 'found', target: { url: target, rate, ...named } };
}

/** Reports whether anything tells that a service takes requests: a CronJob, or a worker, has neither Service nor port. */
function takesRequests(service: string, objects: readonly KubernetesObject[], routes: readonly Route[]): boolean {
  return (
    routes.length > 0 ||
    objects.some((object) => {
      if (object.kind === 'Service') return true;
      const container = isRollout(object) ? serviceContainerOf(object, service) : undefined;
      return listAt(container, 'ports').length > 0 || fieldAt(container, 'readinessProbe', 'httpGet') !== undefined;
    })
  );
}

function noTarget(reason: string): NoTarget {
  return { state: 'none', reason };
}

/**
 * Returns where people reach a service: its first route, at the environment's address and the route's host name.
 * @param objects of the release, rendered. @returns undefined where there is no route: a database has no address outside.
 */
export function serviceUrl(
  objects: readonly KubernetesObject[],
  { url }: Pick<Environment, 'url'>,
): string | undefined {
  const [route] = objects.flatMap((object) => routesOf(object));
  if (url === undefined || route === undefined) return undefined;
  if (!URL.canParse(url)) return url;
  const address = new URL(route.prefix, url);
  if (route.hostname !== undefined) address.hostname = route.hostname;
  return address.href;
}

interface Route {
  /** Path by which the gateway knows it: `/orders`. */
  readonly prefix: string;
  /** The path that the service gets in its place; the same where it is not rewritten. */
  readonly inside: string;
  readonly hostname: string | undefined;
}

/** Path that the gateway takes to the readiness probe of the service. */
function outsidePathOf(
  service: string,
  objects: readonly KubernetesObject[],
  routes: readonly Route[],
): { readonly state: 'found'; readonly path: string } | NoTarget {
  const container = objects.filter(isRollout).flatMap((object) => serviceContainerOf(object, service) ?? [])[0];
  if (!container) return noTarget('it takes no requests');
  const ready = fieldAt(container, 'readinessProbe', 'httpGet', 'path');
  if (typeof ready !== 'string') return noTarget('it has no readiness probe by HTTP');
  if (routes.length === 0) return noTarget('it has no route');
  for (const { prefix, inside } of routes) {
    const base = inside.endsWith('/') ? inside.slice(0, -1) : inside;
    if (ready === inside || ready.startsWith(`${base}/`))
      return { state: 'found', path: `${prefix === '/' ? '' : prefix}${ready.slice(base.length)}` };
  }
  return noTarget(`no route leads to its readiness path ${ready}`);
}

function routesOf(object: KubernetesObject): Route[] {
  if (object.kind === 'HTTPRoute') {
    const hostnames = fieldAt(object, 'spec', 'hostnames');
    const hostname = Array.isArray(hostnames) ? nameOf(hostnames[0]) : undefined;
    return listAt(object, 'spec', 'rules').flatMap((rule) => {
      const rewrite = listAt(rule, 'filters').find(({ type }) => type === 'URLRewrite');
      const inside = fieldAt(rewrite, 'urlRewrite', 'path', 'replacePrefixMatch');
      const matches = listAt(rule, 'matches');
      return (matches.length > 0 ? matches : [{}]).flatMap((match) => {
        const { type = 'PathPrefix', value = '/' } = (match['path'] ?? {}) as { type?: string; value?: string };
        const prefix = value.length > 1 && value.endsWith('/') ? value.slice(0, -1) : value;
        if (type !== 'PathPrefix') return [];
        return [{ prefix, inside: typeof inside === 'string' ? inside : prefix, hostname }];
      });
    });
  }
  if (object.kind === 'Ingress') {
    return listAt(object, 'spec', 'rules').flatMap((rule) =>
      listAt(rule, 'http', 'paths').map(({ path = '/' }) => ({
        prefix: String(path),
        inside: String(path),
        hostname: nameOf(rule['host']),
      })),
    );
  }
  return [];
}

/** A name that stands for many is none to ask by. */
function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && !value.startsWith('*') ? value : undefined;
}
