import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { shownValue } from '../../../model/observe/field-changes.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldManager } from '../../../model/product/wire-names.ts';
import { withGatewayDefaults } from '../../../model/observe/gateway-defaults.ts';
import { isMap } from '../../../model/manifests/source/object-fields.ts';
import { isSameQuantity } from '../../../model/observe/quantity.ts';
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

/**
 * Reports whether somebody else added to an object what this tool did not apply, beside its labels, annotations and
 * status.
 */
export function hasAdditions(live: KubernetesObject): boolean {
  return othersOf(live).some((entry) => Object.keys(fieldsOf(entry)).some(isContent));
}

/** Reports whether a field is content: neither identity nor controllers' status. */
function isContent(step: string): boolean {
  return !['f:metadata', 'f:status'].includes(step);
}

/**
 * Returns the other writers of an object: people and operators, but neither Kubernetes' own controllers nor
 * autoscalers.
 */
function othersOf(live: KubernetesObject): ManagedFields[] {
  return managedFieldsOf(live).filter(
    ({ manager = '', subresource }) =>
      subresource !== 'status' && manager !== 'kube-controller-manager' && !manager.startsWith(fieldManager),
  );
}

/** A field of another manager at some place in an object. */
interface Claim {
  readonly entry: ManagedFields;
  readonly node: Readonly<Record<string, unknown>>;
}

/** A place in an object: what was applied there, and what is there now. */
interface Place {
  readonly applied: unknown;
  readonly live: unknown;
  readonly path: readonly string[];
  /** The map that the value is in. */
  readonly owner: unknown;
}

/** The fields of other managers at a place. */
interface Claims {
  /** Of people and operators, newest first. */
  readonly others: readonly Claim[];
  /** Also of this tool: they tell by which keys a list's items are told apart. */
  readonly all: readonly Claim[];
}

/**
 * Returns the fields that are not as they were applied, and who wrote them. Only what another owns counts, or what is gone:
 * the server writes some values otherwise than they were sent (`0.5` is `500m`).
 * @param applied the object as its record has it.
 */
export function driftOf(applied: KubernetesObject, live: KubernetesObject): FieldDrift[] {
  return new DriftWalk(applied.kind, live).from(applied);
}

/** A walk through an object as it was applied and as it is, that gathers what differs. */
class DriftWalk {
  private readonly kind: string;
  private readonly live: KubernetesObject;
  private readonly byTime: readonly ManagedFields[];
  private readonly found: FieldDrift[] = [];

