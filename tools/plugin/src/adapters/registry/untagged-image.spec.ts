import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ImageRef, type Digest } from '../../model/image/image-ref.ts';
import { HttpImageRegistry } from './http-image-registry.ts';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

const digestOf = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}`;
// To the byte: written as nobody else would.
const part = '{ "schemaVersion":2,   "layers": [] }';
const index = `{"manifests": [{"digest": "${digestOf(part)}", "size": 37}],\n "schemaVersion":2}`;
const type = 'application/vnd.oci.image.index.v1+json';

/** A registry that keeps manifests. @param tellsDigest says in the answer to a push under which digest it keeps it. */
async function registryWith(kept: Map<string, string>, { tellsDigest = true, status = 0 } = {}) {
  const requests: string[] = [];
  const types: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const reference = request.url!.split('/').at(-1)!;
    requests.push(`${request.method} ${reference}`);
    if (status !== 0) return void response.writeHead(status).end('{}');
    if (request.method === 'PUT') {
      let body = '';
      types.push(request.headers['content-type']);
      return void request
        .on('data', (chunk) => (body += chunk))
        .on('end', () => {
          kept.set(reference, body);
          response.writeHead(201, tellsDigest ? { 'docker-content-digest': digestOf(body) } : {}).end();
        });
    }
    const found = kept.get(reference) ?? [...kept.values()].find((each) => digestOf(each) === reference);
    if (found === undefined) return void response.writeHead(404).end('{}');
    const headers = { 'docker-content-digest': digestOf(found), 'content-type': type };
    response.writeHead(200, headers).end(request.method === 'HEAD' ? '' : found);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const image = ImageRef.of(`127.0.0.1:${(server.address() as AddressInfo).port}`, 'orders', '20261124-1');
  return { registry: new HttpImageRegistry(async () => undefined), image, requests, types };
}

const both = () => new Map<string, string>([part, index].map((each) => [digestOf(each), each]));

it.each([true, false])('gets its tag with the bytes that it has (told its digest: %s)', async (tellsDigest) => {
  const kept = both();
  const { registry, image, types, requests } = await registryWith(kept, { tellsDigest });
  const found = await registry.findUntagged(image.withDigest(digestOf(index)));
  expect(kept.has('20261124-1')).toBe(false);
  await found!.tagAs(image);
  expect(kept.get('20261124-1')).toBe(index);
  expect(types).toEqual([type]);
  await found!.tagAs(image);
  expect(requests.filter((each) => each.startsWith('PUT'))).toHaveLength(1);
});

it('is not found where a part of its index is not there, or nobody may see it', async () => {
  const { registry, image } = await registryWith(new Map([[digestOf(index), index]]));
  expect(await registry.findUntagged(image.withDigest(digestOf(index)))).toBeUndefined();
  expect(await registry.findUntagged(image.withDigest(digestOf('another')))).toBeUndefined();
  const closed = await registryWith(both(), { status: 403 });
  expect(await closed.registry.findUntagged(closed.image.withDigest(digestOf(index)))).toBeUndefined();
});

it('takes no tag from another image, and none when the command was stopped', async () => {
  const kept = both().set('20261124-1', part);
  const { registry, image } = await registryWith(kept);
  const found = await registry.findUntagged(image.withDigest(digestOf(index)));
  await expect(found!.tagAs(image)).rejects.toMatchObject({ facts: { type: 'image-tag-taken' } });
  expect(kept.get('20261124-1')).toBe(part);
  const reason = new Error('stopped');
  await expect(found!.tagAs(image, AbortSignal.abort(reason))).rejects.toBe(reason);
});
