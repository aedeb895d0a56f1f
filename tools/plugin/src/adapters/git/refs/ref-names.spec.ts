import fc from 'fast-check';
import { unusedRef } from './ref-names.ts';

describe('unusedRef', () => {
  it.each([
    ['refs/builds/orders/20261124-1000000000', 'orders', 'unreadable'],
    ['refs/builds/orders/20261124-0', 'orders', 'unreadable'],
    ['refs/builds/orders/20261331-1', 'orders', 'unreadable'],
    ['refs/builds/orders/20261124-1/x', 'orders', 'unreadable'],
    ['refs/tags/orders-20261124-1000000000', 'orders', 'unreadable'],
    ['refs/tags/orders-99991231-1', 'orders', 'far-ahead'],
    ['refs/builds/orders/99991231-999999999', 'orders', 'far-ahead'],
  ])('finds %s', (ref, service, why) => expect(unusedRef(ref)).toEqual({ ref, service, why }));

  it.each([
    'refs/tags/v1.2.3',
    'refs/tags/orders-20261124-1',
    'refs/builds/orders/20261124-999999999',
    'refs/heads/main',
  ])('leaves %s alone', (ref) => expect(unusedRef(ref)).toBeUndefined());

  it('never throws', () => {
    const prefix = fc.constantFrom('refs/tags/', 'refs/builds/', 'refs/builds/orders/', '');
    fc.assert(fc.property(prefix, fc.string(), (before, rest) => void unusedRef(before + rest)));
  });
});
