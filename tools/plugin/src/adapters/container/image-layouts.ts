import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest, ImageRef } from '../../model/image/image-ref.ts';
import type { BuiltImageRegistry } from './built-image-registry.ts';

/** Folders that hold an image from its build until its push is over, by the image's names. */
export class ImageLayouts {
  private readonly registry: Pick<BuiltImageRegistry, 'pushLayout'>;
  private readonly folders = new Map<string, string>();
  private readonly removeAll = () => {
    for (const folder of new Set(this.folders.values())) rmSync(folder, { recursive: true, force: true });
  };

  /** @param registry what they are pushed by. */
  constructor(registry: Pick<BuiltImageRegistry, 'pushLayout'>) {
    this.registry = registry;
  }

  /** Lets an image be written into a new folder, which is kept under all of its names when that succeeds. */
  async write(images: readonly ImageRef[], build: (folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), `poc-image-${process.pid}-`));
    // Known before, so that it is removed also where this process ends itself half-way.
    if (this.folders.size === 0) process.on('exit', this.removeAll);
    this.folders.set(folder, folder);
    try {
      await build(folder);
      for (const { tagged } of images) this.keep(tagged, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    } finally {
      this.drop(folder);
    }
  }

  /** Pushes an image that is in one. @returns its digest; undefined when it is in none. @throws {ProductError} */
  async push(image: ImageRef, onLine: (line: string) => void, signal?: AbortSignal): Promise<Digest | undefined> {
    const folder = this.folders.get(image.tagged);
    if (folder === undefined) return undefined;
    onLine(`pushing ${image.tagged}`);
    return this.registry.pushLayout(folder, image, signal);
  }

  forget({ tagged }: ImageRef): void {
    this.drop(tagged);
  }

  private keep(name: string, folder: string): void {
    const former = this.folders.get(name);
    this.folders.set(name, folder);
    if (former !== undefined) this.removeUnnamed(former);
  }

  private drop(name: string): void {
    const folder = this.folders.get(name);
    if (folder === undefined) return;
    this.folders.delete(name);
    this.removeUnnamed(folder);
    if (this.folders.size === 0) process.off('exit', this.removeAll);
  }

  private removeUnnamed(folder: string): void {
    if (![...this.folders.values()].includes(folder)) rmSync(folder, { recursive: true, force: true });
  }
}
