import type { DashboardState } from '../dashboard-state.ts';
import { answerFrom, gapRanges } from './answer-from.ts';
import type { DashboardExport } from './dashboard-export.ts';

const now = '2026-11-26T14:03:21.000Z';
const head = (name: string) => ({ name, isProtected: false, answer: { state: 'live' } }) as const;
const state: DashboardState = {
  ...{ version: 1, now, workspace: 'shop', hasActions: false, branch: { name: 'main' } },
  environments: [head('dev'), head('prod')],
  rows: [
    {
      ...{ service: 'constructor', isInWorkspace: true, tags: [] },
      cells: { dev: { state: 'healthy', build: '20261125-1' }, prod: { state: 'healthy', build: '20261125-1' } },
      gaps: { dev: { kind: 'unknown', reason: 'The clone is shallow.' }, prod: { kind: 'same' } },
    },
  ],
};
const found: DashboardExport = {
  ...{ by: 'ada', commit: 'c'.repeat(40), state, services: {}, leftOut: [] },
  changes: { orders: { prod: { reason: 'It runs nowhere.' } } },
  deliveries: { prod: { now, environments: [], environment: 'prod', state: 'unreachable', reason: '', remedy: '' } },
  activity: { now, environments: ['dev', 'prod'], unreachable: [], deployments: [], more: 0 },
};
const ask = (path: string) => answerFrom(found, path);

describe('answerFrom', () => {
  it('finds what the export has, by names that objects have of themselves, too', () => {
    expect(ask('/api/activity')).toEqual({ answer: found.activity });
    expect(ask('/api/delivery?since=30d')).toEqual({ answer: found.deliveries['prod'] });
    expect(ask('/api/delivery?env=prod&since=90d')).toHaveProperty('problem');
    expect(ask('/api/services/constructor')).toHaveProperty('problem');
    expect(ask('/api/services/orders/changes?from=prod&to=dev')).toEqual({ problem: { reason: 'It runs nowhere.' } });
  });

  it('says why there is nothing to compare', () => {
    const changes = (from: string, to: string) => ask(`/api/services/constructor/changes?from=${from}&to=${to}`);
    expect(changes('prod', 'dev')).toEqual({ problem: { reason: 'dev and prod run the same build, 20261125-1.' } });
    expect(changes('dev', 'HEAD')).toEqual({ problem: { reason: 'The clone is shallow.' } });
    expect(changes('prod', 'HEAD')).toMatchObject({ problem: { reason: 'An export compares neighbours only.' } });
  });

  it('has nothing of views that ask a server', () => {
    for (const path of [
      '/api/commits/1a2b',
      '/api/moments/now',
      '/api/services/orders/objects',
      '/',
      '/api/x/%E0%A4%A',
    ])
      expect(ask(path)).toHaveProperty('problem');
  });
});

it('gapRanges lead from the last environment to the checked-out commit', () => {
  expect(gapRanges(['dev', 'prod'])).toEqual([
    { from: 'prod', to: 'dev' },
    { from: 'dev', to: 'HEAD' },
  ]);
  expect(gapRanges([])).toEqual([]);
});
