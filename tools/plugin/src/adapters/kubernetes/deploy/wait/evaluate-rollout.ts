import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../model/manifests/source/object-fields.ts';
import { containersOf } from '../../../../model/manifests/rules/pod-templates.ts';
import { creationFailure } from './creation-failure.ts';
import { explainedTroubleOf } from './known-failures.ts';
import type { PodDiagnosis } from './diagnose-pod.ts';
import { conditionsOf, keyOf, type RolloutState } from './rollout-state.ts';

/*
 * A rollout is ready when, for the generation that we applied or a later one:
 *
 * 1. Deployment: as many new pods as wanted exist, none of an older ReplicaSet is left, and all are available.
 * 2. StatefulSet: all pods are ready, there are as many as wanted, and those above the partition are of the new revision.
 * 3. DaemonSet: all nodes that should have a pod have a new one, and all are available.
 *    With the strategy OnDelete (2, 3) people replace the pods, so that old ones count.
 *
 * What is learned does this:
 *
 * 4. The workload is not there: `vanished`; waited for until it has been listed once.
 * 5. Another uid: `vanished`; it was deleted and recreated.
 * 6. An older observed generation: waiting.
 * 7. Another image than ours: `failed`; another client has changed it.
 * 8. A pod of our own ReplicaSet or revision crashes more often than allowed: `failed`.
 * 9. Its image, configuration or start fails, or it cannot be created, for longer than the grace: `failed`.
 * 10. It has any other trouble: waiting, with that as the obstacle.
 * 11. The cluster gives up on our generation (ProgressDeadlineExceeded): `failed`.
 *
 * Pods of older revisions count for nothing, but for one of a StatefulSet that is in the way of the new ones.
 */

