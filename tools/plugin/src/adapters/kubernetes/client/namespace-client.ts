import type { KubernetesApi } from './api.ts';
import type { Resources } from './resources.ts';

/** Where a plan is made. */
export interface NamespaceClient {
  readonly api: KubernetesApi;
  readonly resources: Resources;
  readonly namespace: string;
}
