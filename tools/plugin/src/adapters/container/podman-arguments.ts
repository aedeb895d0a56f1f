import type { Platform } from '../../model/build/platform.ts';
import type { ImageRef } from '../../model/image/image-ref.ts';
import { isLoopbackRegistry } from '../../model/image/registry-host.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { podmanPins } from './pin-base-images.ts';
import { layoutName } from './layout-index.ts';
import { csvField, secondsOf } from './platform-arguments.ts';

/** One of the images that become one. */
export interface PlatformPart {
  readonly platform: Platform;
  /** Where podman writes the image's id. */
  readonly idFile: string;
}

/** Arguments of `podman build`. @param part what is built of several; undefined for an image of its own, with all names. */
export function podmanBuildArguments(build: ImageBuild, part?: PlatformPart): string[] {
  const { context, dockerfile, labels, images, baseImages, settings, sourceDate } = build;
  const platform = part?.platform ?? settings.platforms[0];
  return [
    'build',
    '--format=oci',
    // Of all files of its layers, and of the image itself; steps that it finds in its cache keep theirs.
    `--timestamp=${secondsOf(sourceDate)}`,
    ...(platform === undefined ? [] : [`--platform=${platform}`]),
    `--file=${csvField(dockerfile)}`,
    ...Object.entries(labels).flatMap(([name, value]) => [`--label=${name}=${value}`, `--annotation=${name}=${value}`]),
    ...(part ? [`--iidfile=${part.idFile}`] : images.map((image) => `--tag=${image.tagged}`)),
    ...podmanPins(baseImages),
    '--',
    context,
  ];
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
