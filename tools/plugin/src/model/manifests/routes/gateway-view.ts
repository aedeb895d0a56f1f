import type { KubernetesObject } from '../kubernetes-object.ts';
import { fieldAt, isMap, listAt } from '../source/object-fields.ts';

/** The routes and Gateways around some routes, as far as a deployer can see them. */
export interface GatewayView {
  /** HTTPRoutes that are there, with their status: of all namespaces, or of its own. */
  readonly routes: readonly KubernetesObject[];
  /** Gateways that the routes name; without those that it may not read. */
  readonly gateways: readonly KubernetesObject[];
  /** Classes of these Gateways; without those that it may not read. */
  readonly classes: readonly KubernetesObject[];
}

/** A Gateway that a route asks to be led to by, or a listener of it. */
export interface ParentGateway {
  readonly namespace: string;
  readonly name: string;
  /** Name of the listener; every listener that takes the route when left out. */
  readonly section?: string;
}

/** Reports whether an object is a route for HTTP of the Gateway API. */
export function isHttpRoute({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return kind === 'HTTPRoute' && apiVersion.startsWith('gateway.networking.k8s.io/');
}

/** Returns the Gateways that a route names. @param home the namespace of routes that name none. */
export function parentsOf(route: KubernetesObject, home: string): ParentGateway[] {
  const namespace = route.metadata.namespace ?? home;
  return listAt(route, 'spec', 'parentRefs').flatMap((reference) => parentOf(reference, namespace) ?? []);
}

/** Returns the name of the controller that answers for a Gateway; undefined where nothing that can be read says it. */
export function controllerOf(gateway: ParentGateway, view: GatewayView, home: string): string | undefined {
  for (const route of view.routes)
    for (const parent of listAt(route, 'status', 'parents')) {
      const named = parentOf(parent['parentRef'], route.metadata.namespace ?? home);
      if (named && isSameGateway(named, gateway) && typeof parent['controllerName'] === 'string')
        return parent['controllerName'];
    }
  const className = fieldAt(gatewayOf(gateway, view), 'spec', 'gatewayClassName');
  const controller = fieldAt(
    view.classes.find(({ metadata }) => metadata.name === className),
    'spec',
    'controllerName',
  );
  return typeof controller === 'string' ? controller : undefined;
}

/** Returns a Gateway as it is in the cluster, where it can be read. */
export function gatewayOf({ namespace, name }: ParentGateway, { gateways }: GatewayView): KubernetesObject | undefined {
  return gateways.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
}

/** Reports whether two references name one Gateway, whichever of its listeners. */
export function isSameGateway(a: ParentGateway, b: ParentGateway): boolean {
  return a.namespace === b.namespace && a.name === b.name;
}

function parentOf(reference: unknown, home: string): ParentGateway | undefined {
  if (!isMap(reference) || (reference['kind'] ?? 'Gateway') !== 'Gateway') return undefined;
  const { name, namespace, sectionName } = reference;
  return {
    namespace: typeof namespace === 'string' ? namespace : home,
    name: String(name),
    ...(typeof sectionName === 'string' ? { section: sectionName } : {}),
  };
}
