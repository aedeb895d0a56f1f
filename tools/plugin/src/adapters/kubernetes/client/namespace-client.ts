import type { KubernetesApi } from './api.ts';
import type { Resources } from './resources.ts';

/** A namespace, and the API of its cluster. */
export interface NamespaceApi {
  readonly api: KubernetesApi;
  readonly namespace: string;
}

/** A namespace in which objects of any kind are found. */
export interface NamespaceClient extends NamespaceApi {
  readonly resources: Resources;
}
