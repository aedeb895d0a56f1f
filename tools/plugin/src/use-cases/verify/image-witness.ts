import type { ErrorType } from '../../model/errors/error-catalog.ts';
import { parseImageLabels } from '../../model/release/image-labels.ts';
import type { ImageRef } from '../../model/image/image-ref.ts';
import type { Release } from '../../model/release/release.ts';
import { differencesOf } from '../../model/release/release-differences.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** A witness that does not agree with a release. */
export interface Disagreement {
  readonly type: ErrorType;
  /** The accounts of both, in a sentence or more. */
  readonly says: string;
  /** The next step, in a sentence or more. */
  readonly remedy: string;
}

/**
 * Asks the image of a release, by its digest, whether it was built as that release. What it says of itself is part of
 * what its digest is made of, so that who may only push git tags cannot have it say something else.
 * @param pinned the image, by the digest that the release names.
 * @returns undefined when it agrees. @throws {Refusal} when the registry cannot be asked.
 */
export async function imageDisagreement(
  release: Release,
  pinned: ImageRef,
  { registry }: Pick<ReleasePorts, 'registry'>,
): Promise<Disagreement | undefined> {
  const labels = await registry.labels(pinned);
  if (labels === undefined)
    return {
      type: 'image-missing',
      says: `The registry ${pinned.registry} does not have ${pinned}.`,
      remedy: 'Choose another release, or push the image there again by its digest.',
    };
  const build = parseImageLabels(labels);
  if (!build)
    return {
      type: 'image-without-labels',
      says: `The labels of ${pinned} do not say what it was built from.`,
      remedy: `It was not built by \`nx run ${release.service}:docker-release\`; look at who pushed it.`,
    };
  const differences = differencesOf({ ...build, imageDigest: release.imageDigest }, release);
  if (differences.length === 0) return undefined;
  return {
    type: 'image-labels-differ',
    says: `The labels of ${pinned} and the release do not agree: ${differences.join('; ')}.`,
    remedy:
      'One of the two was tampered with, or the image is of another build: release again, and look at who could write.',
  };
}
