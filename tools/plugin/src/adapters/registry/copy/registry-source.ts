import type { Readable } from 'node:stream';
import type { Digest, ImageRef } from '../../../model/image/image-ref.ts';
import type { Descriptor } from '../manifest.ts';
import { missing } from '../platform-images.ts';
import type { RegistryClient } from '../registry-client.ts';
import { noAnswer, otherContent, purposeOf } from '../registry-refusals.ts';
import type { ImageSource, WholeImage } from './image-source.ts';
import { addManifest, type ImageTree } from './image-tree.ts';
import { addReferrers } from './referrers.ts';

/** An image in a registry, by its digest, with what is said of it there. */
export class RegistrySource implements ImageSource {
  readonly image: ImageRef;
  private readonly client: RegistryClient;

  constructor(image: ImageRef, client: RegistryClient) {
    this.image = image;
    this.client = client;
  }

  async read(): Promise<WholeImage> {
    const all: ImageTree = new Map();
    const root = await addManifest(all, this.image.digest!, this.image, this.client);
    if (!root) throw missing(this.image, { digest: this.image.digest! });
    const image = [...all.values()];
    return { root, image, all, sayings: await addReferrers(all, this.image, this.client) };
  }

  async open(blob: Descriptor, signal: AbortSignal): Promise<{ stream: Readable; origin: string }> {
    const path = `blobs/${blob.digest}`;
    const got = await this.client.open(this.image, { method: 'GET', path, expected: [404], signal });
    if (got.status === 404) throw missing(this.image, blob);
    return got;
  }

  otherContent(digest: Digest, origin: string): unknown {
    return otherContent(this.image, digest, origin);
  }

  brokenOff(cause: unknown): unknown {
    return noAnswer(this.image.registry, purposeOf(this.image, 'pull'), cause);
  }
}
