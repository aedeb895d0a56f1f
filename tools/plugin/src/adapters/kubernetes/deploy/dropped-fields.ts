import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { isMap } from '../../../model/manifests/source/object-fields.ts';
import { fieldsOf, isKubectls, isOurs, managedFieldsOf, type FieldSteps, type IsUpgraded } from './managed-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The parts of an object that become this tool's. */
interface DroppedParts {
  readonly isUpgraded?: IsUpgraded | undefined;
  /** Fields that go, whoever has them. */
  readonly displaced?: readonly FieldSteps[];
}

/** A place in an object while its fields are walked. */
interface Place {
  /** The fields there that become this tool's, as in `fieldsV1`. */
  readonly ours: Fields;
  /** The fields that other managers own there. */
  readonly others: readonly Fields[];
  /** The manifest's value there. */
  readonly desired: unknown;
}

/**
 * Returns an object without the fields that go when others' part of it becomes this tool's: what they wrote, no manifest
 * has and nobody else owns. The server's dry run of an apply does not show that, because they still own those fields then.
 * @param predicted the server's answer to the dry run.
 * @param desired what is applied.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#migration-between-client-side-and-server-side-apply
 */
export function withoutDroppedFields(
  predicted: KubernetesObject,
  desired: KubernetesObject,
  live: KubernetesObject,
  { isUpgraded = isKubectls, displaced = [] }: DroppedParts = {},
): KubernetesObject {
  const result = structuredClone(predicted);
  const entries = managedFieldsOf(live).filter(({ subresource }) => subresource === undefined);
  const others = entries.filter((entry) => !isOurs(entry) && !isUpgraded(entry, live)).map(fieldsOf);
  for (const entry of entries.filter((each) => isUpgraded(each, live)))
    dropFrom(result, { ours: fieldsOf(entry), others, desired });
  for (const steps of displaced) {
    const ours = steps.reduceRight<Fields>((inner, step) => ({ [step]: inner }), {});
    dropFrom(result, { ours, others: [], desired });
  }
  return result;
}

/** Drops from a map or a list, in place. */
function dropFrom(value: unknown, { ours, others, desired }: Place): void {
  for (const [step, node] of Object.entries(ours)) {
    const there = others.flatMap((fields) => (isMap(fields[step]) ? [fields[step]] : []));
    const child = (wanted: unknown): Place => ({ ours: isMap(node) ? node : {}, others: there, desired: wanted });
    if (step.startsWith('f:') && isMap(value)) {
      const key = step.slice('f:'.length);
      const wanted = isMap(desired) ? desired[key] : undefined;
      if (wanted === undefined && there.length === 0) delete value[key];
      else dropFrom(value[key], child(wanted));
    } else if (Array.isArray(value) && (step.startsWith('k:') || step.startsWith('v:'))) {
      const isMeant = matcherOf(step);
      const index = value.findIndex(isMeant);
      const wanted = Array.isArray(desired) ? desired.find(isMeant) : undefined;
      if (index < 0) continue;
      if (wanted === undefined && there.length === 0) value.splice(index, 1);
      else dropFrom(value[index], child(wanted));
    }
  }
}

/** Returns a test for an item of a list, by its key (`k:{"name":"orders"}`) or its value (`v:"finalizer"`). */
export function matcherOf(step: string): (item: unknown) => boolean {
  const meant: unknown = JSON.parse(step.slice('k:'.length));
  if (step.startsWith('v:')) return (item) => isDeepStrictEqual(item, meant);
  // A manifest may leave out what the server fills in: a port's protocol is in its key all the same.
  const key = Object.entries(isMap(meant) ? meant : {});
  return (item) =>
    isMap(item) &&
    key.some(([name]) => name in item) &&
    key.every(([name, is]) => !(name in item) || item[name] === is);
}
