import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../model/manifests/source/object-fields.ts';

/** Events of pods that tell more than the pod's own status does; others are not kept. */
const telling: readonly string[] = ['Unhealthy', 'FailedMount', 'FailedAttachVolume'];

/** Reports whether an event of a pod is needed to judge a rollout. */
export function isTelling(event: KubernetesObject): boolean {
  return telling.includes(String(event['reason'])) && fieldAt(event, 'involvedObject', 'kind') === 'Pod';
}

/** Returns the messages of a pod's events of a reason, oldest first. */
export function messagesOf(
  pod: KubernetesObject,
  reason: RegExp,
  objects: ReadonlyMap<string, KubernetesObject>,
): string[] {
  const uid = pod.metadata['uid'];
  return [...objects.values()]
    .filter(
      (object) =>
        object.kind === 'Event' &&
        reason.test(String(object['reason'])) &&
        fieldAt(object, 'involvedObject', 'uid') === uid,
    )
    .sort((a, b) => timeOf(a) - timeOf(b))
    .map((event) => String(event['message'] ?? ''));
}

function timeOf(event: KubernetesObject): number {
  return Date.parse(String(event['lastTimestamp'] ?? event['eventTime'] ?? '')) || 0;
}
