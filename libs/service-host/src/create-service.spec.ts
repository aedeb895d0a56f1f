import { request as send } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { createService, type Service, type ServiceOptions } from './create-service.ts';
import type { Handler } from './description/operations.ts';
import { HttpProblem } from './problem.ts';
import { sampleRoutes } from './sample-routes.ts';

const running: Service[] = [];
let lines: string[] = [];

async function start(
  routes: Readonly<Record<string, Handler>>,
  options: Partial<ServiceOptions> = {},
): Promise<string> {
  const service = createService({
    name: 'sample',
    ...sampleRoutes(routes),
    drain: { lingerMs: 0, budgetMs: 100 },
    logDestination: { write: (line) => lines.push(line) },
    ...options,
  });
  running.push(service);
  return `http://127.0.0.1:${await service.listen(0)}`;
}

const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
const json = { 'content-type': 'application/json' };
const echo: Record<string, Handler> = { 'POST /echo': (request, reply) => reply.send(request.body) };

afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.drain()));
  lines = [];
});

describe('createService', () => {
  it('answers health checks, without logging them', async () => {
    const url = await start({});
    for (const check of ['startup', 'live', 'ready']) {
      const answer = await fetch(`${url}/healthz/${check}`);
      expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    }
    expect(lines).toEqual([]);
  });

  it('says when it is not ready', async () => {
    let ready = false;
    const url = await start({}, { isReady: () => ready });
    expect((await fetch(`${url}/healthz/ready`)).status).toBe(503);
    ready = true;
    expect((await fetch(`${url}/healthz/ready`)).status).toBe(200);
  });

  it('serves routes with parameters, query, status and headers', async () => {
    const url = await start({
      'GET /greetings/{name}': ({ params, query }, reply) =>
        reply
          .code(201)
          .header('location', '/here')
          .send({ ...(params as object), mood: (query as { mood: string }).mood }),
      'DELETE /greetings/{name}': (_request, reply) => reply.code(204).send(),
    });
    const answer = await fetch(`${url}/greetings/ada?mood=fine`);
    expect([answer.status, answer.headers.get('location'), await answer.json()]).toEqual([
      201,
      '/here',
      { name: 'ada', mood: 'fine' },
    ]);
    const deleted = await fetch(`${url}/greetings/ada`, { method: 'DELETE' });
    expect([deleted.status, await deleted.text()]).toEqual([204, '']);
    const head = await fetch(`${url}/greetings/ada`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([201, '']);
  });

  it('lists at its root what can be called, unless the service answers there itself', async () => {
    expect(await (await fetch(await start(echo))).json()).toEqual({ service: 'sample', operations: ['POST /echo'] });
    const own = await start({ 'GET /': (_request, reply) => reply.type('application/json').send('"own"') });
    expect(await (await fetch(own)).json()).toBe('own');
  });

  it('refuses what it does not know', async () => {
    const url = await start(echo);
    const unknown = await fetch(`${url}/nothing`);
    expect([unknown.status, unknown.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(await unknown.json()).toMatchObject({ title: 'no-such-path', detail: 'There is nothing at /nothing.' });
    const wrongMethod = await fetch(`${url}/echo`);
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each(['', '{', 'nonsense'])('answers 400 to the body %j', async (body) => {
    const answer = await fetch(`${await start(echo)}/echo`, { method: 'POST', body, headers: json });
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ title: 'malformed-json' })]);
  });

  it('answers 413 to a long body, and goes on with the connection', async () => {
    const url = await start(echo, { bodyLimit: 1000 });
    for (const chunked of [false, true]) {
      const request = send(`${url}/echo`, { method: 'POST', headers: json });
      const answered = once(request, 'response');
      const body = JSON.stringify('x'.repeat(3_000_000));
      if (chunked) request.flushHeaders();
      else request.setHeader('content-length', body.length);
      request.end(body);
      const [answer] = (await answered) as [{ statusCode: number; resume(): void }];
      answer.resume();
      expect(answer.statusCode).toBe(413);
    }
    const atLimit = JSON.stringify('x'.repeat(998));
    expect((await fetch(`${url}/echo`, { method: 'POST', body: atLimit, headers: json })).status).toBe(200);
  });

  it('tells no stack to callers, but logs it', async () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const url = await start({
      'GET /broken': () => {
        throw new Error('secret', { cause: new Error('deeper') });
      },
      'GET /circular': () => circular,
      'GET /bad-header': (_request, reply) => reply.header('x-bad', 'a\nb').send({}),
      'GET /refused': () => {
        throw new HttpProblem(409, 'taken', 'It is taken.');
      },
    });
    for (const path of ['/broken', '/circular', '/bad-header']) {
      const answer = await fetch(url + path);
      const text = await answer.text();
      expect(answer.status).toBe(500);
      expect(text).not.toMatch(/secret|\.ts/);
      expect(JSON.parse(text)).toMatchObject({ title: 'internal-error', requestId: expect.any(String) });
    }
    const failed = logged().filter(({ level }) => level === 'error');
    expect(failed).toHaveLength(3);
    expect(JSON.stringify(failed[0])).toMatch(/secret.*deeper/);
    expect((await fetch(`${url}/refused`)).status).toBe(409);
    expect(logged().filter(({ level }) => level === 'error')).toHaveLength(3);
  });

  it('logs a line for a request, with the id of the caller', async () => {
    const url = await start(echo);
    const answer = await fetch(`${url}/echo?token=secret`, {
      method: 'POST',
      body: '1',
      headers: { ...json, 'x-request-id': 'abc-1' },
    });
    expect(answer.headers.get('x-request-id')).toBe('abc-1');
    expect(logged()).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        level: 'info',
        message: 'request',
        service: 'sample',
        requestId: 'abc-1',
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
        method: 'POST',
        path: '/echo',
        status: 200,
        durationMs: expect.any(Number),
      },
    ]);
    const other = await fetch(`${url}/echo`, {
      method: 'POST',
      body: '1',
      headers: { ...json, 'x-request-id': '"}<script>' },
    });
    expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('survives callers that go away', async () => {
    const url = await start(echo);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n12');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await fetch(`${url}/healthz/live`)).status).toBe(200);
    expect(logged()).toEqual([expect.objectContaining({ level: 'info', message: 'caller went away' })]);
  });

  it('streams, and cuts the connection when a stream breaks', async () => {
    async function* pieces(fails: boolean) {
      yield 'one ';
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (fails) throw new Error('no more');
      yield 'two';
    }
    const handler =
      (fails: boolean): Handler =>
      (_request, reply) =>
        reply.type('text/plain').send(Readable.from(pieces(fails)));
    const url = await start({ 'GET /whole': handler(false), 'GET /broken': handler(true) });
    expect(await (await fetch(`${url}/whole`)).text()).toBe('one two');
    const broken = await fetch(`${url}/broken`);
    expect(broken.status).toBe(200);
    await expect(broken.text()).rejects.toThrow();
    expect((await fetch(`${url}/healthz/live`)).status).toBe(200);
    expect(logged().map(({ level, message }) => [level, message])).toContainEqual(['error', 'request failed']);
  });

  it('lets a stream end while it drains', async () => {
    const host = createService({
      name: 'sample',
      ...sampleRoutes({ 'GET /': (_request, reply) => reply.send(Readable.from(slowly())) }),
      drain: { lingerMs: 50, budgetMs: 5_000 },
      logDestination: { write: () => {} },
    });
    async function* slowly() {
      for (let piece = 0; piece < 5; piece++) {
        yield `${piece}`;
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    }
    const answer = await fetch(`http://127.0.0.1:${await host.listen(0)}/`);
    const [text] = await Promise.all([answer.text(), host.drain()]);
    expect(text).toBe('01234');
  });

  it('says why it cannot listen', async () => {
    const port = Number(new URL(await start({})).port);
    const second = createService({ name: 'second', ...sampleRoutes({}), logDestination: { write: () => {} } });
    await expect(second.listen(port)).rejects.toThrow('EADDRINUSE');
  });

  it('lets a service add to Fastify what it needs', async () => {
    const url = await start(echo, {
      configure: (app) => app.addHook('onRequest', async (_request, reply) => void reply.header('x-added', 'yes')),
    });
    expect((await fetch(url)).headers.get('x-added')).toBe('yes');
  });
});

