import { Refusal } from '../errors/product-error.ts';
import { describeObject, type KubernetesObject } from './kubernetes-object.ts';
import { label } from '../product/wire-names.ts';
import { isRollout, podTemplateOf, serviceContainerOf } from './rules/pod-templates.ts';
import { podSelectorOf, selects } from './rules/selectors.ts';
import { fieldAt, isMap, listAt } from './source/object-fields.ts';
import type { Manifest } from './source/manifest.ts';

/**
 * Returns the workload whose pods answer the service's requests: that of the service's name, or else the first whose
 * container has ports, or else the first.
 */
export function servingWorkload(objects: readonly KubernetesObject[], service: string): KubernetesObject | undefined {
  const workloads = objects.filter((object) => isRollout(object) && serviceContainerOf(object, service));
  return (
    workloads.find(({ metadata }) => metadata.name === service) ??
    workloads.find((object) => listAt(serviceContainerOf(object, service), 'ports').length > 0) ??
    workloads[0]
  );
}

/**
 * Gives the pods that an object makes a name and an instance, and nothing that changes with a release. Those of the
 * serving workload have the service's; those of workers and CronJobs have their own, because what selects the service's
 * pods would send them requests, and a PodDisruptionBudget over pods of Jobs lets no node be drained.
 */
export function labelPods(object: KubernetesObject, service: string, isServing: boolean): void {
  const template = podTemplateOf(object);
  if (!template) return;
  // With a dot, which no service's name has: they are behind no Service of this or any other service.
  const name = isServing ? service : `${service}.${object.metadata.name}`.slice(0, 63).replace(/[^a-z0-9]+$/i, '');
  const identity = { [label.name]: name, [label.instance]: name };
  const spec = object['spec'];
  const selector = fieldAt(spec, 'selector', 'matchLabels');
  const metadata = template['metadata'] ?? {};
  // What is no map there is for the server to refuse.
  const labels = isMap(metadata) ? (metadata['labels'] ?? {}) : undefined;
  const isPod = template === object;
  if (!isPod && isMap(metadata) && isMap(labels))
    template['metadata'] = { ...metadata, labels: { ...identity, ...(isMap(selector) ? selector : {}), ...labels } };
  const makesPods = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(object.kind);
  if (makesPods && isMap(spec) && spec['selector'] === undefined) spec['selector'] = { matchLabels: identity };
}

/** @throws {Refusal} naming each object that takes pods of another one for its own. */
export function refuseOverlaps(manifests: readonly Manifest[]): void {
  const mistakes = manifests.flatMap(({ object, source }) => {
    const labels = fieldAt(podTemplateOf(object), 'metadata', 'labels');
    return manifests
      .filter((other) => other.object !== object && selects(podSelectorOf(other.object), labels))
      .filter((other) => isRollout(other.object) || isBatch(object))
      .map((other) => `${source}: ${describeObject(other.object)} would select the pods of ${describeObject(object)}.`);
  });
  if (mistakes.length === 0) return;
  throw new Refusal({
    type: 'bad-manifest',
    doing: 'read the Kubernetes manifests',
    reason: mistakes.length === 1 ? mistakes[0]! : `${mistakes.length} objects would select pods of others.`,
    remedy: 'Remove the labels of those pods, so that they get their own, or change them.',
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}

/** Reports whether the pods of an object do their work and end: they answer nobody. */
function isBatch({ kind }: KubernetesObject): boolean {
  return kind === 'CronJob' || kind === 'Job';
}
