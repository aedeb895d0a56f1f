import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { isMap } from '../../../model/manifests/source/object-fields.ts';
import { matcherOf } from './field-steps.ts';
import { fieldsOf, isKubectls, isOurs, managedFieldsOf, type FieldSteps, type IsUpgraded } from './managed-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The parts of an object that become this tool's. */
interface DroppedParts {
  readonly isUpgraded?: IsUpgraded | undefined;
  /** Fields that go, whoever has them. */
  readonly displaced?: readonly FieldSteps[];
  /** Is told of each that goes, of those that others wrote. */
  readonly onDrop?: (field: DroppedField) => void;
}

/** A field that goes, and whose it was. */
export interface DroppedField {
  readonly steps: FieldSteps;
  readonly manager: string;
}

/** A place in an object while its fields are walked. */
interface Place {
  /** The fields there that become this tool's, as in `fieldsV1`. */
  readonly ours: Fields;
  /** The fields that other managers own there. */
  readonly others: readonly Fields[];
  /** The manifest's value there. */
  readonly desired: unknown;
  readonly steps: FieldSteps;
  readonly onDrop: (steps: FieldSteps) => void;
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
  { isUpgraded = isKubectls, displaced = [], onDrop = () => {} }: DroppedParts = {},
): KubernetesObject {
  const result = structuredClone(predicted);
  const entries = managedFieldsOf(live).filter(({ subresource }) => subresource === undefined);
  const others = entries.filter((entry) => !isOurs(entry) && !isUpgraded(entry, live)).map(fieldsOf);
  for (const entry of entries.filter((each) => isUpgraded(each, live))) {
    const { manager = 'another' } = entry;
    const told = (steps: FieldSteps) => onDrop({ steps, manager });
    dropFrom(result, { ours: fieldsOf(entry), others, desired, steps: [], onDrop: told });
  }
  for (const steps of displaced) {
    const ours = steps.reduceRight<Fields>((inner, step) => ({ [step]: inner }), {});
    dropFrom(result, { ours, others: [], desired, steps: [], onDrop: () => {} });
  }
  return result;
}

/** Drops from a map or a list, in place. */
function dropFrom(value: unknown, { ours, others, desired, steps, onDrop }: Place): void {
  for (const [step, node] of Object.entries(ours)) {
    const there = others.flatMap((fields) => (isMap(fields[step]) ? [fields[step]] : []));
    const here = [...steps, step];
    const child = (wanted: unknown): Place => ({
      ours: isMap(node) ? node : {},
      others: there,
      desired: wanted,
      steps: here,
      onDrop,
    });
    if (step.startsWith('f:') && isMap(value)) {
      const key = step.slice('f:'.length);
      const wanted = isMap(desired) ? desired[key] : undefined;
      if (wanted === undefined && there.length === 0) {
        if (key in value) onDrop(here);
        delete value[key];
      } else dropFrom(value[key], child(wanted));
    } else if (Array.isArray(value) && (step.startsWith('k:') || step.startsWith('v:'))) {
      const isMeant = matcherOf(step);
      const index = value.findIndex(isMeant);
      const wanted = Array.isArray(desired) ? desired.find(isMeant) : undefined;
      if (index < 0) continue;
      if (wanted === undefined && there.length === 0) {
        onDrop(here);
        value.splice(index, 1);
      } else dropFrom(value[index], child(wanted));
    }
  }
}
