import type { Digest, ImageRef } from '../../../model/image/image-ref.ts';
import { parseJson } from '../json-answers.ts';
import { manifestTypes, readManifest } from '../manifest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { addManifest, type ImageTree, type StoredManifest } from './image-tree.ts';

/** Pages of the list of one manifest. */
const mostPages = 20;

/** Statements about an image: signatures, attestations, bills of material. */
export interface Sayings {
  /** Manifests that name the one that they are said of. */
  readonly referrers: readonly StoredManifest[];
  /** Those of cosign's older form, found by a tag that is made of the digest. */
  readonly tagged: readonly { readonly tag: string; readonly manifest: StoredManifest }[];
}

/**
 * Finds what is said of the images of a tree, and of what is said of them, and adds it to the tree.
 * @throws {Refusal} when a part of it is missing.
 */
export async function addReferrers(tree: ImageTree, image: ImageRef, client: RegistryClient): Promise<Sayings> {
  const referrers: StoredManifest[] = [];
  const tagged: Sayings['tagged'][number][] = [];
  // What is found is looked at in its turn: the tree bounds it.
  const subjects = [...tree.keys()];
  for (const subject of subjects) {
    for (const digest of await referrersOf(subject, image, client)) {
      if (tree.has(digest)) continue;
      const referrer = await addManifest(tree, digest, image, client);
      if (!referrer) continue;
      referrers.push(referrer);
      subjects.push(digest);
    }
    for (const kind of ['sig', 'att', 'sbom']) {
      const tag = `${tagOf(subject)}.${kind}`;
      const manifest = await addManifest(tree, tag, image, client);
      if (manifest) tagged.push({ tag, manifest });
    }
  }
  return { referrers, tagged };
}

/**
 * Puts a referrer's name where a registry without a list of its own has it looked for: an index under a tag that is made of
 * the subject's digest.
 */
export async function listReferrer(
  { digest, mediaType, body, parts: { subject } }: StoredManifest,
  to: ImageRef,
  client: RegistryClient,
): Promise<void> {
  if (!subject) return;
  const path = `manifests/${tagOf(subject.digest)}`;
  const answer = await client.send(to, { method: 'GET', path, rights: 'push', expected: [404] });
  const listed = answer.status === 404 ? [] : manifestsOf(parseJson(answer, to));
  if (listed.some((each) => each['digest'] === digest)) return;
  const { artifactType, config, annotations } = JSON.parse(body.toString()) as Record<string, unknown>;
  const kind = artifactType ?? (config as { mediaType?: unknown } | undefined)?.mediaType;
  const entry = {
    ...{ mediaType, digest, size: body.length },
    ...(kind === undefined ? {} : { artifactType: kind }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const index = { schemaVersion: 2, mediaType: manifestTypes[0], manifests: [...listed, entry] };
  const headers = { 'content-type': manifestTypes[0]! };
  const text = Buffer.from(JSON.stringify(index));
  await client.send(to, { method: 'PUT', path, rights: 'push', headers, body: text });
}

/** @returns digests, by the registry's list, or by the tag of registries that have none. */
async function referrersOf(subject: Digest, image: ImageRef, client: RegistryClient): Promise<Digest[]> {
  const found: Digest[] = [];
  let path: string | undefined = `referrers/${subject}`;
  for (let page = 0; path !== undefined && page < mostPages; page++) {
    const answer = await client.send(image, { method: 'GET', path, expected: [400, 404, 405, 501] });
    if (answer.status !== 200) break;
    found.push(...digestsIn(parseJson(answer, image)));
    path = nextPage(answer.headers.link, image);
    if (path === undefined) return found;
  }
  const answer = await client.send(image, { method: 'GET', path: `manifests/${tagOf(subject)}`, expected: [404] });
  return answer.status === 404 ? found : [...found, ...digestsIn(parseJson(answer, image))];
}

/** Returns the path of what follows, within the repository. */
function nextPage(link: string | string[] | undefined, { repository }: ImageRef): string | undefined {
  const [, address] = /<([^>]+)>\s*;\s*rel="?next"?/.exec(String(link ?? '')) ?? [];
  if (address === undefined) return undefined;
  const { pathname, search } = new URL(address, 'https://registry.invalid');
  const own = `/v2/${repository}/`;
  return pathname.startsWith(own) ? `${pathname.slice(own.length)}${search}` : undefined;
}

function tagOf(digest: Digest): string {
  return digest.replace(':', '-');
}

function digestsIn(json: unknown): Digest[] {
  return readManifest(json).manifests.map(({ digest }) => digest);
}

function manifestsOf(json: unknown): readonly Record<string, unknown>[] {
  const { manifests } = json as { manifests?: unknown };
  return Array.isArray(manifests) ? (manifests as Record<string, unknown>[]) : [];
}
