import { buildxPins } from './pin-base-images.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';

/** Arguments of `docker build`. @param buildKit whether buildx is there; the legacy builder knows fewer options. */
export function dockerBuildArguments(
  { context, dockerfile, labels, images, baseImages }: ImageBuild,
  buildKit: boolean,
): string[] {
  return [
    'build',
    // One plain manifest: an attestation beside it would make the tag an index, with another digest than the image.
    ...(buildKit ? ['--progress=plain', '--provenance=false', '--load'] : []),
    `--file=${dockerfile}`,
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    ...images.map((image) => `--tag=${image.tagged}`),
    ...(buildKit ? buildxPins(baseImages) : []),
    '--',
    context,
  ];
}
