import type { Actor } from '../release/actor.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { annotation } from '../product/wire-names.ts';

/** Recorded manifests as somebody else applies them now: the same, but for who does it. */
export function stampActor(manifests: readonly KubernetesObject[], actor: Actor): KubernetesObject[] {
  return manifests.map((object) => {
    const { annotations } = object.metadata;
    if (annotations?.[annotation.person] === undefined) return object;
    const stamped = { ...annotations, [annotation.person]: actor.person, [annotation.run]: actor.run };
    return { ...object, metadata: { ...object.metadata, annotations: stamped } };
  });
}
