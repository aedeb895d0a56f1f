import fc from 'fast-check';
import { BuildNumber } from '../release/build-number.ts';
import { fateOf } from './build-fate.ts';
import type { DeploymentOutcome, Hold } from '../deploy/deployment-record.ts';

const numbers = [1, 2, 3].map((revision) => BuildNumber.parse(`20261124-${revision}`)!);
const hold: Hold = { buildNumber: numbers[1]!, actor: { person: 'ada', run: 'x' }, since: '2026-11-24T12:00:00Z' };

const record = fc
  .record({
    buildNumber: fc.constantFrom(...numbers),
    outcome: fc.constantFrom<DeploymentOutcome>('succeeded', 'failed', 'cancelled', 'abandoned'),
    fault: fc.constantFrom('build' as const, undefined),
    minute: fc.integer({ min: 10, max: 59 }),
  })
  .map(({ buildNumber, outcome, fault, minute }) => ({
    ...{ outcome, startedAt: `2026-11-24T12:${minute}:00Z` },
    release: {
      service: 'orders',
      buildNumber,
      commit: 'c',
      imageDigest: 'sha256:',
      contentHash: 'sha256:',
      dirty: false,
    } as const,
    ...(fault === undefined ? {} : { fault }),
  }));
const records = fc.array(record, { maxLength: 6 });

describe('what became of a build', () => {
  it('is that it failed exactly where it failed by itself, and never ended well', () => {
    fc.assert(
      fc.property(records, fc.constantFrom(...numbers), (all, build) => {
        const own = all.filter(({ release }) => release.buildNumber.equals(build));
        const hasRun = own.some(({ outcome }) => outcome === 'succeeded');
        const failures = own.filter(({ outcome, fault }) => outcome === 'failed' && fault === 'build');
        const { state } = fateOf(build, all);
        expect(state === 'ran').toBe(hasRun);
        expect(state === 'failed').toBe(!hasRun && failures.length > 0);
        if (state === 'failed') expect(fateOf(build, all)).toEqual({ state, at: failures[0]!.startedAt });
      }),
    );
  });

  it('is open while it is tried once more, and where somebody went back from it', () => {
    fc.assert(
      fc.property(record, records, (first, rest) => {
        const build = first.release.buildNumber;
        const isTried = [{ ...first, outcome: 'running' as const }, ...rest];
        expect(['kept', 'ran']).toContain(fateOf(build, isTried).state);
        const isHeld = [{ ...first, outcome: 'failed' as const, fault: 'build' as const, hold }, ...rest];
        expect(fateOf(build, isHeld).state === 'failed').toBe(
          build.isNewerThan(hold.buildNumber) && fateOf(build, rest).state !== 'ran',
        );
      }),
    );
  });
});
