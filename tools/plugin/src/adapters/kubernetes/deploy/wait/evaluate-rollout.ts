import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../model/manifests/source/manifest.ts';
import { containersOf } from '../../../../model/manifests/rules/pod-templates.ts';
import { creationFailure } from './creation-failure.ts';
import { explainedTroubleOf } from './known-failures.ts';
import type { PodDiagnosis } from './diagnose-pod.ts';
import { conditionsOf, keyOf, type RolloutState } from './rollout-state.ts';

/** A workload as it was applied: what is waited for. */
export interface RolloutTarget {
  readonly object: KubernetesObject;
  /** Of the object that was applied; another one of the same name is somebody else's. */
  readonly uid?: string;
  /** What the cluster made of our change; older news are of an older rollout. */
  readonly generation?: number;
}

/** How much is tolerated. */
export interface WaitLimits {
  /** How often a container of a new pod may end. */
  readonly allowedRestarts: number;
}

export type RolloutStatus =
  | { readonly state: 'ready'; readonly line: string }
  | {
      readonly state: 'waiting';
      /** `1 of 3 pods ready`. */
      readonly line: string;
      /** What would be said if time were up now. */
      readonly obstacle: string | undefined;
      readonly suspects: readonly KubernetesObject[];
      /** When to judge again even if nothing is told until then. */
      readonly again: number | undefined;
    }
  | {
      readonly state: 'failed' | 'vanished';
      /** A sentence. */
      readonly reason: string;
      /** Pods, or what should have made them, that show it. */
      readonly suspects: readonly KubernetesObject[];
    };

/**
 * Milliseconds that a trouble may last before a rollout has failed: an image pushed a moment ago may take as long to be
 * found everywhere. Others are waited for until the deadline.
 */
const grace = {
  image: { final: 2500, hopeful: 10_000 },
  config: { final: 2500, hopeful: 10_000 },
  start: { final: 5000, hopeful: 5000 },
  creation: { final: 4000, hopeful: 4000 },
} as const;

/**
 * Judges a rollout by what is known of it.
 *
 * It is ready when, for the generation that we applied or a later one, as many new pods as wanted are available and no
 * other is left. It has failed when a pod of our own ReplicaSet (or revision) is in a trouble that only a change ends,
 * or when the cluster gives up on our generation. Pods of older revisions are nobody's business here.
 */
export function evaluateRollout(
  state: RolloutState,
  target: RolloutTarget,
  at: number,
  patience: WaitLimits,
): RolloutStatus {
  const name = describeObject(target.object);
  const live = state.objects.get(keyOf(target.object));
  if (!live) {
    if (!state.listed.has(target.object.kind)) return waiting('waiting for news', undefined);
    return { state: 'vanished', reason: `${name} is not there any more.`, suspects: [] };
  }
  if (target.uid !== undefined && live.metadata['uid'] !== target.uid)
    return { state: 'vanished', reason: `${name} was deleted, and another one is in its place.`, suspects: [live] };
  const generation = Math.max(target.generation ?? 0, Number(live.metadata['generation'] ?? 0));
  if (Number(fieldAt(live, 'status', 'observedGeneration') ?? 0) < generation)
    return waiting('waiting for the cluster to see the change', undefined);
  const changed = changedImage(target.object, live);
  if (changed !== undefined)
    return { state: 'failed', reason: `Somebody else has changed ${name} meanwhile: ${changed}.`, suspects: [live] };

  const progress = progressOf(live);
  if (progress.done) return { state: 'ready', line: progress.line };
  const failed = troubleIn(state, live, at, patience);
  if (failed && 'reason' in failed)
    return { state: 'failed', reason: `${name} does not become ready: ${failed.reason}`, suspects: failed.suspects };
  const late = conditionsOf(live).find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (late && state.stale.get(String(live.metadata['uid'])) !== (late.lastUpdateTime ?? '')) {
    return {
      state: 'failed',
      reason: `${name} made no progress in the time that its progressDeadlineSeconds allow (${progress.line}).${failed?.obstacle === undefined ? '' : ` ${failed.obstacle}`}`,
      suspects: failed?.suspects ?? [live],
    };
  }
  return waiting(progress.line, failed?.obstacle, failed?.suspects, failed?.again);
}

