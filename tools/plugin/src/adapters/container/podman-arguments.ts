import type { SecretReference } from '../../model/build/build-settings.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { isLoopbackRegistry } from '../../model/image/registry-host.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { commonArguments } from './common-arguments.ts';

/**
 * Arguments of `podman build`.
 * @param ignoreFile what says which files of the context are not sent. @param isCached whether layers of former builds are taken.
 */
export function podmanBuildArguments(
  build: ImageBuild,
  { ignoreFile, isCached }: { readonly ignoreFile: string; readonly isCached: boolean },
): string[] {
  const { context, labels, settings, images } = build;
  return [
    'build',
    '--format=oci',
    ...commonArguments(build),
    // Else podman would take a `.containerignore` before it, which docker does not know.
    `--ignorefile=${ignoreFile}`,
    ...Object.entries(settings.secrets).map(([id, each]) => `--secret=id=${id},${secretSource(each)}`),
    ...(isCached ? cacheArguments(build) : ['--no-cache']),
    ...Object.entries(labels).flatMap(([name, value]) => [`--label=${name}=${value}`, `--annotation=${name}=${value}`]),
    ...images.map((image) => `--tag=${image.tagged}`),
    '--',
    context,
  ];
}

function secretSource(reference: SecretReference): string {
  return 'env' in reference ? `type=env,src=${reference.env}` : `src=${reference.file}`;
}

/**
 * Reports whether podman would take layers of a build with other arguments: it compares `ENV`, `LABEL` and the like as they are
 * written, with the names of variables in place of their values (podman 4.3).
 */
export function hasStaleLayers(dockerfile: string): boolean {
  const lines = dockerfile.replace(/[\\`][ \t]*\r?\n/g, ' ').split(/\r?\n/);
  const isDeclaring = lines.some((line) => /^\s*ARG\s/i.test(line));
  return isDeclaring && lines.some((line) => /^\s*(?!ARG|FROM|RUN|COPY|ADD|#)[A-Z]+\s.*\$/i.test(line));
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
