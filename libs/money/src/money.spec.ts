import fc from 'fast-check';
import { Money } from './money.ts';

describe('Money', () => {
  it.each([
    ['12.50', 1250],
    ['12.5', 1250],
    ['12', 1200],
    ['0.07', 7],
    ['007', 700],
    ['999999999999.99', 99_999_999_999_999],
  ])('reads %s', (amount, cents) => expect(Money.parse(amount, 'EUR')).toEqual({ cents, currency: 'EUR' }));

  it.each([
    ['', 'EUR'],
    ['-1', 'EUR'],
    ['1.234', 'EUR'],
    ['1,50', 'EUR'],
    ['1e3', 'EUR'],
    ['.5', 'EUR'],
    ['1.', 'EUR'],
    ['9999999999999', 'EUR'],
    ['1', 'eur'],
    ['1', 'EURO'],
    ['1', ''],
  ])('does not read %j %j', (amount, currency) => expect(Money.parse(amount, currency)).toBeUndefined());

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999 }), fc.nat({ max: 99 }), (units, cents) => {
        const money = Money.parse(`${units}.${String(cents).padStart(2, '0')}`, 'EUR')!;
        expect(Money.parse(money.amount, money.currency)).toEqual(money);
        expect(`${money}`).toBe(`${money.amount} EUR`);
      }),
    );
  });

  it('multiplies exactly, or not at all', () => {
    expect(`${Money.parse('0.10', 'EUR')!.times(3)}`).toBe('0.30 EUR');
    expect(`${Money.parse('19.99', 'EUR')!.times(0)}`).toBe('0.00 EUR');
    expect(`${Money.parse('999999999.99', 'EUR')!.times(1000)}`).toBe('999999999990.00 EUR');
    // What is written can be read again.
    expect(() => Money.parse('1000000000', 'EUR')!.times(1000)).toThrow(RangeError);
    expect(() => Money.parse('999999999999', 'EUR')!.times(1_000_000)).toThrow(RangeError);
  });
});
