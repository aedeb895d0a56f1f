import type { SecretReference } from '../../model/build/build-settings.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { isLoopbackRegistry } from '../../model/image/registry-host.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { commonArguments } from './common-arguments.ts';

/**
 * Arguments of `podman build`.
 * @param ignoreFile what says which files of the context are not sent, unless there is one beside the Dockerfile.
 */
export function podmanBuildArguments(build: ImageBuild, ignoreFile: string): string[] {
  const { context, labels, settings } = build;
  return [
    'build',
    '--format=oci',
    ...commonArguments(build),
    // Else podman would take a `.containerignore` before it, which docker does not know.
    `--ignorefile=${ignoreFile}`,
    ...Object.entries(settings.secrets).map(([id, each]) => `--secret=id=${id},${secretSource(each)}`),
    ...cacheArguments(build),
    ...Object.entries(labels).flatMap(([name, value]) => [`--label=${name}=${value}`, `--annotation=${name}=${value}`]),
    '--',
    context,
  ];
}

function secretSource(reference: SecretReference): string {
  return 'env' in reference ? `type=env,src=${reference.env}` : `src=${reference.file}`;
}

/** Podman keeps each layer under a tag of its own: a tag that is declared is left out. */
function cacheArguments({ settings: { cache } }: ImageBuild): string[] {
  const found = cache && 'registry' in cache ? ImageRef.parse(cache.registry) : undefined;
  if (!found) return [];
  const repository = `${found.registry}/${found.repository}`;
  return ['--layers', `--cache-from=${repository}`, `--cache-to=${repository}`];
}

/** Arguments of `podman push`. @param digestFile where podman writes the digest. */
export function podmanPushArguments(image: ImageRef, digestFile: string): string[] {
  return [
    'push',
    '--format=oci',
    `--digestfile=${digestFile}`,
    ...(isLoopbackRegistry(image.registry) ? ['--tls-verify=false'] : []),
    '--',
    image.tagged,
  ];
}
