import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../model/manifests/source/object-fields.ts';
import type { NamespaceApi } from '../client/namespace-client.ts';
import { conditionsOf } from '../deploy/wait/conditions.ts';
import { creationFailure } from '../deploy/wait/pods/creation-failure.ts';
import { readEventsAbout } from './events-about.ts';
import { lacksPods } from './health.ts';

/** Kinds whose controllers say in events alone that they may not make a pod. */
const tellingByEvents = ['StatefulSet', 'DaemonSet'] as const;

/** Reads the events about workloads that lack pods and say nowhere else why. */
export async function readCreationEvents(
  place: NamespaceApi,
  workloads: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  const lists = tellingByEvents.map((kind) =>
    readEventsAbout(
      place,
      workloads.filter((workload) => workload.kind === kind && lacksPods(workload)),
    ),
  );
  return (await Promise.all(lists)).flat();
}

/**
 * Returns why pods of a workload cannot be made (a quota, a policy, a webhook that is away), as a sentence; undefined where
 * nothing is in their way.
 * @param events about such workloads.
 */
export function creationObstacle(
  workload: KubernetesObject,
  events: readonly KubernetesObject[] = [],
): string | undefined {
  const message = failureOf(workload) ?? lastFailure(workload, events);
  return message === undefined
    ? undefined
    : `${describeObject(workload)} ${creationFailure(message).summary}: ${message}`;
}

function failureOf(workload: KubernetesObject): string | undefined {
  return conditionsOf(workload).find(({ type, status }) => type === 'ReplicaFailure' && status === 'True')?.message;
}

/** Returns what the newest event about a workload's pods says, if that is that one could not be made. */
function lastFailure(workload: KubernetesObject, events: readonly KubernetesObject[]): string | undefined {
  if (!lacksPods(workload)) return undefined;
  const newest = events
    .filter(
      (event) =>
        /^(FailedCreate|SuccessfulCreate)$/.test(String(event['reason'])) &&
        fieldAt(event, 'involvedObject', 'kind') === workload.kind &&
        fieldAt(event, 'involvedObject', 'name') === workload.metadata.name,
    )
    .toSorted((a, b) => momentOf(a).localeCompare(momentOf(b)))
    .at(-1);
  return newest?.['reason'] === 'FailedCreate' ? String(newest['message']) : undefined;
}

function momentOf(event: KubernetesObject): string {
  return String(event['lastTimestamp'] ?? event['eventTime'] ?? '');
}
