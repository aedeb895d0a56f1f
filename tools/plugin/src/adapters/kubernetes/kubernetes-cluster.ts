import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Actor } from '../../model/release/actor.ts';
import type {
  CanaryProgress,
  CanaryWish,
  DeploymentEnding,
  DeploymentRecord,
  DeploymentSummary,
  NewDeploymentRecord,
} from '../../model/deploy/deployment-record.ts';
import type { KeptDeployment, LoggedDeployment, LogOverview } from '../../model/deploy/deployment-log.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import type { ApplyStage } from '../../model/manifests/kind-order.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { label } from '../../model/product/wire-names.ts';
import { identityOf } from '../../model/manifests/source/object-fields.ts';
import { isWorkload } from '../../model/manifests/rules/pod-templates.ts';
import type {
  ChangeSet,
  Cluster,
  HealthResult,
  JobOptions,
  JobResult,
  LogRange,
  ObservedService,
  Plan,
  PlanOptions,
  PruneOptions,
  RolloutResult,
  ServiceLock,
  WaitOptions,
} from '../../ports/cluster.ts';
import type { ChangedServices } from '../../model/observe/changed-services.ts';
import type { ClusterNode } from '../../model/nodes/cluster-node.ts';
import type { GatewayView } from '../../model/manifests/routes/gateway-view.ts';
import type { KubernetesApi } from './client/api.ts';
import { applyPlan } from './deploy/apply.ts';
import { watchForChanges } from './observe/watch.ts';
import { AccessReview } from './client/access-review.ts';
import { describeAccess } from './client/access-rules.ts';
import { explainApiError } from './client/api-error.ts';
import { checkAccess, refuseMissingNamespace } from './client/check.ts';
import { fingerprintOf } from './observe/drift.ts';
import { runJob } from './deploy/jobs/run-job.ts';
import type { HeldLease } from './deploy/held-lease.ts';
import { acquireLease } from './deploy/lease.ts';
import { listNodes } from './observe/list-nodes.ts';
import { observe } from './observe/observe.ts';
import { PodServices } from './observe/pod-services.ts';
import { KubernetesPlan } from './deploy/kubernetes-plan.ts';
import type { PlannedObject } from './deploy/plan.ts';
import { provisionedVersion } from './provision/provisioned-version.ts';
import { listHttpRoutes, readGateways } from './deploy/gateways.ts';
import { pruneObjects } from './deploy/prune.ts';
import { Records } from './records/records.ts';
import { jobAccess, kindAccess } from './client/required-access.ts';
import { OwnIdentity } from './client/own-identity.ts';
import { Resources } from './client/resources.ts';
import type { RolloutTarget } from './deploy/wait/evaluate-rollout.ts';
import { isGatewayRoute } from '../../model/observe/route-status.ts';
import { waitForRollouts } from './deploy/wait/wait.ts';
import { waitForHealth } from './deploy/wait/wait-for-health.ts';
import { waitForEndpoints } from './deploy/wait/wait-for-endpoints.ts';
import type { NamespaceClient } from './client/namespace-client.ts';

/** Reports whether an object's kind was added to Kubernetes by somebody: their controllers make what they please. */
function isCustom(apiVersion: string): boolean {
  const [group = ''] = apiVersion.split('/');
  return group.includes('.') && !group.endsWith('.k8s.io');
}

/** One environment's namespace in a real cluster. */
export class KubernetesCluster implements Cluster {
  private readonly place: NamespaceClient;
  private readonly environment: Pick<Environment, 'name' | 'namespace'>;
  private readonly recordsOf: Records;
  private readonly review: AccessReview;
  private readonly account: OwnIdentity;
  private readonly podServices = new PodServices();
  private access: Promise<void> | undefined;
  private listedNodes: Promise<readonly ClusterNode[] | undefined> | undefined;
  /** The lock that was taken last, by service: it is the fence for all that is written for that service. */
  private readonly locks = new Map<string, HeldLease>();
  /** Objects as they were when they had been applied. */
  private readonly applied = new Map<string, KubernetesObject>();
  /** Objects that were as they should be when they were planned last. */
  private readonly unchanged = new Map<string, KubernetesObject>();

  constructor(api: KubernetesApi, environment: Pick<Environment, 'name' | 'namespace'>) {
    this.environment = environment;
    this.place = { api, resources: new Resources(api), namespace: environment.namespace };
    this.recordsOf = new Records(api, environment.namespace);
    this.review = new AccessReview(this.place);
    this.account = new OwnIdentity(api);
  }

