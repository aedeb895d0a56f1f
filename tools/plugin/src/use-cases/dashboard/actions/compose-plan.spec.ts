import type { PlannedService, PlanWish } from '../../../model/dashboard/action-plan.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { composePlan } from './compose-plan.ts';
import { plannedService } from './planned-service.ts';

const environments = [
  { name: 'prod', order: 3, protected: true },
  { name: 'dev', order: 1, protected: false },
  { name: 'preprod', order: 2, protected: false },
] as Environment[];
const commit = { id: 'c', author: 'ada', subject: 's' };

function planOf(wish: Omit<PlanWish, 'services'>, to: string, ...parts: Partial<PlannedService>[]) {
  const prepared = parts.map((part, index) => ({
    planned: plannedService({
      service: `s${index}`,
      state: 'ready',
      sentence: 'Do it',
      command: 'nx',
      build: '1',
      ...part,
    }),
    shown: [{ environment: to, after: undefined, fingerprint: 'f' }],
    carryOut: undefined,
  }));
  const actor = { person: 'ada', run: 'ada@laptop' };
  const facts = { id: 'x', actor, environments, approvedBy: undefined, madeAt: new Date(0), expiresAt: new Date(1) };
  return composePlan(
    { ...facts, wish: { ...wish, services: prepared.map(({ planned }) => planned.service) } },
    { services: prepared, stopsAtFailure: true, check: async () => {} },
  );
}

describe('composePlan', () => {
  it.each([
    ['nothing, of one service in an open environment', { action: 'promote' }, 'dev', [{}], undefined],
    ['the name of a protected one', { action: 'promote' }, 'prod', [{}], 'prod'],
    ['the name, of several services', { action: 'promote' }, 'dev', [{}, {}], 'dev'],
    ['the name, when commits are lost', { action: 'promote' }, 'dev', [{ lost: [commit] }], 'dev'],
    ['nothing, when going back takes commits away', { action: 'rollback' }, 'dev', [{ lost: [commit] }], undefined],
    ['the name, when clients may break', { action: 'rollback' }, 'dev', [{ breaks: ['GET /x removed'] }], 'dev'],
    ['nothing, when none can be done', { action: 'promote' }, 'prod', [{ state: 'refused' }], undefined],
  ] as const)('asks for %s', (_, wish, to, parts, text) => {
    expect(planOf({ ...wish, to }, to, ...parts).typed?.text).toBe(text);
  });

  it('names verb, object and place on the button', () => {
    const button = (action: PlanWish['action'], ...parts: Partial<PlannedService>[]) =>
      planOf({ action, to: 'prod' }, 'prod', ...parts).button;
    expect(button('promote', {})).toBe('Promote s0 1 to prod');
    expect(button('promote', {}, { state: 'refused' })).toBe('Promote s0 1 to prod');
    expect(button('promote', {}, {})).toBe('Promote 2 services to prod');
    expect(button('rollback', {})).toBe('Take s0 in prod back to 1');
    expect(button('rollback', {}, {})).toBe('Take 2 services in prod back');
    expect(
      planOf({ action: 'rollback-environment', to: 'prod', at: '2026-11-24T12:30:00.000Z' }, 'prod', {}, {}).button,
    ).toBe('Take 2 services in prod back to 2026-11-24 12:30:00 UTC');
    expect(button('release', { build: undefined })).toBe('Release s0 to prod');
  });

  it('takes no environment back of which a service cannot go back', () => {
    const wish = { action: 'rollback-environment', to: 'dev', at: '2026-11-24T12:30:00.000Z' } as const;
    expect(planOf(wish, 'dev', {}).isReady).toBe(true);
    expect(planOf(wish, 'dev', {}, { state: 'refused' })).toMatchObject({ isReady: false, needsReason: true });
    expect(planOf({ ...wish, action: 'rollback' }, 'dev', {}, { state: 'refused' }).isReady).toBe(true);
  });

  it('shows those that are refused first, and needs a reason for going back only', () => {
    const plan = planOf({ action: 'promote', to: 'dev' }, 'dev', {}, { state: 'nothing' }, { state: 'refused' });
    expect(plan.services.map(({ service }) => service)).toEqual(['s2', 's1', 's0']);
    expect([plan.needsReason, planOf({ action: 'rollback', to: 'dev' }, 'dev', {}).needsReason]).toEqual([false, true]);
  });
});
