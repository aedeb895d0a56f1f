import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { shownValue } from '../model/field-changes.ts';
import type { KubernetesObject } from '../model/kubernetes-object.ts';
import { isMap } from '../model/manifests/manifest.ts';
import type { FieldDrift } from '../release/ports/cluster.ts';
import { isOurs, managedFieldsOf, type ManagedFields } from './managed-fields.ts';

/**
 * Which fields of an object this tool owns, as a short text. Whoever writes a field of ours otherwise, or takes it away,
 * becomes its owner instead (Kubernetes' server-side apply), so that this changes, and only then.
 */
export function fingerprintOf(live: KubernetesObject): string {
  const ours = managedFieldsOf(live).find(isOurs)?.fieldsV1 ?? {};
  return createHash('sha256').update(JSON.stringify(ours)).digest('hex').slice(0, 12);
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
  const others = entries.filter((entry) => !isOurs(entry) && entry.subresource !== 'status');
  const byTime = [...others].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1));
  const walk: Walk = { kind: applied.kind, found: [], lastWriter: byTime[0] };
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = applied;
  const { labels, annotations } = metadata;
  const compared = { ...rest, metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } };
  const claims = byTime.map((entry) => ({ entry, node: entry.fieldsV1 ?? {} }));
  const ours = entries.filter(isOurs).map((entry) => ({ entry, node: entry.fieldsV1 ?? {} }));
  compare(walk, compared, live, claims, [...claims, ...ours], []);
  return walk.found;
}

/** @param all claims also of this tool: they tell by which keys a list's items are told apart. */
function compare(
  walk: Walk,
  applied: unknown,
  live: unknown,
  claims: readonly Claim[],
  all: readonly Claim[],
  path: readonly string[],
): void {
  if (isMap(applied) && isMap(live)) {
    for (const [key, value] of Object.entries(applied)) {
      const step = `f:${key}`;
      compare(walk, value, live[key], below(claims, step), below(all, step), [...path, key]);
    }
    return;
  }
  const keys = new Set(all.flatMap(({ node }) => Object.keys(node).filter((key) => key.startsWith('k:'))));
  if (Array.isArray(applied) && Array.isArray(live) && keys.size > 0) {
    for (const item of applied as unknown[]) compareItem(walk, item, live, keys, claims, all, path);
    return;
  }
  if (isDeepStrictEqual(applied, live) || (live === undefined && isEmpty(applied))) return;
  const owner = claims[0]?.entry ?? (live === undefined ? walk.lastWriter : undefined);
  // What differs though nobody else wrote it is the same value, written otherwise by the server.
  if (!owner && live !== undefined) return;
  walk.found.push({
    path: pathText(path),
    applied: shownValue(walk, path, applied),
    live: live === undefined ? undefined : shownValue(walk, path, live),
    by: owner?.manager ?? 'unknown',
    at: owner?.time,
  });
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
    // Defaults (`protocol: TCP`) are in the key, and not always in what was applied.
    if (!Object.entries(key).every(([name, value]) => !(name in item) || item[name] === value)) continue;
    if (!Object.keys(key).some((name) => name in item)) continue;
    const there = list.find((each) => isMap(each) && hasAll(each, key));
    const name = `[${Object.values(key).map(String)[0]}]`;
    compare(walk, item, there, below(claims, step), below(all, step), [...path, name]);
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
