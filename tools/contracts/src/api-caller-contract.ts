import type { ApiResult } from '../../plugin/src/model/facade/checking/api-call.ts';
import { interruption } from '../../plugin/src/model/errors/interruption.ts';
import type { ApiCaller, ApiRequest } from '../../plugin/src/ports/api-caller.ts';
import type { Served } from '../../twins/src/in-memory-api-caller.ts';

/** A caller, and a door that answers as it is told. */
export interface ApiCallerScenario {
  readonly caller: ApiCaller;
  /** Answers requests to a path with one after the other; the last one stays. @returns its address. */
  serve(path: string, ...answers: readonly [Served, ...Served[]]): string;
  /** Paths and keys of the requests that came. */
  seen(): readonly { readonly path: string; readonly key: string | undefined }[];
  /** An address at which nobody is. */
  readonly nobody: string;
}

const json = { 'content-type': 'application/json; charset=utf-8' };
const get = (url: string, headers: ApiRequest['headers'] = {}): ApiRequest => ({ url, headers });

/** Declares the behaviour that every caller of APIs must have. */
export function apiCallerContract(start: () => Promise<ApiCallerScenario>): void {
  it('gives status, media type and body of what is JSON, in the order of the requests', async () => {
    const { caller, serve, seen } = await start();
    const paths = Array.from({ length: 20 }, (_, index) => `/orders;rev=20261124-1/${index}?a=b%20c`);
    const urls = paths.map((path, index) => serve(path, { status: 200, headers: json, body: `[${index}]` }));
    const results = await caller.call(urls.map((url) => get(url, { key: 'k' })));
    expect(results).toEqual(
      paths.map((_, index) => ({ status: 200, contentType: json['content-type'], body: `[${index}]` })),
    );
    expect(seen().map(({ path }) => path)).toEqual(expect.arrayContaining(paths));
    expect(new Set(seen().map(({ key }) => key))).toEqual(new Set(['k']));
    expect(await caller.call([])).toEqual([]);
  });

  it('gives nothing of other bodies, and no more of long ones than is looked at', async () => {
    const { caller, serve } = await start();
    const text = { 'content-type': 'text/event-stream' };
    const urls = [
      serve('/text', { status: 200, headers: text, body: 'data: 1' }),
      serve('/none', { status: 204 }),
      serve('/long', { status: 200, headers: json, body: `"${'x'.repeat(3_000_000)}"` }),
    ];
    expect(await caller.call(urls.map((url) => get(url)))).toEqual([
      { status: 200, contentType: 'text/event-stream' },
      { status: 204 },
      { status: 200, contentType: json['content-type'], isCut: true },
    ]);
  });

  it('follows no redirect, and tells how one is let in', async () => {
    const { caller, serve, seen } = await start();
    const headers = {
      'www-authenticate': 'AzureApiManagementKey realm="x"',
      location: serve('/there', { status: 200 }),
    };
    const urls = [serve('/away', { status: 302, headers }), serve('/closed', { status: 401, headers })];
    const challenge = headers['www-authenticate'];
    expect(await caller.call(urls.map((url) => get(url)))).toEqual([
      { status: 302, challenge },
      { status: 401, challenge },
    ]);
    expect(seen().map(({ path }) => path)).not.toContain('/there');
  });

  it('tells that there was no answer, and whether there was a connection', async () => {
    const { caller, serve, nobody } = await start();
    const urls = [serve('/reset', 'reset'), serve('/silence', 'silence'), nobody];
    const reason: unknown = expect.any(String);
    expect(await caller.call(urls.map((url) => get(url)))).toEqual([
      { reason, isConnected: true },
      { reason, isConnected: true },
      { reason, isConnected: false },
    ]);
  }, 30_000);

  it('asks again as long as it is to, and says so', async () => {
    const { caller, serve } = await start();
    const missing: Served = { status: 404, headers: json, body: '{}' };
    const urls = [
      serve('/late', missing, 'reset', { status: 200, headers: json, body: '1' }),
      serve('/there', { status: 200, headers: json, body: '2' }),
    ];
    const asked: [number, ApiResult][] = [];
    const waits: ApiResult[] = [];
    const again = (result: ApiResult, index: number) => {
      asked.push([index, result]);
      return !('status' in result) || result.status === 404;
    };
    const onWait = (result: ApiResult) => void waits.push(result);
    const results = await caller.call(
      urls.map((url) => get(url)),
      { again, onWait },
    );
    expect(results).toMatchObject([{ body: '1' }, { body: '2' }]);
    expect(asked.map(([index]) => index).sort()).toEqual([0, 0, 0, 1]);
    expect(waits).toMatchObject([{ status: 404 }, { isConnected: true }]);
  });

  it('does not ask for ever', async () => {
    const { caller, serve, seen } = await start();
    const url = serve('/never', { status: 404, headers: json, body: '{}' });
    expect(await caller.call([get(url)], { again: () => true })).toMatchObject([{ status: 404 }]);
    expect(seen().length).toBeGreaterThan(1);
  });

  it('stops when it is asked to', async () => {
    const { caller, serve } = await start();
    const url = serve('/never', { status: 404 });
    const controller = new AbortController();
    const reason = interruption('SIGTERM');
    const calling = caller.call([get(url)], {
      again: () => true,
      onWait: () => controller.abort(reason),
      signal: controller.signal,
    });
    await expect(calling).rejects.toBe(reason);
  });
}
