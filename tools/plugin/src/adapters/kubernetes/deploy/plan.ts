import { isDeepStrictEqual } from 'node:util';
import { fieldChanges } from '../../../model/observe/field-changes.ts';
import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { inKindOrder } from '../../../model/manifests/kind-order.ts';
import { actorAnnotations, annotation, fieldManager } from '../../../model/manifests/labels.ts';
import { fieldAt, isMap } from '../../../model/manifests/source/manifest.ts';
import { autoscalerOf } from '../../../model/manifests/rules/no-downtime.ts';
import { foreignObject, otherOwnerOf } from '../../../model/manifests/rules/ownership.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { Change, PlanOptions } from '../../../ports/cluster.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { checkJob } from './jobs/job-objects.ts';
import { withoutDroppedFields } from './dropped-fields.ts';
import { upgradeManagedFields, managedFieldsOf, ownsReplicas, replicasManager } from './managed-fields.ts';
import type { NamespaceClient } from '../client/namespace-client.ts';

/** Objects that are looked at at the same time. */
const atOnce = 10;
/** How often an object that others write to at the same moment is read again. */
const attempts = 5;

/** One object, and what applying it would do. */
export interface PlannedObject {
  readonly change: Change;
  /** The object as it was asked for. */
  readonly source: KubernetesObject;
  readonly path: string;
  /** What is applied: the object, without what an autoscaler owns. */
  readonly desired: KubernetesObject;
  /** What is there now. */
  readonly live: KubernetesObject | undefined;
  /** What would be there then. */
  readonly predicted: KubernetesObject;
  /** Whether what kubectl wrote must become ours first. */
  readonly fold: boolean;
  /** Replicas that must be handed to another manager before they are not sent any more. */
  readonly handOver: number | undefined;
}

/** What shall be applied for a service. */
export interface PlanRequest {
  readonly service: string;
  readonly objects: readonly KubernetesObject[];
  readonly options: PlanOptions;
}

/**
 * Dry-runs objects on the server. Changes nothing.
 * @param only those of the request to try; all of them when omitted.
 * @throws {Refusal} naming every object that the server, or its owner, would not let us write.
 */
export async function planObjects(
  place: NamespaceClient,
  request: PlanRequest,
  only: readonly KubernetesObject[] = request.objects,
): Promise<PlannedObject[]> {
  const { service, options } = request;
  const jobs = Promise.allSettled((options.jobs ?? []).map((job) => checkJob(place, service, job)));
  const { done, refusals } = await tryAll(inKindOrder(only), (object) => planObject(place, request, object));
  for (const result of await jobs) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof Refusal)) throw result.reason;
    refusals.push(result.reason);
  }
  if (refusals.length > 0) throw combineRefusals(refusals);
  return done;
}

/** Does the same for many, some at once, and gathers what is refused. @throws what is no refusal. */
export async function tryAll<T, R>(
  items: readonly T[],
  action: (item: T) => Promise<R>,
): Promise<{ done: R[]; refusals: Refusal[] }> {
  const done: R[] = [];
  const refusals: Refusal[] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    for (const result of await Promise.allSettled(items.slice(start, start + atOnce).map(action))) {
      if (result.status === 'fulfilled') done.push(result.value);
      else if (result.reason instanceof Refusal) refusals.push(result.reason);
      else throw result.reason;
    }
  }
  return { done, refusals };
}

async function planObject(
  { api, resources, namespace }: NamespaceClient,
  { service, objects, options }: PlanRequest,
  object: KubernetesObject,
): Promise<PlannedObject> {
  const doing = `check ${describeObject(object)} with the cluster`;
  try {
    const path = await resources.path(object, namespace);
    const scaler = autoscalerOf(object, objects);
    for (let attempt = 1; ; attempt++) {
      const live = await api.get(path);
      const owner = live && otherOwnerOf(live, service);
      if (live && owner !== undefined && !options.adopt) throw foreignObject(live, owner, service);
      const sent = toSend(object, namespace, live, scaler);
      const { next: applied, takenOver } = await dryRun(api, path, sent);
      // What a controller wrote in between would look like a change of ours.
      const raced = live && versionOf(live) !== versionOf(applied);
      if (raced && attempt < attempts) continue;
      const folds = live && upgradeManagedFields(live, new Date());
      const next = folds ? await dryRunUpgraded(api, path, { applied, sent, live }) : applied;
      const handsOver = live && scaler && ownsReplicas(folds ?? managedFieldsOf(live));
      const same =
        live &&
        !folds &&
        takenOver.length === 0 &&
        isDeepStrictEqual(comparable(live, scaler), comparable(next, scaler));
      return {
        change: {
          kind: object.kind,
          name: object.metadata.name,
          action: !live ? 'created' : same ? 'unchanged' : 'configured',
          ...(takenOver.length === 0 ? {} : { takenOver }),
          ...(live && !same ? { fields: fieldChanges(live, next) } : {}),
        },
        source: object,
        path,
        desired: sent,
        live,
        predicted: next,
        fold: folds !== undefined,
        handOver: handsOver ? Number(fieldAt(live, 'spec', 'replicas') ?? 1) : undefined,
      };
    }
  } catch (error) {
    throw explainApiError(error, doing, api, object);
  }
}

