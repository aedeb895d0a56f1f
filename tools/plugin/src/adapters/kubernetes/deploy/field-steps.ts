import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../../../model/manifests/source/object-fields.ts';
import type { FieldSteps } from './managed-fields.ts';

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

/** Returns what is at a place of an object; undefined when there is nothing. */
export function valueAt(object: unknown, steps: FieldSteps): unknown {
  return steps.reduce<unknown>((value, step) => {
    if (step.startsWith('f:')) return isMap(value) ? value[step.slice('f:'.length)] : undefined;
    return Array.isArray(value) ? value.find(matcherOf(step)) : undefined;
  }, object);
}

/** Returns a path as the server writes it. */
export function describeSteps(steps: FieldSteps): string {
  const parts = steps.map((step) => {
    if (step.startsWith('f:')) return `.${step.slice('f:'.length)}`;
    if (step.startsWith('v:')) return `[${step.slice('v:'.length)}]`;
    const key = JSON.parse(step.slice('k:'.length)) as Record<string, unknown>;
    return `[${Object.entries(key)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(',')}]`;
  });
  return parts.join('').slice(1);
}
