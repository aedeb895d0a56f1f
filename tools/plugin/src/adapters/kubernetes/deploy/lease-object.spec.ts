import * as fc from 'fast-check';
import { renewalTime, takingTime, type Lease } from './lease-object.ts';

const clock = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2040-01-01') });
const seconds = fc.integer({ min: 1, max: 60 });

function held(renewed: number, leaseDurationSeconds: number, holderIdentity: string | null): Pick<Lease, 'spec'> {
  return { spec: { holderIdentity, leaseDurationSeconds, renewTime: new Date(renewed).toISOString() } };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('times of a lease go forward, whatever the clocks of those who hold it say', () => {
  fc.assert(
    fc.property(clock, clock, seconds, (now, renewed, duration) => {
      jest.setSystemTime(now);
      const lease = held(renewed, duration, 'ada');
      expect(Date.parse(renewalTime(lease))).toBe(Math.max(now, renewed + 1));
      expect(Date.parse(takingTime(lease))).toBe(Math.max(now, renewed + duration * 1000 + 1));
      expect(Date.parse(takingTime(held(renewed, duration, null)))).toBe(Math.max(now, renewed + 1));
    }),
  );
});

it('a lease without a time is taken and renewed now', () => {
  jest.setSystemTime(Date.parse('2026-11-28T10:00:00.123Z'));
  for (const time of [renewalTime(), takingTime(), takingTime({ spec: { renewTime: 'never' } })])
    expect(time).toBe('2026-11-28T10:00:00.123000Z');
});
