import fc from 'fast-check';
import { Refusal } from '../../../model/errors/product-error.ts';
import { planApprovalOf } from './plan-approval-of.ts';
import { approveOption } from './approve-option.ts';
import { ownBuildNumberOption } from './declare-options.ts';
import { terminalInputVariable } from '../../../model/product/wire-names.ts';

const context = { name: 'approve', doing: 'promote orders', service: 'orders' };
const read = (value: unknown) => approveOption().read(value, context);
const id = (digit: string) => `plan-${digit.repeat(32)}`;

function refusalOf(action: () => unknown): string {
  try {
    return `taken: ${JSON.stringify(action())}`;
  } catch (error) {
    if (error instanceof Refusal && error.exitCode === 2) return error.explain();
    throw error;
  }
}

describe('--approve', () => {
  it('takes ids of plans, as one text or as a list', () => {
    expect(JSON.stringify(read(id('a')))).toBe(JSON.stringify([id('a')]));
    expect(JSON.stringify(read(`${id('a')},${id('b')}`))).toBe(JSON.stringify([id('a'), id('b')]));
    expect(JSON.stringify(read([id('a'), id('b')]))).toBe(JSON.stringify([id('a'), id('b')]));
  });

  it.each([
    [undefined, undefined],
    [false, undefined],
    ['false', undefined],
    [true, 'ask'],
    ['true', 'ask'],
  ])('reads %j as %j', (value, choice) => expect(read(value)).toBe(choice));

  it.each(['', ' ', ',', 'plan-', 'plan-3f9a', `${id('a')},`, `${id('a')};rm`, '$(id)', [], [1], {}, 5, null])(
    'refuses %j',
    (value) => expect(refusalOf(() => read(value))).toContain('Expected ids of plans'),
  );

  it('refuses whatever is no id, however long, and shows little of it', () => {
    const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(id('a').repeat(100_000)), fc.jsonValue());
    fc.assert(
      fc.property(hostile, (value) => {
        fc.pre(![true, false, 'true', 'false'].includes(value as boolean));
        const text = refusalOf(() => read(value));
        expect(text).toContain('Expected ids of plans');
        expect(text.length).toBeLessThan(1000);
      }),
    );
  });

  it('asks nobody in a CI, and where Nx has the terminal', () => {
    expect(planApprovalOf(undefined, {})).toBeUndefined();
    for (const env of [{}, { [terminalInputVariable]: 'false' }, { [terminalInputVariable]: 'true', CI: 'true' }])
      expect(planApprovalOf('ask', env)).toEqual({ plans: [], ask: undefined });
  });
});

describe('--tag of several services', () => {
  const tag = (value: unknown, service = 'orders') =>
    String(ownBuildNumberOption('').read(value, { name: 'tag', doing: 'promote', service }));

  it('is for each its own', () => {
    const tags = 'orders-20261124-1,payments-20261125-2';
    expect([tag(tags), tag(tags, 'payments')]).toEqual(['20261124-1', '20261125-2']);
    expect([tag('20261124-1'), tag('orders-20261124-1')]).toEqual(['20261124-1', '20261124-1']);
  });

  it.each(['payments-20261125-2,stock-20261124-1', 'orders-20261124-1,orders-20261124-2', 'orders-20261124-1,x', ','])(
    'refuses %s',
    (value) => expect(refusalOf(() => tag(value))).toContain('Expected a list of tags with one of orders'),
  );
});
