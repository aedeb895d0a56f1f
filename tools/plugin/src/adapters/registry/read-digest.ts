import { parseDigest, type Digest, type ImageRef } from '../../model/image/image-ref.ts';
import type { HttpAnswer } from './http-requests.ts';
import { digestOf, type RegistryClient } from './registry-client.ts';

/** Returns the digest of the manifest that a tag (or digest) names, or undefined when there is none. @throws {Refusal} */
export async function readDigest(
  image: ImageRef,
  client: RegistryClient,
  signal?: AbortSignal,
): Promise<Digest | undefined> {
  const path = `manifests/${image.digest ?? image.tag ?? 'latest'}`;
  const head = await client.send(image, { method: 'HEAD', path, expected: [404, 405, 501], signal });
  const told = digestIn(head);
  if (head.status === 404) return undefined;
  if (head.status < 300 && told !== undefined) return told;
  const got = await client.send(image, { method: 'GET', path, expected: [404], signal });
  return got.status === 404 ? undefined : (digestIn(got) ?? digestOf(got.body));
}

/** Returns the digest that a registry says in an answer. */
export function digestIn({ headers }: Pick<HttpAnswer, 'headers'>): Digest | undefined {
  return parseDigest(String(headers['docker-content-digest']));
}
