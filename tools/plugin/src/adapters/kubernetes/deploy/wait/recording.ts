import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import type { RolloutTarget } from './evaluate-rollout.ts';
import type { RolloutEvent } from './rollout-state.ts';

/** A recording of a real cluster during one rollout. */
export interface Recording {
  readonly name: string;
  /** How long the rollout took. */
  readonly milliseconds: number;
  readonly targets: readonly RolloutTarget[];
  /** With the milliseconds since the wait began. */
  readonly events: readonly { readonly at: number; readonly event: RolloutEvent }[];
  /** The grace that the wait had, when it was not the usual one. */
  readonly graceMs?: number;
  readonly outcome: { readonly state: string; readonly reason: string | undefined };
}

/** An event with only what may be needed to judge it, so that recordings stay readable. */
export function trimEvent(event: RolloutEvent): RolloutEvent {
  if (event.type === 'listed') return { ...event, objects: event.objects.map(trim) };
  return { ...event, object: trim(event.object) };
}

function eventFacts({ involvedObject, reason, message, lastTimestamp, eventTime }: Record<string, unknown>): object {
  return { involvedObject, reason, message, lastTimestamp, eventTime };
}

function trim(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata, spec, status } = object as KubernetesObject & Record<string, object | undefined>;
  const { name, uid, labels, annotations, ownerReferences, generation, resourceVersion, deletionTimestamp } =
    metadata as KubernetesObject['metadata'];
  const isPod = kind === 'Pod';
  const kept = {
    apiVersion,
    kind,
    metadata: { name, uid, labels, annotations, ownerReferences, generation, resourceVersion, deletionTimestamp },
    ...(isPod ? {} : { spec }),
    status,
    ...(kind === 'Event' ? eventFacts(object) : {}),
  };
  return JSON.parse(JSON.stringify(kept)) as KubernetesObject;
}
