import type { SecretReference } from '../../model/build/build-settings.ts';
import type { Platform } from '../../model/build/platform.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { isLoopbackRegistry } from '../../model/image/registry-host.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { commonArguments } from './common-arguments.ts';
import { podmanPins } from './pin-base-images.ts';
import { layoutName } from './layout-index.ts';
import { csvField, secondsOf } from './platform-arguments.ts';

/** One of the images that become one. */
export interface PlatformPart {
  readonly platform: Platform;
  /** Where podman writes the image's id. */
  readonly idFile: string;
}

/** How podman builds. */
export interface PodmanWay {
  /** The file that says which files of the context are not sent. */
  readonly ignoreFile: string;
  /** Layers of former builds are taken. */
  readonly isCached: boolean;
  /** The one of several that is built; undefined for an image of its own, with all names. */
  readonly part: PlatformPart | undefined;
}

/** Arguments of `podman build`. */
export function podmanBuildArguments(build: ImageBuild, { ignoreFile, isCached, part }: PodmanWay): string[] {
  const { context, dockerfile, labels, images, baseImages, settings, sourceDate } = build;
  const platform = part?.platform ?? settings.platforms[0];
  return [
    'build',
    '--format=oci',
    // Of all files of its layers, and of the image itself; steps that it finds in its cache keep theirs.
    `--timestamp=${secondsOf(sourceDate)}`,
    ...(platform === undefined ? [] : [`--platform=${platform}`]),
    `--file=${csvField(dockerfile)}`,
    ...commonArguments(build),
    // After the contexts that are declared: the last one of a name counts.
    ...podmanPins(baseImages),
    // Else podman would take a `.containerignore` before it, which docker does not know.
    `--ignorefile=${ignoreFile}`,
    ...Object.entries(settings.secrets).map(([id, each]) => `--secret=id=${id},${secretSource(each)}`),
    ...(isCached ? cacheArguments(build) : ['--no-cache']),
    ...Object.entries(labels).flatMap(([name, value]) => [`--label=${name}=${value}`, `--annotation=${name}=${value}`]),
    ...(part ? [`--iidfile=${part.idFile}`] : images.map((image) => `--tag=${image.tagged}`)),
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

/** Arguments that put one of the images into a folder (OCI image layout), under its platform's name. */
export function podmanExportArguments(id: string, folder: string, platform: Platform): string[] {
  return ['push', '--quiet', '--format=oci', '--', id, `oci:${folder}:${layoutName(platform)}`];
}