export function versionOf(object: KubernetesObject): unknown {
  return object.metadata['resourceVersion'];
}

function toSend(
  object: KubernetesObject,
  namespace: string,
  live: KubernetesObject | undefined,
  scaler: KubernetesObject | undefined,
): KubernetesObject {
  const sent = structuredClone(object);
  sent.metadata.namespace = namespace;
  // What was found there, and taken over, is not ours to delete one day.
  if (!live || live.metadata.annotations?.[annotation.created] === 'true')
    sent.metadata.annotations = { ...sent.metadata.annotations, [annotation.created]: 'true' };
  const spec = sent['spec'];
  if (scaler && isMap(spec)) {
    // The autoscaler looks every 15 s only: a new workload begins with as many pods as it will have at least.
    const least = Math.max(Number(spec['replicas'] ?? 1), Number(fieldAt(scaler, 'spec', 'minReplicas') ?? 1));
    if (live) delete spec['replicas'];
    else spec['replicas'] = least;
  }
  return sent;
}

/** @returns what the object would be, and which fields would be taken from others. */
export async function dryRun(
  api: KubernetesApi,
  path: string,
  sent: KubernetesObject,
  manager: string = fieldManager,
): Promise<{ next: KubernetesObject; takenOver: string[] }> {
  try {
    return { next: await patchObject(api, path, sent, { dryRun: 'All', fieldManager: manager }), takenOver: [] };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 409) throw error;
    const conflicts = error.causes.filter(({ reason }) => reason === 'FieldManagerConflict');
    if (conflicts.length === 0) throw error;
    const takenOver = conflicts.flatMap(({ field = '', message = '' }) => {
      const owner = /conflict with "([^"]+)"/.exec(message)?.[1] ?? 'another';
      return owner === replicasManager ? [] : [`${field.replace(/^\./, '')} from ${owner}`];
    });
    return {
      next: await patchObject(api, path, sent, { dryRun: 'All', force: 'true', fieldManager: manager }),
      takenOver,
    };
  }
}

/**
 * Returns what an object would be once kubectl's part of it is ours and it is applied: the server fills in the defaults
 * of what goes then.
 */
async function dryRunUpgraded(
  api: KubernetesApi,
  path: string,
  { applied, sent, live }: Readonly<Record<'applied' | 'sent' | 'live', KubernetesObject>>,
): Promise<KubernetesObject> {
  const result = withoutDroppedFields(applied, sent, live);
  if (isDeepStrictEqual(result, applied)) return applied;
  const { apiVersion: _version, kind: _kind, metadata, status: _status, ...content } = result;
  const replaced = Object.entries(content).map(([key, value]) => ({ op: 'add', path: `/${key}`, value }));
  const { labels = {}, annotations = {} } = metadata;
  const answer = await api.send('PATCH', path, {
    query: { fieldManager, dryRun: 'All' },
    body: [
      ...replaced,
      { op: 'add', path: '/metadata/labels', value: labels },
      { op: 'add', path: '/metadata/annotations', value: annotations },
    ],
    contentType: 'application/json-patch+json',
  });
  return answer as KubernetesObject;
}

/** Server-side apply of one object, strictly: what the server does not know is an error. */
export async function patchObject(
  api: KubernetesApi,
  path: string,
  sent: KubernetesObject,
  query: Readonly<Record<string, string>>,
): Promise<KubernetesObject> {
  const answer = await api.send('PATCH', path, {
    query: { fieldManager, fieldValidation: 'Strict', ...query },
    body: sent,
    contentType: 'application/apply-patch+yaml',
  });
  return answer as KubernetesObject;
}

/** What of an object counts when it is asked whether it changes: not who deployed it, nor what the server counts. */
export function comparable(object: KubernetesObject, scaler?: KubernetesObject): unknown {
  const { status: _status, metadata, ...rest } = object;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !actorAnnotations.includes(key));
  const spec = rest['spec'];
  const { replicas: _replicas, ...unscaled } = isMap(spec) ? spec : {};
  return {
    ...rest,
    ...(scaler ? { spec: unscaled } : {}),
    metadata: {
      labels: metadata.labels,
      finalizers: metadata['finalizers'],
      annotations: Object.fromEntries(annotations),
    },
  };
}

/** One refusal that tells all of them. */
export function combineRefusals(refusals: readonly Refusal[]): Refusal {
  const [first] = refusals;
  if (refusals.length === 1) return first!;
  return new Refusal({
    ...first!.facts,
    doing: 'check the manifests with the cluster',
    reason: `${refusals.length} objects cannot be applied.`,
    evidence: refusals.flatMap(({ facts }) => [facts.reason, ...(facts.evidence ?? []).map((line) => `  ${line}`)]),
  });
}
