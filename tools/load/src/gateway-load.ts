import autocannon from 'autocannon';
import { askOnce } from '../../scratch-workspace/src/clients/ask-once.ts';
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

/** How much is asked. */
export interface LoadShape {
  /** After which it ends by itself. */
  readonly mostSeconds: number;
  /** Requests a second: 400 unless said otherwise. */
  readonly rate?: number;
}

/**
 * Sends GET requests through the platform's gateway, on this machine, at a steady rate: three of four over 10 connections
 * that are kept, and each fourth over a connection of its own.
 */
export async function startLoad(
  hostname: string,
  path: string,
  { mostSeconds, rate = 400 }: LoadShape,
): Promise<RunningLoad> {
  const { gateway } = await platform();
  const target = { url: `${gateway}${path}`, host: hostname, duration: mostSeconds };
  const loads = [keptConnections({ ...target, rate: (rate * 3) / 4 }), freshConnections({ ...target, rate: rate / 4 })];
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

/** Part of a load: `duration` in seconds, `rate` in requests a second. */
interface LoadPart {
  readonly url: string;
  readonly host: string;
  readonly duration: number;
  readonly rate: number;
}

function keptConnections({ url, host, duration, rate }: LoadPart): RunningLoad {
  const timeout = answerTimeout;
  const load = autocannon({ url, headers: { host }, duration, timeout, connections: 10, overallRate: rate });
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
function freshConnections({ url, host, duration, rate }: LoadPart): RunningLoad {
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
  }, 1000 / rate);
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
