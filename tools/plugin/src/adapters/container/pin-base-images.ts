import type { PinnedBaseImage } from '../../model/image/base-images.ts';
import type { ImageRef } from '../../model/image/image-ref.ts';
import type { RunTool, ToolResult } from './run-tool.ts';

/** Arguments by which `docker buildx build` takes images by their digests, whatever the Dockerfile calls them. */
export function buildxPins(baseImages: readonly PinnedBaseImage[] = []): string[] {
  return contexts(baseImages.map(({ name, image }) => [name, image]));
}

/** The same for `podman build`, which looks for what is written in `FROM`, and in later versions for what that comes to. */
export function podmanPins(baseImages: readonly PinnedBaseImage[] = []): string[] {
  return contexts(
    baseImages.flatMap(({ name, written, image }) => [[name, image] as const, [written, image] as const]),
  );
}

function contexts(named: readonly (readonly [string, ImageRef])[]): string[] {
  return [...new Set(named.map(([name, image]) => `--build-context=${name}=docker-image://${byDigest(image)}`))];
}

/**
 * The same for docker's builders that have no such argument: they take what this machine has under a name, before they ask a
 * registry.
 * @returns what went wrong; undefined when the names are those images.
 */
export async function pinLocally(
  baseImages: readonly PinnedBaseImage[],
  run: (args: readonly string[]) => ReturnType<RunTool>,
): Promise<ToolResult | undefined> {
  for (const { name, image } of baseImages) {
    const digest = byDigest(image);
    const isHere = (await run(['image', 'inspect', '--format={{.Id}}', '--', digest])).code === 0;
    for (const args of [...(isHere ? [] : [['pull', '--', digest]]), ['tag', digest, name]]) {
      const result = await run(args);
      if (result.code !== 0) return result;
    }
  }
  return undefined;
}

/** Without the tag: podman takes no reference that has both. */
function byDigest({ registry, repository, digest }: ImageRef): string {
  return `${registry}/${repository}@${digest}`;
}