function waiting(
  line: string,
  obstacle: string | undefined,
  suspects: readonly KubernetesObject[] = [],
  again?: number,
): RolloutStatus {
  return { state: 'waiting', line, obstacle, suspects, again };
}

/** A container whose image is not the one that we applied. */
function changedImage(applied: KubernetesObject, live: KubernetesObject): string | undefined {
  const images = new Map(containersOf(live).map(({ name, image }) => [name, image]));
  const other = containersOf(applied).find(({ name, image }) => image !== undefined && images.get(name) !== image);
  return other && `its container ${String(other['name'])} has the image ${String(images.get(other['name']))}`;
}

/** What a kind's own status says. */
function progressOf(live: KubernetesObject): { done: boolean; line: string } {
  const count = (...path: string[]) => Number(fieldAt(live, ...path) ?? 0);
  const wanted = Number(fieldAt(live, 'spec', 'replicas') ?? 1);
  if (live.kind === 'Deployment') {
    const [updated, all] = [count('status', 'updatedReplicas'), count('status', 'replicas')];
    const available = count('status', 'availableReplicas');
    const old = Math.max(0, all - updated);
    const fresh = Math.max(0, Math.min(updated, available - old));
    const line = `${Math.min(fresh, wanted)} of ${wanted} pods ready${old === 0 ? '' : `, ${old} old ${old === 1 ? 'one' : 'ones'} left`}`;
    return { done: updated >= wanted && old === 0 && available >= updated, line };
  }
  if (live.kind === 'StatefulSet') {
    const partition = Number(fieldAt(live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0);
    const updated = count('status', 'updatedReplicas');
    const ready = count('status', 'readyReplicas');
    const byHand = fieldAt(live, 'spec', 'updateStrategy', 'type') === 'OnDelete';
    const all = fieldAt(live, 'status', 'updateRevision') === fieldAt(live, 'status', 'currentRevision');
    const renewed = byHand || all || updated >= wanted - partition;
    const line = `${Math.min(ready, updated)} of ${wanted} pods ready`;
    return { done: ready >= wanted && renewed && count('status', 'replicas') === wanted, line };
  }
  const desired = count('status', 'desiredNumberScheduled');
  const [updated, available] = [count('status', 'updatedNumberScheduled'), count('status', 'numberAvailable')];
  const byHand = fieldAt(live, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  return {
    done: available >= desired && (byHand || updated >= desired),
    line: `${Math.min(updated, available)} of ${desired} pods ready`,
  };
}

type Trouble =
  | { readonly reason: string; readonly suspects: readonly KubernetesObject[] }
  | { readonly obstacle: string; readonly suspects: readonly KubernetesObject[]; readonly again: number | undefined };

/** The first trouble that has lasted too long, or else the one that stands in the way now. */
function troubleIn(state: RolloutState, live: KubernetesObject, at: number, patience: WaitLimits): Trouble | undefined {
  const { maker, pods } = newPodsOf(state, live);
  const troubles = pods.flatMap((pod) => {
    const trouble = explainedTroubleOf(pod, live, state.objects);
    return trouble ? [{ pod, trouble, since: state.troubles.get(String(pod.metadata['uid']))?.since ?? at }] : [];
  });
  const creation =
    maker && conditionsOf(maker).find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  const known = maker && state.troubles.get(String(maker.metadata['uid']));
  let again: number | undefined;
  const until = (end: number) => {
    if (end > at) again = Math.min(again ?? Infinity, end);
    return end <= at;
  };
  for (const { pod, trouble, since } of troubles) {
    const over =
      trouble.kind === 'crash'
        ? trouble.crashes > patience.allowedRestarts
        : trouble.kind in grace && until(since + graceOf(trouble));
    if (over) return { reason: sentenceOf(pod, trouble), suspects: suspectsFirst(pod, troubles) };
  }
  if (creation && maker) {
    const reason = `${describeObject(maker)} ${creationFailure(creation.message ?? '')}: ${sentence(creation.message ?? '')}`;
    if (until((known?.since ?? at) + grace.creation.final)) return { reason, suspects: [maker] };
    return { obstacle: reason, suspects: [maker], again };
  }
  const [first] = troubles;
  if (!first && live.kind === 'StatefulSet') return inTheWay(state, live);
  return (
    first && { obstacle: sentenceOf(first.pod, first.trouble), suspects: suspectsFirst(first.pod, troubles), again }
  );
}

/** Kubernetes replaces a pod of a StatefulSet only when the others serve: a broken old one stops the new ones. */
function inTheWay(state: RolloutState, live: KubernetesObject): Trouble | undefined {
  for (const pod of state.objects.values()) {
    const trouble =
      pod.kind === 'Pod' && isOwnedBy(pod, live) ? explainedTroubleOf(pod, live, state.objects) : undefined;
    if (!trouble || trouble.kind === 'unready') continue;
    const obstacle = `An old pod is in the way: ${sentenceOf(pod, trouble)} Delete it ("kubectl delete pod ${pod.metadata.name}"), then its place is taken by a new one.`;
    return { obstacle, suspects: [pod], again: undefined };
  }
  return undefined;
}

function graceOf({ kind, permanent: final }: PodDiagnosis): number {
  const limits = grace[kind as keyof typeof grace];
  return final ? limits.final : limits.hopeful;
}

function suspectsFirst(first: KubernetesObject, troubles: readonly { pod: KubernetesObject }[]): KubernetesObject[] {
  return [first, ...troubles.map(({ pod }) => pod).filter((pod) => pod !== first)];
}

function sentenceOf(pod: KubernetesObject, { summary: says, message }: PodDiagnosis): string {
  return `${describeObject(pod)} ${says}${message === '' ? '.' : `: ${sentence(message)}`}`;
}

function sentence(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim().slice(0, 500);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** The pods of the newest revision of a workload, and the ReplicaSet that makes them where there is one. */
function newPodsOf(
  state: RolloutState,
  live: KubernetesObject,
): { maker: KubernetesObject | undefined; pods: KubernetesObject[] } {
  const all = [...state.objects.values()];
  const pods = (isNew: (pod: KubernetesObject) => boolean, owner: KubernetesObject | undefined) =>
    all.filter((object) => object.kind === 'Pod' && owner !== undefined && isOwnedBy(object, owner) && isNew(object));
  if (live.kind === 'Deployment') {
    const revision = live.metadata.annotations?.['deployment.kubernetes.io/revision'];
    const maker = all.find(
      (object) =>
        object.kind === 'ReplicaSet' &&
        isOwnedBy(object, live) &&
        object.metadata.annotations?.['deployment.kubernetes.io/revision'] === revision,
    );
    const hash = maker?.metadata.labels?.['pod-template-hash'];
    return { maker, pods: pods((pod) => pod.metadata.labels?.['pod-template-hash'] === hash, maker) };
  }
  if (live.kind === 'StatefulSet') {
    const revision = fieldAt(live, 'status', 'updateRevision');
    return {
      maker: undefined,
      pods: pods((pod) => pod.metadata.labels?.['controller-revision-hash'] === revision, live),
    };
  }
  const template = live.metadata.annotations?.['deprecated.daemonset.template.generation'];
  return {
    maker: undefined,
    pods: pods((pod) => pod.metadata.labels?.['pod-template-generation'] === template, live),
  };
}

function isOwnedBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  const owners = object.metadata['ownerReferences'];
  return Array.isArray(owners) && (owners as { uid?: string }[]).some(({ uid }) => uid === owner.metadata['uid']);
}
