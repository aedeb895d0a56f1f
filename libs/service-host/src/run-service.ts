import { createServiceHost, type ServiceHostOptions } from './service-host.ts';

/**
 * Runs a service as a process: listens on `PORT` (8080 unless set), drains on SIGTERM and SIGINT, and ends. A second
 * signal ends it at once.
 */
export async function runService(options: ServiceHostOptions): Promise<void> {
  const host = createServiceHost(options);
  try {
    const port = await host.listen(portFrom(process.env['PORT']));
    host.log.info('listening', { port });
  } catch (error) {
    host.log.error('could not start', { error });
    process.exit(1);
  }
  const stop = (signal: string) => {
    host.log.info('draining', { signal });
    void host.drain().then(() => {
      host.log.info('drained');
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

function portFrom(text = '8080'): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new Error(`PORT must be a number from 0 to 65535, not "${text}".`);
}
