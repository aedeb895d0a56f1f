import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { parentsOf, type GatewayView } from '../../../model/manifests/routes/gateway-view.ts';
import { fieldAt } from '../../../model/manifests/source/object-fields.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { NamespaceApi } from '../client/namespace-client.ts';
import { collectionPath } from '../client/resources.ts';
import { typedItems } from '../client/typed-items.ts';

const apiVersion = 'gateway.networking.k8s.io/v1';

/** Lists the HTTPRoutes of all namespaces, or of its own where the account may not, or none. */
export async function listHttpRoutes(place: NamespaceApi): Promise<readonly KubernetesObject[]> {
  for (const path of [`/apis/${apiVersion}/httproutes`, collectionPath(apiVersion, 'httproutes', place.namespace)]) {
    const list = await readIfAllowed<{ items: KubernetesObject[] }>(place, path);
    if (list) return typedItems(list.items, { apiVersion, kind: 'HTTPRoute' });
  }
  return [];
}

/** Reads the Gateways that routes name, and the classes of those: as far as the account may. */
export async function readGateways(
  place: NamespaceApi,
  routes: readonly KubernetesObject[],
): Promise<Pick<GatewayView, 'gateways' | 'classes'>> {
  const parents = routes.flatMap((route) => parentsOf(route, place.namespace));
  const gateways = await readAll(
    place,
    parents.map(
      ({ namespace, name }) => `${collectionPath(apiVersion, 'gateways', namespace)}/${encodeURIComponent(name)}`,
    ),
  );
  const classNames = gateways.map((gateway) => String(fieldAt(gateway, 'spec', 'gatewayClassName')));
  const classes = await readAll(
    place,
    classNames.map((name) => `/apis/${apiVersion}/gatewayclasses/${encodeURIComponent(name)}`),
  );
  return { gateways, classes };
}

async function readAll(place: NamespaceApi, paths: readonly string[]): Promise<KubernetesObject[]> {
  const found = await Promise.all([...new Set(paths)].map((path) => readIfAllowed(place, path)));
  return found.filter((object) => object !== undefined);
}

/** @returns undefined for what is not there, or may not be read. */
async function readIfAllowed<T = KubernetesObject>({ api }: NamespaceApi, path: string): Promise<T | undefined> {
  try {
    return await api.get<T>(path);
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return undefined;
    throw explainApiError(error, 'look at the routes of its gateway', api);
  }
}
