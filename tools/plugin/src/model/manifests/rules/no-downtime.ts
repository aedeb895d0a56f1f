import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import { annotation } from '../labels.ts';
import { Refusal } from '../../errors/product-error.ts';
import { fieldAt, isMap, listAt } from '../source/object-fields.ts';
import { closestName } from '../../text/did-you-mean.ts';
import type { FieldPath, ManifestSource } from '../source/manifest-source.ts';
import { isRollout, podTemplateOf, serviceContainerOf } from './pod-templates.ts';
import { selects } from './selectors.ts';

/** One reason why requests could fail while pods are replaced. */
export interface DowntimeRisk {
  /** `refuse`: a rollout or a node's drain will lose requests. `warn`: it may, in time. */
  readonly severity: 'refuse' | 'warn';
  /** `Deployment orders`. */
  readonly object: string;
  /** `spec.replicas`. */
  readonly field: string;
  /** A sentence: what is there, and what should be. */
  readonly reason: string;
  /** The whole of it in a line, with the file where that is known. */
  readonly line: string;
}

/** Seconds that Kubernetes gives a pod to end when nothing is said. */
const defaultGrace = 30;

/**
 * Looks for what breaks the promise that no request fails during a rollout, in the workloads that run the service.
 * @param sources where objects were written, by `Deployment orders`.
 */
export function downtimeRisks(
  service: string,
  objects: readonly KubernetesObject[],
  sources: ReadonlyMap<string, ManifestSource> = new Map(),
): DowntimeRisk[] {
  return objects
    .filter((object) => isRollout(object) && serviceContainerOf(object, service))
    .flatMap((workload) => {
      const object = describeObject(workload);
      const found: DowntimeRisk[] = [];
      const accepted = workload.metadata.annotations?.[annotation.allowDowntime]?.trim();
      const note: Note = (rated, field, said, place) => {
        const isAccepted = rated === 'refuse' && accepted !== undefined && isReason(accepted);
        const severity = isAccepted ? 'warn' : rated;
        const reason = isAccepted ? `${said} Accepted: ${accepted}` : said;
        const source = sources.get(place.object ? describeObject(place.object) : object)?.at(place.path);
        const line = `${source === undefined ? '' : `${source}: `}${object}, ${field}: ${reason}`;
        found.push({ severity, object, field, reason, line });
      };
      if (accepted !== undefined && !isReason(accepted))
        note('refuse', `metadata.annotations.${annotation.allowDowntime}`, 'it must say why, in words.', {
          path: ['metadata', 'annotations', annotation.allowDowntime],
        });
      checkReplicas(workload, objects, note);
      checkStrategy(workload, note);
      checkContainer(workload, service, note);
      checkShutdown(workload, service, note);
      checkDisruptions(workload, objects, note);
      checkSpread(workload, objects, note);
      return found;
    });
}

/** Reports whether a text is one that somebody who reviews it can agree to, and not just `"true"`. */
function isReason(text: string): boolean {
  return /\S\s+\S/.test(text);
}

/** The refusal for risks that were not accepted. */
export function downtimeRefusal(service: string, environment: string, risks: readonly DowntimeRisk[]): Refusal {
  const lines = risks.filter(({ severity }) => severity === 'refuse').map(({ line }) => line);
  return new Refusal({
    type: 'downtime',
    doing: `deploy ${service} to ${environment}`,
    reason:
      lines.length === 1 ? `Requests would fail. ${lines[0]}` : `Requests would fail, for ${lines.length} reasons.`,
    remedy: `Fix the manifests, say why it is accepted in the annotation ${annotation.allowDowntime} of the workload, or add --allow-downtime (that is recorded).`,
    ...(lines.length === 1 ? {} : { evidence: lines }),
  });
}

/** Where a risk is written: a field of the workload, or of another object. */
interface Place {
  readonly object?: KubernetesObject;
  readonly path: FieldPath;
}

type Note = (severity: DowntimeRisk['severity'], field: string, reason: string, place: Place) => void;

const podSpec = ['spec', 'template', 'spec'];

