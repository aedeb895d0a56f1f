import { DashboardAnswer, type DashboardRoute } from '../../../ports/dashboard-route.ts';
import type { DashboardActions } from './actions.ts';
import { readPlanWish, readRunWish } from './read-wish.ts';

/** Returns the routes that plan and do something. Without `--actions` the server has none of them. */
export function actionRoutes(actions: DashboardActions): readonly DashboardRoute[] {
  return [
    { method: 'POST', path: '/api/plans', handle: ({ body, signal }) => actions.plan(readPlanWish(body), signal) },
    { method: 'GET', path: '/api/runs', handle: async () => ({ runs: actions.list() }) },
    {
      method: 'POST',
      path: '/api/runs',
      handle: async ({ body }) => {
        const confirmed = await actions.confirm(readRunWish(body));
        return confirmed.state === 'changed' ? new DashboardAnswer(409, confirmed.changed) : { run: confirmed.run };
      },
    },
    {
      method: 'POST',
      path: '/api/runs/:id/cancel',
      handle: async ({ params }) => ({ run: actions.cancel(params['id'] ?? '') }),
    },
  ];
}
