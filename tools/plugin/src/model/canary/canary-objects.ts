import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { inKindOrder } from '../manifests/kind-order.ts';
import { describeObject } from '../manifests/kubernetes-object.ts';
import { label } from '../product/wire-names.ts';
import { servingWorkload } from '../manifests/pod-labels.ts';
import { mayBeNamed, podReferences } from '../manifests/pod-references.ts';
import { leastPodsOf } from '../manifests/rules/downtime/least-pods.ts';
import { podTemplateOf } from '../manifests/rules/pod-templates.ts';
import { podSelectorOf, selects } from '../manifests/rules/selectors.ts';
import { fieldAt, identityOf, isMap, listAt } from '../manifests/source/object-fields.ts';
import { backendsOf, isTo, leadsTo, mostRules, type CanaryBackends } from './canary-routes.ts';

/** The manifests of what serves and of what comes. */
export interface CanaryManifests {
  readonly service: string;
  readonly buildNumber: string;
  /** Of the release that serves, as they were applied. */
  readonly stable: readonly KubernetesObject[];
  /** Of the release that comes. */
  readonly coming: readonly KubernetesObject[];
  /** Jobs that the release runs before its pods come. */
  readonly jobs: readonly KubernetesObject[];
}

/** The objects that make a canary. */
export interface CanaryObjects extends CanaryBackends {
  /** Objects that the pods and Jobs of its release need and the one that serves does not have. */
  readonly prerequisites: readonly KubernetesObject[];
  /** Its Deployment and its Services. */
  readonly own: readonly KubernetesObject[];
}

/** Returns the regular expression of the names of a Deployment's pods, and no other's that begins as it does. */
export function podNamesOf(deployment: string): string {
  return `${deployment}-[a-z0-9]+-[a-z0-9]+`;
}

/** A name that no object of a service's manifests has. */
function canaryNameOf(name: string): string {
  return `${name}-canary`;
}

/**
 * Makes the objects of a canary from the manifests of its release: a second Deployment, whose pods none of the other
 * objects takes for its own, and a Service for each that clients reach.
 * @param pods that it gets. @returns why there can be none, as a sentence.
 */
export function canaryObjects(manifests: CanaryManifests, pods: number): CanaryObjects | string {
  const { service, buildNumber, coming } = manifests;
  const workload = servingWorkload(coming, service);
  if (!workload) return 'It has no pods that answer requests.';
  if (workload.kind !== 'Deployment')
    return `Its pods are those of a ${workload.kind}: a second one would be another ${workload.kind} with volumes and names of its own.`;
  const services = clientServices(manifests, workload);
  if (typeof services === 'string') return services;
  const labels = canaryLabels(manifests, workload, services);
  if (typeof labels === 'string') return labels;
  const names = new Map([...services.keys()].map((name) => [name, canaryNameOf(name)]));
  const deployment = canaryDeployment(workload, { labels, pods, buildNumber });
  const own = [
    deployment,
    ...[...services.values()].map((each) =>
      canaryService(each, names.get(each.metadata.name)!, { labels, buildNumber }),
    ),
  ];
  const taken = new Set([...manifests.stable, ...coming].map(identityOf));
  const clash = own.find((object) => taken.has(identityOf(object)));
  if (clash) return `Its manifests have a ${describeObject(clash)} of their own.`;
  return { services: names, buildNumber, own: inKindOrder(own), prerequisites: prerequisitesOf(manifests, workload) };
}

/** Returns the Services of the pods that routes lead to, by name; both releases must have the ways. */
function clientServices(
  { stable, coming }: CanaryManifests,
  workload: KubernetesObject,
): Map<string, KubernetesObject> | string {
  const pods = fieldAt(podTemplateOf(workload), 'metadata', 'labels');
  const selecting = coming.filter((object) => object.kind === 'Service' && selects(podSelectorOf(object), pods));
  const all = new Map(selecting.map((object) => [object.metadata.name, object]));
  const routes = stable.filter((object) => leadsTo(object, all));
  if (routes.length === 0) {
    const other = stable.find(({ kind }) => kind === 'Ingress' || kind === 'HTTPProxy');
    const instead = other ? `: ${describeObject(other)} knows no shares` : '';
    return `No HTTPRoute leads to it${instead}.`;
  }
  if (!coming.some((object) => leadsTo(object, all))) return 'The release that comes has no HTTPRoute to it any more.';
  for (const route of routes) {
    const rules = listAt(route, 'spec', 'rules');
    const refs = rules.flatMap(backendsOf).filter((ref) => isTo(ref, all));
    if (rules.length + rules.filter((rule) => backendsOf(rule).some((ref) => isTo(ref, all))).length > mostRules)
      return `${describeObject(route)} would get more than ${mostRules} rules, each a second time for the preview.`;
    for (const { name, port, weight = 1 } of refs) {
      if (Number(weight) > 10_000) return `${describeObject(route)} has a weight over 10000, which cannot be divided.`;
      const ports = listAt(all.get(String(name)), 'spec', 'ports');
      if (!ports.some((each) => each['port'] === port))
        return `${describeObject(route)} leads to port ${String(port)} of Service ${String(name)}, which the release that comes has not.`;
    }
  }
  const used = [...all].filter(([name]) =>
    [...routes, ...coming].some((route) => leadsTo(route, new Map([[name, true]]))),
  );
  return new Map(used);
}

