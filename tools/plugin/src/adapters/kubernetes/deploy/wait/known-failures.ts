import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../../model/manifests/source/object-fields.ts';
import { containersOf } from '../../../../model/manifests/rules/pod-templates.ts';
import { messagesOf } from './pod-events.ts';
import { crashSummary, diagnosePod, type PodDiagnosis } from './diagnose-pod.ts';
import { probeFailure } from './probe-failure.ts';

type Objects = ReadonlyMap<string, KubernetesObject>;

/** Returns the reason why a pod is not ready, by its status and by its events. */
export function knownTroubleOf(pod: KubernetesObject, objects: Objects): PodDiagnosis | undefined {
  return diagnosePod(pod) ?? volumeTrouble(pod, objects);
}

/** The same, with what only its workload's template tells: limits, and what its probes ask. */
export function explainedTroubleOf(
  pod: KubernetesObject,
  workload: KubernetesObject,
  objects: Objects,
): PodDiagnosis | undefined {
  const trouble = knownTroubleOf(pod, objects);
  if (!trouble) return undefined;
  const failure = probeFailure(workload, trouble.container, messagesOf(pod, /^Unhealthy$/, objects));
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
function volumeTrouble(pod: KubernetesObject, objects: Objects): PodDiagnosis | undefined {
  const isWaiting = fieldAt(pod, 'status', 'phase') === 'Pending' && pod.metadata['deletionTimestamp'] === undefined;
  const message = isWaiting ? messagesOf(pod, /^Failed(Mount|AttachVolume)$/, objects).at(-1) : undefined;
  // The kubelet itself was late: it tries again, and nothing is wrong with the volume.
  if (message === undefined || /failed to sync (configmap|secret) cache/.test(message)) return undefined;
  return {
    kind: 'config',
    container: undefined,
    summary: 'cannot mount one of its volumes',
    message,
    permanent: /not found|references non-existent/.test(message),
    crashes: 0,
    runsAgain: false,
  };
}
