import type {
  CanaryProgress,
  CanaryWish,
  DeploymentEnding,
  DeploymentRecord,
  DeploymentSummary,
  NewDeploymentRecord,
} from '../../../plugin/src/model/deploy/deployment-record.ts';
import type { KeptDeployment, LoggedDeployment, LogOverview } from '../../../plugin/src/model/deploy/deployment-log.ts';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import type { ApplyStage } from '../../../plugin/src/model/manifests/kind-order.ts';
import { describeObject, type KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { isGatewayRoute } from '../../../plugin/src/model/observe/route-status.ts';
import { isHttpRoute, type GatewayView } from '../../../plugin/src/model/manifests/routes/gateway-view.ts';
import type { Health } from '../../../plugin/src/model/observe/running-service.ts';
import type { ChangedServices } from '../../../plugin/src/model/observe/changed-services.ts';
import type { ClusterNode } from '../../../plugin/src/model/nodes/cluster-node.ts';
import { label } from '../../../plugin/src/model/product/wire-names.ts';
import { isRollout } from '../../../plugin/src/model/manifests/rules/pod-templates.ts';
import type { Actor } from '../../../plugin/src/model/release/actor.ts';
import type { BuildNumber } from '../../../plugin/src/model/release/build-number.ts';
import type { Clock } from '../../../plugin/src/ports/clock.ts';
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
} from '../../../plugin/src/ports/cluster.ts';
import type { DeploymentRecords } from './deployment-records.ts';
import { NamespaceState } from './namespace-state.ts';
import { observe } from './observe.ts';
import { prune } from './prune.ts';
import type { JobScript } from './scripted-jobs.ts';
import type { RolloutScript } from './scripted-rollouts.ts';
import { ServerSideApply } from './server-side-apply.ts';
import type { FencingLock } from './service-locks.ts';

/** Twin of a namespace in a Kubernetes cluster for tests. */
export class InMemoryCluster implements Cluster {
  readonly namespace: string;
  private readonly clock: Clock;
  private readonly state: NamespaceState;
  private readonly server: ServerSideApply;
  /** The lock that was taken last, by service: it is the fence for all that is written for that service. */
  private readonly locks = new Map<string, FencingLock>();
  /** Called before each call of the port with its name; what it throws is what the call throws. */
  before: (call: string) => void | Promise<void> = () => {};
  /** Names of the calls so far. */
  readonly calls: string[] = [];
  /** When set, the cluster does not answer, for this reason. */
  unreachable: string | undefined;
  /** The version of the configuration that the namespace is marked with. */
  provisionedWith: BuildNumber | undefined;
  /** Why kinds of objects cannot be read, by `apps/v1/StatefulSet`. */
  readonly unreadKinds = new Map<string, string>();
  /** Objects outside of the namespace that a deployer may read: routes of others, Gateways, classes of those. */
  readonly outside: KubernetesObject[] = [];
  /** The cluster's nodes; undefined where this deployer may not list them. */
  ownNodes: readonly ClusterNode[] | undefined;
  /** The account of this view; undefined where the cluster does not say. */
  account: string | undefined = 'deployer';
  /** Fields that the API server does not know, by `Deployment orders`: `spec.replcias`. */
  readonly unknownFields = new Map<string, string>();

  constructor(namespace = 'shop', clock: Clock = () => new Date(), state = new NamespaceState(namespace)) {
    this.namespace = namespace;
    this.clock = clock;
    this.state = state;
    this.server = new ServerSideApply(state, this.unknownFields);
  }

  /** Why its gateway takes no route, as a sentence; undefined when it does. */
  get refusesRoutes(): string | undefined {
    return this.state.health.refusesRoutes;
  }

  set refusesRoutes(why: string | undefined) {
    this.state.health.refusesRoutes = why;
  }

  /** Returns another deployer's view of the same namespace. */
  another(): InMemoryCluster {
    return new InMemoryCluster(this.namespace, this.clock, this.state);
  }

  /** Chooses how the next rollouts of a workload go, one after the other; those after the last one go well. */
  script(workload: string, ...rollouts: RolloutScript[]): void {
    this.state.rollouts.script(workload, rollouts);
  }

  /** Lets pods of a workload fail, until its next rollout. */
  degrade(workload: string, health: Extract<Health, 'down' | 'stuck' | 'degraded'>): void {
    this.state.rollouts.degrade(workload, health);
  }

