import { describeObject, type KubernetesObject } from '../../kubernetes-object.ts';
import { annotation } from '../../../product/wire-names.ts';
import { Refusal } from '../../../errors/product-error.ts';
import { fieldAt, isMap, listAt } from '../../source/object-fields.ts';
import { closestName } from '../../../text/did-you-mean.ts';
import { groupByKey } from '../../../text/group-by-key.ts';
import type { ManifestSource } from '../../source/manifest-source.ts';
import { checkDisruptions, checkLimits } from './disruption-budgets.ts';
import type { DowntimeRisk, Note } from './downtime-risk.ts';
import { autoscalerOf, leastPodsOf } from './least-pods.ts';
import { isRollout, podTemplateOf, serviceContainerOf } from '../pod-templates.ts';
import { checkRouteTimeouts } from './route-timeouts.ts';
import { acceptedDowntime, type DowntimeException } from './downtime-exceptions.ts';
import { podSelectorOf, selects } from '../selectors.ts';
import { isZero, shown } from '../shown-value.ts';

/** Seconds that Kubernetes gives a pod to end when nothing is said. */
const defaultGrace = 30;

/**
 * Looks for what breaks the promise that no request fails during a rollout, in the workloads that run the service; and of
 * those that no Service sends requests to, for what would cut off their work.
 * @param sources where objects were written, by `Deployment orders`.
 */
export function downtimeRisks(
  service: string,
  objects: readonly KubernetesObject[],
  sources: ReadonlyMap<string, ManifestSource> = new Map(),
): DowntimeRisk[] {
  const workloads = objects.filter((object) => isRollout(object) && serviceContainerOf(object, service));
  return workloads.flatMap((workload) => {
    const stake = takesRequests(workload, workloads, objects) ? 'requests' : 'work';
    const found: DowntimeRisk[] = [];
    const note = noteInto(found, workload, stake, sources);
    if (stake === 'requests') {
      checkReplicas(workload, objects, note);
      checkStrategy(workload, note);
      checkContainer(workload, service, note);
      checkShutdown(workload, service, note);
      checkRouteTimeouts(workload, objects, secondsLeft(workload, service), note);
      checkDisruptions(workload, objects, note);
      checkSpread(workload, objects, note);
    } else checkWorker(workload, service, objects, note);
    return found;
  });
}

function noteInto(
  found: DowntimeRisk[],
  workload: KubernetesObject,
  stake: DowntimeRisk['stake'],
  sources: ReadonlyMap<string, ManifestSource>,
): Note {
  const object = describeObject(workload);
  const accepted = acceptedDowntime(workload);
  return (rated, field, said, place) => {
    const isAccepted = rated === 'refuse' && accepted !== undefined;
    const severity = isAccepted ? 'warn' : rated;
    const reason = isAccepted ? `${said} Accepted: ${accepted}` : said;
    const source = sources.get(place.object ? describeObject(place.object) : object)?.at(place.path);
    const line = `${source === undefined ? '' : `${source}: `}${object}, ${field}: ${reason}`;
    found.push({ severity, object, field, reason, line, stake, ...(isAccepted ? { accepted } : {}) });
  };
}

/**
 * Reports whether a Service sends requests to a workload's pods. Where there are Services, and none of them finds any pod of
 * the service, a label is wrong: its workloads are judged as those that serve.
 */
function takesRequests(
  workload: KubernetesObject,
  workloads: readonly KubernetesObject[],
  objects: readonly KubernetesObject[],
): boolean {
  const selectors = objects.flatMap((object) => (object.kind === 'Service' ? (podSelectorOf(object) ?? []) : []));
  const isAsked = (each: KubernetesObject) => {
    const labels = fieldAt(podTemplateOf(each), 'metadata', 'labels');
    return selectors.some((selector) => selects(selector, labels));
  };
  return isAsked(workload) || (selectors.length > 0 && !workloads.some(isAsked));
}

/**
 * Returns the workloads that may fail requests because their manifests say why, with the rules that they break.
 * @param others risks that the manifests alone do not show.
 */
export function downtimeExceptions(
  service: string,
  objects: readonly KubernetesObject[],
  others: readonly DowntimeRisk[] = [],
): DowntimeException[] {
  const risks = [...downtimeRisks(service, objects), ...others];
  const accepted = risks.filter((risk) => risk.accepted !== undefined);
  return [...groupByKey(accepted.map((risk) => [risk.object, risk] as const))].map(([object, risks]) => ({
    object,
    reason: risks[0]!.accepted!,
    lifted: risks.map(({ field }) => field),
  }));
}

/**
 * Returns a line for each workload whose manifest gives a reason that excuses nothing any more: it would excuse the next
 * mistake.
 * @param needed exceptions that are in use.
 */
export function needlessExceptions(
  objects: readonly KubernetesObject[],
  needed: readonly DowntimeException[],
  sources: ReadonlyMap<string, ManifestSource> = new Map(),
): string[] {
  const path = ['metadata', 'annotations', annotation.allowDowntime];
  return objects.flatMap((workload) => {
    const object = describeObject(workload);
    const isNeeded = needed.some((exception) => exception.object === object);
    if (!isRollout(workload) || isNeeded || acceptedDowntime(workload) === undefined) return [];
    const source = sources.get(object)?.at(path);
    const place = source === undefined ? '' : `${source}: `;
    return [`${place}${object}, ${annotation.allowDowntime}: it is not needed: nothing breaks the rules here.`];
  });
}

const usualRemedy = `Fix the manifests, say why it is accepted in the annotation ${annotation.allowDowntime} of the workload, or add --allow-downtime (that is recorded).`;

