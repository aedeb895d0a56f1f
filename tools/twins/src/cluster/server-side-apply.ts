import { nextJobStep } from '../../../plugin/src/model/deploy/job-step.ts';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import { inKindOrder, stageOf, type ApplyStage } from '../../../plugin/src/model/manifests/kind-order.ts';
import { describeObject, type KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { annotation } from '../../../plugin/src/model/product/wire-names.ts';
import { autoscalerOf } from '../../../plugin/src/model/manifests/rules/downtime/least-pods.ts';
import { keepSuspended } from '../../../plugin/src/model/manifests/rules/suspended.ts';
import { refuseEnding } from '../../../plugin/src/model/manifests/rules/ending.ts';
import { refusePaused } from '../../../plugin/src/model/manifests/rules/paused.ts';
import { refuseForeign } from '../../../plugin/src/model/manifests/rules/ownership.ts';
import { fieldAt, isMap } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import { fieldChanges } from '../../../plugin/src/model/observe/field-changes.ts';
import type { Change, ChangeSet, Plan } from '../../../plugin/src/ports/cluster.ts';
import { applied, isApplied, removed, takenOver } from './managed-fields.ts';
import type { NamespaceState } from './namespace-state.ts';
import type { ObjectStates } from './object-states.ts';
import { foreignJob } from './scripted-jobs.ts';
import type { StoredObject, StoredObjects } from './stored-objects.ts';

/** A plan before it is made: whose objects are applied, and how. */
export type PlanRequest = Omit<Plan, 'changes' | 'health'>;

interface PlannedObject {
  readonly change: Change;
  readonly sent: KubernetesObject;
  readonly stored: StoredObject | undefined;
  /** The object as it is then. */
  readonly next: KubernetesObject;
}

/** Plans and applies objects as an API server does: field by field, each with its manager. */
export class ServerSideApply {
  private readonly objects: StoredObjects;
  private readonly health: ObjectStates;
  private readonly unknownFields: ReadonlyMap<string, string>;

  /** @param unknownFields fields that the API server does not know, by `Deployment orders`. */
  constructor(
    { objects, health }: Pick<NamespaceState, 'objects' | 'health'>,
    unknownFields: ReadonlyMap<string, string>,
  ) {
    this.objects = objects;
    this.health = health;
    this.unknownFields = unknownFields;
  }

  /** Dry-runs the objects and the Jobs of a release. @throws {Refusal} naming the first that it would not take. */
  plan(request: PlanRequest): Omit<Plan, 'health'> {
    for (const job of request.options.jobs ?? []) this.checkJob(job, request.service);
    return { ...request, changes: this.planned(request).map(({ change }) => change) };
  }

  /** Applies one step of a plan, or all of them, as things are now. */
  apply(plan: Plan, stage?: ApplyStage, signal?: AbortSignal): ChangeSet {
    signal?.throwIfAborted();
    const created = new Set(
      plan.changes.flatMap(({ kind, name, action }) => (action === 'created' ? [`${kind} ${name}`] : [])),
    );
    const isMeant = ({ sent }: PlannedObject) =>
      stage === undefined || stageOf(sent.kind, !created.has(describeObject(sent))) === stage;
    const planned = this.planned(plan).filter(isMeant);
    for (const each of planned) if (each.change.action !== 'unchanged') this.write(each);
    return planned.map(({ change }) => change);
  }

  private checkJob(job: KubernetesObject, service: string): void {
    this.checkFields(job);
    const live = this.objects.get(job)?.live;
    if (nextJobStep(live, job, service) === 'refuse') throw foreignJob(live!);
  }

  private checkFields(object: KubernetesObject): void {
    const unknown = this.unknownFields.get(describeObject(object));
    if (unknown !== undefined) throw unknownField(object, unknown);
  }

  private planned({ service, objects, options }: PlanRequest): PlannedObject[] {
    const { adopt = false } = options;
    return inKindOrder(objects).map((object) => {
      this.checkFields(object);
      const stored = this.objects.get(object);
      if (stored) refuseForeign(stored.live, object, { ...options, service });
      if (stored) refuseEnding(stored.live);
      const sent = this.toSend(object, objects, stored);
      const next = stored ? applied(stored, sent, adopt) : sent;
      if (stored && keepsDefaultStrategy(stored.live, sent)) throw defaultStrategyKept(sent);
      refusePaused(next);
      const isSame = stored !== undefined && isApplied(stored, sent, adopt);
      const change = { ...changeOf({ sent, stored, next }, isSame, adopt), ...this.describeTrouble(stored) };
      return { change, sent, stored, next };
    });
  }

  private describeTrouble(stored: StoredObject | undefined): Pick<Change, 'trouble'> {
    const health = stored && this.health.of(stored.live);
    return health && health.state !== 'healthy' ? { trouble: health.says } : {};
  }

  private toSend(object: KubernetesObject, objects: readonly KubernetesObject[], stored: StoredObject | undefined) {
    const sent = this.objects.placed(object);
    if (!stored || stored.live.metadata.annotations?.[annotation.created] === 'true')
      sent.metadata.annotations = { ...sent.metadata.annotations, [annotation.created]: 'true' };
    keepSuspended(sent, stored?.live);
    const isScaled = autoscalerOf(object, objects) !== undefined || isAutoscaled(stored);
    if (stored && isScaled && isMap(sent['spec'])) delete sent['spec']['replicas'];
    return sent;
  }

  private write({ sent, next }: PlannedObject): void {
    this.objects.write(structuredClone(next), sent);
  }
}

function isAutoscaled(stored: StoredObject | undefined): boolean {
  return [...(stored?.foreign.values() ?? [])].some(
    ({ isScale, manager }) => isScale === true && !manager.startsWith('kubectl'),
  );
}

function changeOf({ sent, stored, next }: Omit<PlannedObject, 'change'>, isSame: boolean, adopt: boolean): Change {
  const what = { kind: sent.kind, name: sent.metadata.name };
  if (!stored) return { ...what, action: 'created' };
  if (isSame) return { ...what, action: 'unchanged' };
  const fromOthers = [...takenOver(stored, sent), ...removed(stored, sent, adopt)];
  return {
    ...what,
    action: 'configured',
    ...(fromOthers.length === 0 ? {} : { takenOver: fromOthers }),
    fields: fieldChanges(stored.live, next),
  };
}

/** Kinds whose other strategy is refused while there are settings of RollingUpdate, which the server has by default. */
const strictStrategies: Readonly<Record<string, { field: string; defaults: readonly string[]; other: string }>> = {
  Deployment: { field: 'strategy', defaults: ['maxSurge', 'maxUnavailable'], other: 'Recreate' },
  StatefulSet: { field: 'updateStrategy', defaults: ['partition'], other: 'OnDelete' },
};

/**
 * Reports whether fields that only the server's defaults have set, and that nobody gives up therefore, would stay beside a
 * strategy that forbids them.
 */
function keepsDefaultStrategy(live: KubernetesObject, sent: KubernetesObject): boolean {
  const rule = strictStrategies[live.kind];
  if (!rule) return false;
  const [before, next] = [fieldAt(live, 'spec', rule.field), fieldAt(sent, 'spec', rule.field)];
  const isOurs = rule.defaults.every((key) => fieldAt(before, 'rollingUpdate', key) !== undefined);
  const isRolling = (fieldAt(before, 'type') ?? 'RollingUpdate') === 'RollingUpdate';
  return isRolling && !isOurs && fieldAt(next, 'type') === rule.other;
}

function defaultStrategyKept(object: KubernetesObject): Refusal {
  const { name, namespace } = object.metadata;
  return new Refusal({
    type: 'bad-object',
    doing: `check ${describeObject(object)}`,
    reason: `${describeObject(object)}: the cluster has kept its own default \`rollingUpdate\` of before.`,
    remedy: `Run \`kubectl patch ${object.kind.toLowerCase()} ${name} --namespace=${namespace ?? ''} --type=merge\` once.`,
  });
}

function unknownField(object: KubernetesObject, field: string): Refusal {
  return new Refusal({
    type: 'unknown-field',
    doing: `check ${describeObject(object)}`,
    reason: `${describeObject(object)} has the field "${field}", which Kubernetes does not know.`,
    remedy: 'Mend the manifest.',
  });
}
