import type { KubernetesObject } from '../../model/kubernetes-object.ts';
import { fieldAt } from '../../model/manifests/manifest.ts';
import { containersOf } from '../../model/manifests/pod-templates.ts';
import { messagesOf } from './pod-events.ts';
import { troubleOf, type PodTrouble } from './pod-trouble.ts';
import { probeFailure } from './probe-failure.ts';

type Objects = ReadonlyMap<string, KubernetesObject>;

/** What keeps a pod from serving, by its status and by its events. */
export function knownTroubleOf(pod: KubernetesObject, objects: Objects): PodTrouble | undefined {
  return troubleOf(pod) ?? volumeTrouble(pod, objects);
}

/** The same, with what only its workload's template tells: limits, and what its probes ask. */
export function explainedTroubleOf(
  pod: KubernetesObject,
  workload: KubernetesObject,
  objects: Objects,
): PodTrouble | undefined {
  const trouble = knownTroubleOf(pod, objects);
  if (!trouble) return undefined;
  const failure = probeFailure(workload, trouble.container, messagesOf(pod, /^Unhealthy$/, objects));
  if (trouble.kind === 'unready' && failure) return { ...trouble, says: `runs, but ${failure.says}` };
  if (trouble.kind !== 'crash') return trouble;
  if (/OOMKilled/.test(trouble.says)) {
    const container = containersOf(workload).find(({ name }) => name === trouble.container);
    const limit = fieldAt(container, 'resources', 'limits', 'memory');
    return limit === undefined
      ? trouble
      : { ...trouble, says: trouble.says.replace('than its limit', `than its limit of ${String(limit)}`) };
  }
  // Kubernetes ends a container whose liveness or startup probe fails; that is no fault of what it runs.
  const isEnded = failure?.probe === 'liveness' || failure?.probe === 'startup';
  return isEnded ? { ...trouble, says: `is restarted again and again, because ${failure.says}` } : trouble;
}

/** A pod whose volumes cannot be had waits without a word in its status. */
function volumeTrouble(pod: KubernetesObject, objects: Objects): PodTrouble | undefined {
  const isWaiting = fieldAt(pod, 'status', 'phase') === 'Pending' && pod.metadata['deletionTimestamp'] === undefined;
  const message = isWaiting ? messagesOf(pod, /^Failed(Mount|AttachVolume)$/, objects).at(-1) : undefined;
  // The kubelet itself was late: it tries again, and nothing is wrong with the volume.
  if (message === undefined || /failed to sync (configmap|secret) cache/.test(message)) return undefined;
  return {
    kind: 'config',
    container: undefined,
    says: 'cannot have one of its volumes',
    message,
    final: /not found|references non-existent/.test(message),
    crashes: 0,
    runsAgain: false,
  };
}
