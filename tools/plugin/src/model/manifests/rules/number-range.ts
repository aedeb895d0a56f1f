import { describeObject } from '../kubernetes-object.ts';
import { Refusal } from '../../errors/product-error.ts';
import { isMap } from '../source/object-fields.ts';
import { namedPath } from '../source/manifest-source.ts';
import { numberFields } from '../source/substitute.ts';
import type { Manifest } from '../source/manifest.ts';

const greatest = 2 ** 31 - 1;
/** These hold twice as many bits. */
const wideFields = /^(runAsUser|runAsGroup|fsGroup)$/;

/**
 * Checks numbers for what their fields can hold. The API server does not: of `replicas: 4294967299` it keeps the low
 * bits, which are 3, and of 1e20 they are none at all.
 * @throws {Refusal} naming file, object and field.
 */
export function refuseHugeNumbers(manifests: readonly Manifest[]): void {
  const mistakes = manifests.flatMap(({ object, source }) =>
    hugeIn(object, []).map(
      ([path, value]) =>
        `${source.at(namedPath(object, path))}: ${describeObject(object)}: ${path.join('.')} cannot be ${value}.`,
    ),
  );
  if (mistakes.length === 0) return;
  throw new Refusal({
    type: 'huge-number',
    doing: 'read the Kubernetes manifests',
    reason: mistakes.length === 1 ? mistakes[0]! : `${mistakes.length} numbers are too great for their fields.`,
    remedy: `At most ${greatest} fits in there, and the cluster would read it as another number.`,
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}

type Path = readonly (string | number)[];

/** Returns the paths of fields whose numbers are too great, and their values. */
function hugeIn(value: unknown, path: Path): [Path, number][] {
  const field = String(path.at(-1));
  if (typeof value === 'number')
    return Math.abs(value) > greatest && numberFields.test(field) && !wideFields.test(field) ? [[path, value]] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => hugeIn(item, [...path, index]));
  return isMap(value) ? Object.entries(value).flatMap(([key, item]) => hugeIn(item, [...path, key])) : [];
}