/** A workload as it was applied: what is waited for. */
export interface RolloutTarget {
  readonly object: KubernetesObject;
  /** Of the object that was applied; another one of the same name is somebody else's. */
  readonly uid?: string;
  /** The generation after our change; older events belong to an older rollout. */
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
      /** The message if time were up now. */
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

/** Evaluates a rollout by what is known of it, by the rules at the head of this file. */
export function evaluateRollout(
  state: RolloutState,
  target: RolloutTarget,
  at: number,
  patience: WaitLimits,
): RolloutStatus {
  const name = describeObject(target.object);
  const live = state.objects.get(keyOf(target.object));
  if (!live) {
    if (!state.listed.has(target.object.kind)) return waiting('waiting for the cluster', undefined);
    return { state: 'vanished', reason: `${name} was deleted during the rollout.`, suspects: [] };
  }
  if (target.uid !== undefined && live.metadata['uid'] !== target.uid)
    return { state: 'vanished', reason: `${name} was deleted and recreated during the rollout.`, suspects: [live] };
  const generation = Math.max(target.generation ?? 0, Number(live.metadata['generation'] ?? 0));
  if (Number(fieldAt(live, 'status', 'observedGeneration') ?? 0) < generation)
    return waiting('waiting for the cluster to see the change', undefined);
  const changed = changedImage(target.object, live);
  if (changed !== undefined)
    return {
      state: 'failed',
      reason: `${name} was changed by another client during the rollout: ${changed}.`,
      suspects: [live],
    };

  const progress = progressOf(live);
  if (progress.done) return { state: 'ready', line: progress.line };
  const trouble = troubleIn(state, live, at, patience);
  if (trouble?.state === 'over')
    return { state: 'failed', reason: `${name} does not become ready: ${trouble.reason}`, suspects: trouble.suspects };
  const late = conditionsOf(live).find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (late && state.stale.get(String(live.metadata['uid'])) !== (late.lastUpdateTime ?? '')) {
    return {
      state: 'failed',
      reason: `${name} exceeded its progress deadline (${progress.line}).${trouble === undefined ? '' : ` ${trouble.obstacle}`}`,
      suspects: trouble?.suspects ?? [live],
    };
  }
  return waiting(progress.line, trouble?.obstacle, trouble?.suspects, trouble?.again);
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
  return other && `container ${String(other['name'])} has the image ${String(images.get(other['name']))}`;
}

/** How far a rollout is, by the workload's own status. */
interface Progress {
  readonly done: boolean;
  /** `1 of 3 pods ready`. */
  readonly line: string;
}

/** The success conditions of each kind. */
const progressByKind: Readonly<Record<string, (live: KubernetesObject) => Progress>> = {
  Deployment: deploymentProgress,
  StatefulSet: statefulSetProgress,
  DaemonSet: daemonSetProgress,
};

function progressOf(live: KubernetesObject): Progress {
  return progressByKind[live.kind]!(live);
}

function deploymentProgress(live: KubernetesObject): Progress {
  const wanted = wantedReplicas(live);
  const updated = countIn(live, 'updatedReplicas');
  const available = countIn(live, 'availableReplicas');
  const old = Math.max(0, countIn(live, 'replicas') - updated);
  const ready = Math.min(wanted, Math.max(0, Math.min(updated, available - old)));
  const left = old === 0 ? '' : `, ${old} old ${old === 1 ? 'one' : 'ones'} left`;
  return {
    done: updated >= wanted && old === 0 && available >= updated,
    line: `${ready} of ${wanted} pods ready${left}`,
  };
}

function statefulSetProgress(live: KubernetesObject): Progress {
  const wanted = wantedReplicas(live);
  const updated = countIn(live, 'updatedReplicas');
  const ready = countIn(live, 'readyReplicas');
  const partition = Number(fieldAt(live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0);
  const isOneRevision = fieldAt(live, 'status', 'updateRevision') === fieldAt(live, 'status', 'currentRevision');
  const isRenewed = isReplacedByHand(live) || isOneRevision || updated >= wanted - partition;
  return {
    done: ready >= wanted && isRenewed && countIn(live, 'replicas') === wanted,
    line: `${Math.min(ready, updated)} of ${wanted} pods ready`,
  };
}

function daemonSetProgress(live: KubernetesObject): Progress {
  const desired = countIn(live, 'desiredNumberScheduled');
  const updated = countIn(live, 'updatedNumberScheduled');
  const available = countIn(live, 'numberAvailable');
  return {
    done: available >= desired && (isReplacedByHand(live) || updated >= desired),
    line: `${Math.min(updated, available)} of ${desired} pods ready`,
  };
}

function wantedReplicas(live: KubernetesObject): number {
  return Number(fieldAt(live, 'spec', 'replicas') ?? 1);
}

function countIn(live: KubernetesObject, field: string): number {
  return Number(fieldAt(live, 'status', field) ?? 0);
}

function isReplacedByHand(live: KubernetesObject): boolean {
  return fieldAt(live, 'spec', 'updateStrategy', 'type') === 'OnDelete';
}

type Trouble =
  /** It has lasted too long. */
  | { readonly state: 'over'; readonly reason: string; readonly suspects: readonly KubernetesObject[] }
  /** It is in the way, and may end by itself. */
  | {
      readonly state: 'pending';
      readonly obstacle: string;
      readonly suspects: readonly KubernetesObject[];
      readonly again: number | undefined;
    };

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
    if (over) return { state: 'over', reason: sentenceOf(pod, trouble), suspects: suspectsFirst(pod, troubles) };
  }
  if (creation && maker) {
    const reason = `${describeObject(maker)} ${creationFailure(creation.message ?? '')}: ${sentence(creation.message ?? '')}`;
    if (until((known?.since ?? at) + grace.creation.final)) return { state: 'over', reason, suspects: [maker] };
    return { state: 'pending', obstacle: reason, suspects: [maker], again };
  }
  const [first] = troubles;
  if (!first && live.kind === 'StatefulSet') return inTheWay(state, live);
  return (
    first && {
      state: 'pending',
      obstacle: sentenceOf(first.pod, first.trouble),
      suspects: suspectsFirst(first.pod, troubles),
      again,
    }
  );
}

/** Kubernetes replaces a pod of a StatefulSet only when the others serve: a broken old one stops the new ones. */
function inTheWay(state: RolloutState, live: KubernetesObject): Trouble | undefined {
  for (const pod of state.objects.values()) {
    const trouble =
      pod.kind === 'Pod' && isOwnedBy(pod, live) ? explainedTroubleOf(pod, live, state.objects) : undefined;
    if (!trouble || trouble.kind === 'unready') continue;
    const obstacle = `An old pod is in the way: ${sentenceOf(pod, trouble)} Delete it (\`kubectl delete pod ${pod.metadata.name}\`), and a new one takes its place.`;
    return { state: 'pending', obstacle, suspects: [pod], again: undefined };
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
