import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldManager } from '../../../model/product/wire-names.ts';
import { foreignMarksOn } from '../../../model/manifests/rules/ownership.ts';
import { ManifestSource } from '../../../model/manifests/source/manifest-source.ts';
import { overlay } from '../../../model/manifests/source/overlay.ts';
import { isMap } from '../../../model/manifests/source/object-fields.ts';
import type { KubernetesApi } from '../client/api.ts';
import { withoutDroppedFields, type DroppedField } from './dropped-fields.ts';
import { describeSteps, valueAt } from './field-steps.ts';
import type { FieldSteps, IsUpgraded } from './managed-fields.ts';

/** The field in which kubectl keeps its own last manifest. */
const bookkeeping: readonly string[] = ['f:kubectl.kubernetes.io/last-applied-configuration'];

/** The part of an object in the cluster that becomes this tool's. */
export interface Upgrade {
  readonly sent: KubernetesObject;
  readonly live: KubernetesObject | undefined;
  readonly isUpgraded: IsUpgraded | undefined;
  readonly displaced: readonly FieldSteps[];
}

/** Returns an object laid over the one that is there, without what goes of that. */
export function laidOver({ sent, live, isUpgraded, displaced }: Upgrade): KubernetesObject {
  if (!live) return sent;
  const rest = withoutDroppedFields(live, sent, live, { isUpgraded, displaced });
  const source = new ManifestSource('');
  return overlay([{ object: rest, source }], [{ object: sent, source }], sent.metadata.namespace)[0]!.object;
}

/**
 * Returns what an object would be once others' part of it is ours, the marks of those it is taken from are gone, and it is
 * applied: the server fills in the defaults of what goes then.
 */
export async function predict(
  api: KubernetesApi,
  path: string,
  applied: KubernetesObject,
  { sent, live, isUpgraded, displaced }: Upgrade,
): Promise<KubernetesObject> {
  if (!live || !isUpgraded) return applied;
  const result = withoutDroppedFields(applied, sent, live, { isUpgraded, displaced });
  const marks = foreignMarksOn(result);
  for (const mark of marks.labels) delete result.metadata.labels?.[mark];
  for (const mark of marks.annotations) delete result.metadata.annotations?.[mark];
  return JSON.stringify(result) === JSON.stringify(applied) ? applied : dryRunContent(api, path, result);
}

/**
 * Returns what is in the cluster, is in no manifest, and goes or becomes a default when others' part of an object is ours:
 * `spec.template.spec.containers[name="proxy"] from helm, which no manifest has: it goes`.
 * @param predicted the object as it would be.
 */
export function removedFields(predicted: KubernetesObject, { sent, live, isUpgraded, displaced }: Upgrade): string[] {
  if (!live || !isUpgraded) return [];
  const dropped: DroppedField[] = [];
  withoutDroppedFields(live, sent, live, { isUpgraded, displaced, onDrop: (field) => dropped.push(field) });
  const isReported = ({ steps }: DroppedField) =>
    !bookkeeping.includes(steps.at(-1)!) && !isDeepStrictEqual(valueAt(live, steps), valueAt(predicted, steps));
  const isDisplaced = ({ steps }: DroppedField) => displaced.some((other) => isDeepStrictEqual(other, steps));
  return dropped
    .filter((field) => !isDisplaced(field))
    .flatMap((field) => eachOf(field, live))
    .filter(isReported)
    .map(({ steps, manager }) => `${describeSteps(steps)} from ${manager}, which no manifest has: it goes`);
}

/** Returns the labels and annotations one by one where all of them go. */
function eachOf(field: DroppedField, live: KubernetesObject): DroppedField[] {
  const value = valueAt(live, field.steps);
  if (!['f:labels', 'f:annotations'].includes(field.steps.at(-1)!) || !isMap(value)) return [field];
  return Object.keys(value).map((key) => ({ ...field, steps: [...field.steps, `f:${key}`] }));
}

/** Returns what the server makes of an object with this content. */
export async function dryRunContent(
  api: KubernetesApi,
  path: string,
  result: KubernetesObject,
): Promise<KubernetesObject> {
  const { apiVersion: _version, kind: _kind, metadata, status: _status, ...content } = result;
  const replaced = Object.entries(content).map(([key, value]) => ({ op: 'add', path: `/${key}`, value }));
  const { labels = {}, annotations = {} } = metadata;
  const answer = await api.send('PATCH', path, {
    query: { fieldManager, dryRun: 'All' },
    body: [
      ...replaced,
      { op: 'add', path: '/metadata/labels', value: labels },
      { op: 'add', path: '/metadata/annotations', value: annotations },
    ],
    contentType: 'application/json-patch+json',
  });
  return answer as KubernetesObject;
}
