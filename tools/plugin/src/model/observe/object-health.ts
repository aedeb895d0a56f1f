import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { healthWishOf } from '../manifests/rules/health-wish.ts';
import { isRollout } from '../manifests/rules/pod-templates.ts';
import { apiGroup, fieldAt, listAt } from '../manifests/source/object-fields.ts';
import { currentConditions, explained, generationOf, isOlder, type StatusCondition } from './conditions.ts';
import { isGatewayRoute, routeObstacle } from './route-status.ts';

/*
 * The health of objects that make no pods, by what is in their status. The rules are those of kstatus (sigs.k8s.io/cli-utils),
 * which Flux and kpt go by, and which controllers keep to:
 *
 * 1. A generation that the controller has not seen, in `status.observedGeneration` or in a condition: waiting.
 * 2. `Stalled` is true: failed; its controller has given up until the object changes.
 * 3. `Reconciling` is true: waiting.
 * 4. What is known of the kind: an address, a volume, the answer of a gateway.
 * 5. `Ready`, where there is one: healthy when it is true, otherwise waiting, because controllers try again.
 * 6. Anything else is healthy, but for kinds that are known to get a `Ready`: those have not been looked at yet.
 *
 * An autoscaler without metrics is healthy, with a remark: its pods serve, and no metrics come in the first minute of each
 * new one, nor ever in a cluster without a metrics server.
 */

/** How an object is doing. `waiting`: it may come by itself. `failed`: its controller has given up. */
export type ObjectHealth = HealthyObject | ObjectTrouble;

interface HealthyObject {
  readonly state: 'healthy';
  /** A thing to know of it all the same, in a sentence or more. */
  readonly remark?: string;
}

/** Why an object is not healthy. */
export interface ObjectTrouble {
  readonly state: 'waiting' | 'failed';
  /** A sentence or more. */
  readonly says: string;
}

const healthy: ObjectHealth = { state: 'healthy' };

/** A rule for one kind; undefined where it has nothing to say. @param events those about the object. */
type KindRule = (object: KubernetesObject, events: readonly KubernetesObject[]) => ObjectHealth | undefined;

/** By `group/kind`. */
const kindRules: Readonly<Record<string, KindRule>> = {
  '/Service': addressed,
  '/PersistentVolumeClaim': bound,
  '/Pod': podEnded,
  'apps/ReplicaSet': replicated,
  'batch/Job': jobEnded,
  'networking.k8s.io/Ingress': addressed,
  'autoscaling/HorizontalPodAutoscaler': scaling,
  'policy/PodDisruptionBudget': budgeted,
  'gateway.networking.k8s.io/Gateway': (object) => positive(object, ['Accepted', 'Programmed']),
  'bitnami.com/SealedSecret': (object) => positive(object, ['Synced']),
};

/** Groups of Kubernetes itself: of their kinds only those with a rule have a health. */
const builtInGroups =
  /^(|apps|batch|autoscaling|policy|(apiextensions|admissionregistration|apiregistration|authentication|authorization|certificates|coordination|discovery|events|networking|node|rbac\.authorization|resource|scheduling|storage|storagemigration)\.k8s\.io|(flowcontrol|internal)\.apiserver\.k8s\.io)$/;

/** Kinds by their group of which a `Ready` is known to come: without one, their controller has not looked yet. */
const readyComes: Readonly<Record<string, readonly string[]>> = {
  'cert-manager.io': ['Certificate', 'Issuer'],
  'external-secrets.io': ['ExternalSecret', 'PushSecret', 'SecretStore'],
  'keda.sh': ['ScaledObject', 'ScaledJob'],
  'serving.knative.dev': ['Service'],
  'kustomize.toolkit.fluxcd.io': ['Kustomization'],
  'helm.toolkit.fluxcd.io': ['HelmRelease'],
};

/**
 * Returns how an object is doing by its own status; one that makes pods, that has no health, or of which nobody wants to
 * know is healthy.
 * @param events those of the cluster about it; only a claim on storage needs them.
 */