  check(): Promise<void> {
    // A record will want it: by then it is there.
    void this.account.name();
    // Asked by several services of a command, and early, so that the connection is there when it is needed.
    this.access ??= checkAccess(this.place.api, this.environment, this.review).catch((error: unknown) => {
      this.access = undefined;
      throw error;
    });
    return this.access;
  }

  identity(): Promise<string | undefined> {
    return this.account.name();
  }

  async lock(
    service: string,
    holder: Actor,
    onWait: (heldBy: string) => void,
    signal?: AbortSignal,
  ): Promise<ServiceLock> {
    const lock = await acquireLease({ ...this.place, signal }, service, holder, onWait);
    this.locks.set(service, lock);
    return lock;
  }

  httpRoutes(): Promise<readonly KubernetesObject[]> {
    return listHttpRoutes(this.place);
  }

  gatewaysOf(routes: readonly KubernetesObject[]): Promise<Pick<GatewayView, 'gateways' | 'classes'>> {
    return readGateways(this.place, routes);
  }

  nodes(): Promise<readonly ClusterNode[] | undefined> {
    // Once for all services of a command.
    this.listedNodes ??= listNodes(this.place.api).catch((error: unknown) => {
      this.listedNodes = undefined;
      throw error;
    });
    return this.listedNodes;
  }

  async plan(service: string, objects: readonly KubernetesObject[], options: PlanOptions = {}): Promise<Plan> {
    const plan = await KubernetesPlan.make(this.place, { service, objects, options });
    await this.requireAccess(objects, options);
    for (const object of plan.unchanged) this.unchanged.set(identityOf(object), object);
    return plan;
  }

  async apply(plan: Plan, stage?: ApplyStage, signal?: AbortSignal): Promise<ChangeSet> {
    const own = plan instanceof KubernetesPlan ? plan : await KubernetesPlan.make(this.place, plan);
    const writer = this.writer(own.service);
    const planned = await own.freshObjects(writer, stage);
    const planAgain = async ({ source }: PlannedObject) => (await own.planAgain(writer, [source]))[0]!;
    for (const object of await applyPlan(writer.api, planned, planAgain, signal))
      this.applied.set(identityOf(object), object);
    return planned.map(({ change }) => change);
  }

  async prune(service: string, objects: readonly KubernetesObject[], options?: PruneOptions): Promise<ChangeSet> {
    const recordedKinds = await this.recordsOf.kinds(service);
    return pruneObjects(this.writer(service), { service, objects, recordedKinds }, options);
  }

  waitUntilReady(objects: readonly KubernetesObject[], options: WaitOptions): Promise<RolloutResult> {
    const labels = objects.find(({ metadata }) => metadata.labels?.[label.service] !== undefined)?.metadata.labels;
    const service = labels?.[label.service] ?? '';
    const place = this.writer(service);
    const isWriter = options.replacesPods && this.locks.has(service);
    return waitForRollouts(place, this.targetsAmong(objects, isWorkload), {
      ...options,
      ...(isWriter ? { writer: place.api } : {}),
    });
  }

  /** Objects that are waited for, as the server had them after they were applied. */
  private targetsAmong(
    objects: readonly KubernetesObject[],
    isMeant: (object: KubernetesObject) => boolean,
  ): RolloutTarget[] {
    const makers = objects.filter(({ apiVersion }) => isCustom(apiVersion));
    return objects.filter(isMeant).map((object): RolloutTarget => {
      const applied = this.applied.get(identityOf(object)) ?? this.unchanged.get(identityOf(object));
      const [uid, generation] = [applied?.metadata['uid'], applied?.metadata['generation']];
      return {
        // As the server has it: admission may put other images in, and that is no change by others.
        object: applied ?? object,
        makers,
        ...(typeof uid === 'string' ? { uid } : {}),
        ...(typeof generation === 'number' ? { generation } : {}),
      };
    });
  }

  async waitUntilAccepted(objects: readonly KubernetesObject[], options: WaitOptions): Promise<RolloutResult> {
    try {
      return await waitForRollouts(this.place, this.targetsAmong(objects, isGatewayRoute), options);
    } catch (error) {
      if (error instanceof Refusal && error.facts.type === 'forbidden') return { state: 'ready' };
      throw error;
    }
  }

  async waitUntilHealthy(objects: readonly KubernetesObject[], options: WaitOptions): Promise<HealthResult> {
    return waitForHealth(this.place, objects, options);
  }

