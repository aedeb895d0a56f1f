import { isDeepStrictEqual } from 'node:util';
import { fieldChanges } from '../../../model/observe/field-changes.ts';
import { objectHealth } from '../../../model/observe/object-health.ts';
import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { inKindOrder } from '../../../model/manifests/kind-order.ts';
import { actorAnnotations, annotation, fieldManager, replicasManager } from '../../../model/product/wire-names.ts';
import { fieldAt, isMap } from '../../../model/manifests/source/object-fields.ts';
import { autoscalerOf } from '../../../model/manifests/rules/downtime/least-pods.ts';
import { keepSuspended } from '../../../model/manifests/rules/suspended.ts';
import { refuseEnding } from '../../../model/manifests/rules/ending.ts';
import { refusePaused } from '../../../model/manifests/rules/paused.ts';
import { refuseForeign } from '../../../model/manifests/rules/ownership.ts';
import { Failure, Refusal } from '../../../model/errors/product-error.ts';
import type { Change, PlanOptions } from '../../../ports/cluster.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { readClaimEvents } from '../observe/claim-events.ts';
import { checkJob } from './jobs/job-objects.ts';
import { displacedPorts, stepsOf } from './displaced-ports.ts';
import { fieldWriters } from './field-writers.ts';
import {
  isAutoscaled,
  isDeployers,
  isKubectls,
  upgradeManagedFields,
  managedFieldsOf,
  ownsReplicas,
  type IsUpgraded,
  type ManagedFields,
} from './managed-fields.ts';
import { patchObject, withManagers } from './patch-object.ts';
import { dryRunContent, laidOver, predict, removedFields } from './upgrade.ts';
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
  /** The object as it is applied, without the fields that an autoscaler owns. */
  readonly desired: KubernetesObject;
  /** The object in the cluster. */
  readonly live: KubernetesObject | undefined;
  /** The object as it would be after applying. */
  readonly predicted: KubernetesObject;
  /** Chooses the managers whose part of it must become ours first. */
  readonly fold: IsUpgraded | undefined;
  /** Replicas that must be handed to another manager before they are not sent any more. */
  readonly handOver: number | undefined;
}

/** The objects to apply for a service. */
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
  place: NamespaceClient,
  { service, objects, options }: PlanRequest,
  object: KubernetesObject,
): Promise<PlannedObject> {
  const doing = `check ${describeObject(object)} with the cluster`;
  const { api, resources, namespace } = place;
  try {
    const path = await resources.path(object, namespace);
    const scaler = autoscalerOf(object, objects);
    const isScaled = (live: KubernetesObject) => scaler !== undefined || isAutoscaled(live);
    const isUpgraded = options.adopt ? isDeployers : isKubectls;
    const tried = await tryObject(api, path, {
      manager: fieldManager,
      isUpgraded,
      isScaled,
      refuseForeign: (live) => refuseForeign(live, object, { ...options, service }),
      toSend: (live) => toSend(object, { namespace, live, scaler, isScaled: live !== undefined && isScaled(live) }),
    });
    const { live, sent, predicted, managedFields, ...change } = tried;
    refusePaused(predicted);
    const writtenBy = live ? fieldWriters(live, isUpgraded) : [];
    const handsOver = live && isScaled(live) && ownsReplicas(managedFields ?? managedFieldsOf(live));
    return {
      change: {
        ...{ kind: object.kind, name: object.metadata.name, ...change },
        ...(writtenBy.length === 0 ? {} : { writtenBy }),
        ...(await describeTrouble(place, live)),
      },
      source: object,
      path,
      desired: sent,
      live,
      predicted,
      fold: managedFields && isUpgraded,
      handOver: handsOver ? Number(fieldAt(live, 'spec', 'replicas') ?? 1) : undefined,
    };
  } catch (error) {
    throw asRefusal(explainApiError(error, doing, api, object));
  }
}

/** Returns the trouble of an object as it is, before anything is changed. */
async function describeTrouble(
  place: NamespaceClient,
  live: KubernetesObject | undefined,
): Promise<Pick<Change, 'trouble'>> {
  if (!live) return {};
  const health = objectHealth(live, await readClaimEvents(place, [live]));
  return health.state === 'healthy' ? {} : { trouble: health.says };
}

/** Nothing has been changed by a plan: what the server could not answer is a refusal. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  return new Refusal({ ...error.facts, remedy: 'Run the same command again when it answers; nothing was changed.' });
}

/** Rules that differ between writers of objects. */
export interface ObjectRules {
  readonly manager: string;
  /** Chooses the managers whose part of an object becomes this tool's; all keep theirs when it is left out. */
  readonly isUpgraded?: IsUpgraded;
  /** Reports whether replicas are another's to set; those of nobody when left out. */
  isScaled?(live: KubernetesObject): boolean;
  /** @throws {Refusal} when an object that is there belongs to another. */
  refuseForeign(live: KubernetesObject): void;
  toSend(live: KubernetesObject | undefined): KubernetesObject;
}

/** The result of a dry run of one object. */
export interface TriedObject extends Pick<Change, 'action' | 'takenOver' | 'fields' | 'warnings'> {
  readonly live: KubernetesObject | undefined;
  readonly sent: KubernetesObject;
  readonly predicted: KubernetesObject;
  /** The managers with others' fields made ours; undefined where there are none. */
  readonly managedFields: readonly ManagedFields[] | undefined;
}