/** The refusal for risks that were not accepted. */
export function downtimeRefusal(
  service: string,
  environment: string,
  risks: readonly Pick<DowntimeRisk, 'severity' | 'line' | 'stake'>[],
  remedy = usualRemedy,
): Refusal {
  const refused = risks.filter(({ severity }) => severity === 'refuse');
  const lines = refused.map(({ line }) => line);
  const what = refused.some(({ stake }) => stake === 'requests') ? 'Requests would fail' : 'Work would be cut off';
  return new Refusal({
    type: 'downtime',
    doing: `deploy ${service} to ${environment}`,
    reason: lines.length === 1 ? `${what}. ${lines[0]}` : `${what}, for ${lines.length} reasons.`,
    remedy,
    ...(lines.length === 1 ? {} : { evidence: lines }),
  });
}

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
  if (workload.kind === 'StatefulSet') {
    // Its pods are always replaced in their place, one after the other.
    checkPartition(workload, note);
    return;
  }
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

/**
 * Checks pods that take their work from a queue or a clock: one of them is enough, and they may be away for a while. What
 * they have begun must be let end.
 */
function checkWorker(
  workload: KubernetesObject,
  service: string,
  objects: readonly KubernetesObject[],
  note: Note,
): void {
  const strategy = workload.kind === 'Deployment' ? 'strategy' : 'updateStrategy';
  const container = serviceContainerOf(workload, service)!;
  if (fieldAt(workload, 'spec', strategy, 'type') === 'OnDelete')
    note('refuse', `spec.${strategy}.type`, 'OnDelete leaves replacing pods to a person; RollingUpdate is needed.', {
      path: ['spec', strategy, 'type'],
    });
  checkPartition(workload, note);
  if (leastPodsOf(workload, objects).count === 0 && !autoscalerOf(workload, objects))
    note('warn', 'spec.replicas', 'there are 0, so nothing works.', { path: ['spec', 'replicas'] });
  if (!isMap(container['livenessProbe'])) noteProbe(container, probes[2], note);
  checkGrace(workload, fieldAt(container, 'lifecycle', 'preStop'), note);
  checkLimits(workload, objects, note);
}

/** Says which pods a release leaves as they are: what is told of it is not true of them. */
function checkPartition(workload: KubernetesObject, note: Note): void {
  const path = ['spec', 'updateStrategy', 'rollingUpdate', 'partition'];
  const partition = fieldAt(workload, ...path);
  if (typeof partition !== 'number' || partition < 1) return;
  const reason = `it is ${partition}, so the pods below that keep running what they run; 0 releases to all.`;
  note('warn', path.join('.'), reason, { path });
}

function checkContainer(workload: KubernetesObject, service: string, note: Note): void {
  const container = serviceContainerOf(workload, service)!;
  for (const probe of probes) if (!isMap(container[probe[0]])) noteProbe(container, probe, note);
}

function noteProbe(
  container: Record<string, unknown>,
  [probe, severity, consequence]: (typeof probes)[number],
  note: Note,
): void {
  const misspelt = misspeltProbe(container, probe);
  const name = String(container['name']);
  const hint = misspelt === undefined ? '' : ` A similar field is ${misspelt}.`;
  note(severity, `container ${name}, ${probe}`, `there is none, so ${consequence}.${hint}`, {
    path: [...podSpec, 'containers', { name }, misspelt ?? probe],
  });
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
  const name = String(container['name']);
  const at = `container ${name}, lifecycle.preStop`;
  const waits = isMap(preStop) && (isMap(preStop['exec']) || isMap(preStop['httpGet']) || isMap(preStop['sleep']));
  if (!waits || sleep === 0) {
    note('refuse', at, 'nothing waits there; a pod must serve on (sleep) until it gets no more requests.', {
      path: [...podSpec, 'containers', { name }, 'lifecycle', 'preStop'],
    });
    return;
  }
  checkGrace(workload, preStop, note);
}

function checkGrace(workload: KubernetesObject, preStop: unknown, note: Note): void {
  const grace = graceOf(workload);
  const seconds = secondsOfPreStop(preStop);
  const before = seconds === 0 ? 'so a pod is ended at once' : `and preStop alone takes ${seconds}`;
  if (typeof grace === 'number' && grace <= seconds)
    note(
      'refuse',
      'terminationGracePeriodSeconds',
      `it is ${grace}, ${before}; what is in flight then would be cut off.`,
      { path: [...podSpec, 'terminationGracePeriodSeconds'] },
    );
}

function graceOf(workload: KubernetesObject): unknown {
  return fieldAt(podTemplateOf(workload), 'spec', 'terminationGracePeriodSeconds') ?? defaultGrace;
}

/** Seconds that a `preStop` takes, as far as it says so. */
export function secondsOfPreStop(preStop: unknown): number {
  const sleep = fieldAt(preStop, 'sleep', 'seconds');
  return typeof sleep === 'number' ? sleep : (secondsOfCommand(fieldAt(preStop, 'exec', 'command')) ?? 0);
}

/** Seconds that a pod has to end its requests, from the end of its preStop on. */
function secondsLeft(workload: KubernetesObject, service: string): number {
  const preStop = fieldAt(serviceContainerOf(workload, service), 'lifecycle', 'preStop');
  return Math.max(0, Number(graceOf(workload)) - secondsOfPreStop(preStop));
}

/** Seconds of `sleep 10`, also inside a shell's command line. */
function secondsOfCommand(command: unknown): number | undefined {
  if (!Array.isArray(command)) return undefined;
  const seconds = /\bsleep\s+(\d+(?:\.\d+)?)/.exec(command.join(' '))?.[1];
  return seconds === undefined ? undefined : Number(seconds);
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
