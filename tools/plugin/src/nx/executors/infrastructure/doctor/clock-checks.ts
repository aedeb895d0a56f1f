import type { Checkup } from '../../../../use-cases/doctor/checkup.ts';
import type { ClockComparison } from '../../running/clock-comparison.ts';

/** Returns what the answers of servers said of this machine's clock. */
export function clockChecks(clocks: ClockComparison | undefined): Checkup[] {
  const of = { area: 'machine', check: 'clock' };
  const difference = clocks?.difference;
  if (difference !== undefined)
    return [{ ...of, state: 'wrong', says: difference, remedy: 'Have the clock set by NTP: build numbers go by it.' }];
  return clocks?.isCompared
    ? [{ ...of, state: 'ok', says: 'as those of the servers that answered, within a minute' }]
    : [{ ...of, state: 'not asked', says: 'no server answered that tells the time' }];
}
