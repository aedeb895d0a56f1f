import fc from 'fast-check';
import { describeFreeze, freezeAt, freezeMistake, weekdays, type FreezeWindow } from './freeze.ts';

const zone = 'Europe/Berlin';
const noHint = () => '';
const yearEnd = { from: '2026-12-20T00:00', to: '2027-01-03T00:00', zone, reason: 'year end' };
const weekend: FreezeWindow[] = [
  { days: ['fri'], from: '15:00', zone, reason: 'weekend' },
  { days: ['sat', 'sun'], zone, reason: 'weekend' },
  { days: ['mon'], to: '06:00', zone, reason: 'monday' },
];
const untilOf = (windows: readonly FreezeWindow[], iso: string) => {
  const freeze = freezeAt(windows, new Date(iso));
  return freeze && (freeze.until?.toISOString() ?? 'never');
};

describe('a freeze', () => {
  it.each([
    ['before it begins', [yearEnd], '2026-12-19T22:59:59Z', undefined],
    ['from its first moment', [yearEnd], '2026-12-19T23:00Z', '2027-01-02T23:00:00.000Z'],
    ['to its last one', [yearEnd], '2027-01-02T22:59:59.999Z', '2027-01-02T23:00:00.000Z'],
    ['when it has ended', [yearEnd], '2027-01-02T23:00Z', undefined],
    ['each week', weekend, '2026-11-27T14:00Z', '2026-11-30T05:00:00.000Z'],
    ['of the next week', weekend, '2026-12-04T13:59Z', undefined],
    ['in summer, by its own clocks', weekend, '2026-07-03T13:00Z', '2026-07-06T04:00:00.000Z'],
    ['over a weekend in which clocks are put back', weekend, '2026-10-23T13:00Z', '2026-10-26T05:00:00.000Z'],
    ['of windows that follow without a gap', [yearEnd, ...weekend], '2026-12-18T14:00Z', '2027-01-04T05:00:00.000Z'],
    [
      'of windows in several zones',
      [yearEnd, { ...yearEnd, zone: 'UTC' }],
      '2026-12-21T00:00Z',
      '2027-01-03T00:00:00.000Z',
    ],
    ['that never ends', [{ days: [...weekdays], zone }], '2026-12-21T00:00Z', 'never'],
    ['without windows', [], '2026-12-21T00:00Z', undefined],
  ])('%s', (_, windows, moment, until) => expect(untilOf(windows, moment)).toBe(until));

  it('holds in both hours that clocks show twice', () => {
    const night: FreezeWindow[] = [{ days: ['sun'], from: '02:00', to: '02:30', zone }];
    for (const moment of ['2026-10-25T00:00Z', '2026-10-25T00:45Z', '2026-10-25T01:29Z'])
      expect(untilOf(night, moment)).toBe('2026-10-25T01:30:00.000Z');
  });

  it('says until when by the clocks of the window that ends last, and why of those in force', () => {
    const tell = (iso: string, windows = [yearEnd, ...weekend]) => describeFreeze(freezeAt(windows, new Date(iso))!);
    expect(tell('2026-12-22T00:00Z')).toBe('is frozen until 2027-01-04 06:00 Europe/Berlin (year end)');
    expect(tell('2026-12-26T00:00Z')).toBe('is frozen until 2027-01-04 06:00 Europe/Berlin (year end; weekend)');
    expect(tell('2026-12-21T00:00Z', [{ ...yearEnd, zone: 'UTC', reason: 'x' }])).toBe(
      'is frozen until 2027-01-03 00:00 UTC (x)',
    );
    expect(tell('2026-12-21T00:00Z', [{ days: [...weekdays], zone }] as never)).toBe('is frozen without an end');
  });
});

const minutes = (count: number) =>
  `${String(Math.floor(count / 60)).padStart(2, '0')}:${String(count % 60).padStart(2, '0')}`;
const span = fc.tuple(fc.nat(1439), fc.nat(1439)).map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);
const weekly = (zones: readonly string[]) =>
  fc.record({
    days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
    span,
    zone: fc.constantFrom(...zones),
  });
