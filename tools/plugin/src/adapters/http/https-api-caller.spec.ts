import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiCallerContract } from '../../../../contracts/src/api-caller-contract.ts';
import { TestAuthority } from '../../../../simulators/src/registries/test-authority.ts';
import type { Served } from '../../../../twins/src/in-memory-api-caller.ts';
import { HttpsApiCaller } from './https-api-caller.ts';

/** The time for an answer is one that a busy machine keeps; one test waits for its end. */
const quick = { againMs: 2000, awayMs: 0, answerMs: 4000, pauseMs: 5 };

let server: Server;
let ca: string;
let served: Map<string, () => Served>;
let seen: { path: string; key: string | undefined }[];

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-caller-'));
  const authority = new TestAuthority(folder);
  const { certificate, key } = authority.issue('door');
  ca = authority.pem();
  const tls = { cert: readFileSync(certificate), key: readFileSync(key) };
  rmSync(folder, { recursive: true });
  server = createServer(tls, ({ url = '', headers, socket }, response) => {
    seen.push({ path: url, key: headers['key'] as string | undefined });
    const answer = served.get(url)?.() ?? { status: 404 };
    if (answer === 'reset') return void socket.destroy();
    if (answer === 'silence') return;
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
});

beforeEach(() => {
  served = new Map();
  seen = [];
});

const address = () => `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('HttpsApiCaller', () => {
  apiCallerContract(async () => ({
    caller: new HttpsApiCaller(quick, ca),
    nobody: 'https://127.0.0.1:1/',
    serve: (path, ...answers) => {
      let count = 0;
      served.set(path, () => answers[Math.min(count++, answers.length - 1)]!);
      return `${address()}${path}`;
    },
    seen: () => seen,
  }));

  it('speaks to nobody whom this machine does not trust, and to nobody without TLS', async () => {
    const urls = [`${address()}/`, address().replace('https', 'http')];
    const results = await new HttpsApiCaller(quick).call(urls.map((url) => ({ url, headers: { key: 'k' } })));
    expect(results).toEqual([
      { reason: expect.stringMatching(/CERT|SIGN/) as string, isConnected: false },
      { reason: 'it is not called by https', isConnected: false },
    ]);
    expect(seen).toEqual([]);
  });
});
