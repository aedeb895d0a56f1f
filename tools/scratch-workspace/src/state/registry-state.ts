import { createHash } from 'node:crypto';
import { platform } from '../platform.ts';

const imageManifests = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Tags that the registry has of a repository; none when it has no such repository. */
export async function tagsOf(repository: string): Promise<string[]> {
  const { registry } = await platform();
  const answer = await fetch(`http://${registry}/v2/${repository}/tags/list`);
  if (answer.status === 404) return [];
  return ((await answer.json()) as { tags: string[] | null }).tags ?? [];
}

/** Makes a tag point to the image of another one, as somebody does who pushes to it. @returns the digest it has now. */
export async function moveTag(repository: string, tag: string, other: string): Promise<string> {
  const { registry } = await platform();
  const manifests = `http://${registry}/v2/${repository}/manifests`;
  const accept = [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ].join(', ');
  const found = await fetch(`${manifests}/${other}`, { headers: { accept } });
  const headers = { 'content-type': found.headers.get('content-type') ?? '' };
  const put = await fetch(`${manifests}/${tag}`, { method: 'PUT', headers, body: await found.arrayBuffer() });
  if (!found.ok || !put.ok) throw new Error(`${repository}:${tag}: ${found.status} and ${put.status}`);
  return found.headers.get('docker-content-digest') ?? '';
}

/**
 * Gives an image other labels: what a build of the same content under another number makes.
 * @param digest of the image. @param tag of the new one. @returns the new one's digest.
 */
export async function relabelImage(
  repository: string,
  digest: string,
  tag: string,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const { registry } = await platform();
  const base = `http://${registry}/v2/${repository}`;
  const found = await fetch(`${base}/manifests/${digest}`, { headers: { accept: imageManifests } });
  const manifest = (await found.json()) as { config: { digest: string; size: number } };
  const image = (await (await fetch(`${base}/blobs/${manifest.config.digest}`)).json()) as { config: object };
  const config = Buffer.from(JSON.stringify({ ...image, config: { ...image.config, Labels: labels } }));
  const configDigest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const upload = new URL(begun.headers.get('location') ?? '', base);
  upload.searchParams.set('digest', configDigest);
  const headers = { 'content-type': 'application/octet-stream' };
  const sent = await fetch(upload, { method: 'PUT', headers, body: config });
  const put = await fetch(`${base}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': found.headers.get('content-type') ?? '' },
    body: JSON.stringify({ ...manifest, config: { ...manifest.config, digest: configDigest, size: config.length } }),
  });
  if (!put.ok) throw new Error(`${repository}:${tag}: ${found.status}, ${begun.status}, ${sent.status}, ${put.status}`);
  return put.headers.get('docker-content-digest') ?? '';
}
