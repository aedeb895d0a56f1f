import fastifyPlugin from 'fastify-plugin';
import { HttpProblem } from './problem.ts';

/** Where every health endpoint lies; calls to it are neither logged nor measured. */
export const healthPath = '/healthz/';

/** The paths of the health endpoints. */
export const healthPaths = ['startup', 'live', 'ready'].map((name) => healthPath + name);

/**
 * What Kubernetes asks a pod:
 * - `/healthz/startup`: has it started? Answered as soon as the service listens.
 * - `/healthz/live`: does it still work at all? When not, it is started anew. It must not ask other services: they
 *   would take this one down with them.
 * - `/healthz/ready`: may it be sent requests? Still yes while draining: Kubernetes knows by itself that the pod goes,
 *   and a request that is on its way already must be served.
 */
export const health = fastifyPlugin<{ isReady: () => boolean | Promise<boolean> }>(
  (app, { isReady }, done) => {
    const [startup, live, ready] = healthPaths as [string, string, string];
    const ok = { status: 'ok' };
    app.get(startup, async () => ok);
    app.get(live, async () => ok);
    app.get(ready, async () => {
      if (await isReady()) return ok;
      throw new HttpProblem(503, 'not-ready', 'The service does not take requests yet.');
    });
    done();
  },
  { name: 'health' },
);
