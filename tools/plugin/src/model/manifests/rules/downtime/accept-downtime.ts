import { annotation } from '../../../product/wire-names.ts';
import type { Manifest } from '../../source/manifest.ts';
import { isRollout, serviceContainerOf } from '../pod-templates.ts';

/**
 * Writes the reason that a service's options give on the workloads that run it, where their manifests give none: whoever
 * deploys the release again finds it there.
 */
export function acceptDowntime(
  manifests: readonly Manifest[],
  service: string,
  reason: string | undefined,
): Manifest[] {
  if (reason === undefined) return [...manifests];
  return manifests.map(({ object, source }) => {
    const isMeant = isRollout(object) && serviceContainerOf(object, service) !== undefined;
    if (!isMeant || object.metadata.annotations?.[annotation.allowDowntime] !== undefined) return { object, source };
    const annotations = { ...object.metadata.annotations, [annotation.allowDowntime]: reason };
    return { object: { ...object, metadata: { ...object.metadata, annotations } }, source };
  });
}
