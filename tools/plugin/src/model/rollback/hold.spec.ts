import fc from 'fast-check';
import { BuildNumber } from '../release/build-number.ts';
import type { DeploymentOutcome, Hold } from '../deploy/deployment-record.ts';
import { describeHold, holdOf, isHeldBack } from './hold.ts';
import type { Release } from '../release/release.ts';

const build = (revision: number) => BuildNumber.parse(`20261124-${revision}`)!;
const hold: Hold = {
  buildNumber: build(5),
  actor: { person: 'ada', run: 'ada@laptop' },
  reason: 'wrong totals',
  since: '2026-11-24T12:00:00.000Z',
};
const record = (revision: number, outcome: DeploymentOutcome, held?: Hold) => ({
  release: { buildNumber: build(revision) } as Release,
  outcome,
  ...(held ? { hold: held } : {}),
});

describe('holdOf', () => {
  it.each([
    ['nothing was deployed', [], false],
    ['nobody went back', [record(5, 'succeeded')], false],
    ['somebody went back', [record(4, 'succeeded', hold), record(5, 'succeeded')], true],
    ['going back failed', [record(4, 'failed', hold), record(5, 'succeeded')], true],
    ['a newer build failed', [record(6, 'failed', hold), record(4, 'succeeded', hold)], true],
    ['a newer build succeeded', [record(6, 'succeeded', hold), record(4, 'succeeded', hold)], false],
    ['it was ended by force', [record(5, 'succeeded'), record(4, 'succeeded', hold)], false],
  ])('when %s', (_, records, isHeld) => expect(holdOf(records)).toEqual(isHeld ? hold : undefined));
});

it('holds back the build that was left and those before it, whatever their day', () => {
  const number = fc.tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 99 }));
  const of = ([day, revision]: [number, number]) =>
    BuildNumber.parse(`202611${String(day).padStart(2, '0')}-${revision}`)!;
  fc.assert(
    fc.property(number, number, (left, asked) => {
      const isOlder = asked[0] < left[0] || (asked[0] === left[0] && asked[1] <= left[1]);
      expect(isHeldBack(of(asked), { ...hold, buildNumber: of(left) })).toBe(isOlder);
    }),
  );
  expect(isHeldBack(build(1), undefined)).toBe(false);
});

it('is told with who and why', () => {
  const { reason: _, ...withoutReason } = hold;
  expect(describeHold(hold, 'prod')).toMatch(
    /^20261124-5 is held in prod since 2026-11-24 \d\d:\d\d \S+ \(rolled back by ada: wrong totals\)$/,
  );
  expect(describeHold(withoutReason, 'prod')).toMatch(/ \(rolled back by ada\)$/);
});
