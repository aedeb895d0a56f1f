import type { CacheReference, SecretReference } from '../../model/build/build-settings.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { commonArguments } from './common-arguments.ts';

/** Arguments of `docker build`. @param buildKit whether buildx is there; the legacy builder knows fewer options. */
export function dockerBuildArguments(build: ImageBuild, buildKit: boolean): string[] {
  const { context, labels, settings, images } = build;
  return [
    'build',
    // One plain manifest: an attestation beside it would make the tag an index, with another digest than the image.
    ...(buildKit ? ['--progress=plain', '--provenance=false', '--load'] : []),
    // The legacy builder builds for its own platform alone.
    ...commonArguments(buildKit ? build : { ...build, settings: { ...settings, platforms: [] } }),
    ...Object.entries(settings.secrets).map(([id, each]) => `--secret=id=${id},${secretSource(each)}`),
    ...(settings.cache ? cacheArguments(settings.cache) : []),
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    ...images.map((image) => `--tag=${image.tagged}`),
    '--',
    context,
  ];
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
