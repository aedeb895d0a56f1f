import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';

/** A condition of an object's status. */
export interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
}

/** Returns the conditions of an object. */
export function conditionsOf(object: KubernetesObject): readonly Condition[] {
  const { conditions } = (object['status'] ?? {}) as { conditions?: Condition[] };
  return conditions ?? [];
}
