import type { DeploymentSummary } from '../../../model/deploy/deployment-record.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { objectOfKind } from '../../../model/manifests/kind-name.ts';
import { label, managedBy } from '../../../model/product/wire-names.ts';
import { apiGroup, identityOf } from '../../../model/manifests/source/object-fields.ts';
import {
  isCronJob,
  isWorkloadKind,
  rolloutKinds,
  serviceContainerOf,
} from '../../../model/manifests/rules/pod-templates.ts';
import type { ObjectDrift } from '../../../model/observe/drift.ts';
import { findingsOf } from '../../../model/observe/object-findings.ts';
import { hasHealth, objectHealth } from '../../../model/observe/object-health.ts';
import {
  ranOnce,
  withCronJobs,
  type DeployedCronJob,
  type RunningService,
} from '../../../model/observe/running-service.ts';
import { groupByKey } from '../../../model/text/group-by-key.ts';
import type { ObservedService } from '../../../ports/cluster.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import { driftOf, fingerprintOf, hasAdditions } from './drift.ts';
import type { KubernetesApi } from '../client/api.ts';
import { labelSelector } from '../client/label-selector.ts';
import { listPartial } from '../client/list-partial.ts';
import { typedItems } from '../client/typed-items.ts';
import { listedWithHealth } from '../client/protobuf-lists.ts';
import { readClaimEvents } from './claim-events.ts';
import { readCreationEvents } from './creation-obstacle.ts';
import { PodIndex } from './pod-index.ts';
import { PodServices } from './pod-services.ts';
import { ReadableKinds } from './readable-kinds.ts';
import type { NewestRecord, Records } from '../records/records.ts';
import { collectionPath } from '../client/resources.ts';
import { worseOf } from './health.ts';
import { deployedCronJob, labelSelectorOf, podFacts, runningOf, type PodFacts } from './running.ts';
import type { NamespaceClient } from '../client/namespace-client.ts';

/** A namespace whose services are looked at, and what is known of their pods. */
export interface ObservedNamespace extends NamespaceClient {
  readonly podServices: PodServices;
}

/**
 * Looks at all services of a namespace, or at some. One list of each kind, whatever number of services there are, over
 * three connections: each costs the encryption's handshake.
 */
export async function observe(
  place: ObservedNamespace,
  records: Records,
  services?: readonly string[],
  onNewest?: (newest: readonly DeploymentSummary[]) => void,
): Promise<ObservedService[]> {
  try {
    const finding = records.newestOf(services).then((found) => {
      onNewest?.([...found.values()].map(({ summary }) => summary));
      return found;
    });
    const readable = new ReadableKinds(place);
    const [newest, deployments, pods, others] = await Promise.all([
      finding,
      listWorkloads(place, 'Deployment', services),
      listServicePods(place, services),
      finding.then((found) => listOthers({ place, readable }, found, services)),
    ]);
    const workloads = [...deployments, ...others.workloads];
    const byService = workloadByService(workloads);
    const events = await readEvents(place, [...byService.values()], others.objects);
    const objects = new Map([...workloads, ...others.objects].map((object) => [identityOf(object), object]));
    const cronJobs = cronJobsByService(others.objects);
    const otherObjects = objectsByService(others.objects);
    const names = [...new Set([...newest.keys(), ...byService.keys()])].sort();
    place.podServices.note([...(services ?? []), ...names].map((name) => [name, byService.get(name)]));
    return await Promise.all(
      names.map(async (name): Promise<ObservedService> => {
        const [record, workload] = [newest.get(name), byService.get(name)];
        const serving = workload && runningOf({ workload, pods: await pods(workload, name), events }, name);
        const running = withCronJobs(serving, cronJobs.get(name) ?? [], name);
        return {
          service: name,
          newest: record?.summary,
          running: running ?? (record && withoutWorkload(record)),
          drift: record ? await driftsOf({ place, records, objects, readable }, name, record) : [],
          unread: readable.unreadOf(record?.kinds ?? []),
          ...findingsIn(record, otherObjects.get(name) ?? [], events),
        };
      }),
    );
  } catch (error) {
    throw explainApiError(error, `see what runs of ${services?.join(', ') ?? 'all services'}`, place.api);
  }
}

