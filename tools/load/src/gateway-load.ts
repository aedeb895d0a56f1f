import autocannon from 'autocannon';
import { askOnce } from '../../scratch-workspace/src/ask-once.ts';
import { platform } from '../../scratch-workspace/src/platform.ts';

/** The result of a load. */
export interface LoadResult {
  readonly requests: number;
  /** Answers other than 2xx, broken connections, and requests without an answer for 10 seconds, by what it was. */
  readonly failed: Readonly<Record<string, number>>;
}

/** A load that runs until it is stopped. */
export interface RunningLoad {
  /** Ends the load. */
  stop(): Promise<LoadResult>;
}

/** Seconds. */
const answerTimeout = 10;

/**
 * Sends GET requests through the platform's gateway, on this machine, at a steady rate: 300 a second over 10 connections
 * that are kept, and 100 a second each over a connection of its own.
 * @param mostSeconds after which it ends by itself.
 */
export async function startLoad(hostname: string, path: string, mostSeconds: number): Promise<RunningLoad> {
  const { gateway } = await platform();
  const loads = [keptConnections, freshConnections].map((load) => load(`${gateway}${path}`, hostname, mostSeconds));
  return {
    async stop() {
      const results = await Promise.all(loads.map((load) => load.stop()));
      const failed: Record<string, number> = {};
      for (const [what, count] of results.flatMap((result) => Object.entries(result.failed)))
        failed[what] = (failed[what] ?? 0) + count;
      return { requests: results.reduce((sum, { requests }) => sum + requests, 0), failed };
    },
  };
}

function keptConnections(url: string, host: string, duration: number): RunningLoad {
  const timeout = answerTimeout;
  const load = autocannon({ url, headers: { host }, duration, timeout, connections: 10, overallRate: 300 });
  return {
    async stop() {
      (load as unknown as { stop(): void }).stop();
      const { requests, non2xx, errors } = await load;
      const failed = Object.entries({ 'bad answer': non2xx, 'broken connection': errors });
      return { requests: requests.total, failed: Object.fromEntries(failed.filter(([, count]) => count > 0)) };
    },
  };
}

/** Not by autocannon: with `connection: close` it sends on over connections that the other side is closing. */
function freshConnections(url: string, host: string, duration: number): RunningLoad {
  const failed: Record<string, number> = {};
  const pending = new Set<Promise<void>>();
  let requests = 0;
  const timer = setInterval(() => {
    requests++;
    const answered = askOnce({ url, host }).then((problem) => {
      pending.delete(answered);
      if (problem !== undefined) failed[problem] = (failed[problem] ?? 0) + 1;
    });
    pending.add(answered);
  }, 10);
  const end = setTimeout(() => clearInterval(timer), duration * 1000);
  return {
    async stop() {
      clearInterval(timer);
      clearTimeout(end);
      await Promise.all(pending);
      return { requests, failed };
    },
  };
}
