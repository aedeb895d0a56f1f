import { findUnkeptWaits, storeIsAway, type FailedWrite } from './unkept-waits.ts';

const storeOf = { payments: 'payments-database', inventory: 'inventory-store' };
const outage = { store: 'payments-database', fromMs: 1000, toMs: 16_000 };
const write: FailedWrite = { service: 'payments', what: storeIsAway, fromMs: 900, toMs: 12_900 };
const unkept = (failed: FailedWrite, outages = [outage]) => findUnkeptWaits([failed], outages, storeOf, 9500);

describe('writes that failed', () => {
  it('may, when their store was away for as long as their service waits', () => {
    expect(unkept(write)).toEqual([]);
    expect(unkept({ ...write, fromMs: 4000, toMs: 16_010 })).toEqual([]);
  });

  it('may not, when it was away for less, or was not theirs', () => {
    expect(unkept(write, [{ ...outage, toMs: 9000 }])).toEqual([write]);
    expect(unkept(write, [{ ...outage, store: 'inventory-store' }])).toEqual([write]);
    expect(unkept(write, [])).toEqual([write]);
  });

  it('may not, when it was away twice, for less each time', () => {
    const twice = [
      { ...outage, toMs: 7000 },
      { ...outage, fromMs: 7500, toMs: 13_000 },
    ];
    expect(unkept(write, twice)).toEqual([write]);
  });

  it('may not, when their service gave up early, or they were long over', () => {
    for (const times of [
      { fromMs: 2000, toMs: 3000 },
      { fromMs: 15_000, toMs: 27_000 },
    ])
      expect(unkept({ ...write, ...times })).toEqual([{ ...write, ...times }]);
  });

  it('may not, when callers were told something else', () => {
    for (const what of ['503 store-unavailable', '504 upstream request timeout', 'Error: no answer'])
      expect(unkept({ ...write, what })).toEqual([{ ...write, what }]);
  });
});
