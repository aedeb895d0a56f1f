import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import type { ObjectHealth, ObjectTrouble } from './object-health.ts';

/** An object that is meant. */
interface NamedObject {
  readonly kind: string;
  readonly name: string;
}

/** An object that is healthy, and what should be known of it all the same. */
export interface ObjectRemark extends NamedObject {
  /** A sentence or more. */
  readonly says: string;
}

/** Returns the objects that are not healthy, and the remarks on others. */
export function findingsOf(
  objects: readonly KubernetesObject[],
  healthOf: (object: KubernetesObject) => ObjectHealth,
): { readonly unhealthy: (NamedObject & ObjectTrouble)[]; readonly remarks: ObjectRemark[] } {
  const unhealthy: (NamedObject & ObjectTrouble)[] = [];
  const remarks: ObjectRemark[] = [];
  for (const object of objects) {
    const named = { kind: object.kind, name: object.metadata.name };
    const health = healthOf(object);
    if (health.state !== 'healthy') unhealthy.push({ ...named, ...health });
    else if (health.remark !== undefined) remarks.push({ ...named, says: health.remark });
  }
  return { unhealthy, remarks };
}