  /** Lets the pods of a workload be well again, without a rollout. */
  recover(workload: string): void {
    this.state.rollouts.recover(workload);
  }

  /** Chooses how the next runs of a Job go, by its name in the manifest; those after the last one succeed. */
  scriptJob(name: string, ...runs: JobScript[]): void {
    this.state.jobs.script(name, runs);
  }

  /** Puts an object in, as somebody else. */
  put(object: KubernetesObject): void {
    this.state.objects.put(object);
  }

  /** Writes a field of an object, as somebody else: `edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 5)`. */
  edit(kind: string, name: string, manager: string, path: readonly string[], value: unknown): void {
    this.state.objects.edit({ kind, name }, { path, manager }, value);
  }

  /** Sets the replicas of a Deployment by the subresource `scale`, as autoscalers and `kubectl scale` do. */
  scale(name: string, manager: string, replicas: number): void {
    const field = { path: ['spec', 'replicas'], manager, isScale: true };
    this.state.objects.edit({ kind: 'Deployment', name }, field, replicas);
  }

  /** Writes the status of an object, as its controller. */
  setStatus(kind: string, name: string, status: object): void {
    this.state.objects.setStatus(kind, name, status);
  }

  /** Deletes an object, as somebody else. */
  remove(kind: string, name: string): void {
    this.state.objects.remove(kind, name);
  }

  /** Returns an object as the cluster has it. */
  read(kind: string, name: string): KubernetesObject | undefined {
    return structuredClone(this.state.objects.find(kind, name)?.live);
  }

  /** All objects, as the cluster has them. */
  get objects(): KubernetesObject[] {
    return this.state.objects.all.map(({ live }) => structuredClone(live));
  }

  /** Lets the holder of a service's lock die without a word. */
  killHolder(service: string): void {
    this.state.locks.killHolder(service);
  }

  async check(): Promise<void> {
    await this.enter('check');
  }

  async lock(
    service: string,
    holder: Actor,
    onWait: (heldBy: string) => void,
    signal?: AbortSignal,
  ): Promise<ServiceLock> {
    await this.enter('lock');
    const lock = await this.state.locks.acquire(service, holder, onWait, signal);
    this.locks.set(service, lock);
    return lock;
  }

  async httpRoutes(): Promise<readonly KubernetesObject[]> {
    await this.enter('httpRoutes');
    return [...this.objects, ...structuredClone(this.outside)].filter(isHttpRoute);
  }

  async gatewaysOf(): Promise<Pick<GatewayView, 'gateways' | 'classes'>> {
    await this.enter('gatewaysOf');
    const ofKind = (kind: string) => this.outside.filter((object) => object.kind === kind);
    return { gateways: ofKind('Gateway'), classes: ofKind('GatewayClass') };
  }

  async nodes(): Promise<readonly ClusterNode[] | undefined> {
    await this.enter('nodes');
    return this.ownNodes;
  }

  async plan(service: string, objects: readonly KubernetesObject[], options: PlanOptions = {}): Promise<Plan> {
    await this.enter('plan');
    const plan = this.server.plan({ service, objects, options });
    return { ...plan, health: this.state.rollouts.worstOf(objects) };
  }

  async apply(plan: Plan, stage?: ApplyStage, signal?: AbortSignal): Promise<ChangeSet> {
    await this.enter(stage === undefined ? 'apply' : `apply ${stage}`);
    this.locks.get(plan.service)?.hold();
    const changes = this.server.apply(plan, stage, signal);
    this.state.noteApplied(plan.objects, changes, this.clock());
    return changes;
  }

  async prune(service: string, objects: readonly KubernetesObject[], options: PruneOptions = {}): Promise<ChangeSet> {
    await this.enter(options.dryRun ? 'prune (dry run)' : 'prune');
    if (!options.dryRun) this.locks.get(service)?.hold();
    return prune(this.state.objects, service, objects, { ...options, templates: this.state.rollouts.podTemplates });
  }

  async waitUntilReady(objects: readonly KubernetesObject[], options: WaitOptions): Promise<RolloutResult> {
    await this.enter('waitUntilReady');
    const lock = options.replacesPods
      ? this.locks.get(objects.find(isRollout)?.metadata.labels?.[label.service] ?? '')
      : undefined;
    lock?.hold();
    return this.state.rollouts.waitUntilReady(objects, options, lock !== undefined);
  }

