import { createHash } from 'node:crypto';
import type { Digest, ImageRef } from '../../plugin/src/model/release/image-ref.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { ImageRegistry } from '../../plugin/src/ports/image-registry.ts';

/** Twin of all image registries for tests. */
export class InMemoryImageRegistry implements ImageRegistry {
  /** By registry and repository, then by digest: the image's labels. */
  private readonly images = new Map<string, Map<Digest, Readonly<Record<string, string>>>>();
  /** By registry, repository and tag. */
  private readonly tags = new Map<string, Digest>();
  /** Hosts of registries that do not answer. */
  readonly unreachable = new Set<string>();
  /** Hosts of registries that answer for a repository that is not there as for one that may not be read. */
  readonly hidesAbsent = new Set<string>();
  /** By registry, repository and tag: what nobody can move any more. */
  readonly locked = new Set<string>();
  /** True when locking fails. */
  cannotLock = false;

  async digest(image: ImageRef): Promise<Digest | undefined> {
    this.checkReachable(image);
    this.checkReadable(image);
    const digest = image.digest ?? this.tags.get(image.tagged);
    return digest !== undefined && this.labelsOf(image, digest) ? digest : undefined;
  }

  async labels(image: ImageRef): Promise<Readonly<Record<string, string>> | undefined> {
    const digest = await this.digest(image);
    return digest === undefined ? undefined : this.labelsOf(image, digest);
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

  /** Puts an image in, as a push does. @param content whatever distinguishes the image; its digest is made of it. */
  put(image: ImageRef, content: string, labels: Readonly<Record<string, string>> = {}): Digest {
    this.checkReachable(image);
    const facts = JSON.stringify([content, Object.entries(labels).sort()]);
    const digest: Digest = `sha256:${createHash('sha256').update(facts).digest('hex')}`;
    if (this.locked.has(image.tagged) && this.tags.get(image.tagged) !== digest)
      throw new Error(`${image.tagged} is locked.`);
    const repository = `${image.registry}/${image.repository}`;
    const images = this.images.get(repository) ?? new Map();
    this.images.set(repository, images.set(digest, labels));
    if (image.tag !== undefined) this.tags.set(image.tagged, digest);
    return digest;
  }

  /** Takes all images away, as a clean-up of old ones does. */
  clear(): void {
    this.images.clear();
    this.tags.clear();
    this.locked.clear();
  }

  private labelsOf(image: ImageRef, digest: Digest) {
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
