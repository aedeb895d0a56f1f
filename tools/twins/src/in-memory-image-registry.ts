import { createHash } from 'node:crypto';
import { Platform } from '../../plugin/src/model/build/platform.ts';
import { distinctPlatforms } from '../../plugin/src/model/build/runs-image.ts';
import type { Digest, ImageRef } from '../../plugin/src/model/image/image-ref.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import { commonLabels, type PlatformLabels } from '../../plugin/src/model/image/common-labels.ts';
import type { CopyAmount, ImageRegistry } from '../../plugin/src/ports/image-registry.ts';

type Labels = Readonly<Record<string, string>>;

/** An image, or an index of some. */
interface StoredImage {
  readonly images: readonly PlatformLabels[];
}

/** Twin of all image registries for tests. */
export class InMemoryImageRegistry implements ImageRegistry {
  /** By registry and repository, then by digest. */
  private readonly images = new Map<string, Map<Digest, StoredImage>>();
  /** By registry, repository and tag. */
  private readonly tags = new Map<string, Digest>();
  /** Hosts of registries that do not answer. */
  readonly unreachable = new Set<string>();
  /** Hosts of registries that answer for a repository that is not there as for one that may not be read. */
  readonly hidesAbsent = new Set<string>();
  /** Hosts of registries that may be read only. */
  readonly readOnly = new Set<string>();
  /** Passes while an image is copied. */
  duringCopy: () => void | Promise<void> = () => {};
  /** By registry, repository and tag: what nobody can move any more. */
  readonly locked = new Set<string>();
  /** True when locking fails. */
  cannotLock = false;

  async digest(image: ImageRef): Promise<Digest | undefined> {
    this.checkReachable(image);
    this.checkReadable(image);
    const digest = image.digest ?? this.tags.get(image.tagged);
    return digest !== undefined && this.stored(image, digest) ? digest : undefined;
  }

  async labels(image: ImageRef): Promise<Labels | undefined> {
    const digest = await this.digest(image);
    const stored = digest === undefined ? undefined : this.stored(image, digest);
    if (!stored) return undefined;
    const common = commonLabels(stored.images);
    if ('labels' in common) return common.labels;
    throw new Refusal({
      type: 'image-platforms-differ',
      doing: `look for ${image} in its registry`,
      reason: `${common.differences.join('; ')}.`,
      remedy: 'Build all platforms in one build.',
    });
  }

  async platforms(image: ImageRef): Promise<readonly Platform[] | undefined> {
    const digest = await this.digest(image);
    const stored = digest === undefined ? undefined : this.stored(image, digest);
    return stored && distinctPlatforms(stored.images.flatMap(({ platform }) => Platform.parse(platform) ?? []));
  }

  async plannedCopy(from: ImageRef, to: ImageRef): Promise<CopyAmount> {
    const { images } = await this.copied(from);
    if (this.tagOf(to) !== from.digest) this.refuseTaken(from, to);
    const blobs = this.stored(to, from.digest!) ? 0 : images.length;
    if (from.registry === to.registry) return { blobs: 0, bytes: 0, mounted: blobs };
    return { blobs, bytes: blobs * 1_048_576, mounted: 0 };
  }

  async copy(from: ImageRef, to: ImageRef, signal?: AbortSignal): Promise<CopyAmount> {
    const amount = await this.plannedCopy(from, to);
    if (this.readOnly.has(to.registry))
      throw new Refusal({
        type: 'registry-denies-access',
        doing: `copy the image to ${to}`,
        reason: `The login for ${to.registry} may not push to ${to.repository} (403).`,
        remedy: 'Grant the right to push.',
      });
    await this.duringCopy();
    signal?.throwIfAborted();
    this.keep(to, from.digest!, await this.copied(from));
    return amount;
  }

  async lockTag(image: ImageRef): Promise<void> {
    this.checkReachable(image);
    if (this.cannotLock)
      throw new Refusal({
        type: 'image-tag-not-locked',
        doing: `lock the tag ${image.tagged}`,
        reason: 'The registry answers 403.',
        remedy: 'Give the login the right to write metadata.',
      });
    this.locked.add(image.tagged);
  }

  /**
   * Puts an image in, as a push does. @param content whatever distinguishes the image; its digest is made of it.
   * @param platform that it says it is for; it does not say when left out.
   */
  put(image: ImageRef, content: string, labels: Readonly<Record<string, string>> = {}, platform = ''): Digest {
    this.checkReachable(image);
    const facts = [content, Object.entries(labels).sort(), ...(platform === '' ? [] : [platform])];
    return this.keep(image, digestOf(facts), { images: [{ platform, labels }] });
  }

  /** Puts an index in, of an image for each platform. */
  putIndex(image: ImageRef, images: readonly PlatformLabels[]): Digest {
    this.checkReachable(image);
    return this.keep(image, digestOf(images), { images });
  }

  private keep(image: ImageRef, digest: Digest, stored: StoredImage): Digest {
    if (this.locked.has(image.tagged) && this.tags.get(image.tagged) !== digest)
      throw new Error(`${image.tagged} is locked.`);
    const repository = `${image.registry}/${image.repository}`;
    const images = this.images.get(repository) ?? new Map<Digest, StoredImage>();
    this.images.set(repository, images.set(digest, stored));
    if (image.tag !== undefined) this.tags.set(image.tagged, digest);
    return digest;
  }

  private async copied(from: ImageRef): Promise<StoredImage> {
    const stored = (await this.digest(from)) && this.stored(from, from.digest!);
    if (stored) return stored;
    throw new Refusal({
      type: 'image-incomplete',
      doing: `look for ${from} in its registry`,
      reason: 'It is not there.',
      remedy: 'Release again.',
    });
  }

  private tagOf(image: ImageRef): Digest | undefined {
    this.checkReachable(image);
    return this.tags.get(image.tagged);
  }

  private refuseTaken(from: ImageRef, to: ImageRef): void {
    const tagged = this.tagOf(to);
    if (tagged === undefined) return;
    throw new Refusal({
      type: 'image-tag-taken',
      doing: `copy the image to ${to}`,
      reason: `${to.tagged} is another image there, ${tagged}, than the one that was released, ${from.digest}.`,
      remedy: 'Delete that tag.',
    });
  }

  /** Takes all images away, as a clean-up of old ones does. */
  clear(): void {
    this.images.clear();
    this.tags.clear();
    this.locked.clear();
  }

  private stored(image: ImageRef, digest: Digest): StoredImage | undefined {
    return this.images.get(`${image.registry}/${image.repository}`)?.get(digest);
  }

  private checkReadable(image: ImageRef): void {
    if (!this.hidesAbsent.has(image.registry) || this.images.has(`${image.registry}/${image.repository}`)) return;
    throw new Refusal({
      type: 'registry-denies-access',
      doing: `look for ${image} in its registry`,
      reason: 'Read access was denied (401).',
      remedy: 'Push it, or grant the right to read it.',
    });
  }

  private checkReachable(image: ImageRef): void {
    if (!this.unreachable.has(image.registry)) return;
    throw new Refusal({
      type: 'registry-unreachable',
      doing: `reach the registry ${image.registry}`,
      reason: 'It does not answer.',
      remedy: 'Start it.',
    });
  }
}

function digestOf(facts: unknown): Digest {
  return `sha256:${createHash('sha256').update(JSON.stringify(facts)).digest('hex')}`;
}
