import { randomBytes } from 'node:crypto';
import type { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import type { Actor } from '../../plugin/src/model/release/actor.ts';
import { fieldChanges } from '../../plugin/src/model/observe/field-changes.ts';
import { describeObject, type KubernetesObject } from '../../plugin/src/model/manifests/kubernetes-object.ts';
import { inKindOrder } from '../../plugin/src/model/manifests/kind-order.ts';
import { annotation, generatedValuesManager, provisioningManager } from '../../plugin/src/model/product/wire-names.ts';
import { generatedKeysOf, missingKeysOf } from '../../plugin/src/model/manifests/rules/generated-values.ts';
import { ManifestSource } from '../../plugin/src/model/manifests/source/manifest-source.ts';
import { overlay } from '../../plugin/src/model/manifests/source/overlay.ts';
import { otherOwnerOf } from '../../plugin/src/model/manifests/rules/ownership.ts';
import type { ErrorType } from '../../plugin/src/model/errors/error-catalog.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import {
  keyOf,
  type NewProvisioningRecord,
  type ProvisionedObject,
  type ProvisioningEnding,
  type ProvisioningRecord,
} from '../../plugin/src/model/provision/provisioning-record.ts';
import { forgettable } from '../../plugin/src/model/deploy/record-retention.ts';
import type { Clock } from '../../plugin/src/ports/clock.ts';
import { isLocked } from '../../plugin/src/model/manifests/source/encrypted-secrets.ts';
import { commonPart, disagree } from '../../plugin/src/model/provision/common-part.ts';
import type {
  ClusterConfiguration,
  ConfigurationChange,
  ConfigurationHolder,
} from '../../plugin/src/ports/cluster-configuration.ts';
import type { ServiceLock } from '../../plugin/src/ports/cluster.ts';
import { ServiceLocks, type FencingLock } from './cluster/service-locks.ts';

/** Kinds of the twin that belong to the whole cluster. */
const clusterKinds = ['Namespace', 'ClusterRole', 'ClusterRoleBinding'];
const neverPruned = ['Namespace', 'PersistentVolumeClaim'];

/** The state that all environments of one cluster share. */
export class InMemoryClusterState {
  /** The fields that each manager wrote of an object, in order. */
  readonly objects = new Map<string, Map<string, KubernetesObject>>();
  readonly marks = new Map<string, BuildNumber>();
  readonly records = new Map<string, ProvisioningRecord[]>();
  readonly locks = new ServiceLocks();

  /** An object as all managers together have it. */
  live(key: string): KubernetesObject | undefined {
    return together([...(this.objects.get(key)?.values() ?? [])]);
  }
}

/** Parts of an object, each laid over those before it. */
function together(parts: readonly KubernetesObject[]): KubernetesObject | undefined {
  const [first, ...others] = parts.map((object) => ({ object, source: new ManifestSource('') }));
  return first && others.reduce((base, part) => overlay([base], [part])[0]!, first).object;
}

/** Twin of the configuration of one environment in a cluster, for tests. */
export class InMemoryConfiguration implements ClusterConfiguration {
  private readonly home: string;
  private readonly clock: Clock;
  private readonly state: InMemoryClusterState;
  /** The lock that was taken last: it is the fence for all that is written. */
  private held: FencingLock | undefined;
  /** Called before each call of the port with its name; what it throws is what the call throws. */
  before: (call: string) => void | Promise<void> = () => {};

  /** The account of this view; undefined where the cluster does not say. */
  account: string | undefined = 'provisioner';

  /** HTTPRoutes that are there, of whomever. */
  readonly routes: KubernetesObject[] = [];

  constructor(home: string, clock: Clock = () => new Date(), state = new InMemoryClusterState()) {
    this.home = home;
    this.clock = clock;
    this.state = state;
  }

  /** Another environment of the same cluster, or another run at the same one. */
  another(home = this.home): InMemoryConfiguration {
    return new InMemoryConfiguration(home, this.clock, this.state);
  }

  /** Puts an object in, as somebody else. */
  put(object: KubernetesObject, manager = 'kubectl'): void {
    const key = this.keyOf(object);
    const parts = this.state.objects.get(key) ?? new Map<string, KubernetesObject>();
    // Whoever writes last is laid over the others.
    parts.delete(manager);
    this.state.objects.set(key, parts.set(manager, this.placed(object)));
  }

  /** An object as the cluster has it. */
  read(kind: string, name: string, namespace?: string): KubernetesObject | undefined {
    const found = [...this.state.objects].find(([, parts]) =>
      [...parts.values()].some(
        (part) => part.kind === kind && part.metadata.name === name && this.namespaceOf(part) === namespace,
      ),
    );
    return found && this.state.live(found[0]);
  }

