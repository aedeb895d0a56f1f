import { setTimeout as pause } from 'node:timers/promises';

/** Times of a heartbeat, in milliseconds. */
export interface HeartbeatTimes {
  /** Between two requests. */
  readonly restMs: number;
  /** For each answer. */
  readonly limitMs: number;
  /** Between one that got no answer and the next, from beginning to beginning at least. */
  readonly retryMs: number;
}

/** A server is found silent 18 s after it fell silent at the latest, and half a second of an election's 5xx is none. */
export const usualHeartbeat: HeartbeatTimes = { restMs: 6000, limitMs: 6000, retryMs: 3000 };
/** Requests in a row without an answer after which a server counts as silent. */
const mostMissed = 2;

/** How a heartbeat reaches its server. */
export interface HeartbeatServer {
  /** @param path of a collection that is watched. @returns why there was no answer; undefined where there was one. */
  ask(path: string, limitMs: number): Promise<{ readonly error: unknown } | undefined>;
  /** Called after the first that was missed: the next shall not go over a connection that may be dead. */
  closeIdle(): void;
  onSilence(error: unknown): void;
}

/**
 * Finds out that a server is silent while something of it is watched: a stream on which nothing comes is that of a server on
 * which nothing happens, or of one that nothing comes through from (a firewall that forgot the connection, a network that is
 * gone, a proxy that hangs).
 */
export class Heartbeat {
  private readonly server: HeartbeatServer;
  private readonly times: HeartbeatTimes;
  private watches = 0;
  private path = '';
  private over = new AbortController();

  constructor(server: HeartbeatServer, times: HeartbeatTimes) {
    this.server = server;
    this.times = times;
  }

  /** Notes that a watch begins. @returns what notes its end; after the last one nothing is asked any more. */
  start(path: string): () => void {
    this.path = path;
    if (++this.watches === 1) {
      this.over = new AbortController();
      void this.beat(this.over.signal);
    }
    let hasEnded = false;
    return () => {
      if (!hasEnded && --this.watches === 0) this.over.abort();
      hasEnded = true;
    };
  }

  private async beat(signal: AbortSignal): Promise<void> {
    const { restMs, limitMs, retryMs } = this.times;
    let missed = 0;
    let rest = restMs;
    for (;;) {
      await pause(rest, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const asked = performance.now();
      const loss = await this.server.ask(this.path, limitMs);
      if (signal.aborted) return;
      missed = loss ? missed + 1 : 0;
      rest = missed === 0 ? restMs : Math.max(0, retryMs - (performance.now() - asked));
      if (missed === 1) this.server.closeIdle();
      if (missed < mostMissed) continue;
      [missed, rest] = [0, restMs];
      this.server.onSilence(loss!.error);
    }
  }
}
