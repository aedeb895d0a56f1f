import { DashboardAnswer, type DashboardRequest } from '../../../ports/dashboard-route.ts';
import { actionRoutes } from './action-routes.ts';
import type { DashboardActions } from './actions.ts';

const request = (body: unknown, params: Record<string, string> = {}): DashboardRequest => ({
  ...{ body, params, query: new URLSearchParams(), signal: new AbortController().signal },
});

/** Actions that answer so, and note what they were asked. */
function answering(confirmation: unknown) {
  const asked: unknown[] = [];
  const note =
    <T>(answer: T) =>
    (wish: unknown) => {
      asked.push(wish);
      return answer;
    };
  const actions = {
    plan: note(Promise.resolve({ id: 'p' })),
    confirm: note(Promise.resolve(confirmation)),
    cancel: note({ id: 'r' }),
    list: () => [],
  } as unknown as DashboardActions;
  const routes = new Map(actionRoutes(actions).map((route) => [`${route.method} ${route.path}`, route]));
  return {
    asked,
    ask: (name: string, ...given: Parameters<typeof request>) => routes.get(name)!.handle(request(...given)),
  };
}

describe('actionRoutes', () => {
  it('answers a confirmation of what has changed with 409 and the plan of now', async () => {
    const changed = { type: 'plan-changed', changes: ['grace deployed'], plan: { id: 'q' } };
    const { ask } = answering({ state: 'changed', changed });
    const answer = await ask('POST /api/runs', { plan: 'p' });
    expect(answer).toBeInstanceOf(DashboardAnswer);
    expect(answer).toEqual({ status: 409, body: changed });
  });

  it('takes the id of a plan and nothing of its content', async () => {
    const { ask, asked } = answering({ state: 'begun', run: { id: 'r' } });
    expect(await ask('POST /api/runs', { plan: 'p', typed: 'prod', services: ['x'], to: 'dev' })).toEqual({
      run: { id: 'r' },
    });
    expect(await ask('POST /api/runs/:id/cancel', {}, { id: 'r' })).toEqual({ run: { id: 'r' } });
    expect(asked).toEqual([{ plan: 'p', typed: 'prod' }, 'r']);
    await expect((async () => ask('POST /api/plans', { action: 'provision' }))()).rejects.toMatchObject({
      exitCode: 2,
    });
  });

  it('changes nothing by a GET', async () => {
    const { ask } = answering(undefined);
    await expect(ask('GET /api/runs', undefined)).resolves.toEqual({ runs: [] });
    const gets = actionRoutes({} as DashboardActions).filter(({ method }) => method === 'GET');
    expect(gets.map(({ path }) => path)).toEqual(['/api/runs']);
  });
});
