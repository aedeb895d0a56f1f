import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldAt, listAt } from '../../../model/manifests/source/object-fields.ts';

/** Why a pod does not run yet. */
export interface PodObstacle {
  readonly text: string;
  /** True when waiting does not help somebody at the terminal. */
  readonly isFinal: boolean;
}

const imageReasons = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);
const finalReasons = new Set([
  ...imageReasons,
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** Returns what keeps a pod from running. @param warnings of its events, each with its reason. */
export function podObstacle(pod: KubernetesObject, warnings: readonly string[]): PodObstacle | undefined {
  const unmounted = warnings.find((warning) => /hostPath type check failed/.test(warning));
  if (unmounted !== undefined)
    return {
      isFinal: true,
      text: `The cluster's node does not have this workspace's folder: the sources can be mounted only where nodes and workspace share a disk. (${unmounted})`,
    };
  const statuses = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
  for (const { name, image, state } of statuses) {
    const reason = fieldAt(state, 'waiting', 'reason');
    const message = fieldAt(state, 'waiting', 'message');
    if (typeof reason !== 'string' || !finalReasons.has(reason)) continue;
    const detail = typeof message === 'string' ? `: ${message}` : '';
    const about = imageReasons.has(reason)
      ? `The image ${String(image)} cannot be pulled (${reason}${detail}). Deploy the service there once, or name an image in the options of its target "dev".`
      : `The container ${String(name)} cannot start (${reason}${detail}).`;
    return { isFinal: true, text: about };
  }
  const unscheduled = listAt(pod, 'status', 'conditions').find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  if (unscheduled) return { isFinal: false, text: `no node takes the pod: ${String(unscheduled['message'])}` };
  return undefined;
}
