import { Refusal } from '../../errors/product-error.ts';
import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';

/** Reports whether an object is deleted already, and is only kept until its finalizers are done. */
export function isEnding({ metadata }: KubernetesObject): boolean {
  return metadata['deletionTimestamp'] !== undefined;
}

/** Returns what an object's deletion waits for; empty when there is nothing. */
export function finalizersOf(object: Partial<KubernetesObject> | undefined): string[] {
  const finalizers = object?.metadata?.['finalizers'];
  return Array.isArray(finalizers) ? finalizers.map(String) : [];
}

/** @throws {Refusal} when an object that is there is being deleted: whatever is written to it goes with it. */
export function refuseEnding(live: KubernetesObject): void {
  if (!isEnding(live)) return;
  const what = describeObject(live);
  const { name, namespace } = live.metadata;
  const finalizers = finalizersOf(live);
  const place = namespace === undefined ? '' : ` --namespace=${namespace}`;
  throw new Refusal({
    type: 'object-ends',
    doing: `check ${what}`,
    reason: `${what} is being deleted since ${String(live.metadata['deletionTimestamp'])}${finalizers.length > 0 ? `; it waits for its finalizers (${finalizers.join(', ')})` : ''}.`,
    remedy: `Wait until it is gone (\`kubectl wait --for=delete ${live.kind.toLowerCase()}/${name}${place}\`), then run the same command again. If it stays, look for the controller that owns the finalizers.`,
  });
}
