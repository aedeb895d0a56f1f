import type { KubernetesObject } from './kubernetes-object.ts';

/** Returns the name of an object's kind with its API: `apps/v1/Deployment`, `v1/ConfigMap`. */
export function kindNameOf({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return `${apiVersion}/${kind}`;
}

/** Returns an object of a kind, without a name: what discovery needs to know. @param name `apps/v1/Deployment`. */
export function objectOfKind(name: string): KubernetesObject {
  const cut = name.lastIndexOf('/');
  return { apiVersion: name.slice(0, cut), kind: name.slice(cut + 1), metadata: { name: '' } };
}
