import type { BuildNumber } from '../model/release/build-number.ts';
import type { Actor } from '../model/release/actor.ts';
import type {
  CanaryProgress,
  CanaryWish,
  DeploymentEnding,
  DeploymentFault,
  DeploymentRecord,
  DeploymentSummary,
  NewDeploymentRecord,
} from '../model/deploy/deployment-record.ts';
import type { KeptDeployment, LoggedDeployment, LogOverview } from '../model/deploy/deployment-log.ts';
import type { ObjectDrift } from '../model/observe/drift.ts';
import type { ObjectRemark } from '../model/observe/object-findings.ts';
import type { ObjectTrouble } from '../model/observe/object-health.ts';
import type { ChangedServices } from '../model/observe/changed-services.ts';
import type { FieldChange } from '../model/observe/field-changes.ts';
import type { FieldWriter } from '../model/observe/field-writers.ts';
import type { Health, RunningService } from '../model/observe/running-service.ts';
import type { ApplyStage } from '../model/manifests/kind-order.ts';
import type { KubernetesObject } from '../model/manifests/kubernetes-object.ts';
import type { GatewayView } from '../model/manifests/routes/gateway-view.ts';
import type { ClusterNode } from '../model/nodes/cluster-node.ts';
import type { RolloutPatience } from '../model/manifests/rules/rollout-patience.ts';

/**
 * One environment's namespace in its cluster, as seen by the deployer.
 *
 * The lock of a service is a fence for what is written for it: once it is lost or released, `apply`, `prune`, `runJob`,
 * `openRecord`, `noteCanary` and `closeRecord` of this view write nothing and throw a Failure `lock-lost`.
 */
export interface Cluster {
  /**
   * Makes sure the cluster answers, the namespace is there and the deployer may write to it.
   * @throws {Refusal} naming the context, the server or the namespace.
   */
  check(): Promise<void>;

  /** The account of the token that is used here, as the cluster names it; undefined where it does not say. */
  identity(): Promise<string | undefined>;

  /**
   * Waits for the one write lock of a service, and takes it over from a holder who was seen not to renew it for the time
   * of its lease, whatever the clocks say.
   * @param onWait called when somebody else has it, with who.
   * @param signal ends the wait when it is aborted; its reason is thrown then. A lock that was just taken is returned.
   */
  lock(service: string, holder: Actor, onWait: (heldBy: string) => void, signal?: AbortSignal): Promise<ServiceLock>;

  /** HTTPRoutes that are there: of all namespaces, or of its own where the deployer may not read the others, or none. */
  httpRoutes(): Promise<readonly KubernetesObject[]>;
  /** The Gateways that HTTPRoutes name, and the classes of those; without what the deployer may not read. */
  gatewaysOf(routes: readonly KubernetesObject[]): Promise<Pick<GatewayView, 'gateways' | 'classes'>>;

  /** The nodes of the cluster; undefined where the deployer may not list them. */
  nodes(): Promise<readonly ClusterNode[] | undefined>;

  /** Dry-runs every object on the server. Changes nothing. @throws {Refusal} naming the objects that it would not take. */
  plan(service: string, objects: readonly KubernetesObject[], options?: PlanOptions): Promise<Plan>;
  /**
   * Applies one step of a plan, or all of them, in kind order, without pruning. What of it is stale, because it was planned
   * long ago or was changed since, is planned again first.
   * @param signal stops it before the next kind when it is aborted; its reason is thrown then.
   * @returns what was done.
   */
  apply(plan: Plan, stage?: ApplyStage, signal?: AbortSignal): Promise<ChangeSet>;
  /**
   * Deletes objects of the service that this tool made and that are no longer among `objects`; not the Jobs of releases, and
   * no ConfigMap, Secret or ServiceAccount that a pod names, or one that may still be made of what the cluster keeps.
   */
  prune(service: string, objects: readonly KubernetesObject[], options?: PruneOptions): Promise<ChangeSet>;

  /**
   * Watches the workloads among `objects` until they are as asked for, or it is certain that they will not be. With
   * `replacesPods`, and the lock of the service, pods of older revisions that are not ready and that no controller replaces
   * are deleted.
   */
  waitUntilReady(objects: readonly KubernetesObject[], options: WaitOptions): Promise<RolloutResult>;

  /**
   * Waits, for a few seconds at most, until the Services among `objects` know pods that are ready, so that a route to them
   * finds some. Where the deployer may not see that, it waits a moment.
   */
  waitForEndpoints(objects: readonly KubernetesObject[], signal?: AbortSignal): Promise<void>;

