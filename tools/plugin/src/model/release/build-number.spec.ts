import fc from 'fast-check';
import { BuildNumber } from './build-number.ts';

const anyDay = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''));
const anyNumber = fc
  .tuple(anyDay, fc.constantFrom('-', '.'), fc.integer({ min: 1, max: 999_999_999 }))
  .map(([day, separator, revision]) => BuildNumber.parse(`${day}${separator}${revision}`)!);

describe('BuildNumber', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(anyNumber, (number) => {
        expect(BuildNumber.parse(number.toString())).toEqual(number);
        expect(JSON.stringify({ number })).toBe(`{"number":"${number}"}`);
      }),
    );
  });

  it('orders by day, then numerically by revision', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        const expected = Number(a.day) - Number(b.day) || a.revision - b.revision;
        expect(Math.sign(BuildNumber.compare(a, b))).toBe(Math.sign(expected));
        expect(a.isNewerThan(b)).toBe(expected > 0);
        expect(a.equals(b)).toBe(expected === 0);
      }),
    );
    expect(BuildNumber.parse('20261124-10')!.isNewerThan(BuildNumber.parse('20261124-9')!)).toBe(true);
  });

  it('gives the number after the highest of the day', () => {
    fc.assert(
      fc.property(fc.array(anyNumber), fc.array(fc.integer({ min: 1, max: 99 })), (others, revisions) => {
        const at = new Date('2026-11-24T23:59:59.999Z');
        const today = revisions.map((revision) => BuildNumber.parse(`20261124-${revision}`)!);
        const next = BuildNumber.next(at, [...others.filter(({ day }) => day < '20261124'), ...today]);
        expect(next.toString()).toBe(`20261124-${Math.max(0, ...revisions) + 1}`);
      }),
    );
  });

  it('gives a number above all taken ones, also of days to come', () => {
    fc.assert(
      fc.property(fc.array(anyNumber), fc.option(anyNumber, { nil: undefined }), (taken, offered) => {
        const next = BuildNumber.next(new Date('2026-11-24T12:00:00Z'), taken, offered);
        for (const each of taken) expect(next.isNewerThan(each)).toBe(true);
        expect(next.day >= '20261124' || next === offered).toBe(true);
        expect(BuildNumber.parse(`${next}`)).toEqual(next);
      }),
    );
    const after = (...texts: string[]) => {
      const taken = texts.map((text) => BuildNumber.parse(text)!);
      return `${BuildNumber.next(new Date('2026-11-24T12:00:00Z'), taken)}`;
    };
    expect(after('20261125-1')).toBe('20261125-2');
    expect(after('20271231-9')).toBe('20271231-10');
    expect(after('20261130-999999999')).toBe('20261201-1');
    expect(after('99991230-999999999', '99991231-1')).toBe('99991231-2');
  });

  it('never leaves what it can read, whatever is taken', () => {
    const day = fc.oneof(anyDay, fc.constantFrom('99991231', '99991230', '20261124', '29991231'));
    const revision = fc.oneof(fc.integer({ min: 1, max: 999_999_999 }), fc.constantFrom(999_999_998, 999_999_999));
    const edge = fc.tuple(day, revision).map(([day, revision]) => BuildNumber.parse(`${day}-${revision}`)!);
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 5 }), (taken) => {
        const next = BuildNumber.next(new Date('2026-11-24T12:00:00Z'), taken);
        expect(BuildNumber.parse(`${next}`)).toEqual(next);
        expect(taken.some((each) => each.equals(next))).toBe(false);
        for (const each of taken) if (each.day !== '99991231') expect(next.isNewerThan(each)).toBe(true);
      }),
    );
  });

  it('is far ahead from a year on', () => {
    const at = new Date('2026-11-24T23:00:00Z');
    const isFar = (text: string) => BuildNumber.parse(text)!.isFarAhead(at);
    expect(['20200101-1', '20261124-1', '20261125-1', '20271125-1'].filter(isFar)).toEqual([]);
    expect(['20271127-1', '20991231-1', '99991231-1'].filter((text) => !isFar(text))).toEqual([]);
  });

  it('gives the one that is offered only if it is the newest, and of no day to come', () => {
    const at = new Date('2026-11-24T12:00:00Z');
    const near = fc.tuple(fc.integer({ min: 20261122, max: 20261126 }), fc.integer({ min: 1, max: 9 }));
    const number = near.map(([day, revision]) => BuildNumber.parse(`${day}-${revision}`)!);
    fc.assert(
      fc.property(fc.array(number, { maxLength: 5 }), number, (taken, offered) => {
        const next = BuildNumber.next(at, taken, offered);
        const isNewest = taken.every((each) => offered.isNewerThan(each));
        const expected = isNewest && offered.day <= '20261124' ? offered : BuildNumber.next(at, taken);
        expect(next.toString()).toBe(expected.toString());
        expect(taken.some((each) => each.equals(next))).toBe(false);
      }),
    );
  });

  it('counts old dotted numbers of the day as taken, and makes none', () => {
    const next = BuildNumber.next(new Date('2026-11-24T00:00:00Z'), [BuildNumber.parse('20261124.3')!]);
    expect(next.toString()).toBe('20261124-4');
    expect(BuildNumber.first(new Date('2026-11-24T00:00:00Z')).toString()).toBe('20261124-1');
  });

  it('takes the day in UTC', () => {
    expect(BuildNumber.first(new Date('2026-11-25T00:30:00+02:00')).day).toBe('20261124');
  });

  it.each([
    '',
    '20261124',
    '20261124-',
    '20261124-0',
    '20261124-01',
    '20261124-1.2',
    '2026112-1',
    '20261324-1',
    '20260230-1',
    '20261124_1',
    ' 20261124-1',
    '20261124-1\n',
    '20261124-1000000000',
    '-1',
  ])('refuses %j', (text) => expect(BuildNumber.parse(text)).toBeUndefined());

  it('never throws on hostile input', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void BuildNumber.parse(text)));
  });
});
