import type { KubernetesObject } from '../kubernetes-object.ts';
import { fieldAt, listAt } from '../source/object-fields.ts';
import { isHttpRoute, parentsOf, type GatewayView, type ParentGateway } from './gateway-view.ts';
import { shareListener } from './listeners.ts';

/** Requests that a route asks for, at one host of one Gateway. */
export interface RouteClaim {
  readonly parent: ParentGateway;
  /** `*` stands for every host that no other route names. */
  readonly host: string;
  /** The same for the same requests, however they are written. */
  readonly key: string;
  /** `PathPrefix /orders at orders.example`. */
  readonly says: string;
  readonly rule: number;
}

/** A claim of a route that another one has as well: gateways give it to the older of them. */
export interface TakenClaim {
  readonly claim: RouteClaim;
  readonly by: KubernetesObject;
  /** False where it cannot be told whether one listener takes both routes. */
  readonly isCertain: boolean;
}

/** Returns what a route asks for. @param home the namespace of routes that name none. */
export function claimsOf(route: KubernetesObject, home: string): RouteClaim[] {
  const hosts = hostsOf(route);
  return parentsOf(route, home).flatMap((parent) =>
    listAt(route, 'spec', 'rules').flatMap((rule, index) =>
      matchesOf(rule).flatMap((match) =>
        hosts.map((host) => {
          const path = pathOf(match);
          const at = host === '*' ? 'at every host' : `at ${host}`;
          return { parent, host, key: keyOf(match), says: `${path.type} ${path.value} ${at}`, rule: index };
        }),
      ),
    ),
  );
}

/** Returns the hosts that a route is for, in lower case: `*` where it names none. */
export function hostsOf(route: KubernetesObject): string[] {
  const hosts = fieldAt(route, 'spec', 'hostnames');
  return Array.isArray(hosts) && hosts.length > 0 ? hosts.map((host) => String(host).toLowerCase()) : ['*'];
}

/**
 * Finds what a route asks for and another has. What it has itself already, and before the other, is not among it.
 * @param home the namespace that the route goes to.
 */
export function takenClaims(route: KubernetesObject, view: GatewayView, home: string): TakenClaim[] {
  const isItself = (each: KubernetesObject) =>
    each.metadata.name === route.metadata.name && (each.metadata.namespace ?? home) === home;
  const own = view.routes.find(isItself);
  const held = new Set(own ? claimsOf(own, home).map(identityOf) : []);
  const others = view.routes.filter((each) => isHttpRoute(each) && !isItself(each));
  return claimsOf(route, home).flatMap((claim): TakenClaim[] => {
    for (const by of others) {
      if (own && held.has(identityOf(claim)) && !isOlder(by, own)) continue;
      const namespace = by.metadata.namespace ?? home;
      const same = claimsOf(by, home).filter(({ host, key }) => host === claim.host && key === claim.key);
      const shared = same.map(({ parent }) =>
        shareListener({ namespace: home, parent: claim.parent }, { namespace, parent }, view),
      );
      if (shared.includes(true)) return [{ claim, by, isCertain: true }];
      if (shared.includes(undefined)) return [{ claim, by, isCertain: false }];
    }
    return [];
  });
}

/** Reports whether a rule takes all that no other rule does: every path, whatever else a request has. */
export function takesTheRest(route: KubernetesObject): boolean {
  return listAt(route, 'spec', 'rules').some((rule) => matchesOf(rule).some((match) => keyOf(match) === keyOf({})));
}

function identityOf({ parent, host, key }: RouteClaim): string {
  return JSON.stringify([parent.namespace, parent.name, parent.section, host, key]);
}

/** By when they were made, or by namespace and name where that was in the same second (Gateway API). */
function isOlder(a: KubernetesObject, b: KubernetesObject): boolean {
  const order = ({ metadata }: KubernetesObject) =>
    `${String(metadata['creationTimestamp'] ?? '')} ${metadata.namespace}/${metadata.name}`;
  return order(a) < order(b);
}

/** A rule without matches takes every request. */
function matchesOf(rule: Record<string, unknown>): Record<string, unknown>[] {
  const matches = listAt(rule, 'matches');
  return matches.length > 0 ? matches : [{}];
}

function pathOf(match: Record<string, unknown>): { type: string; value: string } {
  const type = String(fieldAt(match, 'path', 'type') ?? 'PathPrefix');
  const value = String(fieldAt(match, 'path', 'value') ?? '/');
  // A prefix is made of whole segments: a slash at its end says nothing. Contour accepts both, and one hides the other.
  return { type, value: type === 'PathPrefix' && value.length > 1 ? value.replace(/\/+$/, '') : value };
}

function keyOf(match: Record<string, unknown>): string {
  const { type, value } = pathOf(match);
  const conditions = (list: string, nameOf: (name: string) => string) =>
    listAt(match, list)
      .map((each) => [each['type'] ?? 'Exact', nameOf(String(each['name'])), each['value']].join(' '))
      .sort();
  const headers = conditions('headers', (name) => name.toLowerCase());
  const query = conditions('queryParams', (name) => name);
  return JSON.stringify([type, value, match['method'] ?? null, headers, query]);
}