/** Returns the workload of each service; of several the worse one. That of a canary is no part of what the service runs. */
function workloadByService(workloads: readonly KubernetesObject[]): Map<string, KubernetesObject> {
  const byService = new Map<string, KubernetesObject>();
  for (const workload of workloads) {
    const name = workload.metadata.labels?.[label.service] ?? '';
    if (workload.metadata.labels?.[label.canary] !== undefined) continue;
    if (serviceContainerOf(workload, name)) byService.set(name, worseOf(workload, byService.get(name)));
  }
  return byService;
}

/** Reads why workloads lack pods, and claims a volume. */
async function readEvents(
  place: NamespaceClient,
  workloads: readonly KubernetesObject[],
  objects: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  return (await Promise.all([readClaimEvents(place, objects), readCreationEvents(place, workloads)])).flat();
}

function objectsByService(objects: readonly KubernetesObject[]): Map<string, KubernetesObject[]> {
  return groupByKey(objects.map((object) => [object.metadata.labels?.[label.service] ?? '', object] as const));
}

/** Returns what the other objects of a service say of themselves; nothing while a deployment goes on. */
function findingsIn(
  record: NewestRecord | undefined,
  objects: readonly KubernetesObject[],
  events: readonly KubernetesObject[],
): ReturnType<typeof findingsOf> {
  const isChanging = record?.summary.outcome === 'running';
  return findingsOf(isChanging ? [] : objects, (object) => objectHealth(object, events));
}

function cronJobsByService(objects: readonly KubernetesObject[]): Map<string, DeployedCronJob[]> {
  const serviceOf = ({ metadata }: KubernetesObject) => metadata.labels?.[label.service] ?? '';
  return groupByKey(objects.filter(isCronJob).map((each) => [serviceOf(each), deployedCronJob(each)] as const));
}

/** Returns what there is of a service that was deployed without anything that runs again: its Jobs ran once. */
function withoutWorkload({ kinds, summary }: NewestRecord): RunningService | undefined {
  return kinds.some(isWorkloadKind) ? undefined : ranOnce(summary);
}

function selectorOf(services: readonly string[] | undefined): string {
  return `${labelSelector(label.service, services)},${label.managedBy}=${managedBy}`;
}

async function listWorkloads(
  { api, namespace }: NamespaceClient,
  kind: (typeof rolloutKinds)[number],
  services: readonly string[] | undefined,
): Promise<KubernetesObject[]> {
  const path = collectionPath('apps/v1', `${kind.toLowerCase()}s`, namespace);
  return typedItems(await listPartial(api, path, kind, selectorOf(services)), { apiVersion: 'apps/v1', kind });
}

/**
 * Lists the pods of all services, or those that are labelled as of some.
 * @returns a function that finds those of a workload, also where it selects them otherwise.
 */
async function listServicePods(
  place: NamespaceClient,
  services: readonly string[] | undefined,
): Promise<(workload: KubernetesObject, service: string) => readonly PodFacts[] | Promise<readonly PodFacts[]>> {
  const listed = new PodIndex(await listPods(place, services && labelSelector(label.instance, services)));
  return (workload, service) =>
    !services || PodServices.selectsByInstance(workload, service)
      ? listed.of(workload)
      : listPods(place, labelSelectorOf(workload));
}

async function listPods({ api, namespace }: NamespaceClient, labelSelector?: string): Promise<PodFacts[]> {
  const path = collectionPath('v1', 'pods', namespace);
  const pods = await listPartial(api, path, 'Pod', labelSelector);
  return pods.flatMap((pod) => podFacts(pod) ?? []);
}

