import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { conditionsOf } from './conditions.ts';
import { knownTroubleOf } from './pods/known-failures.ts';
import { eventsByPod, isTelling } from './pods/pod-events.ts';
import { isGatewayRoute, routeObstacle } from './route-status.ts';
import type { TroubleKind } from './pods/diagnose-pod.ts';

/** Something that a watch told. */
export type RolloutEvent =
  /** All objects of a list: what was told by it and is not among them is not there. */
  | {
      readonly type: 'listed';
      readonly kind: string;
      readonly objects: readonly KubernetesObject[];
      readonly list?: ListName;
    }
  | { readonly type: 'changed'; readonly object: KubernetesObject; readonly list?: ListName }
  | { readonly type: 'deleted'; readonly object: KubernetesObject };

/**
 * The name of what is followed: two workloads of one kind are followed by a list each. `Deployment orders` for the
 * workload of that name; left away where all of a kind are one list.
 */
export type ListName = string;

/** The state of a rollout: all that evaluating it needs. */
export interface RolloutState {
  /** Lists that have been told whole; of others nothing is known. */
  readonly listed: ReadonlySet<ListName>;
  /** The lists that an object is in, by `Pod orders-1`: it is gone when it is in none. */
  readonly lists: ReadonlyMap<string, ReadonlySet<ListName>>;
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
  lists: new Map(),
  objects: new Map(),
  troubles: new Map(),
  stale: new Map(),
};

/** Adds what a watch told. @param at milliseconds on any clock. */
export function reduceRollout(state: RolloutState, event: RolloutEvent, at: number): RolloutState {
  const objects = new Map(state.objects);
  const lists = new Map(state.lists);
  let { listed, stale } = state;
  const put = (object: KubernetesObject, list: ListName) => {
    if (!isNeeded(object)) return;
    const key = keyOf(object);
    objects.set(key, object);
    if (!lists.get(key)?.has(list)) lists.set(key, new Set(lists.get(key)).add(list));
  };
  const remove = (key: string) => {
    objects.delete(key);
    lists.delete(key);
  };
  if (event.type === 'deleted') remove(keyOf(event.object));
  if (event.type === 'changed') put(event.object, event.list ?? event.object.kind);
  if (event.type === 'listed') {
    const { list = event.kind } = event;
    const present = new Set(event.objects.map(keyOf));
    for (const [key, names] of state.lists) {
      if (!names.has(list) || present.has(key)) continue;
      if (names.size === 1) remove(key);
      else lists.set(key, new Set([...names].filter((name) => name !== list)));
    }
    for (const object of event.objects) put(object, list);
    if (!listed.has(list)) stale = new Map([...stale, ...event.objects.flatMap(deadlineOf)]);
    listed = new Set(listed).add(list);
  }
  return { listed, lists, stale, objects, troubles: troublesOf(objects, state.troubles, at) };
}

/** Reports whether a list has been told that would have held an object. */
export function wasListed({ listed }: RolloutState, object: KubernetesObject): boolean {
  return listed.has(keyOf(object)) || listed.has(object.kind);
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
  const events = eventsByPod(objects.values());
  for (const pod of objects.values()) {
    const kind = pod.kind === 'Pod' ? knownTroubleOf(pod, events)?.kind : otherTrouble(pod);
    if (kind === undefined) continue;
    const uid = String(pod.metadata['uid']);
    const known = before.get(uid);
    troubles.set(uid, known?.kind === kind ? known : { kind, since: at });
  }
  return troubles;
}

function otherTrouble(object: KubernetesObject): TroubleKind | undefined {
  if (isGatewayRoute(object)) return routeObstacle(object) === undefined ? undefined : 'route';
  return creationTrouble(object);
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
