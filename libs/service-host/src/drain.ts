import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a server that stops may take. Kubernetes' grace period must exceed their sum and the `preStop` sleep. */
export interface DrainTimes {
  /** For how long answers carry `Connection: close` before the server stops listening. */
  readonly lingerMs: number;
  /** For how long requests may then go on, before their connections are cut. */
  readonly budgetMs: number;
}

export const drainDefaults: DrainTimes = { lingerMs: 2_000, budgetMs: 15_000 };

const interval = 250;

/**
 * Stops a server without losing a request. It must answer with `Connection: close` from the call of this on.
 *
 * `server.close()` alone is not enough: it closes idle keep-alive connections at once, and a request that a client is
 * sending on one at that moment is lost. So clients are first given the time to hear that their connection ends.
 */
export async function drain(server: Server, { lingerMs, budgetMs }: DrainTimes): Promise<void> {
  // Also when nobody is connected: who has not heard yet that this pod goes may still come.
  await delay(lingerMs);

  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => server.closeIdleConnections(), interval);
  const cut = setTimeout(() => server.closeAllConnections(), budgetMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
