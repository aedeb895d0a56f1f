import type { KubernetesObject } from '../kubernetes-object.ts';

/** Metadata that the cluster keeps: it tells of the object that is there, and the server takes it for a condition. */
const kept = [
  'uid',
  'resourceVersion',
  'managedFields',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
];
const keptAnnotations = ['kubectl.kubernetes.io/last-applied-configuration', 'deployment.kubernetes.io/revision'];

/**
 * Returns a manifest without what only the object in the cluster has, as it is in the output of `kubectl get -o yaml`.
 * With a version, or fields by manager, the server would refuse to apply it.
 */
export function withoutClusterFields(object: KubernetesObject): KubernetesObject {
  const { status: _status, ...rest } = object;
  const metadata = { ...object.metadata };
  for (const key of kept) delete metadata[key];
  const { annotations } = metadata;
  if (annotations && keptAnnotations.some((key) => key in annotations))
    metadata.annotations = Object.fromEntries(
      Object.entries(annotations).filter(([key]) => !keptAnnotations.includes(key)),
    );
  return { ...rest, metadata };
}
