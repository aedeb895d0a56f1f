import type { RunEvent, RunSummary } from '../../../model/dashboard/action-run.ts';
import { wakeByRuns } from './wake-by-runs.ts';

it('has the environments of a run looked into when it begins and ends, and not with each line', () => {
  const woken: string[] = [];
  let tell: (event: RunEvent) => void = () => {};
  wakeByRuns({ onEvent: (listener) => ((tell = listener), () => {}) }, (environment) => woken.push(environment));
  const startedAt = '2026-11-24T12:00:00.000Z';
  const summary: RunSummary = {
    ...{ id: 'r', plan: 'p', title: 't', by: { person: 'ada', run: 'x' }, startedAt, state: 'running', services: [] },
    environments: ['preprod', 'prod'],
  };
  const state = (change: Partial<RunSummary> = {}) =>
    tell({ kind: 'state', run: 'r', summary: { ...summary, ...change } });
  state();
  tell({ kind: 'line', run: 'r', line: { id: 1, at: startedAt, service: 'orders', kind: 'step', text: 'x' } });
  state({ state: 'cancelling' });
  expect(woken).toEqual(['preprod', 'prod']);
  state({ state: 'cancelled', endedAt: startedAt });
  expect(woken).toEqual(['preprod', 'prod', 'preprod', 'prod']);
});
