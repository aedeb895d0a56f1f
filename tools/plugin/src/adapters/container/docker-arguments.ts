import type { CacheReference, SecretReference } from '../../model/build/build-settings.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { commonArguments } from './common-arguments.ts';
import { buildxPins } from './pin-base-images.ts';
import { outputArguments, platformArguments, type ImageOutput } from './platform-arguments.ts';

/** How docker builds. */
interface DockerWay {
  /** Buildx is there; the legacy builder knows fewer options. */
  readonly buildKit: boolean;
  /** Where the image goes; undefined for the server's store. */
  readonly output: ImageOutput | undefined;
}

/** Arguments of `docker build`, or of `docker buildx build`: only that takes the builder that the user has chosen. */
export function dockerBuildArguments(build: ImageBuild, { buildKit, output }: DockerWay): string[] {
  const { context, dockerfile, labels, settings, baseImages } = build;
  return [
    ...(buildKit ? ['buildx', 'build'] : ['build']),
    // One plain manifest: an attestation beside it would make the tag an index, with another digest than the image.
    ...(buildKit ? ['--progress=plain', '--provenance=false'] : []),
    // The legacy builder builds for its own platform alone.
    ...(buildKit ? platformArguments(build) : []),
    `--file=${dockerfile}`,
    ...commonArguments(build),
    // After the contexts that are declared: the last one of a name counts.
    ...(buildKit ? buildxPins(baseImages) : []),
    ...Object.entries(settings.secrets).map(([id, each]) => `--secret=id=${id},${secretSource(each)}`),
    ...(settings.cache ? cacheArguments(settings.cache) : []),
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    ...(output ? outputArguments(build, output) : storeArguments(build, buildKit)),
    '--',
    context,
  ];
}

function storeArguments({ images }: ImageBuild, buildKit: boolean): string[] {
  return [...(buildKit ? ['--load'] : []), ...images.map((image) => `--tag=${image.tagged}`)];
}

function secretSource(reference: SecretReference): string {
  return 'env' in reference ? `env=${reference.env}` : `src=${reference.file}`;
}

/** One that cannot be read is passed over; one that cannot be written is told, and does not end the build. */
function cacheArguments(cache: CacheReference): string[] {
  const [from, to] =
    'registry' in cache
      ? [`type=registry,ref=${cache.registry}`, `type=registry,ref=${cache.registry}`]
      : [`type=local,src=${cache.folder}`, `type=local,dest=${cache.folder}`];
  return [`--cache-from=${from}`, `--cache-to=${to},mode=max,ignore-error=true`];
}
