import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { DashboardPatch, DashboardState } from '../../model/dashboard/dashboard-state.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { pageOf } from './dashboard-page.ts';
import { PatchRing } from './patch-ring.ts';
import { serveDashboard, type DashboardServer } from './serve-dashboard.ts';

let version = 1;
const listeners = new Set<(patch: DashboardPatch) => void>();
const feed = {
  state: () => ({ version, now: '2026-11-24T10:00:00Z', rows: [] }) as unknown as DashboardState,
  onPatch(listener: (patch: DashboardPatch) => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};
const tell = (more: object = {}) => {
  version++;
  for (const each of listeners) each({ version, now: '', cells: [], gaps: [], ...more });
};
const asked: unknown[] = [];
let server: DashboardServer;
let port: number;
let token: string;

beforeEach(async () => {
  version = 1;
  asked.length = 0;
  server = await serveDashboard({
    page: pageOf({ html: '<!doctype html>', js: '', css: '', graphLayout: '' }),
    feed,
    routes: [
      { method: 'GET', path: '/api/services/:service', handle: async ({ params }) => params },
      { method: 'POST', path: '/api/runs', handle: async ({ body }) => (asked.push(body), { is: 'done' }) },
      {
        method: 'GET',
        path: '/api/refused',
        handle: () =>
          Promise.reject(new Refusal({ type: 'port-in-use', doing: 'do it', reason: 'No.', remedy: 'Wait.' })),
      },
    ],
    port: 0,
  });
  const address = new URL(server.address);
  port = Number(address.port);
  token = address.hash.slice('#t='.length);
});
afterEach(() => server.close());

interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

const open = (path: string, { method = 'GET', body, headers = {} }: Asked = {}): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers, agent: false };
    httpRequest(options, resolve).on('error', reject).end(body);
  });

async function ask(path: string, wishes: Asked = {}) {
  const answer = await open(path, wishes);
  let text = '';
  for await (const part of answer) text += String(part);
  return { status: answer.statusCode, headers: answer.headers, text };
}

const own = () => ({
  origin: `http://127.0.0.1:${port}`,
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/json',
  'x-poc-token': token,
});
const post = (path: string, headers: Record<string, string> = own(), body = '{}') =>
  ask(path, { method: 'POST', headers, body });

async function cookie(): Promise<string> {
  const { headers } = await post('/api/session');
  return headers['set-cookie']![0]!.split(';')[0]!;
}