  waitForEndpoints(objects: readonly KubernetesObject[], signal?: AbortSignal): Promise<void> {
    return waitForEndpoints(this.place, objects, signal);
  }

  runJob(service: string, job: KubernetesObject, options: JobOptions): Promise<JobResult> {
    return runJob(this.writer(service), { service, job }, options);
  }

  provisioned(): Promise<BuildNumber | undefined> {
    return provisionedVersion(this.place.api, this.environment.namespace);
  }

  services(): Promise<string[]> {
    return this.recordsOf.services();
  }

  records(service: string): Promise<DeploymentRecord[]> {
    return this.recordsOf.list(service);
  }

  async openRecord(record: NewDeploymentRecord): Promise<DeploymentRecord> {
    return this.recordsOf.open(await this.account.sign(record), this.writer(record.release.service).api);
  }

  closeRecord(record: DeploymentRecord, ending: DeploymentEnding): Promise<DeploymentRecord> {
    // Objects that were not applied here, because it came to nothing before, are told by nothing.
    const applied = record.manifests.flatMap((object): [string, string][] => {
      const live = this.applied.get(identityOf(object));
      return live ? [[identityOf(object), fingerprintOf(live)]] : [];
    });
    return this.recordsOf.close(
      record,
      { ...ending, applied: new Map(applied) },
      this.writer(record.release.service).api,
    );
  }

  noteCanary(record: DeploymentRecord, progress: CanaryProgress): Promise<DeploymentRecord> {
    return this.recordsOf.noteCanary(record, progress, this.writer(record.release.service).api);
  }

  askCanary(record: DeploymentRecord, wish: CanaryWish): Promise<void> {
    return this.recordsOf.askCanary(record, wish);
  }

  record(service: string, sequence: number): Promise<DeploymentRecord | undefined> {
    return this.recordsOf.read(service, sequence);
  }

  async newest(service?: string): Promise<DeploymentSummary[]> {
    const newest = [...(await this.recordsOf.newestOf(service === undefined ? undefined : [service])).values()].map(
      ({ summary }) => summary,
    );
    if (newest.length === 0) await refuseMissingNamespace(this.place.api, this.environment);
    return newest;
  }

  summaries(): Promise<KeptDeployment[]> {
    return this.recordsOf.summaries();
  }

  logged(service: string, range: LogRange): Promise<LoggedDeployment[]> {
    return this.recordsOf.log.read(service, range);
  }

  logOverview(): Promise<LogOverview | undefined> {
    return this.recordsOf.log.overview();
  }

  async observe(
    services?: string | readonly string[],
    onNewest?: (newest: readonly DeploymentSummary[]) => void,
  ): Promise<ObservedService[]> {
    const names = services === undefined ? undefined : [services].flat();
    const observed = await observe({ ...this.place, podServices: this.podServices }, this.recordsOf, names, onNewest);
    // A namespace that is not there lists nothing, like one that is empty.
    if (observed.length === 0) await refuseMissingNamespace(this.place.api, this.environment);
    return observed;
  }

  changes(signal: AbortSignal): AsyncIterable<ChangedServices> {
    return watchForChanges({ ...this.place, podServices: this.podServices }, signal);
  }

  /** @throws {Refusal} when a right lacks that would be missed only after something was changed. */
  private async requireAccess(objects: readonly KubernetesObject[], { jobs = [] }: PlanOptions): Promise<void> {
    const { resources, namespace, api } = this.place;
    const doing = `deploy to the namespace ${namespace}`;
    try {
      const kinds = await Promise.all(
        objects.map(async (object) => {
          const { group, resource } = await resources.typeOf(object, namespace);
          return kindAccess(group, resource, isWorkload(object));
        }),
      );
      const needed = [...kinds.flat(), ...(jobs.length > 0 ? jobAccess : [])];
      const unique = new Map(needed.map((access) => [describeAccess(access), access]));
      await this.review.require([...unique.values()], doing);
    } catch (error) {
      throw explainApiError(error, doing, api);
    }
  }

  /** Returns the namespace to write to for a service: nothing is written once the service's lock is lost or released. */
  private writer(service: string): NamespaceClient {
    const lock = this.locks.get(service);
    return lock ? { ...this.place, api: this.place.api.fencedBy(lock) } : this.place;
  }

  /** Closes the connections to the cluster. */
  close(): void {
    this.place.api.close();
  }
}
