import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Failure } from '../../../model/errors/product-error.ts';
import type { Digest } from '../../../model/image/image-ref.ts';
import { mediaTypeOf, readManifest, type Descriptor } from '../manifest.ts';
import { digestOf } from '../registry-client.ts';
import type { ImageSource, WholeImage } from './image-source.ts';
import type { ImageTree, StoredManifest } from './image-tree.ts';

/** A folder by the OCI image layout that holds one image, as a builder wrote it. */
export class LayoutSource implements ImageSource {
  readonly image = undefined;
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async read(): Promise<WholeImage> {
    const all: ImageTree = new Map();
    const [listed, ...others] = readManifest(await this.readJson('index.json')).manifests;
    if (listed === undefined || others.length > 0)
      throw this.incomplete(`index.json lists ${others.length === 0 ? 'no image' : 'several images'}`);
    const root = await this.add(all, listed.digest);
    return { root, image: [...all.values()], all, sayings: { referrers: [], tagged: [] } };
  }

  async open(blob: Descriptor): Promise<{ stream: Readable; origin: string }> {
    return { stream: createReadStream(this.pathOf(blob.digest)), origin: this.folder };
  }

  otherContent(digest: Digest): Failure {
    return this.incomplete(`${digest} has other content than its digest says`);
  }

  brokenOff(cause: unknown): Failure {
    return this.incomplete((cause as Error).message, cause);
  }

  /** Manifests come after those that they name. */
  private async add(all: ImageTree, digest: Digest): Promise<StoredManifest> {
    const body = await readFile(this.pathOf(digest)).catch((cause: unknown) => {
      throw this.brokenOff(cause);
    });
    if (digestOf(body) !== digest) throw this.otherContent(digest);
    const json = JSON.parse(body.toString()) as unknown;
    const parts = readManifest(json);
    for (const part of parts.manifests) await this.add(all, part.digest);
    const manifest = { digest, mediaType: mediaTypeOf(json, undefined), body, parts };
    all.set(digest, manifest);
    return manifest;
  }

  private async readJson(name: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.folder, name), 'utf8')) as unknown;
    } catch (cause) {
      throw this.brokenOff(cause);
    }
  }

  private pathOf(digest: Digest): string {
    return join(this.folder, 'blobs', ...digest.split(':'));
  }

  private incomplete(why: string, cause?: unknown): Failure {
    return new Failure({
      type: 'image-push-failed',
      doing: `read the image that was built into ${this.folder}`,
      reason: `It is not there as the builder wrote it: ${why}.`,
      remedy: 'Run the command again, and leave the folder for temporary files alone meanwhile.',
      cause,
    });
  }
}
