import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { metricsServerContract } from '../../../../contracts/src/metrics-server-contract.ts';
import { RealPrometheus, type ScrapeTarget } from '../../../../simulators/src/real-prometheus.ts';
import { freePort } from '../../../../simulators/src/registries/real-registry.ts';
import { podNamesOf } from '../../model/canary/canary-objects.ts';
import { fillQuery, metricChecks, requestsQuery } from '../../model/canary/metric-checks.ts';
import { PrometheusServer } from './prometheus-server.ts';

/** A pod that counts requests as services do. */
class CountingPod {
  readonly target: ScrapeTarget;
  /** Requests by their answer; what nobody has asked is not shown. */
  counts: Record<string, number> = {};
  private readonly server: Server;
  private readonly build: string;

  private constructor(server: Server, pod: string, build: string) {
    const { port } = server.address() as AddressInfo;
    this.server = server;
    this.build = build;
    this.target = { address: `127.0.0.1:${port}`, labels: { namespace: 'shop', pod } };
  }

  static async start(pod: string, build: string): Promise<CountingPod> {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(counting.text());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const counting = new CountingPod(server, pod, build);
    return counting;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Waits until what it counts now has been read, and can be asked for. */
  async isRead(): Promise<void> {
    const up = `up{pod="${this.target.labels['pod']}"}`;
    const isAfter = `timestamp(${up}) > ${Date.now() / 1000} and ${up} == 1`;
    while ((await server.query(isAfter)).state !== 'value') await pause(100);
  }

  private text(): string {
    const name = 'http_server_request_duration_seconds';
    const lines = Object.entries(this.counts).flatMap(([status, count]) => {
      const labels = `http_request_method="GET",http_route="/orders",http_response_status_code="${status}",build_number="${this.build}",commit="1a2b3c4"`;
      return [
        ...['0.1', '0.25'].map((le) => `${name}_bucket{le="${le}",${labels}} ${le === '0.1' ? 0 : count}`),
        `${name}_bucket{le="+Inf",${labels}} ${count}`,
        `${name}_sum{${labels}} ${count * 0.2}`,
        `${name}_count{${labels}} ${count}`,
      ];
    });
    return [`# TYPE ${name} histogram`, ...lines, ''].join('\n');
  }
}

let prometheus: RealPrometheus;
let server: PrometheusServer;
let pods: CountingPod[] = [];

beforeAll(async () => {
  prometheus = await RealPrometheus.start(async () => pods.map(({ target }) => target));
  server = new PrometheusServer(prometheus.url, undefined, 60_000);
}, 300_000);
afterAll(async () => {
  await prometheus.stop();
  for (const pod of pods) pod.stop();
});

describe('a real Prometheus', () => {
  metricsServerContract(async () => {
    const nobody = `http://127.0.0.1:${await freePort('127.0.0.1')}`;
    return { server, away: new PrometheusServer(nobody) };
  });
});

describe('the usual queries', () => {
  const [old, next] = ['20261124-1', '20261124-2'];
  const [errors, latency] = metricChecks({ url: '' });

  async function figureOf(query: string, build: string | undefined, WINDOW: string) {
    const name = build === next ? 'orders-canary' : 'orders';
    const values = {
      SERVICE: 'orders',
      NAMESPACE: 'shop',
      ENVIRONMENT: 'prod',
      BUILD_NUMBER: build!,
      PODS: podNamesOf(name),
    };
    const answer = await server.query(fillQuery(query, { ...values, WINDOW }));
    return answer.state === 'value' ? Number(answer.value.toPrecision(3)) : answer;
  }

  /** Returns the window that begins now: what was counted until then is read once more, after it began. */
  async function windowFromNow(): Promise<() => string> {
    const began = Date.now();
    for (const pod of pods) await pod.isRead();
    return () => `${Math.ceil((Date.now() - began) / 1000)}s`;
  }

  it('count what a build has answered in the window, also by series and pods that are new or began anew', async () => {
    const stable = await CountingPod.start('orders-7f9c-abcde', old!);
    const other = await CountingPod.start('payments-7f9c-abcde', old!);
    const canary = await CountingPod.start('orders-canary-5d8b-fghij', next!);
    pods = [stable, other, canary];
    stable.counts = { 200: 1_000_000, 500: 5000 };
    other.counts = { 500: 7 };
    for (const pod of pods) await pod.isRead();
    // Nobody has asked the canary.
    expect(await figureOf(requestsQuery, next, '600s')).toEqual({ state: 'none' });
    expect(await figureOf(errors!.query, next, '600s')).toEqual({ state: 'none' });
    expect(await figureOf(latency!.query, next, '600s')).toEqual({ state: 'none' });

    let since = await windowFromNow();
    canary.counts = { 200: 95, 503: 5 };
    stable.counts = { 200: 1_000_900, 500: 5000 };
    await canary.isRead();
    await stable.isRead();
    expect(await figureOf(requestsQuery, next, since())).toBe(100);
    expect(await figureOf(errors!.query, next, since())).toBe(0.05);
    // All are between 0.1 s and 0.25 s, and are taken to be so evenly.
    expect(await figureOf(latency!.query, next, since())).toBe(0.242);
    expect(await figureOf(requestsQuery, old, since())).toBe(900);
    expect(await figureOf(errors!.query, old, since())).toBe(0);

    // It began anew: its counters did, too.
    since = await windowFromNow();
    canary.counts = { 200: 40 };
    await canary.isRead();
    expect(await figureOf(requestsQuery, next, since())).toBe(40);
    expect(await figureOf(errors!.query, next, since())).toBe(0);
  });
});
