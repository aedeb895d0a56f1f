import { setTimeout as delay } from 'node:timers/promises';
import fastifyPlugin from 'fastify-plugin';

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
 * A Fastify plugin: `app.close()` loses no request. Fastify must go on serving meanwhile (`return503OnClosing: false`).
 *
 * `server.close()` alone is not enough: it closes idle keep-alive connections at once, and a request that a client is
 * sending on one at that moment is lost. So clients are first given the time to hear that their connection ends.
 */
export const drain = fastifyPlugin<DrainTimes>(
  (app, { lingerMs, budgetMs }, done) => {
    const { server } = app;
    let draining = false;

    // Also on answers to requests that came before, which Fastify's own header is not on.
    app.addHook('onSend', (_request, reply, _payload, next) => {
      if (draining) void reply.header('connection', 'close');
      next();
    });

    // Before any `onClose` hook: what requests need, such as a database, is there until the last one is answered.
    app.addHook('preClose', async () => {
      if (!server.listening) return;
      draining = true;
      // Also when nobody is connected: who has not heard yet that this pod goes may still come.
      await delay(lingerMs);

      const closed = new Promise((resolve) => server.close(resolve));
      const idle = setInterval(() => server.closeIdleConnections(), interval);
      const cut = setTimeout(() => server.closeAllConnections(), budgetMs);
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
    });
    done();
  },
  { name: 'drain' },
);
