import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { isTelling } from './pod-events.ts';
import { knownTroubleOf } from './known-failures.ts';
import type { TroubleKind } from './diagnose-pod.ts';

/** Something that a watch told. */
export type RolloutEvent =
  /** All objects of a kind: what is not among them is not there. */
  | { readonly type: 'listed'; readonly kind: string; readonly objects: readonly KubernetesObject[] }
  | { readonly type: 'changed'; readonly object: KubernetesObject }
  | { readonly type: 'deleted'; readonly object: KubernetesObject };

/** The state of a rollout: all that evaluating it needs. */
export interface RolloutState {
  /** Kinds that have been listed; of others nothing is known. */
  readonly listed: ReadonlySet<string>;
  /** By `Pod orders-1`. */
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  /** When the trouble that a pod is in now began, by its uid. */
  readonly troubles: ReadonlyMap<string, { readonly kind: TroubleKind; readonly since: number }>;
  /** `lastUpdateTime` of conditions that were there when the watch began: they tell of an older rollout. */
  readonly stale: ReadonlyMap<string, string>;
}

/** Nothing is known yet. */
export const nothingKnown: RolloutState = {
  listed: new Set(),
  objects: new Map(),
  troubles: new Map(),
  stale: new Map(),
};

/** Adds what a watch told. @param at milliseconds on any clock. */
export function reduceRollout(state: RolloutState, event: RolloutEvent, at: number): RolloutState {
  const objects = new Map(state.objects);
  let { listed, stale } = state;
  if (event.type === 'deleted') objects.delete(keyOf(event.object));
  if (event.type === 'changed' && isNeeded(event.object)) objects.set(keyOf(event.object), event.object);
  if (event.type === 'listed') {
    for (const [key, object] of state.objects) if (object.kind === event.kind) objects.delete(key);
    for (const object of event.objects.filter(isNeeded)) objects.set(keyOf(object), object);
    if (!listed.has(event.kind)) stale = new Map([...stale, ...event.objects.flatMap(deadlineOf)]);
    listed = new Set(listed).add(event.kind);
  }
  return { listed, stale, objects, troubles: troublesOf(objects, state.troubles, at) };
}

/** Events of other things would only be carried along. */
function isNeeded(object: KubernetesObject): boolean {
  return object.kind !== 'Event' || isTelling(object);
}

/** `Pod orders-1`, as states name objects. */
export function keyOf({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.name}`;
}

function troublesOf(
  objects: ReadonlyMap<string, KubernetesObject>,
  before: RolloutState['troubles'],
  at: number,
): RolloutState['troubles'] {
  const troubles = new Map<string, { kind: TroubleKind; since: number }>();
  for (const pod of objects.values()) {
    const kind = pod.kind === 'Pod' ? knownTroubleOf(pod, objects)?.kind : creationTrouble(pod);
    if (kind === undefined) continue;
    const uid = String(pod.metadata['uid']);
    const known = before.get(uid);
    troubles.set(uid, known?.kind === kind ? known : { kind, since: at });
  }
  return troubles;
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
}

/** The conditions of an object. */
export function conditionsOf(object: KubernetesObject): readonly Condition[] {
  const { conditions } = (object['status'] ?? {}) as { conditions?: Condition[] };
  return conditions ?? [];
}

/** A ReplicaSet that may not make its pods. */
function creationTrouble(object: KubernetesObject): TroubleKind | undefined {
  if (object.kind !== 'ReplicaSet') return undefined;
  const failing = conditionsOf(object).some(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  return failing ? 'creation' : undefined;
}

function deadlineOf(object: KubernetesObject): [string, string][] {
  const late = conditionsOf(object).find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  return late ? [[String(object.metadata['uid']), late.lastUpdateTime ?? '']] : [];
}
