/** Any Kubernetes object, as parsed from YAML or answered by the API. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

/** `Deployment orders`, as messages name an object. */
export function describeObject(object: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${object.kind} ${object.metadata.name}`;
}
