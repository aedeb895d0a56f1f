import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { finalizersOf, isEnding } from '../../../plugin/src/model/manifests/rules/ending.ts';
import { fieldAt, identityOf, isMap } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import { isRollout, podTemplateOf } from '../../../plugin/src/model/manifests/rules/pod-templates.ts';
import { label } from '../../../plugin/src/model/product/wire-names.ts';
import type { ResourceVersion } from './resource-version.ts';

/** A field that somebody else wrote, with who. */
export interface ForeignField {
  readonly path: readonly string[];
  readonly manager: string;
  /** True when it was written by the subresource `scale`. */
  readonly isScale?: boolean;
}

/** An object of the namespace, and who wrote what of it. */
export interface StoredObject {
  readonly live: KubernetesObject;
  /** The manifest that this tool applied last, or undefined when it never did. */
  readonly ours: KubernetesObject | undefined;
  /** Fields that somebody else wrote since, by their path as a text. */
  readonly foreign: Map<string, ForeignField>;
}

/** The objects of a namespace, with what other people's hands do to them. */
export class StoredObjects {
  private readonly namespace: string;
  private readonly version: ResourceVersion;
  /** By identity. */
  private readonly stored = new Map<string, StoredObject>();
  /** Templates of pods that a workload has had, by its identity, the newest last: its ReplicaSets, or revisions. */
  private readonly templates = new Map<string, string[]>();

  constructor(namespace: string, version: ResourceVersion) {
    this.namespace = namespace;
    this.version = version;
  }

  /** All objects, in the order in which they came. */
  get all(): StoredObject[] {
    return [...this.stored.values()];
  }

  /** Returns what is stored under an object's identity. */
  get(object: KubernetesObject): StoredObject | undefined {
    return this.stored.get(identityOf(object));
  }

  /** Returns the object of a kind and a name. */
  find(kind: string, name: string): StoredObject | undefined {
    return this.all.find(({ live }) => live.kind === kind && live.metadata.name === name);
  }

  /** Returns an object as it belongs into this namespace. */
  placed(object: KubernetesObject): KubernetesObject {
    return structuredClone({ ...object, metadata: { ...object.metadata, namespace: this.namespace } });
  }

  /** Puts an object in, as somebody else. */
  put(object: KubernetesObject): void {
    this.write(this.placed(object), undefined);
  }

  /** Writes a field of an object, as somebody else. */
  edit({ kind, name }: { kind: string; name: string }, field: ForeignField, value: unknown): void {
    const { path } = field;
    const stored = this.find(kind, name);
    if (!stored) throw new Error(`there is no ${kind} ${name}`);
    this.note(stored.live);
    let at: Record<string, unknown> = stored.live;
    for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[path.at(-1)!] = value;
    stored.foreign.set(path.join('.'), field);
    // Whose value another has changed owns it no more; who forces it takes it from them.
    const owner = fieldAt(stored.ours, ...path.slice(0, -1));
    if (field.isScale && isMap(owner)) delete owner[path.at(-1)!];
    this.touch(stored.live);
    if (isEnding(stored.live)) this.delete(stored.live);
  }

  /** Writes the status of an object, as its controller: what it is asked to be stays as it is. */
  setStatus(kind: string, name: string, status: object): void {
    const stored = this.find(kind, name);
    if (!stored) throw new Error(`there is no ${kind} ${name}`);
    stored.live['status'] = structuredClone(status);
    this.touch(stored.live);
  }

  /** Deletes an object of a kind and a name, if it is there. */
  remove(kind: string, name: string): void {
    const stored = this.find(kind, name);
    if (stored) this.delete(stored.live);
  }

  /**
   * Stores an object with a new version.
   * @param ours what this tool applied of it, if it did.
   */
  write(live: KubernetesObject, ours: KubernetesObject | undefined): void {
    const before = this.get(live)?.live;
    if (before) this.note(before);
    const generation = Number(before?.metadata['generation'] ?? 0);
    live.metadata['generation'] = before && isSameContent(before, live) ? generation : generation + 1;
    this.store(live, ours);
    this.touch(live);
  }

  /** Stores an object that this tool made, without a version: watchers are told nothing. */
  add(live: KubernetesObject): void {
    this.store(live, live);
  }

  /** Returns the templates of pods that a workload has had and may go back to. */
  templatesOf(workload: KubernetesObject): unknown[] {
    const kept = this.templates.get(identityOf(workload)) ?? [];
    return kept.map((template) => JSON.parse(template) as unknown);
  }

  /** Deletes an object, which stays as long as it has finalizers. */
  delete(object: KubernetesObject): void {
    const live = this.get(object)?.live;
    this.note(live ?? object);
    if (live && finalizersOf(live).length > 0) live.metadata['deletionTimestamp'] = '2026-11-24T12:00:00Z';
    else {
      this.stored.delete(identityOf(object));
      this.templates.delete(identityOf(object));
    }
  }

  private store(live: KubernetesObject, ours: KubernetesObject | undefined): void {
    // What is written over is theirs no more; replicas that were not sent stay their autoscaler's.
    const before = this.get(live)?.foreign ?? [];
    const kept = [...before].filter(([, { isScale, path }]) => isScale && fieldAt(ours, ...path) === undefined);
    this.stored.set(identityOf(live), { live, ours, foreign: new Map(kept) });
    if (isRollout(live)) this.keepTemplate(live);
  }

  private keepTemplate(workload: KubernetesObject): void {
    const template = JSON.stringify(podTemplateOf(workload) ?? {});
    const before = (this.templates.get(identityOf(workload)) ?? []).filter((each) => each !== template);
    const limit = Number(fieldAt(workload, 'spec', 'revisionHistoryLimit') ?? 10);
    this.templates.set(identityOf(workload), [...before, template].slice(-limit - 1));
  }

  /** Has watchers hear of an object's service, though nothing was written to it. */
  note({ metadata }: KubernetesObject): void {
    this.version.next(...[metadata.labels?.[label.service] ?? []].flat());
  }

  private touch(live: KubernetesObject): void {
    this.note(live);
    live.metadata['resourceVersion'] = String(this.version.next());
  }
}

/** Reports whether two states of an object ask for the same: neither metadata nor status counts. */
function isSameContent(a: KubernetesObject, b: KubernetesObject): boolean {
  const contentOf = ({ metadata: _metadata, status: _status, ...content }: KubernetesObject) => JSON.stringify(content);
  return contentOf(a) === contentOf(b);
}
