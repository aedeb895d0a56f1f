import { platform } from '../platform.ts';

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
