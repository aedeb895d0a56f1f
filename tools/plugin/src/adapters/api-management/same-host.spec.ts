import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority } from '../../../../simulators/src/registries/test-authority.ts';
import { AzureReader } from './azure-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'same-host-'));
const authority = new TestAuthority(folder);
const { certificate, key } = authority.issue('azure', 'IP:127.0.0.1');
const tls = { cert: readFileSync(certificate), key: readFileSync(key) };
const servers: Server[] = [];
let strangerSaw: string[];
let next: (stranger: string) => {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
};
let reader: AzureReader;

async function serve(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(tls, listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const stranger = await serve((request, answer) => {
    strangerSaw.push(`${request.url} ${request.headers.authorization}`);
    answer.end('{"value":[]}');
  });
  const host = await serve((_, answer) => {
    const { status, headers, body } = next(stranger);
    answer.writeHead(status, headers).end(JSON.stringify(body ?? {}));
  });
  reader = await AzureReader.connect({
    ...{ id: '/subscriptions/s/service/shop', host, scope: `${host}/.default` },
    credential: { getToken: async () => ({ token: 's3cret', expiresOnTimestamp: Date.now() + 3_600_000 }) },
    options: { tlsOptions: { ca: authority.pem() } },
    policy: { name: 'none', sendRequest: (request, send) => send(request) },
  });
});
beforeEach(() => (strangerSaw = []));
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

it('asks no other host for the next page of a list', async () => {
  next = (stranger) => ({ status: 200, body: { value: [1], nextLink: `${stranger}/page2` } });
  await expect(reader.list('apis')).rejects.toMatchObject({ facts: { type: 'facade-leads-astray' } });
  expect(strangerSaw).toEqual([]);
});

it.each([301, 302, 307])('follows no redirect (%i)', async (status) => {
  next = (stranger) => ({ status, headers: { location: `${stranger}/x` } });
  await expect(reader.get('apis')).rejects.toMatchObject({ statusCode: status });
  expect(strangerSaw).toEqual([]);
});
