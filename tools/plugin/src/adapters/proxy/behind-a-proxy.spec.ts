import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectProxy, type ProxySettings } from '../../../../simulators/src/connect-proxy.ts';
import { TestAuthority } from '../../../../simulators/src/registries/test-authority.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { AzureDoor } from '../api-management/azure-door.ts';
import { AzureDevOps } from '../azure-devops/azure-devops.ts';
import { findAzureIdentity } from '../azure/azure-identity.ts';
import { GitHubForge } from '../github/github-forge.ts';
import { HttpProber } from '../http/http-prober.ts';
import { HttpsApiCaller } from '../http/https-api-caller.ts';
import { KubernetesApi } from '../kubernetes/client/api.ts';
import { findAccess } from '../kubernetes/client/credentials/kubeconfig.ts';
import { forward } from '../portal/forward.ts';
import { PrometheusServer } from '../prometheus/prometheus-server.ts';
import { HttpImageRegistry } from '../registry/http-image-registry.ts';
import { HttpRequests } from '../registry/http-requests.ts';

// Names that no resolver knows: only the proxy knows where they are.
const names = ['cluster', 'registry', 'tokens', 'blobs', 'azure', 'login', 'door'].map(
  (name) => `${name}.corp.invalid`,
);
const folder = mkdtempSync(join(tmpdir(), 'behind a proxy '));
const authority = new TestAuthority(folder);
const { certificate, key } = authority.issue('corp', names.map((name) => `DNS:${name}`).join(','));
const tls = { cert: readFileSync(certificate), key: readFileSync(key) };
const ca = authority.pem();

const config = JSON.stringify({ config: { Labels: { title: 'orders' } } });
const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
const servers: Server[] = [];
let [secure, plain] = [0, 0];

/** An answer that suits GitHub, Prometheus and all others. */
const fine = JSON.stringify({
  html_url: 'https://github.corp/1',
  status: 'success',
  data: { resultType: 'vector', result: [] },
});

/** All of a company, by the names of its servers. */
function answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  const name = headers.host?.split('.')[0];
  const isKnown = headers.authorization === 'Bearer of-registry' || name === 'house';
  if (headers['proxy-authorization'] !== undefined) return void response.writeHead(500).end();
  if (name === 'tokens') return void response.end('{"token":"of-registry"}');
  if (name === 'blobs') return void response.end(config);
  if (!url.startsWith('/v2/')) return void response.setHeader('content-type', 'application/json').end(fine);
  if (!isKnown) {
    const challenge = `Bearer realm="https://tokens.corp.invalid:${secure}/token",service="it"`;
    return void response.writeHead(401, { 'www-authenticate': challenge }).end();
  }
  if (url.includes('/manifests/')) return void response.end(JSON.stringify({ config: { digest } }));
  if (name === 'house') return void response.end(config);
  response.writeHead(307, { location: `https://blobs.corp.invalid:${secure}/x` }).end();
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const before = { ...process.env };
beforeAll(async () => {
  secure = await listen(createTlsServer(tls, answer));
  plain = await listen(createServer(answer));
  const trusted = join(folder, '.config/docker/certs.d', `registry.corp.invalid:${secure}`);
  mkdirSync(trusted, { recursive: true });
  writeFileSync(join(trusted, 'ca.crt'), ca);
  jest.spyOn(os, 'homedir').mockReturnValue(folder);
});
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (/_PROXY$/i.test(name)) delete process.env[name];
});
afterAll(() => {
  process.env = before;
  jest.restoreAllMocks();
  for (const server of servers) {
    (server as ReturnType<typeof createServer>).closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

const environment = {
  ...{ name: 'preprod', order: 1, namespace: 'shop', registry: 'r', deploy: 'automatic' },
  ...{ allowDirty: false, protected: false, variables: {} },
  cluster: { context: 'a', kubeconfig: 'kubeconfig' },
} as Environment;

/** @param proxy that the kubeconfig names. */
async function askCluster(proxy?: string): Promise<void> {
  const cluster = {
    server: `https://cluster.corp.invalid:${secure}`,
    'certificate-authority-data': Buffer.from(ca).toString('base64'),
    ...(proxy === undefined ? {} : { 'proxy-url': proxy }),
  };
  const kubeconfig = {
    contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 't' } }],
  };
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig), { mode: 0o600 });
  const api = new KubernetesApi(await findAccess(environment, folder));
  await api.get('/api').finally(() => api.close());
}

