import fc from 'fast-check';
import { BuildNumber } from '../release/build-number.ts';
import { coverageOf, deliveredChanges, type DeploymentFacts } from './delivered-changes.ts';
import type { DeploymentAction, DeploymentOutcome } from '../deploy/deployment-record.ts';

/** Ended at the minute of its sequence. */
function record(
  sequence: number,
  action: DeploymentAction,
  build: number,
  outcome: DeploymentOutcome = 'succeeded',
): DeploymentFacts {
  return {
    sequence,
    cause: { action },
    outcome,
    release: { buildNumber: BuildNumber.parse(`20261124-${build}`)!, commit: `commit-${build}` },
    ...(outcome === 'running' ? {} : { finishedAt: new Date(sequence * 60_000).toISOString() }),
  };
}

const verdictsOf = (...records: DeploymentFacts[]) =>
  deliveredChanges(records).map(({ sequence, verdict, restoredAt }) =>
    [sequence, verdict, ...(restoredAt === undefined ? [] : [restoredAt / 60_000])].join(' '),
  );

describe('changes', () => {
  it('are newer builds, deployed or promoted, and nothing else', () => {
    const records = [
      record(1, 'deploy', 1),
      record(2, 'deploy', 1),
      record(3, 'promote', 2),
      record(4, 'deploy', 3, 'running'),
    ];
    expect(verdictsOf(...records)).toEqual(['1 succeeded', '3 succeeded']);
  });

  it('fail, and are restored by whatever ends well next', () => {
    const failed = record(2, 'deploy', 2, 'failed');
    expect(verdictsOf(record(1, 'deploy', 1), failed, record(3, 'automatic-rollback', 1))).toEqual([
      '1 succeeded',
      '2 failed 3',
    ]);
    expect(
      verdictsOf(
        record(1, 'deploy', 1),
        failed,
        record(3, 'automatic-rollback', 1, 'failed'),
        record(4, 'deploy', 3, 'failed'),
        record(5, 'deploy', 4),
      ),
    ).toEqual(['1 succeeded', '2 failed 5', '4 failed 5', '5 succeeded']);
    expect(verdictsOf(failed)).toEqual(['2 failed']);
  });

  it('are rolled back when an older build comes next, however it comes', () => {
    for (const action of ['rollback', 'automatic-rollback', 'deploy'] as const) {
      const records = [record(1, 'deploy', 1), record(2, 'deploy', 2), record(3, 'deploy', 2), record(4, action, 1)];
      expect(verdictsOf(...records)).toEqual(['1 succeeded', '2 rolled-back 4']);
    }
  });

  it('are not rolled back by going back from a newer one, or by going back that did not end well', () => {
    expect(
      verdictsOf(record(1, 'deploy', 1), record(2, 'deploy', 2), record(3, 'deploy', 3), record(4, 'rollback', 1)),
    ).toEqual(['1 succeeded', '2 succeeded', '3 rolled-back 4']);
    expect(verdictsOf(record(1, 'deploy', 2), record(2, 'rollback', 1, 'failed'), record(3, 'deploy', 3))).toEqual([
      '1 succeeded',
      '3 succeeded',
    ]);
  });

  it('can come again after they were left', () => {
    const again = [record(1, 'deploy', 1), record(2, 'deploy', 2), record(3, 'rollback', 1)];
    expect(verdictsOf(...again, record(4, 'deploy', 2))).toEqual(['1 succeeded', '2 rolled-back 3', '4 succeeded']);
    expect(verdictsOf(...again, record(4, 'rollback', 2))).toEqual(['1 succeeded', '2 rolled-back 3']);
  });

  it('may be ended by nobody, which is told apart', () => {
    const records = [record(1, 'deploy', 1, 'cancelled'), record(2, 'deploy', 1, 'abandoned'), record(3, 'deploy', 1)];
    expect(verdictsOf(...records)).toEqual(['1 cancelled', '2 abandoned', '3 succeeded']);
  });

  it('bring what none of the builds that were put in well had', () => {
    const records = [
      record(1, 'deploy', 1),
      record(2, 'deploy', 2, 'failed'),
      record(3, 'automatic-rollback', 1),
      record(4, 'deploy', 3),
      record(5, 'deploy', 4),
    ];
    expect(deliveredChanges(records).map(({ commit, known }) => [commit, ...known])).toEqual([
      ['commit-1'],
      ['commit-2', 'commit-1'],
      ['commit-3', 'commit-1'],
      ['commit-4', 'commit-1', 'commit-3'],
    ]);
  });

  it('pass over what has no time at which it ended', () => {
    const { finishedAt: _, ...timeless } = record(1, 'deploy', 1);
    expect(verdictsOf(timeless, { ...timeless, finishedAt: 'yesterday' }, record(2, 'deploy', 1))).toEqual([
      '2 succeeded',
    ]);
    expect(deliveredChanges([])).toEqual([]);
  });

  it('do not depend on the order of the records', () => {
    const actions = fc.constantFrom('deploy', 'promote', 'rollback', 'automatic-rollback');
    const outcomes = fc.constantFrom('running', 'succeeded', 'failed', 'cancelled', 'abandoned');
    const some = fc.array(fc.tuple(actions, fc.integer({ min: 1, max: 6 }), outcomes), { maxLength: 12 });
    const shuffled = some
      .map((facts) => facts.map(([action, build, outcome], index) => record(index + 1, action, build, outcome)))
      .chain((records) => fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length })));
    fc.assert(
      fc.property(shuffled, ([records, others]) => {
        expect(deliveredChanges(others)).toEqual(deliveredChanges(records));
        expect(coverageOf(others, 120_000)).toEqual(coverageOf(records, 120_000));
      }),
    );
  });
});

describe('coverage', () => {
  const since = 10 * 60_000;
  const deploys = (...sequences: number[]) => sequences.map((sequence) => record(sequence, 'deploy', sequence));

  it('is whole while nothing was forgotten', () => {
    expect(coverageOf(deploys(1, 2, 30), since)).toMatchObject({ complete: false });
    expect(coverageOf(deploys(1, 2, 3), since)).toEqual({
      from: since,
      complete: true,
      hasFirst: true,
      oldestKept: 60_000,
    });
    expect(coverageOf([], since)).toEqual({ from: since, complete: true, hasFirst: true, oldestKept: undefined });
  });

  it('is whole when what was forgotten is older than what is asked for', () => {
    expect(coverageOf(deploys(10, 11), since)).toMatchObject({ from: since, complete: true, hasFirst: false });
  });

  it('begins behind the oldest record otherwise, also when an older one was kept beside', () => {
    const begun = { from: 11 * 60_000, complete: false, hasFirst: false, oldestKept: 11 * 60_000 };
    expect(coverageOf(deploys(11, 12, 13), since)).toEqual(begun);
    expect(coverageOf(deploys(2, 11, 12, 13), since)).toEqual(begun);
    expect(coverageOf([record(11, 'deploy', 1, 'running')], since)).toMatchObject({ from: Infinity, complete: false });
  });
});
