import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { actorAnnotations } from '../../../plugin/src/model/product/wire-names.ts';
import { foreignMarksOn, isDeployer, upgradedManagers } from '../../../plugin/src/model/manifests/rules/ownership.ts';
import { fieldAt, isMap } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import type { StoredObject } from './stored-objects.ts';

/**
 * Returns what applying makes of an object: kubectl's part of it is this tool's first, and goes where it is not sent.
 * @param adopt other deployers' part is so, too.
 */
export function applied(stored: StoredObject, sent: KubernetesObject, adopt: boolean): KubernetesObject {
  const live = structuredClone(stored.live);
  const marks = foreignMarksOn(live);
  for (const mark of marks.labels) delete live.metadata.labels?.[mark];
  for (const mark of marks.annotations) delete live.metadata.annotations?.[mark];
  for (const path of droppedPaths(stored, sent, adopt)) {
    const owner = fieldAt(live, ...path.slice(0, -1));
    if (isMap(owner)) delete owner[path.at(-1)!];
  }
  return merged(live, stored.ours, sent) as KubernetesObject;
}

/** Reports whether applying would change nothing but who did it. */
export function isApplied(stored: StoredObject, sent: KubernetesObject, adopt: boolean): boolean {
  return (
    stored.ours !== undefined &&
    isSameButActor(stored.ours, sent) &&
    holds(stored.live, withoutActor(sent)) &&
    takenOver(stored, sent).length === 0 &&
    droppedPaths(stored, sent, adopt).length === 0
  );
}

/** Returns the fields that others wrote and that we write otherwise: `spec.replicas from kubectl-edit`. */
export function takenOver({ foreign, live }: StoredObject, sent: KubernetesObject): string[] {
  return [...foreign].flatMap(([text, { path, manager }]) => {
    const value = fieldAt(sent, ...path);
    const differs = value !== undefined && !holds(fieldAt(live, ...path), value);
    return differs ? [`${text} from ${manager}`] : [];
  });
}

/** Returns the fields that others wrote, that are not sent, and that go. */
export function removed(stored: StoredObject, sent: KubernetesObject, adopt: boolean): string[] {
  const gone = new Set(droppedPaths(stored, sent, adopt));
  return [...stored.foreign].flatMap(([text, { path, manager }]) =>
    gone.has(path) ? [`${text} from ${manager}, which no manifest has: it goes`] : [],
  );
}

/** Returns the paths of fields that go because kubectl, or whoever deployed them before, wrote them and they are not sent. */
function droppedPaths({ foreign, live }: StoredObject, sent: KubernetesObject, adopt: boolean): (readonly string[])[] {
  return [...foreign.values()].flatMap(({ path, manager }) => {
    const isTaken = upgradedManagers.includes(manager) || (adopt && isDeployer(manager));
    const isDropped = isTaken && fieldAt(sent, ...path) === undefined;
    return isDropped && fieldAt(live, ...path) !== undefined ? [path] : [];
  });
}

/** Returns what server-side apply makes of a value: what we no longer send goes, what others added stays. */
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

/** Reports whether a value has all that was sent. */
function holds(live: unknown, sent: unknown): boolean {
  if (!isMap(sent)) return JSON.stringify(live) === JSON.stringify(sent);
  return isMap(live) && Object.entries(sent).every(([key, value]) => holds(live[key], value));
}

function isSameButActor(a: KubernetesObject, b: KubernetesObject): boolean {
  return holds(withoutActor(a), withoutActor(b)) && holds(withoutActor(b), withoutActor(a));
}

function withoutActor(object: KubernetesObject): KubernetesObject {
  const annotations = Object.entries(object.metadata.annotations ?? {});
  const kept = annotations.filter(([key]) => !actorAnnotations.includes(key));
  return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(kept) } };
}