function azure(): AzureDoor {
  const endpoint = `https://azure.corp.invalid:${secure}`;
  const where = { subscription: '00000000-0000-0000-0000-000000000000', resourceGroup: 'g', name: 'shop' };
  return new AzureDoor({ kind: 'api-management', ...where, endpoint } as never, {
    limits: { awayMs: 0, busyMs: 0, operationMs: 60_000, answerMs: 20_000, pauseMs: 5, spreadMs: 5 },
    identity: async () => ({ getToken: async () => ({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) }),
    client: { tlsOptions: { ca } },
  });
}

async function askIdentity(): Promise<void> {
  const login = {
    AZURE_TENANT_ID: 'corp',
    AZURE_CLIENT_ID: 'me',
    AZURE_CLIENT_SECRET: 'x',
    AZURE_TOKEN_CREDENTIALS: 'prod',
  };
  Object.assign(process.env, login);
  const identity = await findAzureIdentity({
    authorityHost: `https://login.corp.invalid:${secure}`,
    ...{ disableInstanceDiscovery: true, tlsOptions: { ca }, retryOptions: { maxRetries: 0 } },
  } as never);
  // What answers is no login of Azure's; it is enough that it is asked.
  await identity.getToken('x').catch((error: Error) => {
    if (/the proxy/.test(error.message)) throw error;
  });
}

async function passOn(): Promise<void> {
  const url = new URL(`http://door.corp.invalid:${plain}/x`);
  const own = await listen(createServer((request, response) => forward(request, response, url, (to) => to)));
  const got = await fetch(`http://127.0.0.1:${own}/`);
  if (!got.ok) throw new Error(await got.text());
}

async function probe(host?: string): Promise<void> {
  const url = `http://door.corp.invalid:${plain}/x`;
  const running = await new HttpProber().start({ url, rate: 10, ...(host === undefined ? {} : { host }) });
  if (running.state === 'no-answer') throw new Error(running.reason);
  const { failed } = await running.stop();
  expect(failed).toBe(0);
}

const image = (host: string) => ImageRef.of(host, 'team/orders', '20261124-1');
const access = { repository: { host: 'github.corp', owner: 'acme', name: 'shop' }, token: 'opaque-token' };
const pace = { secondMs: 1, answerMs: 20_000, wholeMs: 60_000, spaced: false };

/** Who is asked, in which way, and how. */
const adapters: [string, hosts: () => string[], way: 'CONNECT' | 'GET', ask: () => Promise<unknown>][] = [
  ['the API server', () => [`cluster.corp.invalid:${secure}`], 'CONNECT', () => askCluster()],
  [
    'a registry, its token service, and where its blobs are',
    () => ['registry', 'tokens', 'blobs'].map((name) => `${name}.corp.invalid:${secure}`),
    'CONNECT',
    () => new HttpImageRegistry(async () => undefined).labels(image(`registry.corp.invalid:${secure}`)),
  ],
  [
    'GitHub',
    () => [`github.corp.invalid:${plain}`],
    'GET',
    () =>
      new GitHubForge({ ...access, api: `http://github.corp.invalid:${plain}` }, pace).release(
        ReleaseTag.parse('orders-20261124-1')!,
      ),
  ],
  [
    'Azure DevOps',
    () => [`devops.corp.invalid:${plain}`],
    'GET',
    () => {
      const collection = `http://devops.corp.invalid:${plain}/`;
      return new AzureDevOps({ collection, project: 'shop', build: 1, stage: 's' } as never, 'opaque-token').get('x');
    },
  ],
  [
    'Prometheus',
    () => [`prometheus.corp.invalid:${plain}`],
    'GET',
    async () => {
      const answer = await new PrometheusServer(`http://prometheus.corp.invalid:${plain}`, undefined, 20_000).query(
        'up',
      );
      if (answer.state === 'unanswered') throw new Error(answer.reason);
    },
  ],
  [
    'API Management, to read',
    () => [`azure.corp.invalid:${secure}`],
    'CONNECT',
    () => azure().read((it) => it.get('')),
  ],
  [
    "API Management, by Azure's SDK",
    () => [`azure.corp.invalid:${secure}`],
    'CONNECT',
    () => azure().ask(({ sdk, at }) => sdk.apiManagementService.get(...at)),
  ],
  ["Azure's login", () => [`login.corp.invalid:${secure}`], 'CONNECT', askIdentity],
  [
    'an API at its door',
    () => [`door.corp.invalid:${secure}`],
    'CONNECT',
    async () => {
      const [result] = await new HttpsApiCaller({}, ca).call([
        { url: `https://door.corp.invalid:${secure}/x`, headers: {} },
      ]);
      if (!result || 'reason' in result) throw new Error(result?.reason);
    },
  ],
  ['what is probed', () => [`door.corp.invalid:${plain}`], 'GET', () => probe()],
  ['what is probed by another name', () => [`door.corp.invalid:${plain}`], 'CONNECT', () => probe('shop.example')],
  ['an API that the portal tries', () => [`door.corp.invalid:${plain}`], 'GET', passOn],
];

const askOnce = { method: 'GET', most: 1000 } as const;

async function startProxy(settings: ProxySettings = {}): Promise<ConnectProxy> {
  const proxy = await ConnectProxy.start(0, settings);
  ends.push(() => proxy.stop());
  return proxy;
}
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Returns what is told of a failure. */
async function failureOf(ask: () => Promise<unknown>): Promise<string> {
  const error = await ask().then(
    () => new Error('it has not failed'),
    (thrown: Error) => thrown,
  );
  return error instanceof ProductError ? error.explain() : error.message;
}

describe.each(adapters)('%s', (_, hosts, way, ask) => {
  it('is asked through the proxy, with a login, and directly where NO_PROXY says so', async () => {
    const proxy = await startProxy({ login: 'me:s3:cr@t' });
    process.env['HTTPS_PROXY'] = process.env['http_proxy'] = proxy.address.replace('://', '://me:s3%3Acr%40t@');
    await ask();
    const login = `Basic ${Buffer.from('me:s3:cr@t').toString('base64')}`;
    expect([...new Set(proxy.asked)]).toEqual(hosts().map((host) => `${host} ${login}`));
    expect([...new Set(proxy.methods)]).toEqual([way]);
    proxy.asked.length = 0;
    process.env['NO_PROXY'] = 'localhost,.corp.invalid';
    await failureOf(ask);
    expect(proxy.asked).toEqual([]);
  });

  it('names the proxy that was asked when it fails, and never its password', async () => {
    const proxy = await startProxy({ login: 'me:right' });
    process.env['ALL_PROXY'] = proxy.address.replace('://', '://me:Wr0ng-one@');
    const refused = await failureOf(ask);
    expect(refused).toContain(`the proxy ${proxy.address} does not accept its login (407)`);
    await proxy.stop();
    ends.length = 0;
    const gone = await failureOf(ask);
    expect(gone).toContain(`the proxy ${proxy.address} could not be asked: ECONNREFUSED`);
    expect(refused + gone).not.toContain('Wr0ng-one');
  });
});

describe('a cluster', () => {
  it('is asked through the proxy that its kubeconfig names, whatever the environment says', async () => {
    const [proxy, other] = [await startProxy(), await startProxy()];
    process.env['HTTPS_PROXY'] = other.address;
    process.env['NO_PROXY'] = '*';
    await askCluster(proxy.address);
    expect([proxy.asked, other.asked]).toEqual([[`cluster.corp.invalid:${secure}`], []]);
  });
});

describe('a proxy', () => {
  const reach = () => new HttpImageRegistry(async () => undefined).labels(image(`registry.corp.invalid:${secure}`));

  it.each<[string, ProxySettings, string, string]>([
    ['wants a login', { login: 'a:b' }, 'wants a login (407)', '`USER:PASSWORD@`'],
    [
      'wants a login of another kind',
      { login: 'a:b', ways: 'Negotiate, NTLM' },
      'wants a login by Negotiate or NTLM (407)',
      'px, cntlm',
    ],
    ['has rules against it', { denies: 403 }, 'denies the way to registry.corp.invalid:', 'the rules of the proxy'],
    ['does not get through', { denies: 503 }, '(503)', 'NO_PROXY'],
  ])('that %s is told with what to do', async (_, settings, reason, remedy) => {
    const proxy = await startProxy(settings);
    process.env['HTTPS_PROXY'] = proxy.address;
    const told = await failureOf(reach);
    expect(told).toContain(`(the proxy ${proxy.address} `);
    expect(told).toContain(reason);
    expect(told).toContain(remedy);
  });

  it('that opens connections is told with where its authority belongs', async () => {
    const proxy = await startProxy();
    process.env['HTTPS_PROXY'] = proxy.address;
    // A registry whose authority is not known is what a proxy that opens connections looks like.
    const told = await failureOf(() =>
      new HttpImageRegistry(async () => undefined).labels(image(`cluster.corp.invalid:${secure}`)),
    );
    expect(told).toContain(`through the proxy ${proxy.address}`);
    expect(told).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('that never answers is not waited for longer than its request', async () => {
    const proxy = await startProxy({ isSilent: true });
    process.env['HTTPS_PROXY'] = proxy.address;
    const told = failureOf(() => new HttpRequests(undefined, 1500).send('r', 'https://r.corp.invalid', askOnce));
    expect(await told).toMatch(/timeout/i);
  });

  it('may be spoken to in TLS', async () => {
    const proxy = await startProxy({ tls });
    process.env['HTTPS_PROXY'] = proxy.address;
    // Its authority is not known here.
    expect(await failureOf(reach)).toContain(`the proxy ${proxy.address} could not be asked: `);
    process.env['HTTPS_PROXY'] = proxy.address.replace('https', 'http');
    expect(await failureOf(reach)).toContain('could not be asked: ');
  });

  it.each(['socks5://127.0.0.1:1', 'socks5h://me:secret-1@127.0.0.1:1', 'socks4://127.0.0.1:1'])(
    '%s is asked, and named',
    async (address) => {
      process.env['ALL_PROXY'] = address;
      const told = await failureOf(reach);
      expect(told).toContain(`the proxy ${address.replace(/\/\/.*@/, '//')} could not be asked: `);
      expect(told).not.toContain('secret');
    },
  );
});

describe('a registry in plain http', () => {
  it('is found to be one through the proxy', async () => {
    const proxy = await startProxy();
    process.env['HTTPS_PROXY'] = process.env['HTTP_PROXY'] = proxy.address;
    const registry = new HttpImageRegistry(async () => undefined, undefined, { isListedPlain: async () => true });
    expect(await registry.labels(image(`house.corp.invalid:${plain}`))).toEqual({ title: 'orders' });
    expect([...new Set(proxy.asked)]).toEqual([`house.corp.invalid:${plain}`]);
    expect(proxy.methods.at(-1)).toBe('GET');
  });
});