const windowOf = ({
  days,
  span: [from, to],
  ...rest
}: {
  days: (typeof weekdays)[number][];
  span: readonly [number, number];
  zone: string;
}) => ({
  ...rest,
  days,
  from: minutes(from),
  to: minutes(to),
});
const moment = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2028, 0) }).map((at) => new Date(at));
const anyZones = ['UTC', zone, 'America/New_York', 'Asia/Kolkata', 'Asia/Beirut', 'Australia/Lord_Howe'];
const anyWindows = fc.array(weekly(anyZones).map(windowOf), { maxLength: 4 });

describe('freezes', () => {
  it('end at a moment that is free, and hold at each one until then', () => {
    fc.assert(
      fc.property(
        anyWindows,
        moment,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (windows, now, part) => {
          const freeze = freezeAt([...windows, yearEnd], now);
          if (!freeze?.until) return;
          const end = freeze.until.getTime();
          expect(end).toBeGreaterThan(now.getTime());
          expect(freezeAt([...windows, yearEnd], freeze.until)).toBeUndefined();
          const between = new Date(now.getTime() + Math.floor((end - now.getTime()) * part));
          expect(freezeAt([...windows, yearEnd], between)?.until).toEqual(freeze.until);
        },
      ),
    );
  });

  it('are in force when clocks that nobody changes show a time of theirs', () => {
    fc.assert(
      fc.property(fc.array(weekly(['UTC', 'Asia/Kolkata']).map(windowOf), { maxLength: 4 }), moment, (windows, now) => {
        const isIn = ({ days, from, to, zone: timeZone }: (typeof windows)[number]) => {
          const [day, time] = now
            .toLocaleString('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' })
            .split(/,? /);
          return days.some((each) => each === day!.toLowerCase()) && from <= time! && time! < to;
        };
        expect(freezeAt(windows, now) !== undefined).toBe(windows.some(isIn));
      }),
    );
  });

  it('are the same when a window is written as two that adjoin', () => {
    fc.assert(
      fc.property(weekly(anyZones), fc.nat(1440), moment, ({ span: [from, to], ...rest }, cut, now) => {
        const middle = Math.min(Math.max(from + 1, cut), to - 1);
        fc.pre(from < middle);
        const whole = [windowOf({ ...rest, span: [from, to] })];
        const cutInTwo = [windowOf({ ...rest, span: [from, middle] }), windowOf({ ...rest, span: [middle, to] })];
        expect(freezeAt(cutInTwo, now)).toEqual(freezeAt(whole, now));
      }),
    );
  });

  it('of well-formed windows have no mistake', () => {
    fc.assert(fc.property(weekly(anyZones), (each) => expect(freezeMistake(windowOf(each), noHint)).toBeUndefined()));
    expect(freezeMistake(yearEnd, noHint)).toBeUndefined();
  });
});

it.each<[string, FreezeWindow, string]>([
  ['an unknown zone', { ...yearEnd, zone: 'Europe/Berln' }, 'no time zone "Europe/Berln". Zones are named'],
  ['a zone like no other', { ...yearEnd, zone: 'nowhere-at-all' }, 'named as in the IANA database'],
  ['no end', { from: '2026-12-20T00:00', zone }, 'the key "to" is missing'],
  ['no start', { to: '2026-12-20T00:00', zone }, 'the key "from" is missing'],
  ['an end before the start', { ...yearEnd, to: '2026-12-19T00:00' }, 'ends (2026-12-19T00:00) before it has begun'],
  ['an end at the start', { ...yearEnd, to: yearEnd.from }, 'before it has begun'],
  ['a day that is none', { ...yearEnd, to: '2027-02-30T00:00' }, 'to is "2027-02-30T00:00"; without "days" it must be'],
  ['an hour that is none', { ...yearEnd, from: '2026-12-20T25:00' }, 'from is "2026-12-20T25:00"'],
  ['a time alone', { ...yearEnd, from: '15:00' }, 'from is "15:00"; without "days" it must be a date with a time'],
  ['a date with days', { ...yearEnd, days: ['fri'] }, 'with "days" it must be a time of day, like "15:00"'],
  ['a time past midnight', { days: ['fri'], from: '22:00', to: '06:00', zone }, 'Past midnight, write two'],
  ['minutes that are none', { days: ['fri'], to: '24:30', zone }, 'to is "24:30"'],
])('%s is a mistake', (_, window, mistake) => expect(freezeMistake(window, noHint)).toContain(mistake));
