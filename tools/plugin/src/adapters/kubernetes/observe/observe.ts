import type { DeploymentSummary } from '../../../model/deploy/deployment-record.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { label, managedBy } from '../../../model/manifests/labels.ts';
import { identityOf } from '../../../model/manifests/source/object-fields.ts';
import { rolloutKinds, serviceContainerOf } from '../../../model/manifests/rules/pod-templates.ts';
import type { ObjectDrift } from '../../../model/observe/drift.ts';
import type { ObservedService } from '../../../ports/cluster.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import { driftOf, fingerprintOf, hasAdditions } from './drift.ts';
import { listPartial } from '../client/list-partial.ts';
import { PodIndex } from './pod-index.ts';
import type { NewestRecord, Records } from '../records/records.ts';
import { collectionPath } from '../client/resources.ts';
import { worseOf } from './health.ts';
import { labelSelectorOf, podFacts, runningOf, type PodFacts } from './running.ts';
import type { NamespaceClient } from '../client/namespace-client.ts';

/**
 * Looks at all services of a namespace, or at one. One list of each kind, whatever number of services there are, over
 * three connections: each costs the encryption's handshake.
 */
export async function observe(
  place: NamespaceClient,
  records: Records,
  service?: string,
  onNewest?: (newest: readonly DeploymentSummary[]) => void,
): Promise<ObservedService[]> {
  try {
    const finding = records.newestOf(service).then((found) => {
      onNewest?.([...found.values()].map(({ summary }) => summary));
      return found;
    });
    const [newest, deployments, pods, others] = await Promise.all([
      finding,
      listWorkloads(place, 'Deployment', service),
      service === undefined ? listPods(place).then((all) => new PodIndex(all)) : undefined,
      finding.then((found) => listOthers(place, found, service)),
    ]);
    const workloads = [...deployments, ...others.workloads];
    const objects = new Map([...workloads, ...others.objects].map((object) => [identityOf(object), object]));
    const byService = new Map<string, KubernetesObject>();
    for (const workload of workloads) {
      const name = workload.metadata.labels?.[label.service] ?? '';
      if (serviceContainerOf(workload, name)) byService.set(name, worseOf(workload, byService.get(name)));
    }
    const names = [...new Set([...newest.keys(), ...byService.keys()])].sort();
    return await Promise.all(
      names.map(async (name): Promise<ObservedService> => {
        const [record, workload] = [newest.get(name), byService.get(name)];
        const own = workload && (pods ? pods.of(workload) : await listPods(place, labelSelectorOf(workload)));
        return {
          service: name,
          newest: record?.summary,
          running: workload && own && runningOf(workload, own, name),
          drift: record ? await driftsOf({ place, records, objects }, name, record) : [],
        };
      }),
    );
  } catch (error) {
    throw explainApiError(error, `see what runs of ${service ?? 'all services'}`, place.api);
  }
}

function selectorOf(service: string | undefined): string {
  return service === undefined ? `${label.service},${label.managedBy}=${managedBy}` : `${label.service}=${service}`;
}

async function listWorkloads(
  { api, namespace }: NamespaceClient,
  kind: (typeof rolloutKinds)[number],
  service: string | undefined,
): Promise<KubernetesObject[]> {
  const path = collectionPath('apps/v1', `${kind.toLowerCase()}s`, namespace);
  const items = await listPartial(api, path, kind, selectorOf(service));
  // Items of a list do not say what they are.
  return items.map((item) => Object.assign(item, { apiVersion: 'apps/v1', kind }));
}

async function listPods({ api, namespace }: NamespaceClient, labelSelector?: string): Promise<PodFacts[]> {
  const path = collectionPath('v1', 'pods', namespace);
  const pods = await listPartial(api, path, 'Pod', labelSelector);
  return pods.flatMap((pod) => podFacts(pod) ?? []);
}

/** The other workloads, and of all that is none the metadata, of the kinds that services have. One after the other. */
async function listOthers(
  place: NamespaceClient,
  newest: ReadonlyMap<string, NewestRecord>,
  service: string | undefined,
): Promise<{ workloads: KubernetesObject[]; objects: KubernetesObject[] }> {
  const workloads = [
    ...(await listWorkloads(place, 'StatefulSet', service)),
    ...(await listWorkloads(place, 'DaemonSet', service)),
  ];
  const isWorkload = (kind: string) => rolloutKinds.some((each) => kind === `apps/v1/${each}`);
  const kinds = new Set([...newest.values()].flatMap((record) => record.kinds).filter((kind) => !isWorkload(kind)));
  const objects: KubernetesObject[] = [];
  for (const kind of kinds) for (const object of await listMetadata(place, kind, service)) objects.push(object);
  return { workloads, objects };
}

async function listMetadata(
  { api, resources, namespace }: NamespaceClient,
  of: string,
  service: string | undefined,
): Promise<KubernetesObject[]> {
  const cut = of.lastIndexOf('/');
  const [apiVersion, kind] = [of.slice(0, cut), of.slice(cut + 1)];
  const path = await resources.collectionIfKnown({ apiVersion, kind, metadata: { name: '' } }, namespace);
  if (path === undefined) return [];
  const items = await listPartial(api, path, 'PartialObjectMetadata', selectorOf(service));
  return items.map((item) => Object.assign(item, { apiVersion, kind }));
}

/** A namespace whose objects were listed, and the records of what was deployed there. */
interface ListedNamespace {
  readonly place: NamespaceClient;
  readonly records: Records;
  /** By their identity, some without more than their metadata. */
  readonly objects: ReadonlyMap<string, KubernetesObject>;
}

/** Compares fingerprints; only of objects that others wrote to the record and the object itself are read. */
async function driftsOf(
  { place, records, objects }: ListedNamespace,
  service: string,
  { summary, applied }: NewestRecord,
): Promise<ObjectDrift[]> {
  if (summary.outcome === 'running') return [];
  const suspicious = [...applied].filter(([identity, fingerprint]) => {
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
        if (error instanceof ApiError && error.code === 403) return objects.get(identity);
        throw error;
      });
      if (!live) return missing;
      const fields = driftOf(manifest, live);
      return fields.length === 0 ? [] : [{ kind, name: metadata.name, state: 'changed', fields }];
    }),
  );
  return found.flat();
}
