import type { ImageRef } from '../../model/image/image-ref.ts';
import { isLoopbackRegistry } from '../../model/image/registry-host.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { podmanPins } from './pin-base-images.ts';

/** Arguments of `podman build`. */
export function podmanBuildArguments({ context, dockerfile, labels, images, baseImages }: ImageBuild): string[] {
  return [
    'build',
    '--format=oci',
    `--file=${dockerfile}`,
    ...Object.entries(labels).flatMap(([name, value]) => [`--label=${name}=${value}`, `--annotation=${name}=${value}`]),
    ...images.map((image) => `--tag=${image.tagged}`),
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
