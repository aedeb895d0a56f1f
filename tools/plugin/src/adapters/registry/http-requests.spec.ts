import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectProxy } from '../../../../simulators/src/connect-proxy.ts';
import { TestAuthority } from '../../../../simulators/src/registries/test-authority.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { HttpImageRegistry } from './http-image-registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'behind a proxy '));
const certificate = new TestAuthority(folder).issue('registry', 'DNS:registry.corp.invalid');
const server = createServer({ cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) });
let port: number;
let proxy: ConnectProxy;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
  proxy = await ConnectProxy.start(port);
  process.env['HTTPS_PROXY'] = proxy.address;
});
afterEach(() => delete process.env['NO_PROXY']);
afterAll(() => {
  delete process.env['HTTPS_PROXY'];
  server.close();
  rmSync(folder, { recursive: true });
});

const image = () => ImageRef.of(`registry.corp.invalid:${port}`, 'team/orders', '20261124-1');
const askFor = () => new HttpImageRegistry().digest(image());

describe('a registry behind a proxy', () => {
  it('is asked through it, and shows its own certificate', async () => {
    await expect(askFor()).rejects.toMatchObject({ facts: { type: 'registry-certificate' } });
    expect(proxy.asked).toEqual([`registry.corp.invalid:${port}`]);
  });

  it('is asked directly where NO_PROXY says so', async () => {
    process.env['NO_PROXY'] = 'corp.invalid';
    await expect(askFor()).rejects.toMatchObject({
      facts: { type: 'registry-unreachable', reason: expect.not.stringContaining('proxy') as string },
    });
    expect(proxy.asked).toHaveLength(1);
  });

  it('is unreachable with its proxy, which is named', async () => {
    await proxy.stop();
    await expect(askFor()).rejects.toMatchObject({
      facts: {
        type: 'registry-unreachable',
        reason: expect.stringContaining(`(the proxy ${proxy.address} could not be asked: ECONNREFUSED)`) as string,
      },
    });
  });
});