  async waitUntilAccepted(objects: readonly KubernetesObject[]): Promise<RolloutResult> {
    await this.enter('waitUntilAccepted');
    const route = objects.find(isGatewayRoute);
    if (this.refusesRoutes === undefined || !route) return { state: 'ready' };
    return {
      state: 'failed',
      reason: `${describeObject(route)} is not in effect: ${this.refusesRoutes}`,
      evidence: [],
    };
  }

  async waitUntilHealthy(objects: readonly KubernetesObject[], options: WaitOptions): Promise<HealthResult> {
    await this.enter('waitUntilHealthy');
    return this.state.health.waitUntilHealthy(objects, options);
  }

  async waitForEndpoints(): Promise<void> {
    await this.enter('waitForEndpoints');
  }

  async runJob(service: string, job: KubernetesObject, options: JobOptions): Promise<JobResult> {
    await this.enter('runJob');
    this.locks.get(service)?.hold();
    return this.state.jobs.run(service, job, options);
  }

  async provisioned(): Promise<BuildNumber | undefined> {
    await this.enter('provisioned');
    return this.provisionedWith;
  }

  async services(): Promise<string[]> {
    await this.enter('services');
    return this.state.records.services;
  }

  async records(service: string): Promise<DeploymentRecord[]> {
    await this.enter('records');
    return this.state.records.newestFirst(service);
  }

  async identity(): Promise<string | undefined> {
    await this.enter('identity');
    return this.account;
  }

  async openRecord(record: NewDeploymentRecord): Promise<DeploymentRecord> {
    await this.enter('openRecord');
    this.locks.get(record.release.service)?.hold();
    const { actor } = record;
    const signed = this.account === undefined ? actor : { ...actor, identity: this.account };
    return this.state.records.open({ ...record, actor: signed }, this.clock());
  }

  async closeRecord(record: DeploymentRecord, ending: DeploymentEnding): Promise<DeploymentRecord> {
    await this.enter('closeRecord');
    this.locks.get(record.release.service)?.hold();
    return this.state.records.close(record, { ...ending, finishedAt: this.clock().toISOString() });
  }

  async noteCanary(record: DeploymentRecord, progress: CanaryProgress): Promise<DeploymentRecord> {
    await this.enter(`noteCanary ${progress.phase} ${progress.weight}`);
    this.locks.get(record.release.service)?.hold();
    return this.state.records.noteCanary(record, progress);
  }

  async askCanary(record: DeploymentRecord, wish: CanaryWish): Promise<void> {
    await this.enter('askCanary');
    this.state.records.askCanary(record, wish);
  }

  async record(service: string, sequence: number): Promise<DeploymentRecord | undefined> {
    await this.enter('record');
    return this.state.records.find(service, sequence);
  }

  async newest(service?: string): Promise<DeploymentSummary[]> {
    await this.enter('newest');
    return this.state.records.newest(service);
  }

  async summaries(): Promise<KeptDeployment[]> {
    await this.enter('summaries');
    return this.state.records.summaries();
  }

  async logged(service: string, { from, to }: LogRange): Promise<LoggedDeployment[]> {
    await this.enter('logged');
    const log = this.state.records.logOf(service);
    return log.filter(({ sequence }) => sequence >= from && sequence <= to).reverse();
  }

  async logOverview(): Promise<LogOverview | undefined> {
    await this.enter('logOverview');
    return this.state.records.logOverview;
  }

  /** Records and log, to be changed as others may. */
  get kept(): Pick<DeploymentRecords, 'changeLog' | 'remove' | 'remake' | 'loggedSince'> {
    return this.state.records;
  }

  async observe(
    services?: string | readonly string[],
    onNewest?: (newest: readonly DeploymentSummary[]) => void,
  ): Promise<ObservedService[]> {
    await this.enter('observe');
    const names = services === undefined ? undefined : new Set([services].flat());
    onNewest?.(this.state.records.newest().filter(({ release }) => names?.has(release.service) ?? true));
    return observe(this.state, names, this.unreadKinds);
  }

  changes(signal: AbortSignal): AsyncGenerator<ChangedServices> {
    return this.state.version.changes(signal);
  }

  private async enter(call: string): Promise<void> {
    this.calls.push(call);
    await this.before(call);
    if (this.unreachable === undefined) return;
    throw new Refusal({
      type: 'cluster-unreachable',
      doing: 'reach the cluster',
      reason: this.unreachable,
      remedy: 'Start it.',
    });
  }
}
