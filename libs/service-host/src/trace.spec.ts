import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, SpanKind, trace, TraceFlags, type Context, type SpanOptions, type Tracer } from '@opentelemetry/api';
import { createService, type Service } from './create-service.ts';
import { sampleRoutes } from './sample-routes.ts';
import { fetchInTrace } from './trace.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
let lines: string[] = [];
let received: (string | string[] | undefined)[] = [];
let service: Service;
let url: string;

const neighbour = createServer(({ headers }, response) => {
  received.push(headers['traceparent'], headers['x-request-id']);
  response.end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => neighbour.listen(0, resolve));
  const next = `http://127.0.0.1:${(neighbour.address() as AddressInfo).port}`;
  const call = async () => {
    await fetchInTrace(next, { headers: { accept: 'text/plain' } });
    return { seen: trace.getSpanContext(context.active())?.traceId };
  };
  service = createService({
    name: 'sample',
    ...sampleRoutes({ 'GET /call': call, 'POST /call': call }),
    drain: { lingerMs: 0, budgetMs: 0 },
    logDestination: { write: (line) => lines.push(line) },
  });
  url = `http://127.0.0.1:${await service.listen(0)}/call`;
});
beforeEach(() => void ([lines, received] = [[], []]));
afterAll(async () => {
  neighbour.close().closeAllConnections();
  await service.drain();
});

const loggedIds = () => lines.map((line) => (JSON.parse(line) as { traceId: string }).traceId);

describe('trace', () => {
  it.each(['GET', 'POST'])("continues the caller's, and passes it on (%s)", async (method) => {
    const headers = { traceparent, 'x-request-id': 'abc-1', 'content-type': 'application/json' };
    const answer = await fetch(url, { method, headers, ...(method === 'POST' && { body: '{}' }) });
    expect(await answer.json()).toEqual({ seen: traceId });
    expect(received).toEqual([traceparent, 'abc-1']);
    expect(loggedIds()).toEqual([traceId]);
  });

  it.each<Record<string, string>>([{}, { traceparent: 'nonsense' }])('begins one without: %j', async (headers) => {
    const { seen } = (await (await fetch(url, { headers })).json()) as { seen: string };
    expect(seen).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(received[0]).toMatch(new RegExp(`^00-${seen}-(?!0{16})[0-9a-f]{16}-01$`));
    expect(loggedIds()).toEqual([seen]);
  });

  it('keeps those of requests at the same time apart', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => index.toString(16).padStart(32, 'a'));
    const seen = await Promise.all(
      ids.map(async (id) => {
        const answer = await fetch(url, { headers: { traceparent: `00-${id}-b7ad6b7169203331-01` } });
        return ((await answer.json()) as { seen: string }).seen;
      }),
    );
    expect(seen).toEqual(ids);
  });

  it('has an SDK that is registered make the span of each request', async () => {
    const spans: Record<string, unknown>[] = [];
    const spanContext = { traceId, spanId: 'c'.repeat(16), traceFlags: TraceFlags.SAMPLED };
    const startSpan = (name: string, { kind, attributes }: SpanOptions, parent: Context) => {
      const told: Record<string, unknown> = { name, kind, attributes, parent: trace.getSpanContext(parent)?.spanId };
      spans.push(told);
      const end = () => void (told['ended'] = true);
      const updateName = (changed: string) => void (told['name'] = changed);
      const setAttributes = (added: object) =>
        void (told['attributes'] = { ...(told['attributes'] as object), ...added });
      return { ...trace.wrapSpanContext(spanContext), spanContext: () => spanContext, end, updateName, setAttributes };
    };
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as unknown as Tracer });
    await fetch(url, { headers: { traceparent } }).then((answer) => answer.text());
    trace.disable();
    expect(received[0]).toBe(`00-${traceId}-${'c'.repeat(16)}-01`);
    expect(spans).toEqual([
      {
        name: 'GET /call',
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200, 'http.route': '/call' },
        parent: 'b7ad6b7169203331',
        ended: true,
      },
    ]);
  });
});
