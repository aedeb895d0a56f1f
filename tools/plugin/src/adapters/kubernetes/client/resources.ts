import { provisioningFolder } from '../../../model/workspace/places.ts';
import { didYouMean } from '../../../model/text/did-you-mean.ts';
import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { KubernetesApi } from './api.ts';

/** Kinds of the usual manifests, so that nobody has to ask the server for them. */
const known: Readonly<Record<string, string>> = {
  'v1/ConfigMap': 'configmaps',
  'v1/Secret': 'secrets',
  'v1/Service': 'services',
  'v1/ServiceAccount': 'serviceaccounts',
  'v1/PersistentVolumeClaim': 'persistentvolumeclaims',
  'v1/Pod': 'pods',
  'v1/Event': 'events',
  'apps/v1/Deployment': 'deployments',
  'apps/v1/StatefulSet': 'statefulsets',
  'apps/v1/DaemonSet': 'daemonsets',
  'apps/v1/ReplicaSet': 'replicasets',
  'apps/v1/ControllerRevision': 'controllerrevisions',
  'batch/v1/Job': 'jobs',
  'batch/v1/CronJob': 'cronjobs',
  'autoscaling/v2/HorizontalPodAutoscaler': 'horizontalpodautoscalers',
  'policy/v1/PodDisruptionBudget': 'poddisruptionbudgets',
  'networking.k8s.io/v1/Ingress': 'ingresses',
  'networking.k8s.io/v1/NetworkPolicy': 'networkpolicies',
  'coordination.k8s.io/v1/Lease': 'leases',
  'gateway.networking.k8s.io/v1/HTTPRoute': 'httproutes',
  'gateway.networking.k8s.io/v1/GRPCRoute': 'grpcroutes',
  'projectcontour.io/v1/HTTPProxy': 'httpproxies',
};

/** The API's description of a kind. */
interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

interface ResourceList {
  readonly resources: readonly Resource[];
}

/** Where kinds of objects are in the API of one cluster. */
export class Resources {
  private readonly api: KubernetesApi;
  private readonly lists = new Map<string, Promise<ResourceList | undefined>>();

  constructor(api: KubernetesApi) {
    this.api = api;
  }

  /** Group and resource of an object's kind, as Roles name them. @throws {Refusal} when the cluster has no such kind. */
  async typeOf(object: KubernetesObject, namespace: string): Promise<{ group: string; resource: string }> {
    const path = await this.collection(object, namespace);
    const { apiVersion } = object;
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    return { group, resource: path.slice(path.lastIndexOf('/') + 1) };
  }

  /** Path of all objects of a kind in a namespace. @throws {Refusal} when the cluster has no such kind. */
  async collection(object: KubernetesObject, namespace: string): Promise<string> {
    const { apiVersion, kind } = object;
    const plural = known[`${apiVersion}/${kind}`] ?? (await this.discover(object));
    return collectionPath(apiVersion, plural, namespace);
  }

  /** The same, or undefined when the cluster has no such kind: its definition is gone, and all objects with it. */
  collectionIfKnown(object: KubernetesObject, namespace: string): Promise<string | undefined> {
    return this.collection(object, namespace).catch((error: unknown) => {
      if (isUnknownKind(error)) return undefined;
      throw error;
    });
  }

  /** Path of an object. */
  async path(object: KubernetesObject, namespace: string): Promise<string> {
    return pathIn(await this.collection(object, namespace), object);
  }

  /** The same, or undefined when the cluster has no such kind. */
  async pathIfKnown(object: KubernetesObject, namespace: string): Promise<string | undefined> {
    const collection = await this.collectionIfKnown(object, namespace);
    return collection === undefined ? undefined : pathIn(collection, object);
  }

  /**
   * Where an object is that may belong to the whole cluster.
   * @param home the namespace of objects that name none.
   */
  async placeOf(object: KubernetesObject, home: string): Promise<{ path: string; namespace: string | undefined }> {
    const { apiVersion, kind, metadata } = object;
    const usual = known[`${apiVersion}/${kind}`];
    const { name, namespaced } = usual ? { name: usual, namespaced: true } : await this.find(object);
    const namespace = namespaced ? (metadata.namespace ?? home) : undefined;
    const collection =
      namespace === undefined ? `${groupPath(apiVersion)}/${name}` : collectionPath(apiVersion, name, namespace);
    return { path: pathIn(collection, object), namespace };
  }

  private async discover(object: KubernetesObject): Promise<string> {
    const { name, namespaced } = await this.find(object);
    if (namespaced) return name;
    throw new Refusal({
      type: 'cluster-object',
      doing: `find out what ${describeObject(object)} is`,
      reason: `A ${object.kind} belongs to the whole cluster, not to a service.`,
      remedy: `Move it to ${provisioningFolder}.`,
    });
  }

  private async find(object: KubernetesObject): Promise<Resource> {
    const { apiVersion, kind } = object;
    let list = this.lists.get(apiVersion);
    if (!list) this.lists.set(apiVersion, (list = this.api.get<ResourceList>(groupPath(apiVersion))));
    // Only what was found is kept: a server that was away comes back, and kinds are installed.
    const forget = () => this.lists.get(apiVersion) === list && this.lists.delete(apiVersion);
    list.catch(forget);
    const resources = ((await list)?.resources ?? []).filter(({ name }) => !name.includes('/'));
    const found = resources.find((resource) => resource.kind === kind);
    if (!found) forget();
    if (found?.verbs.includes('patch')) return found;
    if (found) throw notKept(object);
    const kinds = resources.map((resource) => resource.kind);
    throw new Refusal({
      type: 'unknown-kind',
      doing: `find out what ${describeObject(object)} is`,
      reason: `The cluster ${this.api.context} has no kind ${kind} in ${apiVersion}.`,
      remedy: didYouMean(kind, kinds) || 'Correct "apiVersion" and "kind", or install the definition of this kind.',
    });
  }
}

function pathIn(collection: string, { metadata }: KubernetesObject): string {
  return `${collection}/${encodeURIComponent(metadata.name)}`;
}

/** Reports whether an error says that the cluster has no kind of that name. */
export function isUnknownKind(error: unknown): boolean {
  return error instanceof Refusal && error.facts.type === 'unknown-kind';
}

/** Some kinds are questions to the server. */
function notKept(object: KubernetesObject): Refusal {
  return new Refusal({
    type: 'not-kept',
    doing: `find out what ${describeObject(object)} is`,
    reason: `A ${object.kind} cannot be stored in a cluster.`,
    remedy: 'Remove it from the manifests.',
  });
}

/** `/apis/apps/v1/namespaces/shop/deployments`. */
export function collectionPath(apiVersion: string, plural: string, namespace: string): string {
  return `${groupPath(apiVersion)}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** `/apis/apps/v1`. */
function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
