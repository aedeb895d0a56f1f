import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ask } from '../http/connection.ts';
import type { Points } from '../points.ts';
import type { Subject } from '../subject.ts';
import { traceId, traceparent } from './log.ts';

/** The client that a service is given passes on the id and the trace of the request that is being handled. */
export async function checkPassingOn(subject: Subject, points: Points): Promise<void> {
  const received: IncomingHttpHeaders[] = [];
  const neighbour = createServer(({ headers }, response) => {
    received.push(headers);
    response.end();
  });
  await new Promise<void>((resolve) => neighbour.listen(0, '127.0.0.1', resolve));
  const NEIGHBOUR = `http://127.0.0.1:${(neighbour.address() as AddressInfo).port}/`;
  const call = (port: number, headers: Record<string, string>) => {
    received.length = 0;
    return ask(port, '/call', { headers });
  };
  try {
    await subject.during(
      async ({ port }) => {
        const answer = await call(port, { traceparent, 'X-Request-Id': 'given-1', tracestate: 'vendor=1' });
        points.add('a service that is called gets an answer', answer?.body.includes('200') ?? false, answer?.body);
        const trace = String(received[0]?.['traceparent']);
        points.add("the caller's trace is passed on", trace.startsWith(`00-${traceId}-`), trace);
        points.add("the caller's tracestate is passed on", received[0]?.['tracestate'] === 'vendor=1');
        const id = String(received[0]?.['x-request-id']);
        points.add("the caller's X-Request-Id is passed on", id === 'given-1', id);

        const hostile = await call(port, { 'X-Request-Id': 'a'.repeat(10_000), traceparent: '00-0-0-00' });
        const replaced = hostile?.headers.get('x-request-id');
        const passed = String(received[0]?.['x-request-id']);
        points.add(
          'the id that replaces a hostile one is passed on',
          passed === replaced && passed.length < 129,
          passed,
        );
        const begun = String(received[0]?.['traceparent']);
        points.add(
          'a trace is begun where there is none',
          /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/.test(begun),
          begun,
        );
      },
      { NEIGHBOUR },
    );
  } finally {
    neighbour.close().closeAllConnections();
  }
}
