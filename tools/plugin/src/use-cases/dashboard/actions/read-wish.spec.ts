import { readPlanWish, readRunWish } from './read-wish.ts';

const promote = { action: 'promote', services: ['orders'], from: 'preprod', to: 'prod' };

describe('what the page sends', () => {
  it('is read field by field: what else is in it goes nowhere', () => {
    expect(readPlanWish({ ...promote, force: true, extra: 1, tag: '20261124-1' })).toEqual({
      ...promote,
      tag: '20261124-1',
    });
    expect(
      readPlanWish({ action: 'rollback-environment', to: 'prod', at: '2026-11-24T12:30+01:00', tag: '20261124-1' }),
    ).toEqual({ action: 'rollback-environment', services: [], to: 'prod', at: '2026-11-24T11:30:00.000Z' });
    expect(readPlanWish({ action: 'release', services: ['a', 'b', 'a'] })).toEqual({
      action: 'release',
      services: ['a', 'b'],
    });
    expect(readRunWish({ plan: 'x', typed: 'prod', reason: ' wrong\n totals ', services: ['y'] })).toEqual({
      plan: 'x',
      typed: 'prod',
      reason: 'wrong totals',
    });
    expect(readRunWish({ plan: 'x', reason: 'a\u202eb\u0000' }).reason).toBe('a\\u202eb\\u0000');
    expect(readRunWish({ plan: 'x', reason: '  ' })).toEqual({ plan: 'x' });
  });

  it.each([
    [undefined],
    ['promote'],
    [[promote]],
    [{ ...promote, action: 'provision' }],
    [{ ...promote, services: [] }],
    [{ ...promote, services: 'orders' }],
    [{ ...promote, services: [1] }],
    [{ ...promote, to: undefined }],
    [{ ...promote, from: '' }],
    [{ ...promote, to: { name: 'prod' } }],
    [JSON.parse('{"__proto__": {"action": "promote", "services": ["orders"]}}')],
    [{ ...promote, services: ['a', 'b'], tag: '20261124-1' }],
    [{ action: 'rollback', services: ['orders'] }],
    [{ action: 'release', services: ['orders'], tag: '20261124-1' }],
    [{ ...promote, services: ['orders,app!=x'] }],
    [{ ...promote, services: ['../orders'] }],
    [{ ...promote, services: ['orders; rm -rf'] }],
    [{ ...promote, services: [['orders']] }],
    [{ ...promote, tag: 'x'.repeat(254) }],
    [{ ...promote, services: Array.from({ length: 1001 }, (_, index) => `s${index}`) }],
    [{ action: 'rollback-environment', to: 'prod' }],
    [{ action: 'rollback-environment', at: '2026-11-24T12:30Z' }],
    [{ action: 'rollback-environment', to: 'prod', at: '2026-11-24T12:30' }],
    [{ action: 'rollback-environment', to: 'prod', at: '2h' }],
    [{ action: 'rollback-environment', to: 'prod', at: '2026-11-24T12:30Z', services: ['orders'] }],
  ])('is no wish for a plan: %j', (body) => {
    expect(() => readPlanWish(body)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it.each([[{}], [{ plan: '' }], [{ plan: 1 }], [{ plan: 'x', typed: 1 }], [{ plan: 'x', reason: 'x'.repeat(501) }]])(
    'is no confirmation: %j',
    (body) => expect(() => readRunWish(body)).toThrow(expect.objectContaining({ exitCode: 2 })),
  );
});
