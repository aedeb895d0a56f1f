import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import type { Digest, ImageRef } from '../../../model/image/image-ref.ts';
import { digestIn, readDigest } from '../read-digest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { otherContent, purposeOf, type Rights } from '../registry-refusals.ts';
import type { StoredManifest } from './image-tree.ts';

/** How a tag is asked for. */
interface TagQuestion {
  readonly client: RegistryClient;
  readonly rights: Rights;
}

/** Looks whether an image's tag is free for it. @returns true when it names it already. @throws {Refusal} when it names another one. */
export async function requireTag(to: ImageRef, digest: Digest, { client, rights }: TagQuestion): Promise<boolean> {
  const tagged = await unlessHidden(() => readDigest(to.withoutDigest(), client));
  if (tagged === undefined || tagged === digest) return tagged === digest;
  throw new Refusal({
    type: 'image-tag-taken',
    doing: purposeOf(to, rights),
    reason: `${to.tagged} is another image there, ${tagged}, than the one that was released, ${digest}.`,
    remedy: 'Look at who pushed it, and delete that tag; releases are never written over.',
  });
}

/** How a registry took a manifest. */
export interface Taken {
  /** It told the digest under which it keeps it. */
  readonly told: boolean;
  /** It lists by itself what is said of a manifest. */
  readonly keepsList: boolean;
}

/** Sends a manifest under a tag or a digest. @throws {ProductError} also where the registry keeps it as another one. */
export async function putManifest(
  { mediaType, body, digest }: StoredManifest,
  reference: string,
  {
    to,
    client,
    signal,
  }: { readonly to: ImageRef; readonly client: RegistryClient; readonly signal?: AbortSignal | undefined },
): Promise<Taken> {
  const answer = await client.send(to, {
    method: 'PUT',
    path: `manifests/${reference}`,
    rights: 'push',
    headers: { 'content-type': mediaType },
    body,
    signal,
  });
  const told = digestIn(answer);
  if ((told ?? digest) !== digest) throw otherContent(to, digest, answer.origin);
  return { told: told !== undefined, keepsList: answer.headers['oci-subject'] !== undefined };
}

/** Gives an image that is in the repository already its tag. @throws {Refusal} also when that names another image. */
export async function tagManifest(
  manifest: StoredManifest,
  to: ImageRef,
  client: RegistryClient,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  if (await requireTag(to, manifest.digest, { client, rights: 'push' })) return;
  const { told } = await putManifest(manifest, to.tag!, { to, client, signal });
  if (!told) await verifyTag(to, manifest.digest, client);
}

/** Makes sure that a tag names an image. @throws {Refusal} */
export async function verifyTag(to: ImageRef, digest: Digest, client: RegistryClient): Promise<void> {
  if ((await readDigest(to.withoutDigest(), client)) !== digest) throw otherContent(to, digest, to.registry);
}

/** Quay, Docker Hub, Harbor and Artifactory deny reading a repository that is not there: whether it may be made, the push says. */
export async function unlessHidden<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProductError && error.facts.type === 'registry-denies-access') return undefined;
    throw error;
  }
}
