import type { DashboardRequest, DashboardRoute } from '../../../ports/dashboard-route.ts';
import { ReleaseGraphs } from '../graph/release-graph.ts';
import { activity } from './activity.ts';
import { Audits } from './audit-page.ts';
import { changesBetween } from './changes-between.ts';
import { commitPage } from './commit-page.ts';
import { delivery } from './delivery.ts';
import type { DetailContext } from './detail-context.ts';
import { moment } from './moment.ts';
import { DeploymentReader } from './recorded-deployments.ts';
import { serviceObjects } from './service-objects.ts';
import { servicePage } from './service-page.ts';
import { SharedAnswers } from './shared-answers.ts';

/** Returns what the dashboard's page can ask beside its grid. None of it changes anything. */
export function detailRoutes(context: DetailContext): DashboardRoute[] {
  const reader = new DeploymentReader(context.ports);
  const graphs = new ReleaseGraphs(context);
  const audits = new Audits(context);
  const answers = new SharedAnswers();
  const get = (path: string, handle: (request: DashboardRequest) => Promise<unknown>): DashboardRoute => ({
    method: 'GET',
    path,
    // Those that nobody waits for any more are not begun: a slider asks for every place that it is drawn over.
    handle: (request) => {
      const key = JSON.stringify([path, request.params, request.query.toString()]);
      return answers.answer(key, request.signal, (signal) => handle({ ...request, signal }));
    },
  });
  return [
    get('/api/services/:service', ({ params }) => servicePage(params['service'] ?? '', context)),
    get('/api/services/:service/changes', ({ params, query }) => {
      const points = { from: query.get('from') ?? undefined, to: query.get('to') ?? undefined };
      return changesBetween(params['service'] ?? '', points, context);
    }),
    get('/api/services/:service/objects', ({ params }) => serviceObjects(params['service'] ?? '', context)),
    get('/api/commits/:id', ({ params }) => commitPage(params['id'] ?? '', context)),
    get('/api/moments/:time', ({ params }) => moment(params['time'] ?? '', context, reader)),
    get('/api/delivery', ({ query }) => {
      return delivery({ environment: query.get('env') ?? undefined, since: query.get('since') ?? undefined }, context);
    }),
    get('/api/activity', () => activity(context, reader)),
    get('/api/graph', ({ query, signal }) => graphs.read(query.get('commit') || undefined, signal)),
    get('/api/audit', ({ query }) => audits.read(query.get('after') ?? undefined)),
  ];
}