describe('routes', () => {
  const route: Handler = ({ routeOptions, params }, reply) => reply.send([routeOptions.config.route, params]);
  const paths = [
    'GET /orders',
    'POST /orders',
    'GET /orders/{id}',
    'GET /orders/latest',
    'GET /orders/{id}/lines/{line}',
    'GET /',
  ];
  let url: string;
  beforeEach(async () => void (url = await start(Object.fromEntries(paths.map((path) => [path, route])))));

  it.each([
    ['GET', '/orders', '/orders', {}],
    ['GET', '/orders/', '/orders', {}],
    ['GET', '/orders/7', '/orders/{id}', { id: '7' }],
    ['GET', '/orders/a%2Fb%20c', '/orders/{id}', { id: 'a/b c' }],
    ['GET', '/orders/latest', '/orders/latest', {}],
    ['GET', '/orders/7/lines/2', '/orders/{id}/lines/{line}', { id: '7', line: '2' }],
    ['GET', '/', '/', {}],
  ])('%s %s', async (method, path, expected, parameters) => {
    const answer = await fetch(url + path, { method });
    expect([answer.status, await answer.json()]).toEqual([200, [expected, parameters]]);
  });

  it('answers HEAD as it does GET', async () => {
    const answer = await fetch(`${url}/orders`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '14', '']);
  });

  it.each(['/order', '/orders/7/lines', '/orders//', '//orders', '/orders/7/lines/2/3'])('404 %j', async (path) =>
    expect((await fetch(url + path)).status).toBe(404),
  );

  it('answers 404 before it reads a body', async () => {
    const answer = await fetch(`${url}/nothing`, { method: 'POST', body: 'x'.repeat(100) });
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ title: 'no-such-path' })]);
  });

  it.each(['DELETE', 'PUT', 'OPTIONS'])('names the methods that a path takes, asked for %s', async (method) => {
    const answer = await fetch(`${url}/orders`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });

  it('refuses malformed escapes', async () => {
    const answer = await fetch(`${url}/orders/%zz`, { headers: { 'x-request-id': 'abc-1' } });
    expect([answer.status, answer.headers.get('x-request-id'), await answer.json()]).toEqual([
      400,
      'abc-1',
      expect.objectContaining({ title: 'malformed-path', requestId: 'abc-1' }),
    ]);
    expect(logged()).toEqual([expect.objectContaining({ message: 'request', path: '/orders/%zz', status: 400 })]);
  });

  it('takes long names', async () => {
    expect((await fetch(`${url}/orders/${'a'.repeat(2_000)}`)).status).toBe(200);
  });
});
