import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProbeResult } from '../../model/deploy/deployment-record.ts';
import { HttpProber } from './http-prober.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ready` };
}

/** Probes for some milliseconds. */
async function probe(url: string, milliseconds: number, more: { host?: string; patience?: number } = {}) {
  // A busy machine is no failure of what is probed.
  const { host, patience = 5000 } = more;
  const target = { url, rate: 100, ...(host === undefined ? {} : { host }) };
  const running = await new HttpProber(patience).start(target);
  if (running.state === 'no-answer') return running.reason;
  await pause(milliseconds);
  return running.stop();
}

describe('HttpProber', () => {
  it('asks at its rate, over kept and over fresh connections, by the name of the route', async () => {
    const seen = { connections: new Set<unknown>(), hosts: new Set<string | undefined>(), methods: new Set<unknown>() };
    const { url } = await serve(({ socket, headers, method }, answer) => {
      seen.connections.add(socket);
      seen.hosts.add(headers.host);
      seen.methods.add(method);
      answer.end('ok');
    });
    const begun = performance.now();
    const result = (await probe(url, 500, { host: 'shop.localhost' })) as ProbeResult;
    // 500 ms, or what a busy machine makes of them.
    const hundredths = (performance.now() - begun) / 10;
    expect(result).toMatchObject({ failed: 0 });
    expect(result.requests).toBeGreaterThan(25);
    expect(result.requests).toBeLessThan(hundredths * 1.2);
    expect(seen.connections.size).toBeGreaterThan(result.requests / 3);
    expect(seen.connections.size).toBeLessThan(result.requests);
    expect([...seen.hosts]).toEqual(['shop.localhost']);
    expect([...seen.methods]).toEqual(['GET']);
  });

  it('does not count as failed what only takes long', async () => {
    let count = 0;
    // As 5 kept requests a second with answers of 1.5 s: more are on their way at once than a few connections carry.
    const { url } = await serve((_, answer) => void setTimeout(() => answer.end('ok'), count++ === 0 ? 0 : 600));
    expect(await probe(url, 1000, { patience: 1500 })).toMatchObject({ failed: 0 });
  });

  it('counts exactly what fails: bad answers, broken connections, no answer', async () => {
    let count = 0;
    let failed = 0;
    const { url } = await serve((request, answer) => {
      const way = count++ % 5;
      if (count > 1 && way > 1) failed++;
      if (count === 1 || way < 2) answer.end('ok');
      else if (way === 2) answer.writeHead(503).end();
      else if (way === 3) request.socket.destroy();
    });
    const result = (await probe(url, 300, { patience: 1000 })) as ProbeResult;
    expect(result.failed).toBe(failed);
    expect(result.failed).toBeGreaterThan(5);
    expect(result.firstFailure).toBe('answer 503');
  });

  it('keeps its rate when answers are slow', async () => {
    const { url } = await serve((_, answer) => void setTimeout(() => answer.end('ok'), 100));
    const result = (await probe(url, 500)) as ProbeResult;
    expect(result.failed).toBe(0);
    expect(result.requests).toBeGreaterThan(25);
    expect(result.p99).toBeGreaterThan(95);
  });

  it('makes up for what a busy machine kept it from sending', async () => {
    const { url } = await serve((_, answer) => answer.end('ok'));
    const running = await new HttpProber(5000).start({ url, rate: 100 });
    if (running.state === 'no-answer') throw new Error(running.reason);
    for (const until = performance.now() + 400; performance.now() < until;);
    const { requests, failed } = await running.stop();
    expect(failed).toBe(0);
    expect(requests).toBeGreaterThan(25);
  });

  it('notices a server that goes away', async () => {
    const { url, server } = await serve((_, answer) => answer.end('ok'));
    setTimeout(() => {
      server.closeAllConnections();
      server.close();
    }, 100);
    const result = (await probe(url, 300)) as ProbeResult;
    expect(result.failed).toBeGreaterThan(5);
  });

  it('has nothing to show where nothing served before', async () => {
    const { url } = await serve((_, answer) => void answer.writeHead(404).end());
    expect(await probe(url, 10)).toBe(`GET ${url} did not serve before: answer 404`);
    expect(await probe('http://127.0.0.1:1/', 10)).toMatch(/did not serve before: .*ECONNREFUSED/);
    const silent = await serve(() => {});
    expect(await probe(silent.url, 10, { patience: 200 })).toContain('no answer within 0.2 s');
  });

  it('begins with the first good answer while a new route comes into force', async () => {
    let count = 0;
    const { url } = await serve((_, answer) => void answer.writeHead(count++ < 3 ? 404 : 200).end());
    const running = await new HttpProber(5000).start({ url, rate: 100 }, { retryForMs: 5000 });
    if (running.state === 'no-answer') throw new Error(running.reason);
    expect(count).toBe(4);
    expect(await running.stop()).toMatchObject({ failed: 0 });
    count = Number.NEGATIVE_INFINITY;
    expect(await new HttpProber(5000).start({ url, rate: 100 }, { retryForMs: 300 })).toEqual({
      state: 'no-answer',
      reason: `GET ${url} does not serve: answer 404`,
    });
  });

  it('waits until the route that is meant answers, and no other one', async () => {
    let count = 0;
    const echo = { name: 'poc-warm-up', value: '20261124-1' };
    const { url } = await serve(({ headers }, answer) => {
      if (count++ >= 3) answer.setHeader(echo.name, headers[echo.name] ?? '');
      answer.end('ok');
    });
    const running = await new HttpProber(5000).start({ url, rate: 100, echo }, { retryForMs: 5000 });
    expect(count).toBe(4);
    expect(running.state === 'probing' && (await running.stop())).toMatchObject({ failed: 0 });
    count = Number.NEGATIVE_INFINITY;
    expect(await new HttpProber(5000).start({ url, rate: 100, echo }, { retryForMs: 300 })).toEqual({
      state: 'no-answer',
      reason: `GET ${url} does not serve: another route answers`,
    });
  });

  it('asks no longer where nobody answers at all', async () => {
    const started = performance.now();
    const target = { url: 'http://127.0.0.1:1/', rate: 100 };
    expect(await new HttpProber(200).start(target, { retryForMs: 20_000 })).toMatchObject({ state: 'no-answer' });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('goes on for as long as it is to last at least', async () => {
    const { url } = await serve((_, answer) => answer.end('ok'));
    const running = await new HttpProber(5000).start({ url, rate: 100 }, { atLeastMs: 400 });
    if (running.state === 'no-answer') throw new Error(running.reason);
    expect((await running.stop()).requests).toBeGreaterThan(20);
  });

  it('finds names below localhost on this machine', async () => {
    const { url } = await serve((_, answer) => answer.end('ok'));
    expect(await probe(url.replace('127.0.0.1', 'prod.localhost'), 50)).toMatchObject({ failed: 0 });
  });
});
