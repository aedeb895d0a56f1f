import { describeObject, type KubernetesObject } from '../manifests/kubernetes-object.ts';
import type { DowntimeRisk } from '../manifests/rules/downtime/downtime-risk.ts';
import { autoscalerOf } from '../manifests/rules/downtime/least-pods.ts';
import { secondsOfPreStop } from '../manifests/rules/downtime/no-downtime.ts';
import { podTemplateOf, serviceContainerOf } from '../manifests/rules/pod-templates.ts';
import { podSelectorOf, selects } from '../manifests/rules/selectors.ts';
import { fieldAt, isMap, listAt } from '../manifests/source/object-fields.ts';
import { hasPlace, type EditPath, type ManifestDocument, type ManifestDocuments } from './manifest-documents.ts';

/** Seconds that a pod serves on while endpoints and gateways learn that it goes. */
const sleepSeconds = 10;
/** Seconds that a pod has after that to end its requests. */
const drainSeconds = 20;

/** A service's manifests as they are rendered for one environment, and the files that they come from. */
export interface RenderedFolder {
  readonly service: string;
  readonly folder: string;
  readonly environment: string;
  readonly files: ManifestDocuments;
  readonly objects: readonly KubernetesObject[];
}

/**
 * Puts right in the files what a rollout would lose requests by.
 * @returns the edit as a clause in the past; undefined where a person has to decide.
 */
export function mendRisk(risk: DowntimeRisk, rendered: RenderedFolder): string | undefined {
  const workload = rendered.objects.find((object) => describeObject(object) === risk.object);
  if (!workload) return undefined;
  const { field } = risk;
  if (field === 'PodDisruptionBudget') return addBudget(workload, rendered);
  if (field === 'spec.replicas')
    return isAlone(workload) ? undefined : setIn(workload, ['spec', 'replicas'], 2, rendered);
  if (field.startsWith('spec.minReplicas')) return mendScaler(workload, rendered);
  if (field.endsWith('.rollingUpdate.maxUnavailable')) return mendStrategy(workload, field, rendered);
  if (field.endsWith('.rollingUpdate.maxSurge')) return setIn(workload, field.split('.'), 1, rendered);
  return mendPods(workload, field, rendered);
}

function mendPods(workload: KubernetesObject, field: string, rendered: RenderedFolder): string | undefined {
  const container = serviceContainerOf(workload, rendered.service);
  const spec = ['spec', 'template', 'spec'];
  if (!container) return undefined;
  const at = [...spec, 'containers', { name: String(container['name']) }];
  if (field.endsWith('lifecycle.preStop')) {
    const preStop = { sleep: { seconds: sleepSeconds } };
    return setIn(workload, [...at, 'lifecycle', 'preStop'], preStop, rendered) && `sleep of ${sleepSeconds} s added`;
  }
  if (field.endsWith('readinessProbe')) {
    const probe = probeOf(container, workload, rendered.objects);
    return probe && setIn(workload, [...at, 'readinessProbe'], probe.value, rendered) && probe.says;
  }
  if (field !== 'terminationGracePeriodSeconds') return undefined;
  const seconds = Math.ceil(secondsOfPreStop(fieldAt(container, 'lifecycle', 'preStop'))) + drainSeconds;
  return setIn(workload, [...spec, field], seconds, rendered);
}

/** Sets a field where it is written: in what is laid over for the environment, or else in the object itself. */
function setIn(
  workload: KubernetesObject,
  at: EditPath,
  value: unknown,
  { files, folder, environment }: RenderedFolder,
): string | undefined {
  const places = placesOf(workload, files);
  const overlay = places.find(({ path }) => path.replace(/\.ya?ml$/, '') === `${folder}/${environment}`);
  const base = places.find((each) => each !== overlay);
  const place = overlay && hasPlace(overlay, at) ? overlay : base;
  // An item of a list that the file does not have has no place in it.
  if (!place || !isReachable(place, at)) return undefined;
  files.set(place, at, value);
  return `set to ${JSON.stringify(value)}`;
}

function isReachable(place: ManifestDocument, at: EditPath): boolean {
  const item = at.findIndex((step) => typeof step !== 'string');
  return item < 0 || hasPlace(place, at.slice(0, item + 1));
}

