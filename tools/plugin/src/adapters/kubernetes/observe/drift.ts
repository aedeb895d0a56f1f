import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { shownValue } from '../../../model/observe/field-changes.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldManager } from '../../../model/manifests/labels.ts';
import { isMap } from '../../../model/manifests/source/manifest.ts';
import type { FieldDrift } from '../../../model/observe/drift.ts';
import { fieldsOf, fieldsText, isOurs, managedFieldsOf, type ManagedFields } from '../deploy/managed-fields.ts';

/**
 * Which fields of an object this tool owns, as a short text. Whoever writes a field of ours otherwise, or takes it away,
 * becomes its owner instead (Kubernetes' server-side apply), so that this changes, and only then.
 */
export function fingerprintOf(live: KubernetesObject): string {
  const ours = managedFieldsOf(live).find(isOurs);
  return hash('sha256', fieldsText(ours ?? {}), 'hex').slice(0, 12);
}

/** Whether somebody else added to an object what this tool did not apply, beside its labels, annotations and status. */
export function hasAdditions(live: KubernetesObject): boolean {
  return othersOf(live).some((entry) => Object.keys(fieldsOf(entry)).some(isContent));
}

/** What of an object is neither who it is nor what controllers say of it. */
function isContent(step: string): boolean {
  return !['f:metadata', 'f:status'].includes(step);
}

/** Who else wrote to an object: people and operators, but neither Kubernetes' own controllers nor autoscalers. */
function othersOf(live: KubernetesObject): ManagedFields[] {
  return managedFieldsOf(live).filter(
    ({ manager = '', subresource }) =>
      subresource !== 'status' && manager !== 'kube-controller-manager' && !manager.startsWith(fieldManager),
  );
}

/** What another field manager owns at some place in an object. */
interface Claim {
  readonly entry: ManagedFields;
  readonly node: Readonly<Record<string, unknown>>;
}

interface Walk {
  readonly kind: string;
  readonly found: FieldDrift[];
  /** Who wrote last, for what is gone: nobody owns a field that is not there. */
  readonly lastWriter: ManagedFields | undefined;
}

/**
 * Which fields are not as they were applied, and who wrote them. Only what somebody else owns counts, or what is gone:
 * the server writes some values otherwise than they were sent (`0.5` is `500m`).
 * @param applied the object as its record has it.
 */
export function driftOf(applied: KubernetesObject, live: KubernetesObject): FieldDrift[] {
  const entries = managedFieldsOf(live);
  const byTime = othersOf(live).sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1));
  const walk: Walk = { kind: applied.kind, found: [], lastWriter: byTime[0] };
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = applied;
  const { labels, annotations } = metadata;
  const compared = { ...rest, metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } };
  const claims = byTime.map((entry) => ({ entry, node: fieldsOf(entry) }));
  const ours = entries.filter(isOurs).map((entry) => ({ entry, node: fieldsOf(entry) }));
  compare(walk, compared, live, claims, [...claims, ...ours], [], undefined);
  return walk.found;
}

/**
 * @param all claims also of this tool: they tell by which keys a list's items are told apart.
 * @param owner the map that the value is in.
 */
