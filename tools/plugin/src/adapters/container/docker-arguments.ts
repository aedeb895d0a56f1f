import { buildxPins } from './pin-base-images.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { layoutArguments, platformArguments } from './platform-arguments.ts';

/** How docker builds. */
interface DockerWay {
  /** Whether buildx is there; the legacy builder knows fewer options. */
  readonly buildKit: boolean;
  /** The folder that the image is written into; undefined for the server's store. */
  readonly layout: string | undefined;
}

/** Arguments of `docker build`, or of `docker buildx build`: only that takes the builder that the user has chosen. */
export function dockerBuildArguments(build: ImageBuild, { buildKit, layout }: DockerWay): string[] {
  const { context, dockerfile, labels, baseImages } = build;
  return [
    ...(buildKit ? ['buildx', 'build'] : ['build']),
    // One plain manifest: an attestation beside it would make the tag an index, with another digest than the image.
    ...(buildKit ? ['--progress=plain', '--provenance=false'] : []),
    ...platformArguments(build),
    `--file=${dockerfile}`,
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    ...outputArguments(build, { buildKit, layout }),
    ...(buildKit ? buildxPins(baseImages) : []),
    '--',
    context,
  ];
}

function outputArguments(build: ImageBuild, { buildKit, layout }: DockerWay): string[] {
  if (layout !== undefined) return layoutArguments(build, layout);
  return [...(buildKit ? ['--load'] : []), ...build.images.map((image) => `--tag=${image.tagged}`)];
}