  /**
   * Waits until the gateways of the routes among `objects` take them as they were applied, or have not for the grace. Where
   * the deployer may not see that, it does not wait.
   */
  waitUntilAccepted(objects: readonly KubernetesObject[], options: WaitOptions): Promise<RolloutResult>;

  /**
   * Waits until the other objects of a release are healthy by their own status, or are not when their grace has passed.
   * Workloads and routes have waits of their own. What the deployer may not see is passed over.
   * @returns `failed` where a controller has given up, or where what is `required` is not healthy.
   */
  waitUntilHealthy(objects: readonly KubernetesObject[], options: WaitOptions): Promise<HealthResult>;

  /**
   * Runs a Job of a release to its end, once: one of the same release that has succeeded is not run again, one that
   * still runs is followed, one that failed is replaced. Jobs of the same name of other releases end first.
   * @throws {Refusal} when a Job of that name belongs to somebody else.
   */
  runJob(service: string, job: KubernetesObject, options: JobOptions): Promise<JobResult>;

  /** The version of the cluster's configuration that the namespace has; undefined when it was never provisioned. @throws {Refusal} */
  provisioned(): Promise<BuildNumber | undefined>;

  /** Services of which the namespace has deployments, in alphabetical order. */
  services(): Promise<string[]>;
  /** Deployments of the service, newest first. */
  records(service: string): Promise<DeploymentRecord[]>;
  /** Keeps a record, with the next sequence, before anything is applied. */
  openRecord(record: NewDeploymentRecord): Promise<DeploymentRecord>;
  /** Adds how it ended, and forgets all but the last 20 records. */
  closeRecord(record: DeploymentRecord, ending: DeploymentEnding): Promise<DeploymentRecord>;
  /** Notes how far the canary of a deployment is, and that what was asked of it before is done. */
  noteCanary(record: DeploymentRecord, progress: CanaryProgress): Promise<DeploymentRecord>;
  /** Asks something of a canary whose deployer is at work: it needs no lock. */
  askCanary(record: DeploymentRecord, wish: CanaryWish): Promise<void>;

  /** One deployment, as it was recorded and can never be changed. */
  record(service: string, sequence: number): Promise<DeploymentRecord | undefined>;
  /** The newest deployment of every service, or of one, however it ended, without its manifests, in no order. */
  newest(service?: string): Promise<DeploymentSummary[]>;
  /** All deployments of all services that are still recorded, without their manifests, in no order. */
  summaries(): Promise<KeptDeployment[]>;
  /**
   * Deployments of a service that the log of deployments has in a range, newest first. To the log goes a line when a record
   * is opened, and one when it is closed; a line that cannot be written fails neither, and is told.
   */
  logged(service: string, range: LogRange): Promise<LoggedDeployment[]>;
  /** Since when the namespace has a log, and of which services. Undefined while it has none. */
  logOverview(): Promise<LogOverview | undefined>;

  /**
   * Returns every service, or one, or some, that were deployed or run here: in as few requests as possible, however
   * many services there are. In alphabetical order.
   * @param onNewest called with the newest deployments as soon as they are read: long before the pods.
   */
  observe(
    services?: string | readonly string[],
    onNewest?: (newest: readonly DeploymentSummary[]) => void,
  ): Promise<ObservedService[]>;
  /**
   * Yields at once, and again when a workload, a pod or a deployment of services has changed: the services for which
   * `observe` may return something else now. Changes before the next wait are merged. Ends when the signal is aborted.
   * @throws {ProductError} when the cluster has given no answer for 25 s, or may not be looked into.
   */
  changes(signal: AbortSignal): AsyncIterable<ChangedServices>;
}

/** A range of deployments of a service by their sequences, both included. */
export interface LogRange {
  readonly from: number;
  readonly to: number;
}

/** Held while a service is written to. */
export interface ServiceLock {
  /** Aborted when the lock was lost to somebody else, or may have been: nothing can be written any more. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface PlanOptions {
  /** Takes over objects that belong to another service or another deployer, instead of refusing. */
  readonly adopt?: boolean;
  /** Name of the workspace: objects of a service of the same name in another one are refused. When omitted, they are not. */
  readonly workspace?: string;
  /** Jobs of the release: dry-run as well, and refused with the objects. They are no changes, because they run once. */
  readonly jobs?: readonly KubernetesObject[];
}

/** The predicted effect of applying objects, by a dry run of each of them. */
export interface Plan {
  readonly service: string;
  readonly objects: readonly KubernetesObject[];
  readonly options: PlanOptions;
  /** One for each object, in the order of applying. */
  readonly changes: ChangeSet;
  /** How the worst of its workloads was doing then; undefined when none is there yet. */
  readonly health: Health | undefined;
}

