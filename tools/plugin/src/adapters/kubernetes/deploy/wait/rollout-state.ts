import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { conditionsOf } from './conditions.ts';
import { knownTroubleOf } from './pods/known-failures.ts';
import { isReady } from './pods/is-ready.ts';
import { isTelling, podOf, type EventsByPod } from './pods/pod-events.ts';
import { isGatewayRoute, routeObstacle } from '../../../../model/observe/route-status.ts';
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
  /** The events among them, by the uid of their pod. */
  readonly events: EventsByPod;
  /** When the trouble that a pod is in now began, by its uid. */
  readonly troubles: ReadonlyMap<string, Trouble>;
  /** When a pod that is not ready was seen so first, by its uid. */
  readonly unready: ReadonlyMap<string, number>;
  /** `lastUpdateTime` of conditions that were there when the watch began: they tell of an older rollout. */
  readonly stale: ReadonlyMap<string, string>;
}

interface Trouble {
  readonly kind: TroubleKind;
  readonly since: number;
}

/** Nothing is known yet. */
export const nothingKnown: RolloutState = {
  listed: new Set(),
  lists: new Map(),
  objects: new Map(),
  events: new Map(),
  troubles: new Map(),
  unready: new Map(),
  stale: new Map(),
};

/**
 * Adds what a watch told. The state that is given is used up: a rollout of a thousand pods tells thousands of things, and
 * each concerns one of them, so that none may cost a look at all.
 * @param at milliseconds on any clock.
 */
export function reduceRollout(state: RolloutState, event: RolloutEvent, at: number): RolloutState {
  const known = state instanceof KnownRollout ? state : new KnownRollout(state);
  known.take(event, at);
  return known;
}

/** A rollout as far as it has been told. */
class KnownRollout implements RolloutState {
  readonly listed: Set<ListName>;
  readonly lists: Map<string, ReadonlySet<ListName>>;
  readonly objects: Map<string, KubernetesObject>;
  readonly events: Map<unknown, readonly KubernetesObject[]>;
  readonly troubles: Map<string, Trouble>;
  readonly unready: Map<string, number>;
  readonly stale: Map<string, string>;
  private readonly podByUid = new Map<unknown, KubernetesObject>();

  constructor({ listed, lists, objects, events, troubles, unready, stale }: RolloutState) {
    this.listed = new Set(listed);
    this.lists = new Map(lists);
    this.objects = new Map(objects);
    this.events = new Map(events);
    this.troubles = new Map(troubles);
    this.unready = new Map(unready);
    this.stale = new Map(stale);
  }

  take(event: RolloutEvent, at: number): void {
    if (event.type === 'deleted') this.remove(keyOf(event.object), at);
    if (event.type === 'changed') this.put(event.object, event.list ?? event.object.kind, at);
    if (event.type !== 'listed') return;
    const { list = event.kind } = event;
    const present = new Set(event.objects.map(keyOf));
    for (const [key, names] of this.lists) {
      if (!names.has(list) || present.has(key)) continue;
      if (names.size === 1) this.remove(key, at);
      else this.lists.set(key, new Set([...names].filter((name) => name !== list)));
    }
    for (const object of event.objects) this.put(object, list, at);
    if (!this.listed.has(list)) for (const [uid, time] of event.objects.flatMap(deadlineOf)) this.stale.set(uid, time);
    this.listed.add(list);
  }

  private put(object: KubernetesObject, list: ListName, at: number): void {
    if (!isNeeded(object)) return;
    const key = keyOf(object);
    const before = this.objects.get(key);
    // One of the same name that is another: what was known of the former says nothing of it.
    if (before && before.metadata['uid'] !== object.metadata['uid']) this.forget(before);
    this.objects.set(key, object);
    if (!this.lists.get(key)?.has(list)) this.lists.set(key, new Set(this.lists.get(key)).add(list));
    if (object.kind === 'Event') return this.putEvent(object, before, at);
    if (object.kind === 'Pod') this.podByUid.set(object.metadata['uid'], object);
    this.diagnose(object, at);
  }

  private putEvent(event: KubernetesObject, before: KubernetesObject | undefined, at: number): void {
    const uid = podOf(event);
    const others = (this.events.get(uid) ?? []).filter((each) => each !== before);
    this.events.set(uid, [...others, event]);
    this.diagnosePod(uid, at);
  }

  private remove(key: string, at: number): void {
    const object = this.objects.get(key);
    this.objects.delete(key);
    this.lists.delete(key);
    if (!object) return;
    this.forget(object);
    if (object.kind === 'Event') this.diagnosePod(podOf(object), at);
  }

  private forget(object: KubernetesObject): void {
    const { uid } = object.metadata;
    this.troubles.delete(String(uid));
    this.unready.delete(String(uid));
    this.podByUid.delete(uid);
    if (object.kind !== 'Event') return;
    const of = podOf(object);
    const rest = (this.events.get(of) ?? []).filter((each) => each !== object);
    if (rest.length > 0) this.events.set(of, rest);
    else this.events.delete(of);
  }

  private diagnosePod(uid: unknown, at: number): void {
    const pod = this.podByUid.get(uid);
    if (pod) this.diagnose(pod, at);
  }

  /** Notes the trouble that an object is in, and when it began, or since when a pod is not ready. */
  private diagnose(object: KubernetesObject, at: number): void {
    const uid = String(object.metadata['uid']);
    if (object.kind === 'Pod') this.noteReadiness(object, uid, at);
    const kind = object.kind === 'Pod' ? knownTroubleOf(object, this.events)?.kind : otherTrouble(object);
    if (kind === undefined) this.troubles.delete(uid);
    else if (this.troubles.get(uid)?.kind !== kind) this.troubles.set(uid, { kind, since: at });
  }

  private noteReadiness(pod: KubernetesObject, uid: string, at: number): void {
    if (isReady(pod)) this.unready.delete(uid);
    else if (!this.unready.has(uid)) this.unready.set(uid, at);
  }
}

/** Reports whether a list has been told that would have held an object. */
export function wasListed({ listed }: RolloutState, object: KubernetesObject): boolean {
  return listed.has(keyOf(object)) || listed.has(object.kind);
}

/** Returns the name of the list of what a workload makes. */
export function listOfMade(kind: string, workload: KubernetesObject): ListName {
  return `${kind}s of ${keyOf(workload)}`;
}

/** Reports whether the pods of a workload are known. */
export function knowsPodsOf({ listed }: RolloutState, workload: KubernetesObject): boolean {
  return listed.has(listOfMade('Pod', workload)) || listed.has('Pod');
}

/** Events of other things would only be carried along. */
function isNeeded(object: KubernetesObject): boolean {
  return object.kind !== 'Event' || isTelling(object);
}

/** `Pod orders-1`, as states name objects. */
export function keyOf({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.name}`;
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