/** Dry-runs one object on the server, and again while controllers write to it at the same moment. */
export async function tryObject(api: KubernetesApi, path: string, rules: ObjectRules): Promise<TriedObject> {
  const { manager, isUpgraded, isScaled = () => false } = rules;
  for (let attempt = 1; ; attempt++) {
    const found = await api.get(path);
    if (found) rules.refuseForeign(found);
    if (found) refuseEnding(found);
    const live = found && isUpgraded ? await withManagers(api, path, found, { dryRun: 'All' }) : found;
    const sent = rules.toSend(live);
    const displaced = live && isUpgraded ? displacedPorts(live, sent) : [];
    const managedFields = live && isUpgraded && upgradeManagedFields(live, new Date(), isUpgraded, stepsOf(displaced));
    const upgrade = { sent, live, isUpgraded, displaced: stepsOf(displaced) };
    const otherwise = managedFields && (() => dryRunContent(api, path, laidOver(upgrade)));
    const warnings = new Set<string>();
    const tried = await dryRun(
      api.tellingWarnings((text) => warnings.add(text)),
      path,
      sent,
      { manager, otherwise },
    );
    const applied = tried.next;
    // What a controller wrote in between would look like a change of ours.
    const isRaced = live && versionOf(live) !== versionOf(applied);
    if (isRaced && attempt < attempts) continue;
    const predicted = await predict(api, path, applied, upgrade);
    const takenOver = [...tried.takenOver, ...displaced.map(({ text }) => text), ...removedFields(predicted, upgrade)];
    const isSame =
      live &&
      !managedFields &&
      takenOver.length === 0 &&
      isDeepStrictEqual(comparable(live, isScaled(live)), comparable(predicted, isScaled(live)));
    return {
      live,
      sent,
      predicted,
      managedFields,
      action: !live ? 'created' : isSame ? 'unchanged' : 'configured',
      ...(takenOver.length === 0 ? {} : { takenOver }),
      ...(isSame || warnings.size === 0 ? {} : { warnings: [...warnings] }),
      ...(live && !isSame ? { fields: fieldChanges(live, predicted) } : {}),
    };
  }
}

function versionOf(object: KubernetesObject): unknown {
  return object.metadata['resourceVersion'];
}

/** Where an object is sent to, and who sets its replicas. */
interface Destination {
  readonly namespace: string;
  readonly live: KubernetesObject | undefined;
  /** The autoscaler among the objects that are applied. */
  readonly scaler: KubernetesObject | undefined;
  /** True when the workload that is there has an autoscaler, of whomever. */
  readonly isScaled: boolean;
}

function toSend(object: KubernetesObject, { namespace, live, scaler, isScaled }: Destination): KubernetesObject {
  const sent = structuredClone(object);
  sent.metadata.namespace = namespace;
  // What was found there, and taken over, is not ours to delete one day.
  if (!live || live.metadata.annotations?.[annotation.created] === 'true')
    sent.metadata.annotations = { ...sent.metadata.annotations, [annotation.created]: 'true' };
  keepSuspended(sent, live);
  const spec = sent['spec'];
  if (isScaled && isMap(spec)) delete spec['replicas'];
  if (scaler && !live && isMap(spec)) {
    // The autoscaler looks every 15 s only: a new workload begins with as many pods as it will have at least.
    spec['replicas'] = Math.max(Number(spec['replicas'] ?? 1), Number(fieldAt(scaler, 'spec', 'minReplicas') ?? 1));
  }
  return sent;
}

interface DryRunOptions {
  readonly manager?: string;
  /** Tried where the object is invalid only as long as others have their part of it. */
  readonly otherwise?: (() => Promise<KubernetesObject>) | undefined;
}

/** @returns what the object would be, and which fields would be taken from others. */
export async function dryRun(
  api: KubernetesApi,
  path: string,
  sent: KubernetesObject,
  { manager = fieldManager, otherwise }: DryRunOptions = {},
): Promise<{ next: KubernetesObject; takenOver: string[] }> {
  const attempt = async (query: Readonly<Record<string, string>>) => {
    try {
      return await patchObject(api, path, sent, { dryRun: 'All', fieldManager: manager, ...query });
    } catch (error) {
      if (otherwise && error instanceof ApiError && error.code === 422) return otherwise();
      throw error;
    }
  };
  try {
    return { next: await attempt({}), takenOver: [] };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 409) throw error;
    const conflicts = error.causes.filter(({ reason }) => reason === 'FieldManagerConflict');
    if (conflicts.length === 0) throw error;
    const takenOver = conflicts.flatMap(({ field = '', message = '' }) => {
      const owner = /conflict with "([^"]+)"/.exec(message)?.[1] ?? 'another';
      return owner === replicasManager ? [] : [`${field.replace(/^\./, '')} from ${owner}`];
    });
    return { next: await attempt({ force: 'true' }), takenOver };
  }
}

/** Returns the fields of an object that count as a change: not its deployer, nor the server's counters. */
function comparable(object: KubernetesObject, isScaled: boolean): unknown {
  const { status: _status, metadata, ...rest } = object;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !actorAnnotations.includes(key));
  const spec = rest['spec'];
  const { replicas: _replicas, ...unscaled } = isMap(spec) ? spec : {};
  return {
    ...rest,
    ...(isScaled ? { spec: unscaled } : {}),
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
