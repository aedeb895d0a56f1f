import type { Digest, ImageRef } from '../../../model/image/image-ref.ts';
import { parseJson } from '../json-answers.ts';
import { mediaTypeOf, readManifest, type ManifestParts } from '../manifest.ts';
import { missing } from '../platform-images.ts';
import { digestOf, type RegistryClient } from '../registry-client.ts';
import { indexTooLarge } from '../registry-refusals.ts';

/** An index may name indexes; more than this in one another nobody makes. */
const deepest = 4;
/** Manifests of one image, with all that is said of it. */
const mostManifests = 512;

/** A manifest as it is in a registry, to the byte. */
export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly body: Buffer;
  readonly parts: ManifestParts;
}

/** Manifests by their digest; what another one names comes before it. */
export type ImageTree = Map<Digest, StoredManifest>;

/**
 * Adds a manifest to a tree, with all that it names.
 * @param reference its digest, or a tag. @returns it; undefined when there is none. @throws {Refusal} when a part is missing.
 */
export async function addManifest(
  tree: ImageTree,
  reference: string,
  image: ImageRef,
  client: RegistryClient,
): Promise<StoredManifest | undefined> {
  return addBelow(tree, { reference, depth: 1 }, image, client);
}

async function addBelow(
  tree: ImageTree,
  { reference, depth }: { readonly reference: string; readonly depth: number },
  image: ImageRef,
  client: RegistryClient,
): Promise<StoredManifest | undefined> {
  const known = tree.get(reference as Digest);
  if (known) return known;
  if (depth > deepest) throw indexTooLarge(image);
  const answer = await client.send(image, { method: 'GET', path: `manifests/${reference}`, expected: [404] });
  if (answer.status === 404) return undefined;
  const json = parseJson(answer, image);
  const parts = readManifest(json);
  for (const part of parts.manifests)
    if (!(await addBelow(tree, { reference: part.digest, depth: depth + 1 }, image, client)))
      throw missing(image, part);
  if (tree.size >= mostManifests) throw indexTooLarge(image);
  const { body } = answer;
  const mediaType = mediaTypeOf(json, answer.headers['content-type']);
  const manifest = { digest: digestOf(body), mediaType, body, parts };
  tree.set(manifest.digest, manifest);
  return manifest;
}
