import fc from 'fast-check';
import type { AttentionItem } from './attention.ts';
import { concerns } from './cell-condition.ts';
import type { DashboardCell, DashboardState } from './dashboard-state.ts';
import { nextSteps } from './next-steps.ts';

const deployment = { cause: 'deploy', by: 'ada', startedAt: '2026-11-26T14:00:00Z' } as const;
const boardOf = (cell: DashboardCell): DashboardState => ({
  ...{ version: 1, now: '2026-11-26T14:03:21Z', workspace: 'shop', hasActions: true, branch: { name: 'main' } },
  environments: ['dev', 'prod'].map((name) => ({ name, isProtected: false, answer: { state: 'live' } })),
  rows: [{ service: 'orders', isInWorkspace: true, tags: [], cells: { prod: cell, dev: cell }, gaps: {} }],
});
const item = (concern: AttentionItem['concern'], environment = 'prod') => ({
  ...{ service: 'orders', environment, concern, words: [] },
});

it('offers to go back where what was deployed last runs and is not well', () => {
  const cell: DashboardCell = {
    state: 'stuck',
    build: '2',
    deployment: { ...deployment, build: '2', outcome: 'failed' },
  };
  expect(nextSteps(item('broken'), boardOf(cell)).plan).toEqual({ action: 'rollback', to: 'prod' });
});

it('does not offer to go back again after it went back by itself, or while a deployment is under way', () => {
  const back: DashboardCell = {
    state: 'healthy',
    build: '1',
    deployment: { ...deployment, build: '2', outcome: 'failed' },
  };
  expect(nextSteps(item('failed'), boardOf(back))).toEqual({ see: 'timeline' });
  const moving: DashboardCell = {
    state: 'stuck',
    build: '2',
    deployment: { ...deployment, build: '2', outcome: 'running' },
  };
  expect(nextSteps(item('broken'), boardOf(moving))).toEqual({ see: 'timeline' });
});

it('plans to catch up from the environment before, whatever the order of the cells; into the first by a release', () => {
  const board = boardOf({ state: 'healthy' });
  expect(nextSteps(item('far-behind'), board).plan).toEqual({ action: 'promote', from: 'dev', to: 'prod' });
  expect(nextSteps(item('far-behind', 'dev'), board).plan).toEqual({ action: 'release', to: 'dev' });
});

it('always has somewhere to look, and never plans for another environment than its own', () =>
  fc.assert(
    fc.property(fc.constantFrom(...concerns), fc.constantFrom('dev', 'prod'), (concern, environment) => {
      const steps = nextSteps(item(concern, environment), boardOf({ state: 'degraded', build: '1' }));
      expect(['timeline', 'objects', 'changes']).toContain(steps.see);
      expect([undefined, environment]).toContain(steps.plan?.to);
    }),
  ));