export interface PruneOptions {
  /** Returns the objects that would be deleted, and deletes nothing. */
  readonly dryRun?: boolean;
}

export type ChangeAction = 'created' | 'configured' | 'unchanged' | 'deleted';

/** A change of one object, done or predicted. */
export interface Change {
  readonly kind: string;
  readonly name: string;
  readonly action: ChangeAction;
  /** Fields taken from another field manager: `spec.replicas from kubectl-edit`. */
  readonly takenOver?: readonly string[];
  /** Other deployers who wrote to the object. */
  readonly writtenBy?: readonly FieldWriter[];
  /** Warnings of the API server: of deprecated fields, of what a Pod Security Standard would refuse. */
  readonly warnings?: readonly string[];
  /** The changed fields of an object that is `configured`. */
  readonly fields?: readonly FieldChange[];
  /** The trouble of the object as it is before the change, by its own status: a sentence. */
  readonly trouble?: string;
}

export type ChangeSet = readonly Change[];

export interface WaitOptions {
  /** Milliseconds after which the wait ends as `timed-out`. */
  readonly timeoutMs: number;
  /** The environment's; what a workload's annotations say counts before it. */
  readonly patience?: Partial<RolloutPatience>;
  readonly signal?: AbortSignal;
  /** Deletes broken pods of older revisions that keep new ones away; they are only named otherwise. */
  readonly replacesPods?: boolean;
  /** Called with a line when something moved: `2 of 3 pods ready`. */
  readonly onProgress: (line: string) => void;
}

/** A report on pods of older revisions during a rollout: sentences, for the record. */
export interface OldPodsReport {
  /** Those that were deleted, because nothing else would have replaced them. */
  readonly replacedPods?: readonly string[];
  /** Those that stay, because their workload's strategy says so. */
  readonly keptPods?: readonly string[];
}

export type RolloutResult = RolloutEnd & OldPodsReport;

type RolloutEnd =
  | { readonly state: 'ready' }
  | {
      readonly state: 'failed' | 'timed-out' | 'vanished' | 'interrupted';
      /** A sentence that names the object and what is wrong with it. */
      readonly reason: string;
      readonly fault?: DeploymentFault;
      /** Log lines, events. */
      readonly evidence: readonly string[];
    };

/** An object that is not healthy, by its own status. */
export interface UnhealthyObject extends ObjectTrouble {
  readonly kind: string;
  readonly name: string;
}

export type HealthResult =
  | {
      readonly state: 'ready';
      /** Those that were not healthy in their time, though nothing needs them to be. */
      readonly unhealthy: readonly UnhealthyObject[];
    }
  | Exclude<RolloutResult, { state: 'ready' }>;

export interface JobOptions {
  /** Milliseconds after which the wait ends as `timed-out`; a Job that runs then goes on. */
  readonly timeoutMs: number;
  /** How long a trouble of its pods may last, as in a rollout. */
  readonly patience?: Partial<RolloutPatience>;
  /** Ends the wait as `interrupted`; a Job that runs then goes on. */
  readonly signal?: AbortSignal;
  /** Called with each line that the Job writes, also once more by a pod that is tried again. */
  readonly onLine: (line: string) => void;
  /** Called with a line when something is in the way of its pods. */
  readonly onProgress: (line: string) => void;
}

export type JobResult =
  | {
      readonly state: 'succeeded';
      /** True when it had succeeded before, so that nothing was run. */
      readonly hadRun: boolean;
    }
  | {
      readonly state: 'failed' | 'timed-out' | 'vanished' | 'interrupted';
      /** A sentence that names the Job, and the pod and what is wrong with it. */
      readonly reason: string;
      readonly fault?: DeploymentFault;
      /** The last log lines, events. */
      readonly evidence: readonly string[];
    };

/** One service in an environment. */
export interface ObservedService {
  readonly service: string;
  /** The newest deployment, however it ended. */
  readonly newest: DeploymentSummary | undefined;
  readonly running: RunningService | undefined;
  /** Objects that are no longer as the newest deployment left them; none while it goes on. */
  readonly drift: readonly ObjectDrift[];
  /** Kinds of its objects that could not be read: of these no drift is known. */
  readonly unread: readonly UnreadKind[];
  /** Its other objects that are not healthy; none while a deployment goes on. */
  readonly unhealthy: readonly UnhealthyObject[];
  /** Things to know of those that are. */
  readonly remarks: readonly ObjectRemark[];
}

/** A kind of objects that could not be read. */
export interface UnreadKind {
  /** With its API: `apps/v1/StatefulSet`. */
  readonly kind: string;
  readonly reason: string;
  readonly remedy: string;
}