function placesOf({ kind, metadata }: KubernetesObject, files: ManifestDocuments): ManifestDocument[] {
  const same = files.all().filter((each) => each.kind === kind);
  const named = same.filter(({ name }) => name === metadata.name);
  return named.length > 0 ? named : same.filter(({ name }) => name.includes('${'));
}

function mendScaler(workload: KubernetesObject, rendered: RenderedFolder): string | undefined {
  const scaler = autoscalerOf(workload, rendered.objects);
  if (!scaler || isAlone(workload)) return undefined;
  if (Number(fieldAt(scaler, 'spec', 'maxReplicas') ?? 0) < 2) setIn(scaler, ['spec', 'maxReplicas'], 2, rendered);
  return setIn(scaler, ['spec', 'minReplicas'], 2, rendered);
}

function mendStrategy(workload: KubernetesObject, field: string, rendered: RenderedFolder): string | undefined {
  const [, name = ''] = field.split('.');
  const at = ['spec', name, 'rollingUpdate'];
  const surge = fieldAt(workload, ...at, 'maxSurge');
  const unavailable = setIn(workload, [...at, 'maxUnavailable'], 0, rendered);
  if (unavailable === undefined || surge !== undefined) return unavailable;
  setIn(workload, [...at, 'maxSurge'], 1, rendered);
  return `${unavailable}, with maxSurge 1`;
}

/** Reports whether a workload keeps something that two pods at once may not have. */
function isAlone(workload: KubernetesObject): boolean {
  const volumes = listAt(podTemplateOf(workload), 'spec', 'volumes');
  return workload.kind === 'Deployment' && volumes.some((volume) => volume['persistentVolumeClaim'] !== undefined);
}

/** Returns the probe that another one of the container suggests, or its port. */
function probeOf(
  container: Readonly<Record<string, unknown>>,
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
): { readonly value: object; readonly says: string } | undefined {
  for (const name of ['livenessProbe', 'startupProbe']) {
    for (const handler of ['httpGet', 'grpc', 'tcpSocket', 'exec']) {
      const found = fieldAt(container, name, handler);
      if (isMap(found)) return { value: { [handler]: found }, says: `added, with the ${handler} of its ${name}` };
    }
  }
  const port = portOf(container) ?? targetPortOf(workload, objects);
  if (port === undefined) return undefined;
  return {
    value: { tcpSocket: { port } },
    says: `tcpSocket ${port} added; it knows only that the port is open, a path that answers when it can work is better`,
  };
}

function portOf(container: Readonly<Record<string, unknown>>): string | number | undefined {
  const [first] = listAt(container, 'ports');
  const port = first?.['name'] ?? first?.['containerPort'];
  if (typeof port === 'string' || typeof port === 'number') return port;
  const variable = listAt(container, 'env').find(({ name }) => name === 'PORT')?.['value'];
  return /^\d{1,5}$/.test(String(variable)) ? Number(variable) : undefined;
}

function targetPortOf(workload: KubernetesObject, objects: readonly KubernetesObject[]): number | undefined {
  const labels = fieldAt(podTemplateOf(workload), 'metadata', 'labels');
  const services = objects.filter(({ kind }) => kind === 'Service');
  const inFront = services.find(
    (object) => podSelectorOf(object) !== undefined && selects(podSelectorOf(object), labels),
  );
  const [first] = listAt(inFront, 'spec', 'ports');
  const port = first?.['targetPort'] ?? first?.['port'];
  return typeof port === 'number' ? port : undefined;
}

/** Adds the file of a budget by which one pod at a time may be taken away. */
function addBudget(workload: KubernetesObject, { files, folder }: RenderedFolder): string | undefined {
  const labels = fieldAt(workload, 'spec', 'selector', 'matchLabels');
  if (!isMap(labels) || Object.keys(labels).length === 0) return undefined;
  const path = `${folder}/${workload.metadata.name}-disruptions.yaml`;
  const selector = Object.entries(labels).map(([key, value]) => `      ${key}: ${JSON.stringify(value)}`);
  const lines = [
    '# Nodes are drained pod by pod.',
    'apiVersion: policy/v1',
    'kind: PodDisruptionBudget',
    'metadata:',
    `  name: ${workload.metadata.name}`,
    'spec:',
    '  maxUnavailable: 1',
    '  selector:',
    '    matchLabels:',
    ...selector,
  ];
  if (files.now().has(path)) return undefined;
  files.add(path, `${lines.join('\n')}\n`);
  return `${path} added`;
}