function checkReplicas(workload: KubernetesObject, objects: readonly KubernetesObject[], note: Note): void {
  if (workload.kind === 'DaemonSet') return;
  const { count, field, scaler } = leastPodsOf(workload, objects);
  if (typeof count === 'number' && count >= 2) return;
  const place = scaler ? { object: scaler, path: ['spec', 'minReplicas'] } : { path: ['spec', 'replicas'] };
  // None at all is a service that is switched off, not one that fails.
  if (count === 0 && !scaler) note('warn', field, 'there are 0, so nothing serves.', place);
  else note('refuse', field, `there are ${shown(count)}; with less than 2, a lost pod is a lost service.`, place);
}

/** How few pods there may be, and where that is written. */
function leastPodsOf(
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
): { readonly count: unknown; readonly field: string; readonly scaler: KubernetesObject | undefined } {
  const scaler = autoscalerOf(workload, objects);
  return scaler
    ? {
        count: fieldAt(scaler, 'spec', 'minReplicas') ?? 1,
        field: `spec.minReplicas of ${describeObject(scaler)}`,
        scaler,
      }
    : { count: fieldAt(workload, 'spec', 'replicas') ?? 1, field: 'spec.replicas', scaler };
}

function checkStrategy(workload: KubernetesObject, note: Note): void {
  const name = workload.kind === 'Deployment' ? 'strategy' : 'updateStrategy';
  const type = fieldAt(workload, 'spec', name, 'type') ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') {
    const what = type === 'Recreate' ? 'ends all pods before new ones start' : 'leaves replacing pods to a person';
    note('refuse', `spec.${name}.type`, `${shown(type)} ${what}; RollingUpdate is needed.`, {
      path: ['spec', name, 'type'],
    });
    return;
  }
  // Pods of a StatefulSet are always replaced in their place, one after the other.
  if (workload.kind === 'StatefulSet') return;
  const rolling = fieldAt(workload, 'spec', name, 'rollingUpdate');
  const unavailable = fieldAt(rolling, 'maxUnavailable') ?? (workload.kind === 'Deployment' ? '25%' : 1);
  const surge = fieldAt(rolling, 'maxSurge') ?? (workload.kind === 'Deployment' ? '25%' : 0);
  if (!isZero(unavailable))
    note(
      'refuse',
      `spec.${name}.rollingUpdate.maxUnavailable`,
      `it is ${shown(unavailable)}; with 0, a pod ends only when a new one serves.`,
      { path: ['spec', name, 'rollingUpdate', 'maxUnavailable'] },
    );
  if (isZero(surge))
    note('refuse', `spec.${name}.rollingUpdate.maxSurge`, 'it is 0; a new pod needs room for at least 1.', {
      path: ['spec', name, 'rollingUpdate', 'maxSurge'],
    });
}

function checkContainer(workload: KubernetesObject, service: string, note: Note): void {
  const container = serviceContainerOf(workload, service)!;
  for (const [probe, severity, consequence] of probes) {
    if (isMap(container[probe])) continue;
    const misspelt = misspeltProbe(container, probe);
    const hint = misspelt === undefined ? '' : ` A similar field is ${misspelt}.`;
    note(severity, `container ${service}, ${probe}`, `there is none, so ${consequence}.${hint}`, {
      path: [...podSpec, 'containers', { name: service }, misspelt ?? probe],
    });
  }
}

const probes = [
  ['readinessProbe', 'refuse', 'a pod gets requests before it can answer them'],
  ['startupProbe', 'warn', 'a slow start can look like a hang'],
  ['livenessProbe', 'warn', 'a pod that hangs stays'],
] as const;

/** Returns the field of a container that was probably meant to be a probe. */
function misspeltProbe(container: Record<string, unknown>, probe: string): string | undefined {
  const known: readonly string[] = probes.map(([name]) => name);
  const others = Object.keys(container).filter((name) => !known.includes(name));
  return others.find((name) => closestName(name, known) === probe);
}