  constructor(kind: string, live: KubernetesObject) {
    this.kind = kind;
    this.live = live;
    this.byTime = othersOf(live).sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1));
  }

  from(object: KubernetesObject): FieldDrift[] {
    const { apiVersion: _version, kind: _kind, metadata, ...rest } = object;
    const { labels, annotations } = metadata;
    const applied = { ...rest, metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } };
    const claimsOf = (entries: readonly ManagedFields[]) => entries.map((entry) => ({ entry, node: fieldsOf(entry) }));
    const others = claimsOf(this.byTime);
    const ours = claimsOf(managedFieldsOf(this.live).filter(isOurs));
    this.compare({ applied, live: this.live, path: [], owner: undefined }, { others, all: [...others, ...ours] });
    return this.found;
  }

  private compare(place: Place, claims: Claims): void {
    const { applied, live } = place;
    if (isMap(applied) && isMap(live)) {
      this.compareMaps({ ...place, applied, live }, claims);
      return;
    }
    const keys = new Set(claims.all.flatMap(({ node }) => Object.keys(node).filter((key) => key.startsWith('k:'))));
    if (Array.isArray(applied) && Array.isArray(live) && keys.size > 0) {
      for (const item of applied as unknown[]) this.compareItem(item, { ...place, live }, keys, claims);
      this.tellAddedItems({ ...place, applied, live }, claims);
      return;
    }
    if (isDeepStrictEqual(applied, live) || (live === undefined && isEmpty(applied))) return;
    if (isSameQuantity(place.path.join('.'), applied, live)) return;
    // Lists of the Gateway API are written as a whole: whoever takes his own change back leaves the server's defaults in them.
    const whole = (value: unknown) => withGatewayDefaults(this.live, place.path, value);
    if (isDeepStrictEqual(whole(applied), whole(live))) return;
    // Nobody owns a field that is gone: the last writer took it away.
    const writer = claims.others[0]?.entry ?? (live === undefined ? this.byTime[0] : undefined);
    // What differs though no other wrote it is the same value, written otherwise by the server.
    if (writer || live === undefined) this.tell(place, writer);
  }

  private compareMaps(
    { applied, live, path }: Place & Readonly<Record<'applied' | 'live', Record<string, unknown>>>,
    claims: Claims,
  ): void {
    for (const [key, value] of Object.entries(applied))
      this.compare(
        { applied: value, live: live[key], path: [...path, key], owner: applied },
        below(claims, `f:${key}`),
      );
    for (const { entry, node } of claims.others) {
      for (const step of Object.keys(node).filter((each) => each.startsWith('f:'))) {
        const key = step.slice('f:'.length);
        const isAdded =
          !(key in applied) &&
          live[key] !== undefined &&
          (path.length > 0 || isContent(step)) &&
          !this.isResumed([...path, key], live[key]);
        // Also in a pod template: "kubectl rollout restart" writes an annotation there.
        if (isAdded && ![...path, key].includes('metadata'))
          this.tell({ applied: undefined, live: live[key], path: [...path, key], owner: live }, entry);
      }
    }
  }

  /** Reports whether a CronJob that was suspended by hand runs again as it was deployed. */
  private isResumed(path: readonly string[], value: unknown): boolean {
    return this.kind === 'CronJob' && path.join('.') === 'spec.suspend' && value === false;
  }

  private compareItem(
    item: unknown,
    { live, path }: Place & { readonly live: readonly unknown[] },
    keys: ReadonlySet<string>,
    claims: Claims,
  ): void {
    if (!isMap(item)) return;
    for (const step of keys) {
      const key = readKey(step);
      if (!fits(item, key)) continue;
      const there = live.find((each) => isMap(each) && hasAll(each, key));
      const place = { applied: item, live: there, path: [...path, itemName(key)], owner: undefined };
      this.compare(place, below(claims, step));
      return;
    }
    // Nobody owns an item that is gone, or that has another key now.
    const names = Object.keys(readKey([...keys][0]!)).filter((name) => name in item);
    const key = Object.fromEntries(names.map((name) => [name, item[name]]));
    if (names.length === 0 || live.some((each) => isMap(each) && hasAll(each, key))) return;
    const gone = { applied: item, live: undefined, path: [...path, itemName(key)], owner: undefined };
    this.tell(gone, claims.others[0]?.entry ?? this.byTime[0]);
  }

  /** Adds the items of a list that others added. */
  private tellAddedItems(
    { applied, live, path }: Place & Readonly<Record<'applied' | 'live', readonly unknown[]>>,
    { others }: Claims,
  ): void {
    for (const { entry, node } of others) {
      for (const step of Object.keys(node).filter((each) => each.startsWith('k:'))) {
        const key = readKey(step);
        const item = live.find((each) => isMap(each) && hasAll(each, key));
        if (item === undefined || applied.some((each) => isMap(each) && fits(each, key))) continue;
        if (path.at(-1) === 'env' && isRestart(key)) continue;
        this.tell({ applied: undefined, live: item, path: [...path, itemName(key)], owner: undefined }, entry);
      }
    }
  }

  private tell({ applied, live, path, owner }: Place, writer: ManagedFields | undefined): void {
    const keys = path.map((key) => key.replace(/^\[(.*)\]$/, '$1'));
    const shown = (value: unknown) =>
      value === undefined ? undefined : shownValue({ kind: this.kind }, keys, value, owner);
    this.found.push({
      path: pathText(path),
      applied: shown(applied),
      live: shown(live),
      by: writer?.manager ?? 'unknown',
      at: writer?.time,
    });
  }
}

/**
 * Reports whether a variable is a hash by which Stakater's Reloader restarts pods after their Secret or ConfigMap has changed,
 * as "kubectl rollout restart" does by an annotation.
 */
function isRestart({ name }: Readonly<Record<string, unknown>>): boolean {
  return typeof name === 'string' && /^STAKATER_[A-Z0-9_]+_(?:SECRET|CONFIGMAP)$/.test(name);
}

/** Defaults (`protocol: TCP`) are in the key of an item, and not always in what was applied. */
function fits(item: Readonly<Record<string, unknown>>, key: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(key);
  return names.some((name) => name in item) && names.every((name) => !(name in item) || item[name] === key[name]);
}

function itemName(key: Readonly<Record<string, unknown>>): string {
  return `[${Object.values(key).map(String)[0]}]`;
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

function below({ others, all }: Claims, step: string): Claims {
  const under = (claims: readonly Claim[]) =>
    claims.flatMap(({ entry, node }) => {
      const next = node[step];
      return isMap(next) ? [{ entry, node: next }] : [];
    });
  return { others: under(others), all: under(all) };
}

/** `spec.template.spec.containers[orders].image`. */
function pathText(path: readonly string[]): string {
  return path.reduce((text, key) => (key.startsWith('[') || text === '' ? text + key : `${text}.${key}`), '');
}
