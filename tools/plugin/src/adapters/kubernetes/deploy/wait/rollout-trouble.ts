import type { DeploymentFault } from '../../../../model/deploy/deployment-record.ts';
import { scrub } from '../../../../model/secrets/line-scrubber.ts';
import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../model/manifests/source/object-fields.ts';
import { sentence } from '../../../../model/text/sentence.ts';
import type { RolloutPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { conditionsOf } from './conditions.ts';
import { creationFailure } from './pods/creation-failure.ts';
import { describePodTrouble, longestMessage, type PodDiagnosis, type TroubleKind } from './pods/diagnose-pod.ts';
import { faultOf } from './pods/fault-of.ts';
import { explainedTroubleOf } from './pods/known-failures.ts';
import { isOwnedBy } from './owned-by.ts';
import { describePodInTheWay, type PodInTheWay } from './old-pods/pods-in-the-way.ts';
import type { RolloutState } from './rollout-state.ts';

/** Milliseconds that a trouble which only a change ends may last: an image takes as long to be found everywhere. */
export const finalGraceMs = 2500;

/** Troubles that may last as long as the grace. Others are waited for until the deadline. */
const graceKinds: readonly TroubleKind[] = ['image', 'config', 'start', 'creation'];

/** A rollout in which something may be wrong. */
interface SuspectedRollout {
  /** The workload as it is. */
  readonly live: KubernetesObject;
  /** Objects of the release that make others. */
  readonly makers: readonly KubernetesObject[];
  /** Pods of older revisions that keep new ones away. */
  readonly inTheWay: readonly PodInTheWay[];
  /** True when those are deleted by whoever waits. */
  readonly replacesPods: boolean;
}

/** An obstacle of a rollout. */
export type RolloutTrouble =
  /** It has lasted too long. */
  | {
      readonly state: 'over';
      readonly reason: string;
      readonly suspects: readonly KubernetesObject[];
      readonly fault?: DeploymentFault;
    }
  /** It is in the way, and may end by itself. */
  | {
      readonly state: 'pending';
      readonly obstacle: string;
      readonly suspects: readonly KubernetesObject[];
      readonly again: number | undefined;
      readonly isUsual?: boolean;
      readonly fault?: DeploymentFault;
    };

/** Returns the first trouble that has lasted too long, or else the one that stands in the way now. */
export function troubleIn(
  state: RolloutState,
  { live, makers, inTheWay, replacesPods }: SuspectedRollout,
  at: number,
  patience: RolloutPatience,
): RolloutTrouble | undefined {
  const { events } = state;
  const { maker, pods } = newPodsOf(state, live);
  const troubles = pods.flatMap((pod) => {
    const trouble = explainedTroubleOf(pod, live, events);
    return trouble ? [{ pod, trouble, since: state.troubles.get(String(pod.metadata['uid']))?.since ?? at }] : [];
  });
  let again: number | undefined;
  const until = (end: number) => {
    if (end > at) again = Math.min(again ?? Infinity, end);
    return end <= at;
  };
  for (const { pod, trouble, since } of troubles) {
    if (isExpected(trouble, makers)) continue;
    const isTooLong = () => until(since + (trouble.permanent ? finalGraceMs : patience.graceMs));
    const over =
      trouble.kind === 'crash'
        ? trouble.crashes > patience.allowedRestarts && (trouble.isAhead !== true || isTooLong())
        : graceKinds.includes(trouble.kind) && isTooLong();
    if (!over) continue;
    const suspects = suspectsFirst(pod, troubles);
    return { state: 'over', reason: describePodTrouble(pod, trouble), suspects, ...faultOf(trouble, live) };
  }
  const creation = maker && creationTrouble(state, maker, patience, at);
  if (creation?.state === 'over') return creation;
  if (creation) return { ...creation, again: Math.min(creation.again ?? Infinity, again ?? Infinity) };
  const [first] = troubles;
  if (!first) return oldPodInTheWay(inTheWay, replacesPods);
  return {
    state: 'pending',
    obstacle: describePodTrouble(first.pod, first.trouble),
    suspects: suspectsFirst(first.pod, troubles),
    again,
    isUsual: first.trouble.kind === 'unready',
    ...faultOf(first.trouble, live),
  };
}

/** A ReplicaSet that may not make its pods. */
function creationTrouble(
  state: RolloutState,
  maker: KubernetesObject,
  patience: RolloutPatience,
  at: number,
): RolloutTrouble | undefined {
  const failure = conditionsOf(maker).find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (!failure) return undefined;
  const { message = '' } = failure;
  const { summary, permanent } = creationFailure(message);
  const reason = `${describeObject(maker)} ${summary}: ${sentence(scrub(message), longestMessage)}`;
  const since = state.troubles.get(String(maker.metadata['uid']))?.since ?? at;
  const end = since + (permanent ? finalGraceMs : patience.graceMs);
  const mayPass = !permanent && isDraining(state);
  if (!mayPass && end <= at) return { state: 'over', reason, suspects: [maker] };
  return { state: 'pending', obstacle: reason, suspects: [maker], again: mayPass ? undefined : end };
}

/** Kubernetes replaces a pod of a StatefulSet only when the others serve: a broken old one stops the new ones. */
function oldPodInTheWay(inTheWay: readonly PodInTheWay[], replacesPods: boolean): RolloutTrouble | undefined {
  const first = inTheWay.find(({ isComing }) => !isComing) ?? inTheWay[0];
  return (
    first && {
      state: 'pending',
      obstacle: describePodInTheWay(first, replacesPods),
      suspects: [first.pod],
      again: undefined,
      isUsual: first.isComing,
    }
  );
}

/** Reports whether what a pod waits for is named by an object of its release that makes others. */
function isExpected({ kind, message }: PodDiagnosis, makers: readonly KubernetesObject[]): boolean {
  const missing =
    /(?:secret|configmap) "([^"]+)" not found/i.exec(message)?.[1] ??
    /in (?:Secret|ConfigMap) (?:[^/\s]+\/)?([^\s,:]+)/.exec(message)?.[1];
  return kind === 'config' && missing !== undefined && makers.some((maker) => names(maker, missing));
}

/** Reports whether any text in an object is a name. */
function names(value: unknown, name: string): boolean {
  if (typeof value === 'string') return value === name;
  return typeof value === 'object' && value !== null && Object.values(value).some((inner) => names(inner, name));
}

/** Reports whether a pod of the workloads is going, which counts for quotas until it is gone. */
function isDraining({ objects }: RolloutState): boolean {
  return [...objects.values()].some(
    ({ kind, metadata }) => kind === 'Pod' && metadata['deletionTimestamp'] !== undefined,
  );
}

function suspectsFirst(first: KubernetesObject, troubles: readonly { pod: KubernetesObject }[]): KubernetesObject[] {
  return [first, ...troubles.map(({ pod }) => pod).filter((pod) => pod !== first)];
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
