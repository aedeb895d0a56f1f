import pMap from 'p-map';
import { Failure, ProductError, Refusal } from '../../../model/errors/product-error.ts';
import { formatBytes } from '../../../model/limits/most-bytes.ts';
import type { Digest, ImageRef } from '../../../model/image/image-ref.ts';
import type { CopyAmount } from '../../../ports/image-registry.ts';
import type { Descriptor } from '../manifest.ts';
import { digestIn, readDigest } from '../read-digest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { otherContent, purposeOf, type Rights } from '../registry-refusals.ts';
import { missing } from '../platform-images.ts';
import { BlobTransfer } from './blob-transfer.ts';
import { addManifest, type ImageTree, type StoredManifest } from './image-tree.ts';
import { addReferrers, listReferrer, type Sayings } from './referrers.ts';

/** Blobs that are on their way at once; each is a connection to either side, and a few pieces of 64 KiB. */
const blobsAtOnce = 3;
const questionsAtOnce = 6;

/** An image with all that is said of it. */
interface WholeImage {
  readonly root: StoredManifest;
  readonly image: readonly StoredManifest[];
  readonly all: ImageTree;
  readonly sayings: Sayings;
}

/**
 * The copy of an image into another repository, to the byte. Blobs go first, then manifests, what is said of it, and at
 * last the tag: who finds the tag finds all of it.
 */
export class ImageCopy {
  private readonly from: ImageRef;
  private readonly to: ImageRef;
  private readonly client: RegistryClient;
  private readonly stop: AbortSignal | undefined;

  constructor(from: ImageRef, to: ImageRef, client: RegistryClient, stop?: AbortSignal) {
    this.from = from;
    this.to = to;
    this.client = client;
    this.stop = stop;
  }

  /** Returns what would be sent. Changes nothing. @throws {Refusal} when the tag names another image. */
  async plan(): Promise<CopyAmount> {
    const whole = await this.read();
    await this.requireTag(whole.root.digest, 'pull');
    const blobs = await this.missingBlobs(whole, 'pull');
    if (this.from.registry === this.to.registry) return { blobs: 0, bytes: 0, mounted: blobs.length };
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
    const whole = await this.read();
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
    await this.verify(whole.root.digest);
    return { blobs: sent.length, bytes: bytesOf(sent), mounted: blobs.length - sent.length };
  }

  private async read(): Promise<WholeImage> {
    const all: ImageTree = new Map();
    const root = await addManifest(all, this.from.digest!, this.from, this.client);
    if (!root) throw missing(this.from, { digest: this.from.digest! });
    const image = [...all.values()];
    return { root, image, all, sayings: await addReferrers(all, this.from, this.client) };
  }

  /** @returns true when the tag names this image already. @throws {Refusal} when it names another one. */
  private async requireTag(digest: Digest, rights: Rights): Promise<boolean> {
    const tagged = await this.unlessHidden(() => readDigest(this.byTag(), this.client));
    if (tagged === undefined || tagged === digest) return tagged === digest;
    throw new Refusal({
      type: 'image-tag-taken',
      doing: purposeOf(this.to, rights),
      reason: `${this.to.tagged} is another image there, ${tagged}, than the one that was released, ${digest}.`,
      remedy: 'Look at who pushed it, and delete that tag; releases are never written over.',
    });
  }

  /** Returns the blobs of all manifests that the other repository does not have. */
  private async missingBlobs({ all }: WholeImage, rights: Rights): Promise<Descriptor[]> {
    const blobs = new Map<Digest, Descriptor>();
    for (const { parts } of all.values()) for (const blob of parts.blobs) blobs.set(blob.digest, blob);
    const lacking = new Set<Digest>();
    const look = async (digest: Digest) => {
      const asked = { method: 'HEAD', path: `blobs/${digest}`, rights, expected: [404], signal: this.stop } as const;
      const answer = await this.unlessHidden(() => this.client.send(this.to, asked));
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
      const keepsList = await this.put(manifest, manifest.digest);
      if (said.has(manifest) && !keepsList) await listReferrer(manifest, this.to, this.client);
    }
    for (const { tag, manifest } of sayings.tagged) await this.put(manifest, tag);
  }

  /** @returns true when the registry lists by itself what is said of a manifest. */
  private async put({ mediaType, body, digest }: StoredManifest, reference: string): Promise<boolean> {
    const answer = await this.client.send(this.to, {
      method: 'PUT',
      path: `manifests/${reference}`,
      rights: 'push',
      headers: { 'content-type': mediaType },
      body,
    });
    if ((digestIn(answer) ?? digest) !== digest) throw otherContent(this.to, digest, answer.origin);
    return answer.headers['oci-subject'] !== undefined;
  }

  private async verify(digest: Digest): Promise<void> {
    if ((await readDigest(this.byTag(), this.client)) !== digest) throw otherContent(this.to, digest, this.to.registry);
  }

  /** Quay, Docker Hub, Harbor and Artifactory deny reading a repository that is not there: whether it may be made, the push says. */
  private async unlessHidden<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ProductError && error.facts.type === 'registry-denies-access') return undefined;
      throw error;
    }
  }

  private byTag(): ImageRef {
    return this.to.withoutDigest();
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