function checkShutdown(workload: KubernetesObject, service: string, note: Note): void {
  const container = serviceContainerOf(workload, service)!;
  const preStop = fieldAt(container, 'lifecycle', 'preStop');
  const sleep = fieldAt(preStop, 'sleep', 'seconds');
  const at = `container ${service}, lifecycle.preStop`;
  const waits = isMap(preStop) && (isMap(preStop['exec']) || isMap(preStop['httpGet']) || isMap(preStop['sleep']));
  if (!waits || sleep === 0) {
    note('refuse', at, 'nothing waits there; a pod must serve on (sleep) until it gets no more requests.', {
      path: [...podSpec, 'containers', { name: service }, 'lifecycle', 'preStop'],
    });
    return;
  }
  const grace = fieldAt(podTemplateOf(workload), 'spec', 'terminationGracePeriodSeconds') ?? defaultGrace;
  const seconds = typeof sleep === 'number' ? sleep : (secondsOfCommand(fieldAt(preStop, 'exec', 'command')) ?? 0);
  if (typeof grace === 'number' && grace <= seconds)
    note(
      'refuse',
      'terminationGracePeriodSeconds',
      `it is ${grace}, and preStop alone takes ${seconds}; what is in flight then would be cut off.`,
      { path: [...podSpec, 'terminationGracePeriodSeconds'] },
    );
}

/** Seconds of `sleep 10`, also inside a shell's command line. */
function secondsOfCommand(command: unknown): number | undefined {
  if (!Array.isArray(command)) return undefined;
  const seconds = /\bsleep\s+(\d+(?:\.\d+)?)/.exec(command.join(' '))?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

function checkDisruptions(workload: KubernetesObject, objects: readonly KubernetesObject[], note: Note): void {
  if (workload.kind === 'DaemonSet') return;
  const labels = fieldAt(podTemplateOf(workload), 'metadata', 'labels');
  const budgets = objects.filter(
    (object) => object.kind === 'PodDisruptionBudget' && selects(fieldAt(object, 'spec', 'selector'), labels),
  );
  if (budgets.length === 0)
    note('refuse', 'PodDisruptionBudget', 'none selects its pods, so draining a node may end all of them at once.', {
      path: [],
    });
  const pods = leastPodsOf(workload, objects).count;
  for (const budget of budgets) {
    for (const field of ['minAvailable', 'maxUnavailable']) {
      const limit = fieldAt(budget, 'spec', field);
      if (limit === undefined || !letsNoPodGo(field, limit, pods)) continue;
      const number = typeof pods === 'number' ? ` with ${pods} ${pods === 1 ? 'pod' : 'pods'}` : '';
      const reason = `it is ${shown(limit)}${number}, which lets no pod go, so a node under it can never be drained.`;
      note('warn', `spec.${field} of ${describeObject(budget)}`, reason, { object: budget, path: ['spec', field] });
    }
  }
}

/**
 * Reports whether a budget's limit forbids every eviction. Kubernetes rounds percentages up, of pods that stay or
 * that go.
 */
function letsNoPodGo(field: string, limit: unknown, pods: unknown): boolean {
  if (field === 'maxUnavailable') return isZero(limit);
  const percent = typeof limit === 'string' ? /^(\d+)%$/.exec(limit)?.[1] : undefined;
  if (percent !== undefined && Number(percent) >= 100) return true;
  // Of a service that is switched off there is nothing to evict.
  if (typeof pods !== 'number' || pods === 0) return false;
  return percent === undefined
    ? typeof limit === 'number' && limit >= pods
    : Math.ceil((Number(percent) * pods) / 100) >= pods;
}

function checkSpread(workload: KubernetesObject, objects: readonly KubernetesObject[], note: Note): void {
  if (workload.kind === 'DaemonSet') return;
  const { count } = leastPodsOf(workload, objects);
  if (typeof count === 'number' && count < 2) return;
  const spec = fieldAt(podTemplateOf(workload), 'spec');
  const spread = listAt(spec, 'topologySpreadConstraints').length > 0;
  const apart = fieldAt(spec, 'affinity', 'podAntiAffinity') !== undefined;
  if (!spread && !apart)
    note('warn', 'topologySpreadConstraints', 'there are none, so all pods may be on one node, and end with it.', {
      path: podSpec,
    });
}

/** The autoscaler among the objects that sets the replicas of a workload. */
export function autoscalerOf(
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
): KubernetesObject | undefined {
  return objects.find((object) => {
    if (object.kind !== 'HorizontalPodAutoscaler') return false;
    const target = fieldAt(object, 'spec', 'scaleTargetRef');
    return fieldAt(target, 'kind') === workload.kind && fieldAt(target, 'name') === workload.metadata.name;
  });
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isZero(count: unknown): boolean {
  return count === 0 || count === '0' || count === '0%';
}