export function objectHealth(object: KubernetesObject, events: readonly KubernetesObject[] = []): ObjectHealth {
  if (!hasHealth(object) || healthWishOf(object) === 'ignored') return healthy;
  if (object.metadata['deletionTimestamp'] !== undefined) return waiting('It is being deleted.');
  if (isGatewayRoute(object)) {
    const obstacle = routeObstacle(object);
    return obstacle ? waiting(obstacle.says) : healthy;
  }
  const health = announced(object) ?? kindRules[kindOf(object)]?.(object, events) ?? custom(object);
  if (health.state !== 'healthy' || health.remark === undefined) return health;
  return healthWishOf(object) === 'required' ? waiting(health.remark) : health;
}

/** Reports whether an object is of a kind with a health that its status tells. */
export function hasHealth(object: KubernetesObject): boolean {
  if (isRollout(object)) return false;
  if (kindOf(object) === '/Service') return fieldAt(object, 'spec', 'type') === 'LoadBalancer';
  return kindOf(object) in kindRules || !builtInGroups.test(apiGroup(object));
}

/**
 * Reports whether a rollout waits for an object's health. Routes are waited for before; autoscalers and budgets tell of
 * pods that are new, for which they need no time of their own.
 */
export function isWaitedFor(object: KubernetesObject): boolean {
  const isOfPods = /^(autoscaling\/HorizontalPodAutoscaler|policy\/PodDisruptionBudget)$/.test(kindOf(object));
  return hasHealth(object) && !isOfPods && !isGatewayRoute(object) && healthWishOf(object) !== 'ignored';
}

/**
 * Reports whether what a status says is of the object as it is now: it names a generation, or there was none before. From
 * others, what a controller said before the change cannot be told from its answer.
 */
export function isOfNow(object: KubernetesObject): boolean {
  const generations = [object['status'], ...listAt(object, 'status', 'conditions')].map((place) =>
    fieldAt(place, 'observedGeneration'),
  );
  return generationOf(object) <= 1 || generations.some((generation) => generation !== undefined);
}

function kindOf(object: KubernetesObject): string {
  return `${apiGroup(object)}/${object.kind}`;
}

function waiting(says: string): ObjectHealth {
  return { state: 'waiting', says };
}

const notSeen = waiting('Its controller has not seen it as it is now.');

/** Returns the health that all kinds say in the same way, where they say anything. */
function announced(object: KubernetesObject): ObjectHealth | undefined {
  if (isOlder(fieldAt(object, 'status', 'observedGeneration'), generationOf(object))) return notSeen;
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.['status'] === 'True')
    return { state: 'failed', says: explained('Its controller has given up', stalled) };
  const reconciling = conditionOf(object, 'Reconciling');
  if (reconciling?.['status'] === 'True') return waiting(explained('It is being worked on', reconciling));
  return undefined;
}

function custom(object: KubernetesObject): ObjectHealth {
  const unanswered = listAt(object, 'status', 'ancestors').length > 0 ? attached(object) : undefined;
  if (unanswered) return unanswered;
  const ready = conditionOf(object, 'Ready');
  if (ready) return ready['status'] === 'True' ? healthy : waiting(explained('It is not ready', ready));
  const isOfBefore = listAt(object, 'status', 'conditions').some(({ type }) => type === 'Ready');
  if (isOfBefore) return notSeen;
  return readyComes[apiGroup(object)]?.includes(object.kind)
    ? waiting('Its controller has not said anything of it yet.')
    : healthy;
}

/** A policy that is attached to something: each that it is attached to says whether it takes it (Gateway API). */
function attached(object: KubernetesObject): ObjectHealth | undefined {
  for (const ancestor of listAt(object, 'status', 'ancestors')) {
    const refusal = currentConditions(ancestor, generationOf(object)).find(
      ({ type, status }) => (type === 'Accepted' || type === 'ResolvedRefs') && status === 'False',
    );
    if (refusal)
      return waiting(explained(`${String(fieldAt(ancestor, 'ancestorRef', 'name'))} does not take it`, refusal));
  }
  return undefined;
}

function addressed(object: KubernetesObject): ObjectHealth {
  return listAt(object, 'status', 'loadBalancer', 'ingress').length > 0 ? healthy : waiting('It has no address.');
}

