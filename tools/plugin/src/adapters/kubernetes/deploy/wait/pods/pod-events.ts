import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../../model/manifests/source/object-fields.ts';

/** Events of pods that tell more than the pod's own status does; others are not kept. */
const telling: readonly string[] = ['Unhealthy', 'FailedMount', 'FailedAttachVolume'];

/** Characters of a workload's name that the names of its pods have at least (63, less what the two controllers add). */
const sharedName = 40;

/** Reports whether an event of a pod is needed to judge a rollout. */
export function isTelling(event: KubernetesObject): boolean {
  return telling.includes(String(event['reason'])) && fieldAt(event, 'involvedObject', 'kind') === 'Pod';
}

/** Events by the uid of the pod that they are about: looked for in all objects, they would take the square of time. */
export type EventsByPod = ReadonlyMap<unknown, readonly KubernetesObject[]>;

/** Returns the uid of the pod that an event is about. */
export function podOf(event: KubernetesObject): unknown {
  return fieldAt(event, 'involvedObject', 'uid');
}

/**
 * Reports whether an event may be about a pod of a workload, by the names alone: the pod itself may be told later. Names
 * that would be too long are cut before a pod's own part.
 */
export function mayBeOf(event: KubernetesObject, workload: Pick<KubernetesObject, 'metadata'>): boolean {
  const name = fieldAt(event, 'involvedObject', 'name');
  return typeof name === 'string' && name.startsWith(workload.metadata.name.slice(0, sharedName));
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