  /** Lets the holder of the lock die without a word. */
  killHolder(): void {
    this.state.locks.killHolder(this.home);
  }

  async httpRoutes(): Promise<readonly KubernetesObject[]> {
    await this.before('httpRoutes');
    return structuredClone(this.routes);
  }

  async plan(objects: readonly KubernetesObject[], version?: BuildNumber): Promise<readonly ConfigurationChange[]> {
    await this.before('plan');
    return inKindOrder(objects).map((object) => this.changeOf(object, objects, version).change);
  }

  async apply(
    objects: readonly KubernetesObject[],
    signal: AbortSignal,
    version?: BuildNumber,
  ): Promise<readonly ConfigurationChange[]> {
    const changes: ConfigurationChange[] = [];
    for (const object of inKindOrder(objects)) {
      signal.throwIfAborted();
      await this.before(`apply ${describeObject(object)}`);
      this.held?.hold();
      const { change, sent } = this.changeOf(object, objects, version);
      changes.push(change);
      this.put(sent, this.manager);
      this.generateValues(object);
    }
    return changes;
  }

  async prune(
    former: readonly ProvisionedObject[],
    objects: readonly KubernetesObject[],
    { dryRun = false }: { readonly dryRun?: boolean } = {},
  ): Promise<readonly ConfigurationChange[]> {
    await this.before(dryRun ? 'prune (dry run)' : 'prune');
    if (!dryRun) this.held?.hold();
    const wanted = new Set(objects.map((object) => this.keyOf(object)));
    return former.flatMap((each): ConfigurationChange[] => {
      const key = keyOf(each);
      const parts = this.state.objects.get(key);
      if (wanted.has(key) || neverPruned.includes(each.kind) || !parts?.has(this.manager)) return [];
      const live = this.state.live(key)!;
      if (live.metadata.annotations?.[annotation.keep] === 'true' || generatedKeysOf(live).length > 0) return [];
      const { created, ...what } = each;
      const isShared = [...parts.keys()].some(
        (manager) => manager !== this.manager && manager.startsWith(provisioningManager.prefix),
      );
      if (created && !isShared) {
        if (!dryRun) this.state.objects.delete(key);
        return [{ ...what, action: 'deleted' }];
      }
      const others = [...parts].filter(([manager]) => manager !== this.manager);
      const rest = together(others.map(([, part]) => part)) ?? live;
      const fields = fieldChanges(live, rest);
      if (!dryRun) parts.delete(this.manager);
      return [{ ...what, action: 'configured', fields }];
    });
  }

  async version(): Promise<BuildNumber | undefined> {
    await this.before('version');
    return this.state.marks.get(this.home);
  }

  async mark(version: BuildNumber): Promise<void> {
    await this.before('mark');
    this.held?.hold();
    if (!this.hasNamespace(this.home)) throw this.noNamespace(this.home);
    this.state.marks.set(this.home, version);
  }

  async lock(holder: Actor, onWait: (heldBy: string) => void, signal?: AbortSignal): Promise<ServiceLock> {
    await this.before('lock');
    this.held = await this.state.locks.acquire(this.home, holder, onWait, signal);
    return this.held;
  }

  async records(): Promise<ProvisioningRecord[]> {
    await this.before('records');
    return [...this.kept].reverse();
  }

  async identity(): Promise<string | undefined> {
    await this.before('identity');
    return this.account;
  }

  async openRecord(record: NewProvisioningRecord): Promise<ProvisioningRecord> {
    await this.before('openRecord');
    this.held?.hold();
    const { actor } = record;
    const signed = this.account === undefined ? actor : { ...actor, identity: this.account };
    const opened = {
      ...record,
      actor: signed,
      sequence: (this.kept.at(-1)?.sequence ?? 0) + 1,
      outcome: 'running' as const,
    };
    this.state.records.set(this.home, [...this.kept, opened]);
    return opened;
  }

  async closeRecord(record: ProvisioningRecord, ending: ProvisioningEnding): Promise<ProvisioningRecord> {
    await this.before('closeRecord');
    this.held?.hold();
    const closed = { ...record, ...ending, finishedAt: this.clock().toISOString() };
    const all = this.kept.map((each) => (each.sequence === record.sequence ? closed : each));
    const old = forgettable(all);
    this.state.records.set(
      this.home,
      all.filter((each) => !old.includes(each)),
    );
    return closed;
  }

  private get kept(): readonly ProvisioningRecord[] {
    return this.state.records.get(this.home) ?? [];
  }

  private get manager(): string {
    return provisioningManager.of(this.home);
  }

