import { ProductError } from '../../model/errors/product-error.ts';
import type { Digest, ImageRef } from '../../model/image/image-ref.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/**
 * Returns the digest of an image that may have to be pushed, or undefined when there is none, and also when the login is good
 * but may not look: Quay, Docker Hub, Harbor and Artifactory answer so for a repository that its first push makes. Then the
 * push decides.
 */
export async function digestBeforePush(
  image: ImageRef,
  { registry }: Pick<ReleasePorts, 'registry'>,
): Promise<Digest | undefined> {
  try {
    return await registry.digest(image);
  } catch (error) {
    if (error instanceof ProductError && error.facts.type === 'registry-denies-access') return undefined;
    throw error;
  }
}