/** The other workloads, and of what is none the metadata, and its health where it has one. One kind after the other. */
async function listOthers(
  { place, readable }: Pick<ListedNamespace, 'place' | 'readable'>,
  newest: ReadonlyMap<string, NewestRecord>,
  services: readonly string[] | undefined,
): Promise<{ workloads: KubernetesObject[]; objects: KubernetesObject[] }> {
  const listOf = (kind: 'StatefulSet' | 'DaemonSet') =>
    readable.read(`apps/v1/${kind}`, () => listWorkloads(place, kind, services));
  const workloads = [...(await listOf('StatefulSet')), ...(await listOf('DaemonSet'))];
  const isWorkload = (kind: string) => rolloutKinds.some((each) => kind === `apps/v1/${each}`);
  const kinds = new Set([...newest.values()].flatMap((record) => record.kinds).filter((kind) => !isWorkload(kind)));
  const objects: KubernetesObject[] = [];
  for (const kind of kinds)
    for (const object of await readable.read(kind, () => listKind(place, kind, services))) objects.push(object);
  return { workloads, objects };
}

async function listKind(
  { api, resources, namespace }: NamespaceClient,
  of: string,
  services: readonly string[] | undefined,
): Promise<KubernetesObject[]> {
  const type = objectOfKind(of);
  const path = await resources.collectionIfKnown(type, namespace);
  if (path === undefined) return [];
  return typedItems(await listItems(api, path, { type, selector: selectorOf(services) }), type);
}

/**
 * Lists objects with no more than is looked at: of CronJobs their schedules, of kinds that have a health that, of others their
 * metadata. The health of custom resources is in no form but JSON.
 */
async function listItems(
  api: KubernetesApi,
  path: string,
  { type, selector }: { readonly type: KubernetesObject; readonly selector: string },
): Promise<KubernetesObject[]> {
  const listed = isCronJob(type) ? 'CronJob' : listedWithHealth(apiGroup(type), type.kind);
  if (listed !== undefined || !hasHealth(type))
    return listPartial(api, path, listed ?? 'PartialObjectMetadata', selector);
  const list = await api.send('GET', path, { query: { labelSelector: selector }, isLong: true });
  return (list as { items: KubernetesObject[] | null }).items ?? [];
}

/** A namespace whose objects were listed, and the records of what was deployed there. */
interface ListedNamespace {
  readonly place: NamespaceClient;
  readonly records: Records;
  /** By their identity, some without more than their metadata. */
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  readonly readable: ReadableKinds;
}

/** Compares fingerprints; only of objects that others wrote to the record and the object itself are read. */
async function driftsOf(
  { place, records, objects, readable }: ListedNamespace,
  service: string,
  { summary, applied }: NewestRecord,
): Promise<ObjectDrift[]> {
  if (summary.outcome === 'running') return [];
  const suspicious = [...applied].filter(([identity, fingerprint]) => {
    if (readable.hides(identity)) return false;
    const live = objects.get(identity);
    return !live || fingerprintOf(live) !== fingerprint || hasAdditions(live);
  });
  if (suspicious.length === 0) return [];
  const record = await records.read(service, summary.sequence);
  const found = await Promise.all(
    suspicious.map(async ([identity]): Promise<ObjectDrift[]> => {
      const manifest = record?.manifests.find((object) => identityOf(object) === identity);
      if (!manifest) return [];
      const { kind, metadata } = manifest;
      const missing: ObjectDrift[] = [{ kind, name: metadata.name, state: 'missing', fields: [] }];
      const path = await place.resources.pathIfKnown(manifest, place.namespace);
      if (path === undefined) return missing;
      const live = await place.api.get(path).catch((error: unknown) => {
        // Of one that cannot be read nothing is known.
        if (error instanceof ApiError && error.code !== 401) return 'unseen' as const;
        throw error;
      });
      if (live === 'unseen') return [];
      if (!live) return missing;
      const fields = driftOf(manifest, live);
      return fields.length === 0 ? [] : [{ kind, name: metadata.name, state: 'changed', fields }];
    }),
  );
  return found.flat();
}
