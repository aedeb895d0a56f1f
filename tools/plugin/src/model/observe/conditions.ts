import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { listAt } from '../manifests/source/object-fields.ts';
import { sentence } from '../text/sentence.ts';

/** A condition in a status, as its controller wrote it. */
export type StatusCondition = Readonly<Record<string, unknown>>;

/** Characters of a controller's message that are shown. */
const longestMessage = 500;

/** Returns the generation of what is asked for: 0 for kinds that do not count it. */
export function generationOf({ metadata }: Pick<KubernetesObject, 'metadata'>): number {
  return Number(metadata['generation'] ?? 0);
}

/** Returns the conditions at a place that are not of an older generation: those tell of another object. */
export function currentConditions(place: unknown, generation: number): StatusCondition[] {
  return listAt(place, 'conditions').filter(({ observedGeneration }) => !isOlder(observedGeneration, generation));
}

/** Reports whether what a controller says that it has seen is older than a generation; what is no number says nothing. */
export function isOlder(observedGeneration: unknown, generation: number): boolean {
  return Number(observedGeneration ?? generation) < generation;
}

/** Returns `is not ready (IssuerNotFound): The issuer …`, of a condition that says why. */
export function explained(what: string, { reason, message }: StatusCondition): string {
  const why = isText(reason) ? ` (${reason})` : '';
  return isText(message) ? `${what}${why}: ${sentence(message, longestMessage)}` : `${what}${why}.`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
