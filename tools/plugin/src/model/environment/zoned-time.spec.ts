import fc from 'fast-check';
import { clockTimeAt, instantsOf, isTimeZone } from './zoned-time.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Beirut',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
];
const instant = fc.integer({ min: Date.UTC(2012, 0), max: Date.UTC(2040, 0) });
const at = (iso: string) => Date.parse(iso);

describe('instants of clocks', () => {
  it('are those at which the clocks show the time', () => {
    fc.assert(
      fc.property(instant, fc.constantFrom(...zones), (moment, zone) => {
        const { first, last } = instantsOf(clockTimeAt(moment, zone), zone);
        expect([first, last]).toContain(moment);
        expect(clockTimeAt(first, zone)).toBe(clockTimeAt(last, zone));
      }),
    );
  });

  it('are none before those of an earlier time', () => {
    fc.assert(
      fc.property(instant, fc.nat(172_800_000), fc.constantFrom(...zones), (time, later, zone) => {
        expect(instantsOf(time + later, zone).last).toBeGreaterThanOrEqual(instantsOf(time, zone).first);
      }),
    );
  });

  it.each([
    ['2026-07-01T12:00Z', 'Europe/Berlin', '2026-07-01T10:00Z', '2026-07-01T10:00Z'],
    ['2026-12-01T12:00Z', 'Europe/Berlin', '2026-12-01T11:00Z', '2026-12-01T11:00Z'],
    // Twice, as clocks are put back, and never, as they jump.
    ['2026-10-25T02:30Z', 'Europe/Berlin', '2026-10-25T00:30Z', '2026-10-25T01:30Z'],
    ['2026-03-29T02:30Z', 'Europe/Berlin', '2026-03-29T01:30Z', '2026-03-29T01:30Z'],
    // Clocks of Lebanon jump at midnight, those of Lord Howe by half an hour.
    ['2026-03-29T00:00Z', 'Asia/Beirut', '2026-03-28T22:00Z', '2026-03-28T22:00Z'],
    ['2026-04-05T01:45Z', 'Australia/Lord_Howe', '2026-04-04T14:45Z', '2026-04-04T15:15Z'],
  ])('%s on the clocks of %s', (time, zone, first, last) =>
    expect(instantsOf(at(time), zone)).toEqual({ first: at(first), last: at(last) }),
  );
});

it.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Europe/Berln', false],
  ['+01:00', false],
  ['', false],
  ['local', false],
])('%s is a zone: %s', (name, isZone) => expect(isTimeZone(name)).toBe(isZone));
