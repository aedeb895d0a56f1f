import { formatAgo, formatMoment, formatSecond, formatTimestamp } from './timestamp.ts';

const now = new Date('2026-11-24T12:12:30Z');

describe('formatTimestamp', () => {
  it.each([
    ['UTC', '2026-11-24 12:00 UTC'],
    ['Europe/Berlin', '2026-11-24 13:00 CET'],
    ['America/New_York', '2026-11-24 07:00 GMT-5'],
    ['Asia/Kolkata', '2026-11-24 17:30 GMT+5:30'],
  ])('shows local time and zone in %s', (zone, shown) => {
    expect(formatTimestamp('2026-11-24T12:00:15.123Z', zone)).toBe(shown);
    expect(formatSecond('2026-11-24T12:00:15.123Z', zone)).toBe(
      shown.replace('00 ', '00:15 ').replace('30 ', '30:15 '),
    );
  });
});

describe('formatAgo', () => {
  it.each([
    ['2026-11-24T12:12:30.000Z', 'just now'],
    ['2026-11-24T12:13:30.000Z', 'just now'],
    ['2026-11-24T12:12:20.000Z', '10 s ago'],
    ['2026-11-24T12:00:15.000Z', '12 min ago'],
    ['2026-11-22T10:00:00.000Z', '2 d ago'],
  ])('returns the largest unit of the time since %s', (iso, shown) => expect(formatAgo(iso, now)).toBe(shown));
});

describe('formatMoment', () => {
  it('shows when and how long ago', () => {
    expect(formatMoment('2026-11-24T12:00:15Z', now)).toMatch(/^2026-11-2\d \d\d:\d\d \S+ \(12 min ago\)$/);
  });
});
