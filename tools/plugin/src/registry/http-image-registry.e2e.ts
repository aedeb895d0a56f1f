import { createHash } from 'node:crypto';
import { type Digest, type ImageRef } from '../model/image-ref.ts';
import { imageRegistryContract } from '../testing/image-registry-contract.ts';
import { HttpImageRegistry } from './http-image-registry.ts';

/** A registry on this machine, in plain http, that may be written to. */
const host = '127.0.0.1:5000';

function digestOf(content: string): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

async function upload(image: ImageRef, content: string): Promise<{ size: number; digest: Digest }> {
  const started = await fetch(`http://${host}/v2/${image.repository}/blobs/uploads/`, { method: 'POST' });
  const url = new URL(started.headers.get('location')!, `http://${host}`);
  const digest = digestOf(content);
  url.searchParams.set('digest', digest);
  const { status } = await fetch(url, {
    method: 'PUT',
    body: content,
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(status).toBe(201);
  return { size: Buffer.byteLength(content), digest };
}

/** Puts an image without layers into the registry, by its own protocol. */
async function put(image: ImageRef, labels: Readonly<Record<string, string>>): Promise<Digest> {
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: [] },
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...(await upload(image, config)) },
    layers: [],
  });
  const { status } = await fetch(`http://${host}/v2/${image.repository}/manifests/${image.tag}`, {
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
  });
  expect(status).toBe(201);
  return digestOf(manifest);
}

describe('HttpImageRegistry against a real registry', () => {
  imageRegistryContract(async () => ({
    registry: new HttpImageRegistry(),
    host,
    unreachableHost: '127.0.0.1:5999',
    put,
  }));
});
