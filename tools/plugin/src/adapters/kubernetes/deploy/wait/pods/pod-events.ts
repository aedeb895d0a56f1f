import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../../model/manifests/source/object-fields.ts';

/** Events of pods that tell more than the pod's own status does; others are not kept. */
const telling: readonly string[] = ['Unhealthy', 'FailedMount', 'FailedAttachVolume'];

/** Reports whether an event of a pod is needed to judge a rollout. */
export function isTelling(event: KubernetesObject): boolean {
  return telling.includes(String(event['reason'])) && fieldAt(event, 'involvedObject', 'kind') === 'Pod';
}

/** Events by the uid of the pod that they are about: looked for in all objects, they would take the square of time. */
export type EventsByPod = ReadonlyMap<unknown, readonly KubernetesObject[]>;

/** Returns the events among objects, by pod. */
export function eventsByPod(objects: Iterable<KubernetesObject>): EventsByPod {
  const events = new Map<unknown, KubernetesObject[]>();
  for (const object of objects) {
    if (object.kind !== 'Event') continue;
    const uid = fieldAt(object, 'involvedObject', 'uid');
    const known = events.get(uid);
    if (known) known.push(object);
    else events.set(uid, [object]);
  }
  return events;
}

/** Returns the messages of a pod's events of a reason, oldest first. */
export function messagesOf(pod: KubernetesObject, reason: RegExp, events: EventsByPod): string[] {
  return (events.get(pod.metadata['uid']) ?? [])
    .filter((event) => reason.test(String(event['reason'])))
    .sort((a, b) => timeOf(a) - timeOf(b))
    .map((event) => String(event['message'] ?? ''));
}

function timeOf(event: KubernetesObject): number {
  return Date.parse(String(event['lastTimestamp'] ?? event['eventTime'] ?? '')) || 0;
}
