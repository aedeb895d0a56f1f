import { request as send } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { HttpProblem } from './http-problem.ts';
import type { Route } from './route.ts';
import { createServiceHost, type ServiceHost, type ServiceHostOptions } from './service-host.ts';

const running: ServiceHost[] = [];
let lines: string[] = [];

async function start(routes: Route[], options: Partial<ServiceHostOptions> = {}): Promise<string> {
  const host = createServiceHost({
    name: 'sample',
    routes,
    drain: { lingerMs: 0, budgetMs: 100 },
    writeLine: (line) => lines.push(line),
    ...options,
  });
  running.push(host);
  return `http://127.0.0.1:${await host.listen(0)}`;
}

const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
const echo: Route = { method: 'POST', path: '/echo', handle: async (request) => ({ body: await request.json() }) };

afterEach(async () => {
  await Promise.all(running.splice(0).map((host) => host.drain()));
  lines = [];
});

describe('service host', () => {
  it('answers health checks, without logging them', async () => {
    const url = await start([]);
    for (const check of ['startup', 'live', 'ready']) {
      const answer = await fetch(`${url}/healthz/${check}`);
      expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    }
    expect(lines).toEqual([]);
  });

  it('says when it is not ready', async () => {
    let ready = false;
    const url = await start([], { isReady: () => ready });
    expect((await fetch(`${url}/healthz/ready`)).status).toBe(503);
    ready = true;
    expect((await fetch(`${url}/healthz/ready`)).status).toBe(200);
  });

  it('serves routes with parameters, query, status and headers', async () => {
    const url = await start([
      {
        method: 'GET',
        path: '/greetings/{name}',
        handle: ({ parameters, query }) => ({
          status: 201,
          headers: { location: '/here' },
          body: { ...parameters, mood: query.get('mood') },
        }),
      },
      { method: 'DELETE', path: '/greetings/{name}', handle: () => ({ status: 204 }) },
    ]);
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
    expect(await (await fetch(await start([echo]))).json()).toEqual({ service: 'sample', operations: ['POST /echo'] });
    const own = await start([{ method: 'GET', path: '/', handle: () => ({ body: 'own' }) }]);
    expect(await (await fetch(own)).json()).toBe('own');
  });

  it('refuses what it does not know', async () => {
    const url = await start([echo]);
    const unknown = await fetch(`${url}/nothing`);
    expect([unknown.status, unknown.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(await unknown.json()).toMatchObject({ title: 'no-such-path', detail: 'There is nothing at /nothing.' });
    const wrongMethod = await fetch(`${url}/echo`);
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each(['', '{', 'nonsense'])('answers 400 to the body %j', async (body) => {
    const answer = await fetch(`${await start([echo])}/echo`, { method: 'POST', body });
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ title: 'malformed-json' })]);
  });

  it('answers 413 to a long body, and goes on with the connection', async () => {
    const url = await start([echo], { bodyLimit: 1000 });
    for (const chunked of [false, true]) {
      const request = send(`${url}/echo`, { method: 'POST' });
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
    expect((await fetch(`${url}/echo`, { method: 'POST', body: atLimit })).status).toBe(200);
  });

  it('tells no stack to callers, but logs it', async () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const url = await start([
      {
        method: 'GET',
        path: '/broken',
        handle: () => {
          throw new Error('secret', { cause: new Error('deeper') });
        },
      },
      { method: 'GET', path: '/circular', handle: () => ({ body: circular }) },
      { method: 'GET', path: '/bad-header', handle: () => ({ headers: { 'x-bad': 'a\nb' } }) },
      {
        method: 'GET',
        path: '/refused',
        handle: () => {
          throw new HttpProblem(409, 'taken', 'It is taken.');
        },
      },
    ]);
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
    const url = await start([echo]);
    const answer = await fetch(`${url}/echo?token=secret`, {
      method: 'POST',
      body: '1',
      headers: { 'x-request-id': 'abc-1' },
    });
    expect(answer.headers.get('x-request-id')).toBe('abc-1');
    expect(logged()).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        level: 'info',
        message: 'request',
        service: 'sample',
        requestId: 'abc-1',
        method: 'POST',
        path: '/echo',
        status: 200,
        durationMs: expect.any(Number),
      },
    ]);
    const other = await fetch(`${url}/echo`, { method: 'POST', body: '1', headers: { 'x-request-id': '"}<script>' } });
    expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('survives callers that go away', async () => {
    const url = await start([echo]);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12');
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
    const route = (path: string, fails: boolean): Route => ({
      method: 'GET',
      path,
      handle: () => ({ headers: { 'content-type': 'text/plain' }, stream: pieces(fails) }),
    });
    const url = await start([route('/whole', false), route('/broken', true)]);
    expect(await (await fetch(`${url}/whole`)).text()).toBe('one two');
    const broken = await fetch(`${url}/broken`);
    expect(broken.status).toBe(200);
    await expect(broken.text()).rejects.toThrow();
    expect((await fetch(`${url}/healthz/live`)).status).toBe(200);
    expect(logged().map(({ level, message }) => [level, message])).toContainEqual(['error', 'request failed']);
  });

  it('lets a stream end while it drains', async () => {
    const host = createServiceHost({
      name: 'sample',
      routes: [{ method: 'GET', path: '/', handle: () => ({ stream: slowly() }) }],
      drain: { lingerMs: 50, budgetMs: 5_000 },
      writeLine: () => {},
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
    const port = Number(new URL(await start([])).port);
    await expect(createServiceHost({ name: 'second', routes: [] }).listen(port)).rejects.toThrow('EADDRINUSE');
  });
});