/**
 * Returns the labels of the canary's pods: those of the release, with an instance of their own, and, where that is not
 * enough for being taken by nobody else, with other values wherever the Deployment selects by.
 */
function canaryLabels(
  { service, stable, coming }: CanaryManifests,
  workload: KubernetesObject,
  services: ReadonlyMap<string, KubernetesObject>,
): Record<string, string> | string {
  const template = fieldAt(podTemplateOf(workload), 'metadata', 'labels');
  const given = (isMap(template) ? template : {}) as Record<string, string>;
  // With a dot, which no service's name has.
  const instance = `${service}.canary`;
  const matched = fieldAt(workload, 'spec', 'selector', 'matchLabels');
  const selectedBy = Object.keys(isMap(matched) ? matched : {});
  const byInstance = { ...given, [label.instance]: instance };
  const byAll = { ...byInstance, ...Object.fromEntries(selectedBy.map((key) => [key, instance])) };
  const takers = [...stable, ...coming].filter((object) => podSelectorOf(object) !== undefined);
  const takerOf = (labels: Record<string, string>) => takers.find((object) => selects(podSelectorOf(object), labels));
  const labels = [byInstance, byAll].find((each) => !takerOf(each));
  if (labels) return labels;
  const taker = takerOf(byAll)!;
  const shown = services.has(taker.metadata.name) ? ', so that it would send them requests' : '';
  return `${describeObject(taker)} would select the canary's pods, too${shown}: let it select by ${label.instance}.`;
}

function canaryDeployment(
  workload: KubernetesObject,
  { labels, pods, buildNumber }: { labels: Record<string, string>; pods: number; buildNumber: string },
): KubernetesObject {
  const copy = structuredClone(workload);
  const spec = copy['spec'] as Record<string, unknown>;
  const template = spec['template'] as Record<string, unknown>;
  const { metadata = {} } = template as { metadata?: Record<string, unknown> };
  const instance = labels[label.instance]!;
  copy.metadata.name = canaryNameOf(workload.metadata.name);
  copy.metadata.labels = { ...copy.metadata.labels, [label.instance]: instance, [label.canary]: buildNumber };
  copy['spec'] = {
    ...spec,
    replicas: pods,
    selector: { matchLabels: { [label.name]: labels[label.name]!, [label.instance]: instance } },
    template: { ...template, metadata: { ...metadata, labels } },
  };
  return copy;
}

function canaryService(
  service: KubernetesObject,
  name: string,
  { labels, buildNumber }: { labels: Record<string, string>; buildNumber: string },
): KubernetesObject {
  const { ports } = service['spec'] as { ports?: Record<string, unknown>[] };
  const instance = labels[label.instance]!;
  const { annotations: _annotations, ...metadata } = service.metadata;
  return {
    apiVersion: service.apiVersion,
    kind: service.kind,
    metadata: {
      ...structuredClone(metadata),
      name,
      labels: { ...metadata.labels, [label.instance]: instance, [label.canary]: buildNumber },
    },
    spec: {
      selector: { [label.name]: labels[label.name]!, [label.instance]: instance },
      // Numbers of nodes' ports are given to one Service only, and none is needed.
      ports: (ports ?? []).map(({ nodePort: _nodePort, ...port }) => port),
    },
  };
}

/** Returns what the release's pods and Jobs name. What the one that serves has as well stays as it is until the rollout. */
function prerequisitesOf(
  { stable, coming, jobs }: CanaryManifests,
  workload: KubernetesObject,
): readonly KubernetesObject[] {
  const named = new Set([workload, ...jobs].flatMap((object) => [...podReferences(podTemplateOf(object))]));
  const there = new Set(stable.map(identityOf));
  return coming.filter(
    (object) => mayBeNamed(object) && named.has(describeObject(object)) && !there.has(identityOf(object)),
  );
}

/** Returns how many pods a canary gets: enough for its greatest share, and two where the service has as many. */
export function canaryPods(
  { service, coming }: Pick<CanaryManifests, 'service' | 'coming'>,
  steps: readonly number[],
  podsNow: number,
): number {
  const workload = servingWorkload(coming, service);
  const least = workload ? Number(leastPodsOf(workload, coming).count) : 1;
  const all = Math.max(1, Number.isFinite(least) ? least : 1, podsNow);
  return Math.max(Math.min(2, all), Math.ceil((all * Math.max(...steps)) / 100));
}