function compare(
  walk: Walk,
  applied: unknown,
  live: unknown,
  claims: readonly Claim[],
  all: readonly Claim[],
  path: readonly string[],
  owner: unknown,
): void {
  if (isMap(applied) && isMap(live)) {
    for (const [key, value] of Object.entries(applied)) {
      const step = `f:${key}`;
      compare(walk, value, live[key], below(claims, step), below(all, step), [...path, key], applied);
    }
    for (const { entry, node } of claims) {
      for (const step of Object.keys(node).filter((each) => each.startsWith('f:'))) {
        const key = step.slice('f:'.length);
        const isAdded = !(key in applied) && live[key] !== undefined && (path.length > 0 || isContent(step));
        // Also in a pod template: "kubectl rollout restart" writes an annotation there.
        if (isAdded && ![...path, key].includes('metadata'))
          tell(walk, [...path, key], [undefined, live[key]], live, entry);
      }
    }
    return;
  }
  const keys = new Set(all.flatMap(({ node }) => Object.keys(node).filter((key) => key.startsWith('k:'))));
  if (Array.isArray(applied) && Array.isArray(live) && keys.size > 0) {
    for (const item of applied as unknown[]) compareItem(walk, item, live, keys, claims, all, path);
    addedItems(walk, applied, live, claims, path);
    return;
  }
  if (isDeepStrictEqual(applied, live) || (live === undefined && isEmpty(applied))) return;
  const writer = claims[0]?.entry ?? (live === undefined ? walk.lastWriter : undefined);
  // What differs though nobody else wrote it is the same value, written otherwise by the server.
  if (!writer && live !== undefined) return;
  tell(walk, path, [applied, live], owner, writer);
}

function tell(
  { found, kind }: Walk,
  path: readonly string[],
  [applied, live]: readonly [unknown, unknown],
  owner: unknown,
  writer: ManagedFields | undefined,
): void {
  const keys = path.map((key) => key.replace(/^\[(.*)\]$/, '$1'));
  const shown = (value: unknown) => (value === undefined ? undefined : shownValue({ kind }, keys, value, owner));
  found.push({
    path: pathText(path),
    applied: shown(applied),
    live: shown(live),
    by: writer?.manager ?? 'unknown',
    at: writer?.time,
  });
}

/** Items of a list that others put in. */
function addedItems(
  walk: Walk,
  applied: readonly unknown[],
  live: readonly unknown[],
  claims: readonly Claim[],
  path: readonly string[],
): void {
  for (const { entry, node } of claims) {
    for (const step of Object.keys(node).filter((each) => each.startsWith('k:'))) {
      const key = readKey(step);
      const item = live.find((each) => isMap(each) && hasAll(each, key));
      if (item === undefined || applied.some((each) => isMap(each) && fits(each, key))) continue;
      tell(walk, [...path, itemName(key)], [undefined, item], undefined, entry);
    }
  }
}

/** Defaults (`protocol: TCP`) are in the key of an item, and not always in what was applied. */
function fits(item: Readonly<Record<string, unknown>>, key: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(key);
  return names.some((name) => name in item) && names.every((name) => !(name in item) || item[name] === key[name]);
}

function itemName(key: Readonly<Record<string, unknown>>): string {
  return `[${Object.values(key).map(String)[0]}]`;
}

function compareItem(
  walk: Walk,
  item: unknown,
  list: readonly unknown[],
  keys: ReadonlySet<string>,
  claims: readonly Claim[],
  all: readonly Claim[],
  path: readonly string[],
): void {
  if (!isMap(item)) return;
  for (const step of keys) {
    const key = readKey(step);
    if (!fits(item, key)) continue;
    const there = list.find((each) => isMap(each) && hasAll(each, key));
    compare(walk, item, there, below(claims, step), below(all, step), [...path, itemName(key)], undefined);
    return;
  }
}

/** The server leaves out what is empty. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) ? Object.keys(value).length === 0 : !value;
}

function hasAll(item: Readonly<Record<string, unknown>>, key: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(key).every(([name, value]) => item[name] === value);
}

function readKey(step: string): Record<string, unknown> {
  try {
    const key: unknown = JSON.parse(step.slice('k:'.length));
    return isMap(key) ? key : {};
  } catch {
    return {};
  }
}

function below(claims: readonly Claim[], step: string): Claim[] {
  return claims.flatMap(({ entry, node }) => {
    const next = node[step];
    return isMap(next) ? [{ entry, node: next }] : [];
  });
}

/** `spec.template.spec.containers[orders].image`. */
function pathText(path: readonly string[]): string {
  return path.reduce((text, key) => (key.startsWith('[') || text === '' ? text + key : `${text}.${key}`), '');
}
