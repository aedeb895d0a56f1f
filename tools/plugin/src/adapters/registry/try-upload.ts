import type { ImageRef } from '../../model/image/image-ref.ts';
import type { RegistryClient } from './registry-client.ts';

/**
 * Begins an upload to an image's repository and calls it off, as `crane auth` and kaniko ask for the right to push: of what was
 * not ended, a registry keeps nothing.
 * @throws {Refusal} when the registry is not reached, or does not let this account write.
 */
export async function tryUpload(image: ImageRef, client: RegistryClient): Promise<void> {
  const begun = await client.send(image, { method: 'POST', path: 'blobs/uploads/', rights: 'push' });
  const location = begun.headers['location'];
  if (typeof location !== 'string') return;
  const path = new URL(location, begun.origin).href;
  // It would end by itself; not every registry lets it be ended.
  await client
    .send(image, { method: 'DELETE', path, rights: 'push', expected: [400, 404, 405] })
    .catch(() => undefined);
}