describe('whom the dashboard answers', () => {
  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1:PORT.evil.example',
    'x127.0.0.1:PORT',
    '[::2]:PORT',
  ])('nobody who calls it %s', async (host) => {
    const headers = { host: host.replace('PORT', String(port)), cookie: await cookie() };
    for (const path of ['/', '/api/state']) expect((await ask(path, { headers })).status).toBe(421);
  });

  it.each(['127.0.0.1', 'localhost', '[::1]'])('who calls it %s', async (name) => {
    const headers = { host: `${name}:${port}`, cookie: await cookie() };
    expect((await ask('/api/state', { headers })).status).toBe(200);
  });

  it('nobody without the cookie of its own port, and no other site with it', async () => {
    const given = await cookie();
    expect((await ask('/api/state')).status).toBe(401);
    const foreign = given.replace(String(port), String(port + 1));
    expect((await ask('/api/state', { headers: { cookie: foreign } })).status).toBe(401);
    expect((await ask('/api/events', { headers: { cookie: `${given}x` } })).status).toBe(401);
    for (const site of ['cross-site', 'same-site'])
      expect((await ask('/api/state', { headers: { cookie: given, 'sec-fetch-site': site } })).status).toBe(403);
    const origin = 'https://evil.example';
    expect((await ask('/api/state', { headers: { cookie: given, origin } })).status).toBe(403);
  });

  it.each<[string, Record<string, string | undefined>, number]>([
    ['of another origin', { origin: 'https://evil.example' }, 403],
    ['of another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['of no origin', { origin: undefined }, 403],
    ['of a sandboxed frame', { origin: 'null' }, 403],
    ['across sites', { 'sec-fetch-site': 'cross-site' }, 403],
    ['of an unknown site', { 'sec-fetch-site': undefined }, 403],
    ['as text', { 'content-type': 'text/plain' }, 415],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['without the token', { 'x-poc-token': undefined }, 401],
    ['with another token', { 'x-poc-token': 'x'.repeat(43) }, 401],
  ])('no request to change something %s, whatever the cookie', async (_, changed, status) => {
    const headers = { ...own(), cookie: await cookie(), ...changed };
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    expect((await post('/api/runs', given as Record<string, string>)).status).toBe(status);
    expect(
      (await ask('/api/runs', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })).headers,
    ).not.toHaveProperty('access-control-allow-origin');
    expect(asked).toEqual([]);
  });

  it('whoever has the token of the opened address once, for the session alone', async () => {
    const once = new URL(server.addressForOnce()).hash.slice(3);
    const headers = { ...own(), 'x-poc-token': once };
    expect((await post('/api/runs', headers)).status).toBe(401);
    const first = await post('/api/session', headers);
    expect([first.status, JSON.parse(first.text)]).toEqual([200, { token }]);
    expect((await post('/api/session', headers)).status).toBe(401);
    expect(first.headers['set-cookie']![0]).toMatch(
      new RegExp(`^poc-dashboard-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
    expect(first.headers['set-cookie']![0]).not.toContain(token);
  });

  it('with headers that let nobody frame, load or guess anything', async () => {
    for (const path of ['/', '/s/orders', '/nothing.js', '/api/state']) {
      const { headers } = await ask(path);
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });
});

describe('what can be asked', () => {
  it('is the page of each view, also where a moment has a dot, and no file that is not there', async () => {
    const statuses = ['/s/orders', '/at/2026-11-24T12:30:00.000Z', '/nothing.js'].map(async (path) => {
      const { status, headers } = await ask(path);
      return [status, headers['content-type']?.split(';')[0]];
    });
    expect(await Promise.all(statuses)).toEqual([
      [200, 'text/html'],
      [200, 'text/html'],
      [404, 'application/json'],
    ]);
  });

  it('goes to the route of its path, and refusals come as they are', async () => {
    const headers = { cookie: await cookie() };
    expect(JSON.parse((await ask('/api/services/or%2Fders', { headers })).text)).toEqual({ service: 'or/ders' });
    expect((await ask('/api/services/%E0', { headers })).status).toBe(404);
    expect((await ask('/api/runs', { headers })).status).toBe(405);
    const refused = await ask('/api/refused', { headers });
    expect([refused.status, JSON.parse(refused.text)]).toEqual([422, expect.objectContaining({ reason: 'No.' })]);
    expect((await post('/api/runs', own(), '{"plan":1}')).text).toBe('{"is":"done"}');
    expect(asked).toEqual([{ plan: 1 }]);
    expect((await post('/api/runs', own(), '{')).status).toBe(400);
    expect((await post('/api/runs', own(), `"${'x'.repeat(300_000)}"`)).status).toBe(413);
  });
});

/** Reads a stream until a text is in it. */
async function heard(answer: IncomingMessage, wanted: string): Promise<string> {
  let text = '';
  for await (const part of answer.iterator({ destroyOnReturn: false })) {
    text += String(part);
    if (text.includes(wanted)) return text;
  }
  throw new Error(`The stream ended: ${text}`);
}

describe('the stream', () => {
  it('sends what a page lacks, or says that it is to begin anew', async () => {
    for (let count = 0; count < 3; count++) tell();
    const headers = { cookie: await cookie() };
    const resumed = await heard(await open('/api/events?since=2', { headers }), 'event: beat');
    expect(resumed).toMatch(/^retry: 1000\n\nevent: patch\nid: 3\n[^]*event: patch\nid: 4\n[^]*event: beat/);
    for (const since of ['', '?since=0', '?since=99', '?since=-1'])
      expect(await heard(await open(`/api/events${since}`, { headers }), 'event: beat')).toContain('event: reset');
    const again = await open('/api/events?since=2', { headers: { ...headers, 'last-event-id': '4' } });
    expect(await heard(again, 'event: beat')).not.toContain('event: patch');
    const next = heard(again, 'id: 5');
    tell();
    expect(await next).toContain('event: patch');
  });

  it('keeps nothing for who does not read, and sends one reset when they do', async () => {
    const headers = { cookie: await cookie() };
    const slow = connect(port, '127.0.0.1');
    await new Promise((resolve) => slow.once('connect', resolve));
    slow.write(`GET /api/events?since=1 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${headers.cookie}\r\n\r\n`);
    await new Promise((resolve) => slow.once('data', resolve));
    slow.pause();
    const branch = { name: 'x'.repeat(512 * 1024) };
    for (let count = 0; count < 100; count++) tell({ branch });
    let text = '';
    const reset = new Promise<void>((resolve) => {
      slow.on('data', (part) => {
        text += String(part);
        if (text.includes('event: reset')) resolve();
      });
    });
    slow.resume();
    await reset;
    slow.destroy();
    expect(text.split('event: patch').length).toBeLessThan(60);
    expect(text).toContain(`data: {"version":${version}}`);
  });

  it('is remembered for 500 patches, and fewer where they are large', () => {
    const ring = new PatchRing();
    const patch = (each: number, name = '') => ({ version: each, now: name, cells: [], gaps: [] });
    for (let each = 1; each <= 600; each++) ring.add(patch(each));
    expect(ring.since(99, 600)).toBeUndefined();
    expect(ring.since(100, 600)).toHaveLength(500);
    for (let each = 601; each <= 630; each++) ring.add(patch(each, 'x'.repeat(1024 * 1024)));
    expect(ring.since(600, 630)).toBeUndefined();
    expect(ring.since(625, 630)).toHaveLength(5);
  });
});
