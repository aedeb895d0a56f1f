import pMap from 'p-map';
import { Failure, ProductError } from '../../../model/errors/product-error.ts';
import { formatBytes } from '../../../model/limits/most-bytes.ts';
import type { Digest, ImageRef } from '../../../model/image/image-ref.ts';
import type { CopyAmount } from '../../../ports/image-registry.ts';
import type { Descriptor } from '../manifest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { purposeOf, type Rights } from '../registry-refusals.ts';
import { BlobTransfer } from './blob-transfer.ts';
import type { ImageSource, WholeImage } from './image-source.ts';
import type { StoredManifest } from './image-tree.ts';
import { listReferrer } from './referrers.ts';
import { putManifest, requireTag, unlessHidden, verifyTag, type Taken } from './tagging.ts';

/** Blobs that are on their way at once; each is a connection to either side, and a few pieces of 64 KiB. */
const blobsAtOnce = 3;
const questionsAtOnce = 6;

/**
 * The copy of an image into a repository, to the byte. Blobs go first, then manifests, what is said of it, and at
 * last the tag: who finds the tag finds all of it.
 */
export class ImageCopy {
  private readonly from: ImageSource;
  private readonly to: ImageRef;
  private readonly client: RegistryClient;
  private readonly stop: AbortSignal | undefined;

  constructor(from: ImageSource, to: ImageRef, client: RegistryClient, stop?: AbortSignal) {
    this.from = from;
    this.to = to;
    this.client = client;
    this.stop = stop;
  }

  /** Returns what would be sent. Changes nothing. @throws {Refusal} when the tag names another image. */
  async plan(): Promise<CopyAmount> {
    const whole = await this.from.read();
    await this.requireTag(whole.root.digest, 'pull');
    const blobs = await this.missingBlobs(whole, 'pull');
    if (this.from.image?.registry === this.to.registry) return { blobs: 0, bytes: 0, mounted: blobs.length };
    return { blobs: blobs.length, bytes: bytesOf(blobs), mounted: 0 };
  }

  /** @returns what was sent. @throws {ProductError} */
  async run(): Promise<CopyAmount> {
    // When one blob fails, the others are not sent on.
    const ended = new AbortController();
    const stop = AbortSignal.any([ended.signal, ...(this.stop ? [this.stop] : [])]);
    const transfer = new BlobTransfer(this.from, this.to, this.client, stop);
    const sent: Descriptor[] = [];
    try {
      this.stop?.throwIfAborted();
      return await this.carryOut(transfer, sent, () => ended.abort());
    } catch (error) {
      this.stop?.throwIfAborted();
      throw transfer.began ? brokeOff(this.to, error, sent) : error;
    }
  }

  private async carryOut(transfer: BlobTransfer, sent: Descriptor[], end: () => void): Promise<CopyAmount> {
    const whole = await this.from.read();
    const isTagged = await this.requireTag(whole.root.digest, 'push');
    const blobs = await this.missingBlobs(whole, 'push');
    let failed: { readonly error: unknown } | undefined;
    const bring = async (blob: Descriptor) => {
      try {
        if (!failed && (await transfer.bring(blob)) === 'sent') sent.push(blob);
      } catch (error) {
        // The others end, and are waited for: nothing of it goes on when it has failed.
        failed ??= { error };
        end();
      }
    };
    await pMap(blobs, bring, { concurrency: blobsAtOnce });
    if (failed) throw (failed as { readonly error: unknown }).error;
    await this.putManifests(whole);
    if (!isTagged) await this.put(whole.root, this.to.tag!);
    await verifyTag(this.to, whole.root.digest, this.client);
    return { blobs: sent.length, bytes: bytesOf(sent), mounted: blobs.length - sent.length };
  }

  /** Returns the blobs of all manifests that the other repository does not have. */
  private async missingBlobs({ all }: WholeImage, rights: Rights): Promise<Descriptor[]> {
    const blobs = new Map<Digest, Descriptor>();
    for (const { parts } of all.values()) for (const blob of parts.blobs) blobs.set(blob.digest, blob);
    const lacking = new Set<Digest>();
    const look = async (digest: Digest) => {
      const asked = { method: 'HEAD', path: `blobs/${digest}`, rights, expected: [404], signal: this.stop } as const;
      const answer = await unlessHidden(() => this.client.send(this.to, asked));
      if (answer?.status !== 200) lacking.add(digest);
    };
    await pMap(blobs.keys(), look, { concurrency: questionsAtOnce });
    return [...blobs.values()].filter(({ digest }) => lacking.has(digest));
  }

  private async putManifests({ image, all, sayings }: WholeImage): Promise<void> {
    const own = new Set(image);
    const [said, parts] = [new Set(sayings.referrers), [...all.values()].filter((each) => !own.has(each))];
    for (const manifest of image) await this.put(manifest, manifest.digest);
    for (const manifest of parts) {
      const { keepsList } = await this.put(manifest, manifest.digest);
      if (said.has(manifest) && !keepsList) await listReferrer(manifest, this.to, this.client);
    }
    for (const { tag, manifest } of sayings.tagged) await this.put(manifest, tag);
  }

  private put(manifest: StoredManifest, reference: string): Promise<Taken> {
    return putManifest(manifest, reference, { to: this.to, client: this.client });
  }

  private requireTag(digest: Digest, rights: Rights): Promise<boolean> {
    return requireTag(this.to, digest, { client: this.client, rights });
  }
}

function bytesOf(blobs: readonly Descriptor[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}

function brokeOff(to: ImageRef, error: unknown, sent: readonly Descriptor[]): unknown {
  if (!(error instanceof ProductError) || error.facts.type === 'registry-content-differs') return error;
  const { reason, remedy } = error.facts;
  const amount = `${sent.length} ${sent.length === 1 ? 'blob' : 'blobs'} (${formatBytes(bytesOf(sent))})`;
  return new Failure({
    type: 'image-copy-failed',
    doing: purposeOf(to, 'push'),
    reason: `It broke off after ${amount}. ${reason}`,
    remedy: `${remedy} What is there is not sent again.`,
    cause: error,
  });
}
