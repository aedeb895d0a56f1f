import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectProxy } from '../../../../simulators/src/connect-proxy.ts';
import { interruption } from '../../model/errors/interruption.ts';
import { PrometheusServer } from './prometheus-server.ts';

let server: Server;
let seen: IncomingMessage[];
let answer: (response: ServerResponse, request: IncomingMessage) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
});
beforeEach(() => {
  seen = [];
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const json = (status: number, body: unknown) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const text = (status: number, body: string) => (response: ServerResponse) => void response.writeHead(status).end(body);
const vector = (...result: unknown[]) => json(200, { status: 'success', data: { resultType: 'vector', result } });
const error = (status: number, errorType: string, why: string) =>
  json(status, { status: 'error', errorType, error: why });
const ask = (query = 'up') => new PrometheusServer(url()).query(query);

describe('PrometheusServer', () => {
  it('asks as the HTTP API wants it, also below a path', async () => {
    answer = vector({ metric: {}, value: [1, '0.5'] });
    const query = 'sum(a{b="c+d&e"}[5m])';
    expect(await new PrometheusServer(`${url()}/prometheus/`).query(query)).toEqual({ state: 'value', value: 0.5 });
    const [request] = seen;
    expect(request!.headers).not.toHaveProperty('authorization');
    const asked = new URL(request!.url!, url());
    expect(asked.pathname).toBe('/prometheus/api/v1/query');
    expect(asked.searchParams.get('query')).toBe(query);
  });

  it('shows its token to the server, and to nobody else', async () => {
    answer = (response, { headers }) => error(503, 'unavailable', `no ${headers.authorization}`)(response);
    const result = await new PrometheusServer(url(), 'secret-token').query('up');
    expect(seen[0]!.headers.authorization).toBe('Bearer secret-token');
    expect(result).toEqual({ state: 'unanswered', reason: 'it answers 503: no Bearer ***' });
    answer = (response) => void response.writeHead(302, { location: `${url()}/login` }).end();
    expect(await new PrometheusServer(url(), 'secret-token').query('up')).toMatchObject({ state: 'refused' });
    expect(seen).toHaveLength(2);
  });

  it.each<[string, typeof answer, unknown]>([
    ['a number', vector({ metric: {}, value: [1, '1e-3'] }), { state: 'value', value: 0.001 }],
    ['no series', vector(), { state: 'none' }],
    ['NaN', vector({ metric: {}, value: [1, 'NaN'] }), { state: 'none' }],
    ['an infinite number', vector({ metric: {}, value: [1, '-Inf'] }), { state: 'value', value: -Infinity }],
    [
      'a scalar',
      json(200, { status: 'success', data: { resultType: 'scalar', result: [1, '2'] } }),
      { state: 'value', value: 2 },
    ],
  ])('understands %s', async (_, given, expected) => {
    answer = given;
    expect(await ask()).toEqual(expected);
  });

  it.each<[string, typeof answer, 'refused' | 'unanswered', RegExp]>([
    [
      'a query that does not parse',
      error(400, 'bad_data', 'parse error:\n  at char 5'),
      'refused',
      /^it answers: parse error: at char 5$/,
    ],
    ['a query that cannot be evaluated', error(422, 'execution', 'many-to-many'), 'refused', /many-to-many/],
    ['several series', vector({ value: [1, '1'] }, { value: [1, '2'] }), 'refused', /gives 2 numbers: put `sum/],
    ['a native histogram', vector({ histogram: [1, {}] }), 'refused', /gives a histogram/],
    [
      'a range',
      json(200, { status: 'success', data: { resultType: 'matrix', result: [] } }),
      'refused',
      /gives a matrix/,
    ],
    [
      'a text',
      json(200, { status: 'success', data: { resultType: 'string', result: [1, 'x'] } }),
      'refused',
      /gives a string/,
    ],
    ['no login', text(401, 'no'), 'refused', /^it answers 401: it wants a token, or another one$/],
    ['no rights', text(403, 'no'), 'refused', /^it answers 403/],
    ['another server', text(404, 'no'), 'refused', /^it answers 404.*the url may be another one$/],
    ['an endless answer', text(200, `"${'x'.repeat(3_000_000)}"`), 'refused', /more than one number takes/],
    ['an error', text(500, 'oops'), 'unanswered', /^it answers 500$/],
    [
      'a start',
      error(503, 'unavailable', 'Service Unavailable'),
      'unanswered',
      /^it answers 503: Service Unavailable$/,
    ],
    ['too many requests', text(429, ''), 'unanswered', /^it answers 429$/],
    ['a page', text(200, '<html>'), 'unanswered', /not one of Prometheus/],
    ['half an answer', text(200, '{"status":"success","data":{"resultT'), 'unanswered', /not one of Prometheus/],
    ['null', json(200, null), 'unanswered', /not one of Prometheus/],
    ['a sample that is none', vector({ value: 'x' }), 'unanswered', /not one of Prometheus/],
    ['a number that is none', vector({ value: [1, 'many'] }), 'unanswered', /not one of Prometheus/],
    ['a broken connection', (response) => void response.destroy(), 'unanswered', /./],
  ])('tells %s from a number', async (_, given, state, reason) => {
    answer = given;
    expect(await ask()).toEqual({ state, reason: expect.stringMatching(reason) as string });
  });

  it('does not wait for ever', async () => {
    answer = () => {};
    expect(await new PrometheusServer(url(), undefined, 50).query('up')).toEqual({
      state: 'unanswered',
      reason: 'no answer within 0.05 s',
    });
  });

  it('stops when it is asked to', async () => {
    const controller = new AbortController();
    const why = interruption('SIGTERM');
    answer = () => controller.abort(why);
    await expect(new PrometheusServer(url()).query('up', controller.signal)).rejects.toBe(why);
  });

  it('goes through the proxy of the environment, to a name that only the proxy knows', async () => {
    const { port } = server.address() as AddressInfo;
    const proxy = await ConnectProxy.start(port);
    process.env['HTTP_PROXY'] = proxy.address;
    answer = vector({ value: [1, '7'] });
    try {
      const far = new PrometheusServer(`http://prometheus.invalid:${port}`);
      expect(await far.query('up')).toEqual({ state: 'value', value: 7 });
      expect(proxy.asked).toEqual([`prometheus.invalid:${port}`]);
    } finally {
      delete process.env['HTTP_PROXY'];
      await proxy.stop();
    }
  });
});
