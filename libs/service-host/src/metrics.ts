import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastifyPlugin from 'fastify-plugin';
import { collectDefaultMetrics, Histogram, register } from 'prom-client';
import { healthPath } from './health.ts';

const labelNames = ['http_request_method', 'http_route', 'http_response_status_code'] as const;
const name = 'http_server_request_duration_seconds';

/** Methods that OpenTelemetry's conventions know; a caller's invention becomes no new time series. */
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY']);

/** Returns the histogram of this process. A process is one service, so its metrics are prom-client's global ones. */
function durations(): Histogram<(typeof labelNames)[number]> {
  const known = register.getSingleMetric(name);
  if (known) return known as Histogram<(typeof labelNames)[number]>;
  return new Histogram({
    name,
    help: 'Duration of HTTP server requests.',
    labelNames,
    // Those that OpenTelemetry's conventions advise.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  });
}

/** Counts a request that was answered. @param route as the description has it: `/orders/{id}`. */
export function observeRequest(method: string, route: string, status: number, seconds: number): void {
  const labels = {
    http_request_method: knownMethods.has(method) ? method : '_OTHER',
    http_route: route,
    http_response_status_code: status,
  };
  durations().observe(labels, seconds);
}

/** A Fastify plugin: measures requests, except for health checks. */
export const measuring = fastifyPlugin(
  (app, _options, done) => {
    app.addHook('onResponse', (request, reply, next) => {
      if (!request.url.startsWith(healthPath))
        observeRequest(
          request.method,
          request.routeOptions.config.route ?? '',
          reply.statusCode,
          reply.elapsedTime / 1000,
        );
      next();
    });
    done();
  },
  { name: 'metrics' },
);

/** The listener for Prometheus: on a port of its own, since the gateway publishes all of the other. */
export interface MetricsListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the process's metrics at `/metrics`, labelled with the build that runs. @param port 0 for any free one. */
export async function serveMetrics(port: number): Promise<MetricsListener> {
  const { BUILD_NUMBER: build_number = '', COMMIT: commit = '' } = process.env;
  register.setDefaultLabels({ build_number, commit });
  if (!register.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics();
  const times = { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 };
  const server = createServer(times, (request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') return response.writeHead(404).end();
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return response.writeHead(405, { allow: 'GET, HEAD' }).end();
    register.metrics().then(
      (text) => response.writeHead(200, { 'content-type': register.contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
