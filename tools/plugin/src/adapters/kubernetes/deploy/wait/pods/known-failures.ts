import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { fieldAt, listAt } from '../../../../../model/manifests/source/object-fields.ts';
import { containersOf } from '../../../../../model/manifests/rules/pod-templates.ts';
import { conditionsOf } from '../conditions.ts';
import { messagesOf, type EventsByPod } from './pod-events.ts';
import { crashSummary, diagnosePod, type PodDiagnosis } from './diagnose-pod.ts';
import { probeFailure } from './probe-failure.ts';

/** Returns the reason why a pod is not ready, by its status and by its events. */
export function knownTroubleOf(pod: KubernetesObject, events: EventsByPod): PodDiagnosis | undefined {
  return diagnosePod(pod) ?? volumeTrouble(pod, events);
}

/** The same, with what only its workload's template tells: limits, and what its probes ask. */
export function explainedTroubleOf(
  pod: KubernetesObject,
  workload: KubernetesObject,
  events: EventsByPod,
): PodDiagnosis | undefined {
  const trouble = knownTroubleOf(pod, events);
  if (!trouble) return undefined;
  const failure = probeFailure(workload, trouble.container, messagesOf(pod, /^Unhealthy$/, events));
  if (trouble.kind === 'unready' && failure) return { ...trouble, summary: `is running, but ${failure.says}` };
  if (trouble.kind !== 'crash') return trouble;
  if (trouble.isOutOfMemory) {
    const container = containersOf(workload).find(({ name }) => name === trouble.container);
    const limit = fieldAt(container, 'resources', 'limits', 'memory');
    return limit === undefined ? trouble : { ...trouble, summary: crashSummary(trouble, String(limit)) };
  }
  // Kubernetes ends a container whose liveness or startup probe fails; that is no fault of what it runs.
  const isEnded = failure?.probe === 'liveness' || failure?.probe === 'startup';
  return isEnded ? { ...trouble, summary: `${trouble.summary}; ${failure.says}` } : trouble;
}

/** A pod whose volumes cannot be had waits without a word in its status. */
function volumeTrouble(pod: KubernetesObject, events: EventsByPod): PodDiagnosis | undefined {
  const message = isWithoutVolumes(pod) ? messagesOf(pod, /^Failed(Mount|AttachVolume)$/, events).at(-1) : undefined;
  // The kubelet itself was late: it tries again, and nothing is wrong with the volume.
  if (message === undefined || /failed to sync (configmap|secret) cache/.test(message)) return undefined;
  return {
    // A disk is let go by its old node within minutes; a new node's driver is registered when it has been started.
    kind: /AttachVolume|attach|list of registered CSI drivers/i.test(message) ? 'attach' : 'config',
    container: undefined,
    summary: 'cannot mount one of its volumes',
    message,
    permanent: false,
    crashes: 0,
    runsAgain: false,
  };
}

/** Events stay after what they tell of has passed: a pod whose sandbox has been made, or that starts containers, has its volumes. */
function isWithoutVolumes(pod: KubernetesObject): boolean {
  if (fieldAt(pod, 'status', 'phase') !== 'Pending' || pod.metadata['deletionTimestamp'] !== undefined) return false;
  const hasSandbox = conditionsOf(pod).some(
    ({ type, status }) => type === 'PodReadyToStartContainers' && status === 'True',
  );
  const containers = ['initContainerStatuses', 'containerStatuses'].flatMap((list) => listAt(pod, 'status', list));
  const hasBegun = containers.some((each) => {
    const reason = fieldAt(each, 'state', 'waiting', 'reason');
    return reason !== undefined
      ? reason !== 'ContainerCreating' && reason !== 'PodInitializing'
      : fieldAt(each, 'state', 'running') !== undefined || fieldAt(each, 'state', 'terminated') !== undefined;
  });
  return !hasSandbox && !hasBegun;
}
