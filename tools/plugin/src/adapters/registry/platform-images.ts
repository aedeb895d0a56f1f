import { Refusal } from '../../model/errors/product-error.ts';
import { commonLabels, type PlatformLabels } from '../../model/image/common-labels.ts';
import type { ImageRef } from '../../model/image/image-ref.ts';
import { parseJson, readLabels, readPlatform } from './json-answers.ts';
import { isIndex, readManifest, type Descriptor } from './manifest.ts';
import type { RegistryClient } from './registry-client.ts';
import { indexTooLarge, purposeOf } from './registry-refusals.ts';

/** An index may name indexes; more than this in one another nobody makes. */
const deepest = 4;
/** Official images have about ten, with as many attestations. */
const mostImages = 64;

/**
 * Returns the images of an index, or the image itself: its platform and its labels.
 * @returns undefined when there is no such image. @throws {Refusal} when it names what is not there.
 */
export async function readPlatformImages(
  image: ImageRef,
  client: RegistryClient,
): Promise<readonly PlatformLabels[] | undefined> {
  const root = await readJson(image, `manifests/${image.digest ?? image.tag ?? 'latest'}`, client);
  if (root === undefined) return undefined;
  if (!isIndex(root)) {
    const read = await readConfiguration(readManifest(root).config, image, client);
    return read && [read];
  }
  const found: PlatformLabels[] = [];
  await collect({ json: root, depth: 1 }, image, client, found);
  return found;
}

/** Returns the labels that the images for all platforms have in common. @throws {Refusal} when they are not one release. */
export function labelsOf(image: ImageRef, images: readonly PlatformLabels[]): Readonly<Record<string, string>> {
  const common = commonLabels(images);
  if ('labels' in common) return common.labels;
  throw new Refusal({
    type: 'image-platforms-differ',
    doing: purposeOf(image, 'pull'),
    reason: `The images of its platforms were not built as the same release: ${common.differences.join('; ')}.`,
    remedy: 'Build all platforms in one build, and look at who pushed it.',
  });
}

async function collect(
  { json, depth }: { readonly json: unknown; readonly depth: number },
  image: ImageRef,
  client: RegistryClient,
  found: PlatformLabels[],
): Promise<void> {
  const { images } = readManifest(json);
  if (depth > deepest || found.length + images.length > mostImages) throw indexTooLarge(image);
  for (const listed of images) {
    const named = await readJson(image, `manifests/${listed.digest}`, client);
    if (named === undefined) throw missing(image, listed);
    if (isIndex(named)) {
      await collect({ json: named, depth: depth + 1 }, image, client, found);
      continue;
    }
    const { config } = readManifest(named);
    const read = await readConfiguration(config, image, client);
    if (read === undefined) throw missing(image, config ?? listed);
    // What the index says is what nodes choose by.
    found.push({ platform: (listed.platform ?? read.platform) || listed.digest, labels: read.labels });
  }
}

async function readConfiguration(
  config: Descriptor | undefined,
  image: ImageRef,
  client: RegistryClient,
): Promise<PlatformLabels | undefined> {
  if (!config) return { platform: '', labels: {} };
  const json = await readJson(image, `blobs/${config.digest}`, client);
  return json === undefined ? undefined : { platform: readPlatform(json), labels: readLabels(json) };
}

/** @returns undefined for what is not there. */
async function readJson(image: ImageRef, path: string, client: RegistryClient): Promise<unknown> {
  const answer = await client.send(image, { method: 'GET', path, expected: [404] });
  return answer.status === 404 ? undefined : parseJson(answer, image);
}

/** Returns the refusal for an image that names what its registry does not have. */
export function missing(image: ImageRef, { digest, platform }: Pick<Descriptor, 'digest' | 'platform'>): Refusal {
  return new Refusal({
    type: 'image-incomplete',
    doing: purposeOf(image, 'pull'),
    reason: `It names ${platform === undefined ? '' : `for ${platform} `}${digest}, which ${image.registry} does not have.`,
    remedy: 'Release again, or push the image there again.',
  });
}
