import pMap from 'p-map';
import { catchProductError } from '../../model/errors/result.ts';
import type { Digest, ImageRef } from '../../model/image/image-ref.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** A registry's answer for a tag, or why there is none, as a sentence. */
export type TagDigest = { readonly digest: Digest } | { readonly reason: string };

/** Images that are asked for at the same time. */
const atOnce = 16;
/** A registry that is behind a firewall does not answer at all. */
const longestMs = 10_000;

/**
 * Asks registries which images tags name now, each tag once and side by side, and waits for no answer longer than some
 * seconds.
 * @returns what was found, by `registry/repository:tag`.
 */
export async function askDigests(
  images: readonly ImageRef[],
  { registry }: Pick<ReleasePorts, 'registry'>,
  timeoutMs = longestMs,
): Promise<ReadonlyMap<string, TagDigest>> {
  const asked = new Map(images.map((image) => [image.tagged, image.withoutDigest()]));
  const limit = AbortSignal.timeout(timeoutMs);
  const late = new Promise<undefined>((resolve) => limit.addEventListener('abort', () => resolve(undefined)));
  const ask = (image: ImageRef) =>
    catchProductError(
      async (): Promise<TagDigest> => {
        const digest = await registry.digest(image, limit);
        return digest ? { digest } : { reason: `${image.registry} has no ${image.repository}:${image.tag}.` };
      },
      (reason): TagDigest => ({ reason }),
    );
  const found = await pMap(
    asked,
    async ([name, image]) => {
      const answer = await Promise.race([ask(image), late]);
      const silence = `${image.registry} did not answer within ${Math.ceil(timeoutMs / 1000)} s.`;
      return [name, answer && !limit.aborted ? answer : { reason: silence }] as const;
    },
    { concurrency: atOnce },
  );
  return new Map(found);
}
