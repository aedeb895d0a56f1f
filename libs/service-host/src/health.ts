import { HttpProblem } from './http-problem.ts';
import type { Route } from './route.ts';

/** Where every health endpoint lies; calls to it are not logged. */
export const healthPath = '/healthz/';

/**
 * What Kubernetes asks a pod:
 * - `/healthz/startup`: has it started? Answered as soon as the host listens.
 * - `/healthz/live`: does it still work at all? When not, it is started anew. It must not ask other services: they
 *   would take this one down with them.
 * - `/healthz/ready`: may it be sent requests? Still yes while draining: Kubernetes knows by itself that the pod goes,
 *   and a request that is on its way already must be served.
 */
export function healthRoutes(isReady: () => boolean | Promise<boolean>): Route[] {
  const ok = { body: { status: 'ok' } };
  return [
    { method: 'GET', path: `${healthPath}startup`, handle: () => ok },
    { method: 'GET', path: `${healthPath}live`, handle: () => ok },
    {
      method: 'GET',
      path: `${healthPath}ready`,
      handle: async () => {
        if (await isReady()) return ok;
        throw new HttpProblem(503, 'not-ready', 'The service does not take requests yet.');
      },
    },
  ];
}
