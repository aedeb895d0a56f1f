import { Refusal } from '../../errors/product-error.ts';
import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import { annotation } from '../../product/wire-names.ts';
import type { Manifest } from '../source/manifest.ts';

const wishes = ['required', 'ignored'] as const;

/** The wish of an object's author, where it is not that of its kind: a release needs its health, or nobody asks. */
export type HealthWish = (typeof wishes)[number];

/** Returns what an object's annotation says of its health; one that cannot be read says nothing. */
export function healthWishOf({ metadata }: Pick<KubernetesObject, 'metadata'>): HealthWish | undefined {
  const wish = metadata.annotations?.[annotation.health]?.trim();
  return wishes.find((each) => each === wish);
}

/** @throws {Refusal} naming file and object of an annotation that cannot be read. */
export function refuseBadHealthWishes(manifests: readonly Manifest[]): void {
  for (const { object, source } of manifests) {
    const value = object.metadata.annotations?.[annotation.health];
    if (value === undefined || healthWishOf(object) !== undefined) continue;
    throw new Refusal({
      type: 'bad-manifest',
      doing: 'read the Kubernetes manifests',
      reason: `${source.at(['metadata', 'annotations', annotation.health])}: ${describeObject(object)} has ${annotation.health}: "${String(value).slice(0, 80)}".`,
      remedy: 'Write required (a release fails without it) or ignored (it is not looked at), or take it out.',
    });
  }
}
