import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectProxy } from '../../../../../simulators/src/connect-proxy.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { ApiError } from './api-error.ts';
import { KubernetesApi } from './api.ts';
import { listAndWatch } from '../deploy/wait/list-and-watch.ts';
import type { RolloutEvent } from '../deploy/wait/rollout-state.ts';

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => unknown;

let server: http.Server;
let api: KubernetesApi;
let requests: string[];

/** A server that answers each request by the next of these, and by the last for ever. */
async function serve(...answers: Answer[]): Promise<void> {
  requests = [];
  server = http.createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    (answers.length > 1 ? answers.shift()! : answers[0]!)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = new KubernetesApi(
    { context: 'test', server: address, tls: {}, headers: async () => ({ authorization: 'Bearer t' }) },
    { firstTimeout: 500 },
  );
}

afterEach(() => {
  api.close();
  server.closeAllConnections();
  server.close();
});

const ok: Answer = (_, response) => response.end('{"kind":"Fine"}');
const status =
  (code: number, message = 'no'): Answer =>
  (_, response) =>
    response.writeHead(code).end(JSON.stringify({ message, reason: 'R', details: { causes: [{ field: 'f' }] } }));
const reset: Answer = (request) => request.socket.destroy();
const lines =
  (...texts: string[]): Answer =>
  (_, response) => {
    for (const text of texts) response.write(text);
    response.end();
  };
const pod = (version: number, name = 'a') => ({ kind: 'Pod', metadata: { name, resourceVersion: String(version) } });
const event = (type: string, version: number) => `${JSON.stringify({ type, object: pod(version) })}\n`;
const list =
  (version: number, ...names: string[]) =>
  (_: unknown, response: http.ServerResponse) =>
    void response.end(
      JSON.stringify({ metadata: { resourceVersion: String(version) }, items: names.map((name) => pod(1, name)) }),
    );

