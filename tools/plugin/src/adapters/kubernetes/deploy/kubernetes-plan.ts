import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { stageOf, type ApplyStage } from '../../../model/manifests/kind-order.ts';
import { isRollout } from '../../../model/manifests/rules/pod-templates.ts';
import type { Health } from '../../../model/observe/running-service.ts';
import type { ChangeSet, Plan, PlanOptions } from '../../../ports/cluster.ts';
import type { NamespaceClient } from '../client/namespace-client.ts';
import { healthOf, worseOf } from '../observe/health.ts';
import { momentNow, mostBetween, type Moment } from './moment.ts';
import { planObjects, type PlannedObject, type PlanRequest } from './plan.ts';

/** Milliseconds after which what a plan found may have changed. */
const planLastsMs = 60_000;

/** A plan for a namespace of a real cluster: what is sent to the server, and when that was found out. */
export class KubernetesPlan implements Plan {
  readonly service: string;
  readonly objects: readonly KubernetesObject[];
  readonly options: PlanOptions;
  private readonly planned: readonly PlannedObject[];
  private readonly madeAt: Moment;

  private constructor(request: PlanRequest, planned: readonly PlannedObject[], madeAt: Moment) {
    this.service = request.service;
    this.objects = request.objects;
    this.options = request.options;
    this.planned = planned;
    this.madeAt = madeAt;
  }

  /** Dry-runs all objects. @throws {Refusal} naming those that the server would not take. */
  static async make(place: NamespaceClient, request: PlanRequest): Promise<KubernetesPlan> {
    const madeAt = momentNow();
    return new KubernetesPlan(request, await planObjects(place, request), madeAt);
  }

  get changes(): ChangeSet {
    return this.planned.map(({ change }) => change);
  }

  get health(): Health | undefined {
    const workloads = this.planned.flatMap(({ live }) => (live && isRollout(live) ? [live] : []));
    const [first, ...others] = workloads;
    return first && healthOf(others.reduce((worst, each) => worseOf(each, worst), first));
  }

  /** The objects that are as they should be, as the cluster has them. */
  get unchanged(): readonly KubernetesObject[] {
    return this.planned.flatMap(({ change, live }) => (change.action === 'unchanged' && live ? [live] : []));
  }

  /**
   * Returns what is applied in a step: as it was planned, or planned again when that was too long ago. The step of an
   * object stays the one it had at first, so that each is applied once.
   * @param stage all of them when omitted.
   */
  async freshObjects(place: NamespaceClient, stage?: ApplyStage): Promise<readonly PlannedObject[]> {
    const isMeant = ({ desired, live }: PlannedObject) =>
      stage === undefined || stageOf(desired.kind, !!live) === stage;
    const meant = this.planned.filter(isMeant);
    if (meant.length === 0 || mostBetween(this.madeAt, momentNow()) < planLastsMs) return meant;
    return this.planAgain(
      place,
      meant.map(({ source }) => source),
    );
  }

  /** Dry-runs some of the objects again. @throws {Refusal} naming those that the server would not take any more. */
  planAgain(place: NamespaceClient, sources: readonly KubernetesObject[]): Promise<readonly PlannedObject[]> {
    const { service, objects, options } = this;
    // The Jobs were checked when the plan was made, and some may have run since.
    return planObjects(place, { service, objects, options: { ...options, jobs: [] } }, sources);
  }
}
