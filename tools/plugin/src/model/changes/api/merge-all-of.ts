import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../../manifests/source/object-fields.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Keywords that say how little there may be. */
export const lowerBounds = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
/** Keywords that say how much there may be. */
export const upperBounds = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];

/** Returns one schema that takes in what a schema and all parts of its `allOf` take in. @param parts flat themselves. */
export function mergeAllOf({ allOf: _, ...own }: Schema, parts: readonly Schema[]): Schema {
  return parts.reduce(both, own);
}

function both(one: Schema, other: Schema): Schema {
  const merged: Record<string, unknown> = { ...other, ...one };
  for (const key of Object.keys(one)) if (Object.hasOwn(other, key)) merged[key] = bothOf(key, one[key], other[key]);
  return merged;
}

function bothOf(key: string, one: unknown, other: unknown): unknown {
  if (isDeepStrictEqual(one, other)) return one;
  const numbers = typeof one === 'number' && typeof other === 'number';
  if (numbers && lowerBounds.includes(key)) return Math.max(one, other);
  if (numbers && upperBounds.includes(key)) return Math.min(one, other);
  switch (key) {
    case 'type':
      return commonTypes([one].flat(), [other].flat());
    case 'enum':
      return listOf(one).filter((value) => listOf(other).some((each) => isDeepStrictEqual(each, value)));
    case 'required':
      return [...new Set([...listOf(one), ...listOf(other)])];
    case 'uniqueItems':
      return one === true || other === true;
    case 'nullable':
      return one === true && other === true;
    case 'properties':
      return propertiesOfBoth(one, other);
    case 'items':
    case 'additionalProperties':
      if (one === false || other === false) return false;
      return isMap(one) && isMap(other) ? { allOf: [one, other] } : isMap(one) ? one : other;
    case 'pattern':
    case 'format':
      return [one, other].map(String).sort().join(' and ');
    default:
      return one;
  }
}

function propertiesOfBoth(one: unknown, other: unknown): unknown {
  const [mine, theirs] = [isMap(one) ? one : {}, isMap(other) ? other : {}];
  const properties: Record<string, unknown> = { ...theirs, ...mine };
  for (const name of Object.keys(mine).filter((each) => Object.hasOwn(theirs, each)))
    properties[name] = isDeepStrictEqual(mine[name], theirs[name]) ? mine[name] : { allOf: [mine[name], theirs[name]] };
  return properties;
}

/** A whole number is a number. */
function commonTypes(one: readonly unknown[], other: readonly unknown[]): unknown[] {
  const takes = (types: readonly unknown[], type: unknown) =>
    types.includes(type) || (type === 'integer' && types.includes('number'));
  return [...new Set([...one.filter((type) => takes(other, type)), ...other.filter((type) => takes(one, type))])];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
