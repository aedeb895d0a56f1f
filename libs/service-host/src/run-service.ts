import { createService, type Service, type ServiceOptions } from './create-service.ts';
import { createLog } from './log.ts';
import { serveMetrics } from './metrics.ts';

/**
 * Runs a service as a process: listens on `PORT` (8080 unless set), serves its metrics on `METRICS_PORT` (9464), drains
 * on SIGTERM and SIGINT, and ends. A second signal ends it at once.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { service, close } = await start(options).catch((error: unknown) => {
    createLog(options.name, options.logDestination).error({ error }, 'could not start');
    process.exit(1);
  });
  const stop = (signal: string) => {
    service.log.info({ signal }, 'draining');
    void service.drain().then(async () => {
      service.log.info('drained');
      // Prometheus sees a pod that drains to its end.
      await close();
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

async function start(options: ServiceOptions): Promise<{ service: Service; close: () => Promise<void> }> {
  const wanted = portFrom('PORT', 8080);
  const metrics = await serveMetrics(portFrom('METRICS_PORT', 9464));
  const service = createService(options);
  const port = await service.listen(wanted);
  service.log.info({ port, metricsPort: metrics.port }, 'listening');
  return { service, close: () => metrics.close() };
}

function portFrom(variable: string, usual: number): number {
  const text = process.env[variable] ?? String(usual);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new Error(`${variable} must be a number from 0 to 65535, not "${text}".`);
}
