import type { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import type { Actor } from '../../plugin/src/model/release/actor.ts';
import type {
  DeploymentEnding,
  DeploymentRecord,
  DeploymentSummary,
  NewDeploymentRecord,
} from '../../plugin/src/model/deploy/deployment-record.ts';
import type { FieldDrift, ObjectDrift } from '../../plugin/src/model/observe/drift.ts';
import { fieldChanges, shownValue } from '../../plugin/src/model/observe/field-changes.ts';
import { describeObject, type KubernetesObject } from '../../plugin/src/model/manifests/kubernetes-object.ts';
import { nextJobStep } from '../../plugin/src/model/deploy/job-step.ts';
import { inKindOrder, stageOf, type ApplyStage } from '../../plugin/src/model/manifests/kind-order.ts';
import { actorAnnotations, annotation, label } from '../../plugin/src/model/manifests/labels.ts';
import { fieldAt, identityOf, isMap } from '../../plugin/src/model/manifests/source/object-fields.ts';
import { autoscalerOf } from '../../plugin/src/model/manifests/rules/no-downtime.ts';
import {
  foreignMarksOn,
  foreignObject,
  mayDelete,
  otherOwnerOf,
  upgradedManagers,
} from '../../plugin/src/model/manifests/rules/ownership.ts';
import { isRollout, serviceContainerOf } from '../../plugin/src/model/manifests/rules/pod-templates.ts';
import { isReleaseJob } from '../../plugin/src/model/manifests/release-jobs.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import { forgettable } from '../../plugin/src/model/deploy/record-retention.ts';
import type { Clock } from '../../plugin/src/ports/clock.ts';
import type {
  Change,
  ChangeSet,
  Cluster,
  JobOptions,
  JobResult,
  ObservedService,
  Plan,
  PlanOptions,
  PruneOptions,
  RolloutResult,
  RunningService,
  ServiceLock,
  WaitOptions,
} from '../../plugin/src/ports/cluster.ts';
import { foreignJob, InMemoryJobs, type JobScript } from './in-memory-jobs.ts';

/** How a rollout goes: at once to an end, or `never`, which is until the deadline. */
export type RolloutScript = RolloutResult | 'never' | (() => Promise<RolloutResult>);

interface Stored {
  live: KubernetesObject;
  /** What this tool applied last, or undefined when it never did. */
  ours: KubernetesObject | undefined;
  /** Fields that somebody else wrote, by their path as a text, with who. */
  readonly hands: Map<string, { readonly path: readonly string[]; readonly manager: string }>;
}

interface Held {
  readonly holder: Actor;
  readonly lost: AbortController;
  alive: boolean;
}

/** What all deployers of one namespace see. */
class Namespace {
  version = 0;
  readonly objects = new Map<string, Stored>();
  readonly records = new Map<string, DeploymentRecord[]>();
  /** Objects that were there when a deployment ended, by its service and sequence: what it never applied has not drifted. */
  readonly applied = new Map<string, ReadonlySet<string>>();
  readonly locks = new Map<string, Held>();
  readonly waiting: (() => void)[] = [];
  /** Digest of the pods that serve, by workload. */
  readonly serving = new Map<string, string>();
  readonly scripts = new Map<string, RolloutScript[]>();
  readonly jobs = new InMemoryJobs({
    find: (name) => this.objects.get(`batch/Job/${name}`)?.live,
    all: () => [...this.objects.values()].map(({ live }) => live).filter(({ kind }) => kind === 'Job'),
    add: (live) => void this.objects.set(identityOf(live), { live, ours: live, hands: new Map() }),
    remove: (name) => void this.objects.delete(`batch/Job/${name}`),
  });
}

/** Twin of a namespace in a Kubernetes cluster for tests. */
export class InMemoryCluster implements Cluster {
  readonly namespace: string;
  private readonly clock: Clock;
  private readonly shared: Namespace;
  /** Called before each call of the port with its name; what it throws is what the call throws. */
  before: (call: string) => void | Promise<void> = () => {};
  /** Names of the calls so far. */
  readonly calls: string[] = [];
  /** When set, the cluster does not answer, for this reason. */
  unreachable: string | undefined;
  /** The version of the configuration that the namespace is marked with. */
  provisionedWith: BuildNumber | undefined;
  /** Fields that the API server does not know, by `Deployment orders`: `spec.replcias`. */
  readonly unknownFields = new Map<string, string>();

  constructor(namespace = 'shop', clock: Clock = () => new Date(), shared = new Namespace()) {
    this.namespace = namespace;
    this.clock = clock;
    this.shared = shared;
  }

  /** Another deployer's view of the same namespace. */
  another(): InMemoryCluster {
    return new InMemoryCluster(this.namespace, this.clock, this.shared);
  }

  /** Chooses how the next rollouts of a workload go, one after the other; those after the last one go well. */
  script(workload: string, ...rollouts: RolloutScript[]): void {
    this.shared.scripts.set(workload, rollouts);
  }

  /** Chooses how the next runs of a Job go, by its name in the manifest; those after the last one succeed. */
  scriptJob(name: string, ...runs: JobScript[]): void {
    this.shared.jobs.script(name, runs);
  }

  /** Puts an object in, as somebody else. */
  put(object: KubernetesObject): void {
    const live = structuredClone({ ...object, metadata: { ...object.metadata, namespace: this.namespace } });
    this.shared.objects.set(identityOf(object), { live, ours: undefined, hands: new Map() });
    this.touch(live);
  }

  /** Writes a field of an object, as somebody else: `edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 5)`. */
  edit(kind: string, name: string, manager: string, path: readonly string[], value: unknown): void {
    const stored = this.find(kind, name);
    if (!stored) throw new Error(`there is no ${kind} ${name}`);
    let at: Record<string, unknown> = stored.live;
    for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[path.at(-1)!] = value;
    stored.hands.set(path.join('.'), { path, manager });
    this.touch(stored.live);
  }

  /** Deletes an object, as somebody else. */
  remove(kind: string, name: string): void {
    const stored = this.find(kind, name);
    if (stored) this.shared.objects.delete(identityOf(stored.live));
  }

  /** An object as the cluster has it. */
  read(kind: string, name: string): KubernetesObject | undefined {
    return structuredClone(this.find(kind, name)?.live);
  }

  /** All objects, as the cluster has them. */
  get objects(): KubernetesObject[] {
    return [...this.shared.objects.values()].map(({ live }) => structuredClone(live));
  }

  /** Lets the holder of a service's lock die without a word. */
  killHolder(service: string): void {
    const held = this.shared.locks.get(service);
    if (held) held.alive = false;
    this.wake();
  }

  async check(): Promise<void> {
    await this.enter('check');
  }

  async lock(service: string, holder: Actor, onWait: (heldBy: string) => void): Promise<ServiceLock> {
    await this.enter('lock');
    let told: Held | undefined;
    for (let other = this.shared.locks.get(service); other?.alive; other = this.shared.locks.get(service)) {
      if (told !== other) onWait(`${other.holder.person} (${other.holder.run})`);
      told = other;
      await new Promise<void>((resolve) => this.shared.waiting.push(resolve));
    }
    this.shared.locks.get(service)?.lost.abort(new Error(`${holder.person} (${holder.run}) has the lock now`));
    const held: Held = { holder, lost: new AbortController(), alive: true };
    this.shared.locks.set(service, held);
    return {
      lost: held.lost.signal,
      release: async () => {
        if (this.shared.locks.get(service) === held) this.shared.locks.delete(service);
        this.wake();
      },
    };
  }

  async plan(service: string, objects: readonly KubernetesObject[], options: PlanOptions = {}): Promise<Plan> {
    await this.enter('plan');
    for (const job of options.jobs ?? []) {
      const unknown = this.unknownFields.get(describeObject(job));
      if (unknown !== undefined) throw unknownField(job, unknown);
      const live = this.shared.objects.get(identityOf(job))?.live;
      if (nextJobStep(live, job, service) === 'refuse') throw foreignJob(live!);
    }
    const planned = this.planned({ service, objects, options });
    const changes = planned.map(({ change }) => change);
    return { service, objects, options, changes };
  }

  async apply(plan: Plan, stage?: ApplyStage): Promise<ChangeSet> {
    await this.enter(stage === undefined ? 'apply' : `apply ${stage}`);
    const created = new Set(
      plan.changes.flatMap(({ kind, name, action }) => (action === 'created' ? [`${kind} ${name}`] : [])),
    );
    const isMeant = ({ sent }: { sent: KubernetesObject }) =>
      stage === undefined || stageOf(sent.kind, !created.has(describeObject(sent))) === stage;
    const planned = this.planned(plan).filter(isMeant);
    this.writeAll(planned);
    return planned.map(({ change }) => change);
  }

  async prune(
    service: string,
    objects: readonly KubernetesObject[],
    { dryRun = false }: PruneOptions = {},
  ): Promise<ChangeSet> {
    await this.enter(dryRun ? 'prune (dry run)' : 'prune');
    const wanted = new Set(objects.map(identityOf));
    const gone = [...this.shared.objects.values()].filter(
      ({ live }) =>
        !wanted.has(identityOf(live)) &&
        live.kind !== 'PersistentVolumeClaim' &&
        !isReleaseJob(live) &&
        mayDelete(live, service),
    );
    if (!dryRun) for (const { live } of gone) this.shared.objects.delete(identityOf(live));
    return inKindOrder(gone.map(({ live }) => live))
      .reverse()
      .map(({ kind, metadata }) => ({ kind, name: metadata.name, action: 'deleted' }));
  }

  async waitUntilReady(objects: readonly KubernetesObject[], options: WaitOptions): Promise<RolloutResult> {
    await this.enter('waitUntilReady');
    for (const workload of objects.filter(isRollout)) {
      const result = await this.rollout(workload, options);
      if (result.state !== 'ready') return result;
      this.shared.serving.set(identityOf(workload), imageOf(workload));
      options.onProgress(`${describeObject(workload)}: ${wantedPods(workload)} of ${wantedPods(workload)} pods ready`);
    }
    return { state: 'ready' };
  }

  async waitForEndpoints(): Promise<void> {
    await this.enter('waitForEndpoints');
  }

  async runJob(service: string, job: KubernetesObject, options: JobOptions): Promise<JobResult> {
    await this.enter('runJob');
    return this.shared.jobs.run(service, job, options);
  }

  async provisioned(): Promise<BuildNumber | undefined> {
    await this.enter('provisioned');
    return this.provisionedWith;
  }

  async services(): Promise<string[]> {
    await this.enter('services');
    return [...this.shared.records.keys()].sort();
  }

  async records(service: string): Promise<DeploymentRecord[]> {
    await this.enter('records');
    return structuredCloneRecords(this.recordsOf(service)).reverse();
  }

  async openRecord(record: NewDeploymentRecord): Promise<DeploymentRecord> {
    await this.enter('openRecord');
    const records = this.recordsOf(record.release.service);
    const opened: DeploymentRecord = {
      ...record,
      manifests: structuredClone(record.manifests),
      sequence: (records.at(-1)?.sequence ?? 0) + 1,
      outcome: 'running',
    };
    this.shared.version++;
    this.shared.records.set(record.release.service, [...records, opened]);
    return opened;
  }

  async closeRecord(record: DeploymentRecord, ending: DeploymentEnding): Promise<DeploymentRecord> {
    await this.enter('closeRecord');
    const { service } = record.release;
    const finishedAt = this.clock().toISOString();
    const closed: DeploymentRecord = { ...record, ...ending, finishedAt };
    const identities = record.manifests.map(identityOf).filter((identity) => this.shared.objects.has(identity));
    this.shared.applied.set(`${service}#${record.sequence}`, new Set(identities));
    const records = this.recordsOf(service).map((each) => (each.sequence === record.sequence ? closed : each));
    this.shared.version++;
    const forgotten = new Set(forgettable(records));
    this.shared.records.set(
      service,
      records.filter((each) => !forgotten.has(each)),
    );
    return closed;
  }

  async record(service: string, sequence: number): Promise<DeploymentRecord | undefined> {
    await this.enter('record');
    return structuredCloneRecords(this.recordsOf(service).filter((each) => each.sequence === sequence))[0];
  }

  async newest(): Promise<DeploymentSummary[]> {
    await this.enter('newest');
    return [...this.shared.records.values()].flatMap((records) => records.slice(-1).map(summaryOf));
  }

  async summaries(): Promise<DeploymentSummary[]> {
    await this.enter('summaries');
    return [...this.shared.records.values()].flat().map(summaryOf);
  }

  async observe(
    service?: string,
    onNewest?: (newest: readonly DeploymentSummary[]) => void,
  ): Promise<ObservedService[]> {
    await this.enter('observe');
    const found = service === undefined ? [...this.shared.records.values()] : [this.recordsOf(service)];
    onNewest?.(found.flatMap((records) => records.slice(-1).map(summaryOf)));
    const workloads = [...this.shared.objects.values()].flatMap(({ live }) => (isRollout(live) ? [live] : []));
    const running = new Map(workloads.map((live) => [live.metadata.labels?.[label.service] ?? '', live]));
    const names = [...new Set([...this.shared.records.keys(), ...running.keys()])].filter((name) => name !== '');
    return names
      .filter((name) => service === undefined || name === service)
      .sort()
      .map((name) => {
        const [workload, newest] = [running.get(name), this.recordsOf(name).at(-1)];
        return {
          service: name,
          newest: newest && summaryOf(newest),
          running: workload && this.runningOf(workload),
          drift: newest ? this.driftsOf(newest) : [],
        };
      });
  }

  async *changes(signal: AbortSignal): AsyncGenerator<void> {
    let version = -1;
    while (!signal.aborted) {
      const hasChanged = version !== this.shared.version;
      version = this.shared.version;
      if (hasChanged) yield;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  private runningOf(live: KubernetesObject): RunningService {
    const image = this.shared.serving.get(identityOf(live));
    const digest = image === undefined ? undefined : /@(.*)$/.exec(image)?.[1];
    return {
      buildNumber: live.metadata.annotations?.[annotation.buildNumber],
      commit: live.metadata.annotations?.[annotation.commit],
      digests: digest === undefined ? [] : [digest],
      podsReady: image === undefined ? 0 : wantedPods(live),
      podsWanted: wantedPods(live),
      health: image === undefined ? 'rolling-out' : 'healthy',
    };
  }

  private driftsOf({ manifests, outcome, release, sequence }: DeploymentRecord): ObjectDrift[] {
    if (outcome === 'running') return [];
    const applied = this.shared.applied.get(`${release.service}#${sequence}`);
    return manifests.flatMap((manifest): ObjectDrift[] => {
      if (applied && !applied.has(identityOf(manifest))) return [];
      const { kind, metadata } = manifest;
      const stored = this.shared.objects.get(identityOf(manifest));
      if (!stored) return [{ kind, name: metadata.name, state: 'missing', fields: [] }];
      const fields = [...stored.hands].flatMap(([text, { path, manager: by }]): FieldDrift[] => {
        const [applied, live] = [fieldAt(manifest, ...path), fieldAt(stored.live, ...path)];
        const isAdded = applied === undefined && path[0] !== 'metadata';
        if ((applied === undefined && !isAdded) || JSON.stringify(applied) === JSON.stringify(live)) return [];
        const shown = (value: unknown) =>
          value === undefined
            ? undefined
            : shownValue({ kind }, path, value, fieldAt(stored.live, ...path.slice(0, -1)));
        return [
          {
            path: text,
            applied: shown(applied),
            live: live === undefined ? undefined : shown(live),
            by,
            at: undefined,
          },
        ];
      });
      return fields.length === 0 ? [] : [{ kind, name: metadata.name, state: 'changed', fields }];
    });
  }

  private async rollout(workload: KubernetesObject, options: WaitOptions): Promise<RolloutResult> {
    const name = describeObject(workload);
    const interrupted: RolloutResult = {
      state: 'interrupted',
      reason: `Waiting for ${name} was interrupted.`,
      evidence: [],
    };
    if (options.signal?.aborted) return interrupted;
    if (!this.shared.objects.has(identityOf(workload)))
      return { state: 'vanished', reason: `${name} was deleted during the rollout.`, evidence: [] };
    const script = this.shared.scripts.get(workload.metadata.name)?.shift() ?? { state: 'ready' };
    if (script !== 'never' && typeof script !== 'function') return script;
    const late: RolloutResult = {
      state: 'timed-out',
      reason: `${name} was not ready after ${options.timeoutMs} ms.`,
      evidence: [],
    };
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<RolloutResult>((resolve) => {
      timer = setTimeout(() => resolve(late), options.timeoutMs);
      options.signal?.addEventListener('abort', () => resolve(interrupted), { once: true });
    });
    return Promise.race([deadline, ...(script === 'never' ? [] : [script()])]).finally(() => clearTimeout(timer));
  }

  private planned({ service, objects, options: { adopt = false } }: Omit<Plan, 'changes'>) {
    return inKindOrder(objects).map((object) => {
      const unknown = this.unknownFields.get(describeObject(object));
      if (unknown !== undefined) throw unknownField(object, unknown);
      const stored = this.shared.objects.get(identityOf(object));
      const owner = stored && otherOwnerOf(stored.live, service);
      if (stored && owner !== undefined && !adopt) throw foreignObject(stored.live, owner, service);
      const sent = this.toSend(object, objects, stored);
      const takenOver = stored ? taken(stored, sent) : [];
      const same =
        stored?.ours &&
        sameButActor(stored.ours, sent) &&
        holds(stored.live, withoutActor(sent)) &&
        takenOver.length === 0 &&
        droppedPaths(stored, sent).length === 0;
      const change: Change = {
        kind: object.kind,
        name: object.metadata.name,
        action: !stored ? 'created' : same ? 'unchanged' : 'configured',
        ...(takenOver.length === 0 ? {} : { takenOver }),
        ...(stored && !same ? { fields: fieldChanges(stored.live, applied(stored, sent)) } : {}),
      };
      return { change, sent, stored };
    });
  }

  private toSend(object: KubernetesObject, objects: readonly KubernetesObject[], stored: Stored | undefined) {
    const sent = structuredClone(object);
    sent.metadata.namespace = this.namespace;
    if (!stored || stored.live.metadata.annotations?.[annotation.created] === 'true')
      sent.metadata.annotations = { ...sent.metadata.annotations, [annotation.created]: 'true' };
    if (stored && autoscalerOf(object, objects) && isMap(sent['spec'])) delete sent['spec']['replicas'];
    return sent;
  }

  private writeAll(planned: ReturnType<InMemoryCluster['planned']>): void {
    for (const { change, sent, stored } of planned) if (change.action !== 'unchanged') this.write(sent, stored);
  }

  private write(sent: KubernetesObject, stored: Stored | undefined): void {
    const live = stored ? applied(stored, sent) : structuredClone(sent);
    const marks = foreignMarksOn(live);
    for (const mark of marks.labels) delete live.metadata.labels?.[mark];
    for (const mark of marks.annotations) delete live.metadata.annotations?.[mark];
    this.shared.objects.set(identityOf(sent), { live, ours: sent, hands: new Map() });
    this.touch(live);
  }

  private touch(live: KubernetesObject): void {
    live.metadata['resourceVersion'] = String(++this.shared.version);
  }

  private recordsOf(service: string): DeploymentRecord[] {
    return this.shared.records.get(service) ?? [];
  }

  private find(kind: string, name: string): Stored | undefined {
    return [...this.shared.objects.values()].find(({ live }) => live.kind === kind && live.metadata.name === name);
  }

  private wake(): void {
    for (const resolve of this.shared.waiting.splice(0)) resolve();
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

/** What applying makes of an object: kubectl's part of it is this tool's first, and goes where it is not sent. */
function applied(stored: Stored, sent: KubernetesObject): KubernetesObject {
  const live = structuredClone(stored.live);
  for (const path of droppedPaths(stored, sent)) {
    const owner = fieldAt(live, ...path.slice(0, -1));
    if (isMap(owner)) delete owner[path.at(-1)!];
  }
  return merged(live, stored.ours, sent) as KubernetesObject;
}

function droppedPaths({ hands, live }: Stored, sent: KubernetesObject): (readonly string[])[] {
  return [...hands.values()].flatMap(({ path, manager }) => {
    const isDropped = upgradedManagers.includes(manager) && fieldAt(sent, ...path) === undefined;
    return isDropped && fieldAt(live, ...path) !== undefined ? [path] : [];
  });
}

/** What server-side apply makes of an object: what we no longer send goes, what others added stays. */
function merged(live: unknown, ours: unknown, sent: unknown): unknown {
  if (!isMap(live) || !isMap(sent)) return structuredClone(sent);
  const result: Record<string, unknown> = { ...live };
  for (const key of Object.keys(isMap(ours) ? ours : {})) {
    if (key in sent) continue;
    // replicas stay as they are when an autoscaler takes them over.
    if (key !== 'replicas') delete result[key];
  }
  for (const [key, value] of Object.entries(sent)) result[key] = merged(live[key], fieldAt(ours, key), value);
  return result;
}

/** Whether an object has all that was sent. */
function holds(live: unknown, sent: unknown): boolean {
  if (!isMap(sent)) return JSON.stringify(live) === JSON.stringify(sent);
  return isMap(live) && Object.entries(sent).every(([key, value]) => holds(live[key], value));
}

function withoutActor(object: KubernetesObject): KubernetesObject {
  const annotations = Object.entries(object.metadata.annotations ?? {});
  const kept = annotations.filter(([key]) => !actorAnnotations.includes(key));
  return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(kept) } };
}

function sameButActor(a: KubernetesObject, b: KubernetesObject): boolean {
  return holds(withoutActor(a), withoutActor(b)) && holds(withoutActor(b), withoutActor(a));
}

/** Fields that others wrote and that we write otherwise: `spec.replicas from kubectl-edit`. */
function taken({ hands, live }: Stored, sent: KubernetesObject): string[] {
  return [...hands].flatMap(([text, { path, manager }]) => {
    const value = fieldAt(sent, ...path);
    const differs = value !== undefined && !holds(fieldAt(live, ...path), value);
    return differs ? [`${text} from ${manager}`] : [];
  });
}

function wantedPods(workload: KubernetesObject): number {
  const replicas = fieldAt(workload, 'spec', 'replicas');
  return typeof replicas === 'number' ? replicas : 1;
}

function imageOf(workload: KubernetesObject): string {
  const service = workload.metadata.labels?.[label.service] ?? '';
  return String(serviceContainerOf(workload, service)?.['image'] ?? '');
}

function structuredCloneRecords(records: readonly DeploymentRecord[]): DeploymentRecord[] {
  // A release holds a BuildNumber, which structuredClone would make a plain object of.
  return records.map((record) => ({ ...record, manifests: structuredClone(record.manifests) }));
}

function summaryOf({ manifests: _manifests, ...facts }: DeploymentRecord): DeploymentSummary {
  return facts;
}

function unknownField(object: KubernetesObject, field: string): Refusal {
  return new Refusal({
    type: 'unknown-field',
    doing: `check ${describeObject(object)}`,
    reason: `${describeObject(object)} has the field "${field}", which Kubernetes does not know.`,
    remedy: 'Mend the manifest.',
  });
}
