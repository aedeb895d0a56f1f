import autocannon from 'autocannon';
import { platform } from './platform.ts';

/** What came of a load. */
export interface LoadResult {
  readonly requests: number;
  /** Answers other than 2xx, broken connections and timeouts. */
  readonly failed: number;
  /** Milliseconds. */
  readonly p99: number;
}

/** A load that runs until it is stopped. */
export interface RunningLoad {
  /** Ends the load. */
  stop(): Promise<LoadResult>;
}

/**
 * Sends GET requests through the platform's gateway, on this machine, at a steady rate and over connections that are
 * kept and connections that are new.
 * @param mostSeconds after which it ends by itself.
 */
export async function startLoad(hostname: string, path: string, mostSeconds: number): Promise<RunningLoad> {
  const { gateway } = await platform();
  const options = { url: `${gateway}${path}`, headers: { host: hostname }, duration: mostSeconds, timeout: 10 };
  const loads = [
    autocannon({ ...options, connections: 10, overallRate: 300 }),
    // A connection that is closed after each answer meets another pod each time.
    autocannon({ ...options, connections: 5, overallRate: 100, headers: { ...options.headers, connection: 'close' } }),
  ];
  return {
    async stop() {
      for (const load of loads) (load as unknown as { stop(): void }).stop();
      const results = await Promise.all(loads);
      return {
        requests: results.reduce((sum, { requests }) => sum + requests.total, 0),
        failed: results.reduce((sum, { non2xx, errors, timeouts }) => sum + non2xx + errors + timeouts, 0),
        p99: Math.max(...results.map(({ latency }) => latency.p99)),
      };
    },
  };
}
