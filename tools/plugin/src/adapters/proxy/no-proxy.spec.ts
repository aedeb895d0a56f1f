import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { installCurl } from '../../../../local-platform/src/platform.ts';
import { isListed } from './no-proxy.ts';

const run = promisify(execFile);

/** What curl makes of these, too. */
const asCurl: [address: string, list: string, isExempt: boolean][] = [
  ['https://api.corp.shop:6443', '*', true],
  ['https://api.corp.shop:6443', 'other, api.corp.shop', true],
  ['https://api.corp.shop:6443', 'other api.corp.shop', true],
  ['https://api.corp.shop:6443', 'corp.shop', true],
  ['https://api.corp.shop:6443', '.corp.shop', true],
  ['https://api.corp.shop:6443', '.api.corp.shop', true],
  ['https://api.corp.shop:6443', 'API.Corp.Shop', true],
  ['https://api.corp.shop:6443', 'shop.', true],
  ['https://api.corp.shop.:6443', 'corp.shop', true],
  ['https://api.corp.shop:6443', 'orp.shop', false],
  ['https://api.corp.shop:6443', 'www.api.corp.shop', false],
  ['https://api.corp.shop:6443', ',', false],
  ['https://api.corp.shop:6443', 'api.corp.shop:443', false],
  ['https://10.1.2.3', '10.1.2.3', true],
  ['https://10.1.2.3', 'x,10.0.0.0/8', true],
  ['https://10.1.2.3', '10.1.2.3/32', true],
  ['https://11.1.2.3', '10.0.0.0/8', false],
  ['https://10.1.2.3', '10.0.0.0/99', false],
  ['https://10.1.2.3', '2.3', false],
  ['https://10.1.2.3', '.3', false],
  ['https://10.1.2.3', 'fd00::/8', false],
  ['https://[fd00::1]:6443', 'fd00::1', true],
];

describe('NO_PROXY', () => {
  it.each(asCurl)('%s is exempt by "%s": %s', (address, list, isExempt) => {
    expect(isListed(new URL(address), list)).toBe(isExempt);
  });

  it.each([
    ['https://api.corp.shop:6443', 'api.corp.shop:6443', true],
    ['https://api.corp.shop', 'api.corp.shop:443', true],
    ['https://api.corp.shop:6443', '*.corp.shop', true],
    ['https://api.corp.shop:6443', 'other,*', true],
    ['https://[fd00::1]:6443', '[fd00::1]', true],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', true],
    ['https://[fd00::1]:6443', '[fd00::1]:443', false],
    ['https://[fd00::1]:6443', 'FD00:0::1', true],
    ['https://[fd00::1]', 'fd00::/8', true],
    ['https://10.1.2.3:6443', '10.1.2.3:6443', true],
  ])('%s is exempt by "%s", which is of kubectl and docker: %s', (address, list, isExempt) => {
    expect(isListed(new URL(address), list)).toBe(isExempt);
  });
});

describe('curl itself', () => {
  let server: Server;
  const asked: string[] = [];
  beforeAll(async () => {
    await installCurl();
    server = createServer().on('connect', ({ url = '' }, socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 403 No\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  it.each(asCurl)('%s with "%s": %s', async (address, list, isExempt) => {
    asked.length = 0;
    const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { hostname, port } = new URL(address);
    // Wherever it is asked directly, nobody answers.
    const nobody = `${hostname}:${port || 443}:127.0.0.1:1`;
    const args = ['--silent', '--connect-to', nobody, address];
    const env = { PATH: process.env['PATH'], HTTPS_PROXY: proxy, NO_PROXY: list };
    await expect(run('curl', args, { env })).rejects.toMatchObject({ code: isExempt ? 7 : 56 });
    expect(asked.length).toBe(isExempt ? 0 : 1);
  });
});