describe('KubernetesApi', () => {
  it("reports the server's time with each answer, also one that is an error", async () => {
    await serve(status(404), (_, response) => response.setHeader('date', 'Tue, 24 Nov 2026 12:00:00 GMT').end('{}'));
    const dates: unknown[] = [];
    const timed = new KubernetesApi(
      { context: 'test', server: api.server, tls: {}, headers: async () => ({}) },
      {
        firstTimeout: 500,
        onAnswer: ({ server: address, headers, askedAt }) =>
          dates.push([address, headers.date, Date.now() - askedAt < 5000]),
      },
    );
    await timed.get('/a');
    await timed.get('/b');
    timed.close();
    expect(dates).toEqual([
      [api.server, expect.stringMatching(/GMT$/), true],
      [api.server, 'Tue, 24 Nov 2026 12:00:00 GMT', true],
    ]);
  });

  it('says who asks, sends queries and bodies, and reads answers', async () => {
    let seen: http.IncomingHttpHeaders = {};
    let body = '';
    await serve((request, response) => {
      seen = request.headers;
      request.on('data', (data) => (body += data));
      request.on('end', () => response.end('{"kind":"Fine"}'));
    });
    const query = { fieldValidation: 'Strict', absent: undefined };
    const answer = await api.send('PATCH', '/apis/x', {
      query,
      body: { a: 'ä' },
      contentType: 'application/apply-patch+yaml',
    });
    expect(answer).toEqual({ kind: 'Fine' });
    expect(requests).toEqual(['PATCH /apis/x?fieldValidation=Strict']);
    expect(seen).toMatchObject({ authorization: 'Bearer t', 'content-type': 'application/apply-patch+yaml' });
    expect(body).toBe('{"a":"ä"}');
  });

  it('tells the warnings of the server to whoever wants them', async () => {
    await serve((_, response) =>
      response
        .setHeader('warning', ['299 - "spec.a: \\"x\\" is deprecated"', '299 - "two, of them"', '199 - "no"'])
        .end(),
    );
    const warnings: string[] = [];
    await api.tellingWarnings((text) => warnings.push(text)).send('PATCH', '/x');
    await api.send('PATCH', '/x');
    expect(warnings).toEqual(['spec.a: "x" is deprecated', 'two, of them']);
  });

  it.each([
    [200, 'text/html; charset=utf-8'],
    [404, 'text/html'],
    [403, 'text/html'],
    [302, 'text/html'],
    [200, 'application/json'],
  ])('refuses what answers %i with a page, as %s', async (code, type) => {
    await serve(ok, (_, response) => response.writeHead(code, { 'content-type': type }).end('<html>Log in</html>'));
    await api.get('/first');
    await expect(api.get('/x')).rejects.toMatchObject({
      facts: {
        type: 'cluster-unreachable',
        reason: `What answers at ${api.server} is no API server.`,
        evidence: ['<html>Log in</html>'],
      },
    });
    expect(requests).toHaveLength(2);
  });

  it('finds an API below a path, as Rancher has it', async () => {
    await serve(ok);
    const below = new KubernetesApi({
      context: 'test',
      server: `${api.server}/k8s/clusters/c-1`,
      tls: {},
      headers: async () => ({}),
    });
    await below.get('/apis/apps/v1', { a: 'b' });
    below.close();
    expect(requests).toEqual(['GET /k8s/clusters/c-1/apis/apps/v1?a=b']);
  });

  it('tells what is not there from what is refused', async () => {
    await serve(status(404), status(403, 'forbidden thing'));
    expect(await api.get('/x')).toBeUndefined();
    const error: unknown = await api.get('/x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 403, message: 'forbidden thing', reason: 'R', causes: [{ field: 'f' }] });
  });

  it('asks again a server that was there, but does not send twice what must not be', async () => {
    await serve(ok, reset, status(503), status(429), ok);
    await api.get('/first');
    expect(await api.get('/again')).toEqual({ kind: 'Fine' });
    expect(requests).toHaveLength(5);
    server.removeAllListeners('request');
    server.on('request', reset);
    await expect(api.send('POST', '/once')).rejects.toThrow(Refusal);
  });

  it.each([
    [500, 'etcdserver: leader changed'],
    [500, 'failed calling webhook "x.example": connection refused'],
    [503, 'the server is currently unable to handle the request'],
    [429, 'too many requests'],
  ])('asks again a server that answers %i %s', async (code, message) => {
    await serve(ok, status(code, message), status(code, message), ok);
    await api.get('/first');
    expect(await api.send('PATCH', '/again', { body: {} })).toEqual({ kind: 'Fine' });
    expect(requests).toHaveLength(4);
  });

  it('asks once where the server cannot decode what it was sent, though it calls that an error of its own', async () => {
    await serve(ok, status(500, 'failed to create typed patch object (shop/orders; apps/v1, Kind=Deployment): errors'));
    await api.get('/first');
    await expect(api.send('PATCH', '/x', { body: {} })).rejects.toThrow(ApiError);
    expect(requests).toHaveLength(2);
  });

  it('asks a busy server again from the first request on', async () => {
    await serve(status(500, 'etcdserver: leader changed'), ok);
    expect(await api.get('/first')).toEqual({ kind: 'Fine' });
  });

  it('asks again who came back and does not know accounts and roles yet, and only then', async () => {
    const forbidden = status(403, 'pods is forbidden: User "x" cannot list resource "pods" in API group ""');
    await serve(
      ok,
      forbidden,
      reset,
      forbidden,
      status(401),
      ok,
      reset,
      forbidden,
      lines(event('ADDED', 1)),
      forbidden,
    );
    await api.get('/first');
    expect(api.isSettling).toBe(false);
    await expect(api.get('/pods')).rejects.toMatchObject({ code: 403 });
    expect(await api.get('/pods')).toEqual({ kind: 'Fine' });
    expect(api.isSettling).toBe(true);
    const watched = async () => {
      for await (const { type } of api.watch('/pods', {}, new AbortController().signal)) return type;
      return undefined;
    };
    await expect(watched()).rejects.toThrow('socket hang up');
    expect(await watched()).toBe('ADDED');
    // An admission policy knows what it says.
    server.removeAllListeners('request');
    server.on('request', status(403, 'exceeded quota'));
    await expect(api.get('/x')).rejects.toMatchObject({ code: 403 });
  });

  it('does not wait for ever for a watch to begin', async () => {
    await serve(ok, () => {}, list(7, 'a'));
    const { signal } = new AbortController();
    const impatient = new KubernetesApi(
      { context: 'test', server: api.server, tls: {}, headers: async () => ({}) },
      { firstTimeout: 500, answerTimeout: 200 },
    );
    await impatient.get('/first');
    await expect(impatient.watch('/pods', {}, signal).next()).rejects.toThrow();
    impatient.close();
  });

  it('asks again for what went out before the first answer came', async () => {
    const cut: Answer = (_, response) => setTimeout(() => response.destroy(), 100);
    await serve(cut, ok, ok);
    const [early] = await Promise.all([api.get('/early'), api.get('/first')]);
    expect(early).toEqual({ kind: 'Fine' });
  });

  it('gives up soon on a server that never answered', async () => {
    await serve(() => {});
    const started = performance.now();
    const error: unknown = await api.get('/x').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ facts: { type: 'cluster-unreachable' } });
    expect((error as Refusal).explain()).toContain(api.server);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(requests).toHaveLength(1);
  });

  it('reads watches whatever pieces they come in', async () => {
    const all = event('ADDED', 1) + event('BOOKMARK', 2) + event('DELETED', 3);
    const umlaut = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'ä' } } })}\n`);
    const bytes = Buffer.concat([Buffer.from(all), umlaut]);
    await serve(async (_, response) => {
      // Cuts in the middle of a line, at its end, and in the middle of a letter.
      const cuts = [0, 30, all.indexOf('\n'), all.length, bytes.indexOf('ä') + 1, bytes.length];
      for (const [index, cut] of cuts.entries()) {
        response.write(bytes.subarray(cuts[index - 1] ?? 0, cut));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      response.end();
    });
    const events = [];
    for await (const each of api.watch('/pods', { resourceVersion: '1' }, new AbortController().signal))
      events.push(each);
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
      'ADDED a',
      'BOOKMARK a',
      'DELETED a',
      'ADDED ä',
    ]);
    expect(requests[0]).toMatch(/resourceVersion=1&watch=1/);
  });
});

describe('follow', () => {
  const followed = { apiVersion: 'v1', kind: 'Pod', path: '/pods', query: {} };

  async function told(count: number): Promise<RolloutEvent[]> {
    const stop = new AbortController();
    const events: RolloutEvent[] = [];
    await listAndWatch(api, followed, stop.signal, (each) => {
      events.push(each);
      if (events.length === count) stop.abort();
    });
    return events;
  }

  it('goes on where a watch ended, and lists again when that is forgotten or broken', async () => {
    await serve(
      list(5, 'a'),
      lines(event('ADDED', 6), event('BOOKMARK', 9)),
      lines(event('MODIFIED', 10), `${JSON.stringify({ type: 'ERROR', object: { code: 410 } })}\n`),
      list(20),
      status(410),
      list(30, 'b'),
      (_, response) => {
        response.write(event('DELETED', 31));
        setTimeout(() => response.destroy(), 20);
      },
      list(40, 'c'),
    );
    const events = await told(7);
    expect(events.map(({ type }) => type)).toEqual([
      'listed',
      'changed',
      'changed',
      'listed',
      'listed',
      'deleted',
      'listed',
    ]);
    expect(events[0]).toMatchObject({ objects: [{ apiVersion: 'v1', kind: 'Pod' }] });
    expect(requests.map((request) => /resourceVersion=(\d+)/.exec(request)?.[1])).toEqual([
      undefined,
      '5',
      '9',
      undefined,
      '20',
      undefined,
      '30',
      undefined,
    ]);
  });

  it('ends when we may not look', async () => {
    await serve(status(403));
    await expect(told(1)).rejects.toMatchObject({ code: 403 });
  });

  it('begins its limit when a credential plugin is done, and passes on why that failed', async () => {
    await serve(ok);
    const access = { context: 'test', server: api.server, tls: {} };
    const slow = new KubernetesApi(
      { ...access, headers: () => new Promise((resolve) => setTimeout(resolve, 400, { authorization: 'Bearer t' })) },
      { firstTimeout: 200 },
    );
    expect(await slow.send('GET', '/a')).toEqual({ kind: 'Fine' });
    slow.close();
    const refusal = new Refusal({ type: 'credential-plugin', doing: 'x', reason: 'y', remedy: 'z' });
    const failing = new KubernetesApi({ ...access, headers: () => Promise.reject(refusal) });
    await expect(failing.send('GET', '/a')).rejects.toBe(refusal);
    failing.close();
    const stop = new AbortController();
    const stuck = new KubernetesApi({ ...access, headers: () => new Promise(() => {}) });
    const asked = stuck.send('GET', '/a', { signal: stop.signal });
    stop.abort(refusal);
    await expect(asked).rejects.toBe(refusal);
    stuck.close();
    expect(requests).toEqual(['GET /a']);
  });

  it('asks once more with other credentials where the first are not accepted', async () => {
    await serve(status(401), ok, status(401));
    let runs = 0;
    const renewing = new KubernetesApi({
      context: 'test',
      server: api.server,
      tls: {},
      headers: async () => ({ authorization: `Bearer ${++runs}` }),
      renew: ({ authorization }) => authorization === `Bearer ${runs}`,
    });
    expect(await renewing.send('POST', '/a')).toEqual({ kind: 'Fine' });
    await expect(renewing.send('GET', '/b')).rejects.toMatchObject({ code: 401 });
    expect(requests).toEqual(['POST /a', 'POST /a', 'GET /b', 'GET /b']);
    renewing.close();
  });

  it('goes through a proxy over kept connections, with several values of a header', async () => {
    const seen: unknown[] = [];
    await serve((request, response) => {
      seen.push(request.headersDistinct['impersonate-group']);
      response.end('{"kind":"Fine"}');
    });
    const { port } = new URL(api.server);
    const proxy = await ConnectProxy.start(Number(port));
    const behind = new KubernetesApi({
      context: 'test',
      server: `http://cluster.corp.invalid:${port}`,
      proxy: proxy.address.replace('://', '://me:secret@'),
      tls: {},
      headers: async () => ({ 'impersonate-group': ['a', 'b'] }),
    });
    await behind.send('GET', '/a');
    await behind.send('GET', '/b');
    expect(seen).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(proxy.asked).toEqual([`cluster.corp.invalid:${port} Basic bWU6c2VjcmV0`]);
    behind.close();
    await proxy.stop();
    await expect(behind.send('GET', '/c')).rejects.toMatchObject({
      facts: {
        type: 'cluster-unreachable',
        reason: expect.stringContaining(`(the proxy ${proxy.address} could not be asked: ECONNREFUSED)`) as string,
      },
    });
  });
});