/**
 * A claim may wait for its first pod: its class says so (WaitForFirstConsumer), which is told by events to those who may not
 * read classes. What pods of the release use is bound by the time that they are ready.
 */
function bound(object: KubernetesObject, events: readonly KubernetesObject[]): ObjectHealth {
  const phase = fieldAt(object, 'status', 'phase');
  if (phase === 'Bound') return healthy;
  if (phase === 'Lost') return waiting('The volume that it was bound to is gone.');
  const about = events.filter(
    (event) =>
      fieldAt(event, 'involvedObject', 'kind') === 'PersistentVolumeClaim' &&
      fieldAt(event, 'involvedObject', 'name') === object.metadata.name,
  );
  const warning = about.find((event) => event['type'] === 'Warning');
  if (warning) return waiting(explained('It has no volume', warning));
  if (about.some(({ reason }) => reason === 'WaitForFirstConsumer' || reason === 'WaitForPodScheduled')) return healthy;
  return waiting('It has no volume yet.');
}

function podEnded(object: KubernetesObject): ObjectHealth | undefined {
  const status = object['status'] as StatusCondition | undefined;
  if (status?.['phase'] === 'Succeeded') return healthy;
  if (status?.['phase'] === 'Failed') return { state: 'failed', says: explained('It has failed', status) };
  return conditionOf(object, 'Ready') ? undefined : waiting('It does not run yet.');
}

function replicated(object: KubernetesObject): ObjectHealth {
  const wanted = Number(fieldAt(object, 'spec', 'replicas') ?? 1);
  const ready = Number(fieldAt(object, 'status', 'readyReplicas') ?? 0);
  return ready >= wanted ? healthy : waiting(`${ready} of ${wanted} of its pods are ready.`);
}

function jobEnded(object: KubernetesObject): ObjectHealth {
  const is = (type: string) => conditionOf(object, type)?.['status'] === 'True';
  if (is('Failed')) return { state: 'failed', says: explained('It has failed', conditionOf(object, 'Failed')!) };
  const isDone = is('Complete') || is('SuccessCriteriaMet') || fieldAt(object, 'spec', 'suspend') === true;
  return isDone ? healthy : waiting('It has not ended yet.');
}

function scaling(object: KubernetesObject): ObjectHealth {
  const broken = ['AbleToScale', 'ScalingActive']
    .map((type) => conditionOf(object, type))
    // Of none, nothing can be scaled, and that is as wanted.
    .find((condition) => condition?.['status'] === 'False' && condition['reason'] !== 'ScalingDisabled');
  if (!broken) return healthy;
  const reason = String(broken['reason']);
  if (!/^FailedGet\w*Metric$/.test(reason)) return waiting(explained('It cannot scale', broken));
  // What it may be comes first: the words of its controller are long, and lines are cut.
  const remark = `It has no metrics to scale by: ${causeOf(reason)}. ${explained('Its controller says', broken)}`;
  return { state: 'healthy', remark };
}

/** Returns why an autoscaler may have no metrics, as a clause. */
function causeOf(reason: string): string {
  return reason.includes('Resource')
    ? 'new pods have none in their first minute; where none come, the cluster lacks a metrics server, or a container its resource requests'
    : 'what serves these to the cluster does not have them';
}

function budgeted(object: KubernetesObject): ObjectHealth {
  const { reason, ...rest } = conditionOf(object, 'DisruptionAllowed') ?? {};
  // That it allows no disruption just now is what it is for.
  return reason === 'SyncFailed' ? waiting(explained('It cannot be kept', { reason, ...rest })) : healthy;
}

/** Returns the health of a kind that says by some conditions that it is well. */
function positive(object: KubernetesObject, types: readonly string[]): ObjectHealth {
  for (const type of types) {
    const condition = conditionOf(object, type);
    if (!condition) return waiting('Its controller has not said anything of it yet.');
    if (condition['status'] !== 'True') return waiting(explained(`It is not ${type.toLowerCase()}`, condition));
  }
  return healthy;
}

function conditionOf(object: KubernetesObject, type: string): StatusCondition | undefined {
  return currentConditions(object['status'], generationOf(object)).find((each) => each['type'] === type);
}