  /** Returns what applying an object does, and as much of it as is applied. */
  private changeOf(object: KubernetesObject, all: readonly KubernetesObject[], version: BuildNumber | undefined) {
    const heldBy = version && this.newerHolder(object, version);
    if (!heldBy) return { change: this.change(object, all), sent: object };
    const sent = commonPart(this.placed(object), this.state.live(this.keyOf(object))!);
    return { change: { ...this.change(sent, all), heldBy }, sent };
  }

  /** Returns another environment that wants a field otherwise, and has a newer version. */
  private newerHolder(object: KubernetesObject, version: BuildNumber): ConfigurationHolder | undefined {
    const parts = [...(this.state.objects.get(this.keyOf(object)) ?? [])];
    const holders = parts.flatMap(([manager, part]): ConfigurationHolder[] => {
      if (manager === this.manager || !manager.startsWith(provisioningManager.prefix)) return [];
      const namespace = manager.slice(provisioningManager.prefix.length);
      const theirs = this.state.marks.get(namespace);
      return theirs?.isNewerThan(version) && disagree(this.placed(object), part)
        ? [{ namespace, version: theirs }]
        : [];
    });
    return holders.sort((a, b) => (a.version.isNewerThan(b.version) ? -1 : 1))[0];
  }

  private change(object: KubernetesObject, all: readonly KubernetesObject[]): ConfigurationChange {
    const { apiVersion, kind, metadata } = object;
    const namespace = this.namespaceOf(object);
    const what = { apiVersion, kind, name: metadata.name, ...(namespace === undefined ? {} : { namespace }) };
    if (namespace !== undefined && !this.hasNamespace(namespace)) {
      const isComing = all.some((each) => each.kind === 'Namespace' && each.metadata.name === namespace);
      if (!isComing) throw this.noNamespace(namespace);
      return { ...what, action: 'created', isElsewhere: true };
    }
    const key = this.keyOf(object);
    const live = this.state.live(key);
    if (!live) return { ...what, action: 'created' };
    const owner = otherOwnerOf(live, '');
    if (owner !== undefined) throw this.refusal('foreign-object', `${describeObject(object)} belongs to ${owner}.`);
    const values = isLocked(object) ? this.state.objects.get(key)!.get(this.manager)?.['data'] : undefined;
    const parts = [...this.state.objects.get(key)!].filter(([manager]) => manager !== this.manager);
    const next = together([
      ...parts.map(([, part]) => part),
      this.placed(values === undefined ? object : { ...object, data: values }),
    ])!;
    const generated = missingKeysOf(object, live).map((key) => ({ path: `data.${key}`, from: undefined, to: '***' }));
    const fields = [...fieldChanges(live, next), ...generated];
    return fields.length === 0 ? { ...what, action: 'unchanged' } : { ...what, action: 'configured', fields };
  }

  private generateValues(object: KubernetesObject): void {
    const missing = missingKeysOf(object, this.state.live(this.keyOf(object)));
    if (missing.length === 0) return;
    const { apiVersion, kind, metadata } = object;
    const { name, namespace } = metadata;
    const earlier = this.state.objects.get(this.keyOf(object))?.get(generatedValuesManager)?.['data'];
    const data = Object.fromEntries(missing.map((key) => [key, randomBytes(24).toString('base64')]));
    const place = { name, ...(namespace === undefined ? {} : { namespace }) };
    this.put({ apiVersion, kind, metadata: place, data: { ...(earlier ?? {}), ...data } }, generatedValuesManager);
  }

  private keyOf(object: KubernetesObject): string {
    const { apiVersion, kind, metadata } = object;
    const namespace = this.namespaceOf(object);
    return keyOf({ apiVersion, kind, name: metadata.name, ...(namespace === undefined ? {} : { namespace }) });
  }

  private placed(object: KubernetesObject): KubernetesObject {
    const namespace = this.namespaceOf(object);
    return structuredClone({
      ...object,
      metadata: { ...object.metadata, ...(namespace === undefined ? {} : { namespace }) },
    });
  }

  private namespaceOf({ kind, metadata }: KubernetesObject): string | undefined {
    return clusterKinds.includes(kind) ? undefined : (metadata.namespace ?? this.home);
  }

  private hasNamespace(name: string): boolean {
    return this.read('Namespace', name) !== undefined;
  }

  private noNamespace(name: string): Refusal {
    return this.refusal('no-namespace', `There is no namespace "${name}".`);
  }

  private refusal(type: ErrorType, reason: string): Refusal {
    return new Refusal({ type, doing: 'provision', reason, remedy: 'Mend it.' });
  }
}
