import type { DeploymentFault } from '../../../../../model/deploy/deployment-record.ts';
import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { serviceContainerName } from '../../../../../model/manifests/rules/pod-templates.ts';
import { label } from '../../../../../model/product/wire-names.ts';
import type { PodDiagnosis, TroubleKind } from './diagnose-pod.ts';

/** Troubles of a container that what it runs has, or that come of it. */
const ownKinds: readonly TroubleKind[] = ['crash', 'start', 'unready'];

/** Words by which a container runtime says that an image is for other machines, or broken. */
const unusable =
  /no match for platform|does not match the specified platform|exec format error|failed to extract layer/i;

/**
 * Returns whether a pod's trouble is by what was built, which only the service's own container runs.
 * @param workload that made the pod, with the labels of its release.
 */
export function faultOf(
  { kind, container, message }: Pick<PodDiagnosis, 'kind' | 'container' | 'message'>,
  workload: KubernetesObject,
): { readonly fault?: DeploymentFault } {
  const service = workload.metadata.labels?.[label.service];
  const isOwn =
    container !== undefined && service !== undefined && container === serviceContainerName(workload, service);
  if (!isOwn) return {};
  return ownKinds.includes(kind) || (kind === 'image' && unusable.test(message)) ? { fault: 'build' } : {};
}
