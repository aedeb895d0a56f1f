import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDigest, type Digest, type ImageRef } from '../../model/image/image-ref.ts';
import type { BuiltImageRegistry, UntaggedImage } from './built-image-registry.ts';
import type { ToolResult } from './run-tool.ts';

/** The parts of a build in BuildKit's words that send an image to a registry, where the step that failed is one. */
const failedPush = /^ > (exporting to image|pushing |\[auth\] )/;

/** Where a builder writes what it pushed (`--metadata-file`), and where it pushes to. */
export interface UntaggedPush {
  readonly repositories: readonly string[];
  readonly metadataFile: string;
}

/** Images that the builder itself pushed by their digests, from their build until they have a tag or are forgotten, by their names. */
export class UntaggedImages {
  private readonly registry: BuiltImageRegistry;
  private readonly known = new Map<string, { readonly digest: Digest; readonly untagged: UntaggedImage }>();
  /** Registries that the builder did not reach, or may not write to: it has its own network, and other settings. */
  private readonly beyond = new Set<string>();

  /** @param registry what puts the tags. */
  constructor(registry: BuiltImageRegistry) {
    this.registry = registry;
  }

  /**
   * Lets a builder push an image to where its names are, without any of them.
   * @returns the result where that is the build's end, well or badly; undefined when the image is not there, and must get there in
   * another way.
   */
  async push(
    images: readonly ImageRef[],
    build: (push: UntaggedPush) => Promise<ToolResult>,
  ): Promise<ToolResult | undefined> {
    if (images.some(({ registry }) => this.beyond.has(registry))) return undefined;
    const folder = await mkdtemp(join(tmpdir(), `poc-pushed-${process.pid}-`));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    // Also where this process ends itself half-way.
    process.on('exit', remove);
    try {
      const metadataFile = join(folder, 'metadata.json');
      const repositories = [...new Set(images.map(({ registry, repository }) => `${registry}/${repository}`))];
      const result = await build({ repositories, metadataFile });
      if (result.code !== 0 && !result.lastLines.some((line) => failedPush.test(line))) return result;
      if (result.code === 0 && (await this.keep(images, await digestIn(metadataFile)))) return result;
      for (const { registry } of images) this.beyond.add(registry);
      return undefined;
    } finally {
      process.off('exit', remove);
      remove();
    }
  }

  /** Gives an image its tag. @returns its digest; undefined when the builder pushed none of that name. @throws {ProductError} */
  async tag(image: ImageRef, signal?: AbortSignal): Promise<Digest | undefined> {
    const found = this.known.get(image.tagged);
    await found?.untagged.tagAs(image, signal);
    return found?.digest;
  }

  forget({ tagged }: ImageRef): void {
    this.known.delete(tagged);
  }

  /** @returns false when one of the repositories does not have it: the builder took another registry for that one. */
  private async keep(images: readonly ImageRef[], digest: Digest | undefined): Promise<boolean> {
    if (digest === undefined) return false;
    const found = await Promise.all(images.map((image) => this.registry.findUntagged(image.withDigest(digest))));
    if (found.includes(undefined)) return false;
    for (const [index, { tagged }] of images.entries()) this.known.set(tagged, { digest, untagged: found[index]! });
    return true;
  }
}

async function digestIn(metadataFile: string): Promise<Digest | undefined> {
  const text = await readFile(metadataFile, 'utf8').catch(() => '{}');
  return parseDigest(String((JSON.parse(text) as Record<string, unknown>)['containerimage.digest']));
}
