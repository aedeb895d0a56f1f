import fc from 'fast-check';
import { BuildNumber } from '../release/build-number.ts';
import { compareLog, type LogEvidence } from './compare-log.ts';
import { loggedBegin, loggedEnd, type KeptDeployment, type LoggedDeployment } from './deployment-log.ts';
import type { DeploymentOutcome } from './deployment-record.ts';
import { forgettable } from './record-retention.ts';

const minute = 60_000;
const beginning = Date.parse('2026-11-24T12:00:00Z');
const timeOf = (sequence: number, seconds = 0) =>
  new Date(beginning + sequence * minute + seconds * 1000).toISOString();

function recordOf(sequence: number, outcome: DeploymentOutcome = 'succeeded'): KeptDeployment {
  return {
    environment: 'prod',
    sequence,
    release: {
      ...{ service: 'orders', buildNumber: BuildNumber.parse(`20261124-${sequence}`)!, commit: 'c'.repeat(40) },
      ...{ imageDigest: `sha256:${'a'.repeat(64)}`, contentHash: `sha256:${'b'.repeat(64)}`, dirty: false },
    },
    actor: { person: 'ada', run: 'ci/1' },
    cause: { action: 'promote', approvedBy: { names: ['carol'], by: 'claim' } },
    startedAt: timeOf(sequence),
    ...(outcome === 'running' ? {} : { finishedAt: timeOf(sequence, 9) }),
    outcome,
    id: `uid-${sequence}`,
    createdAt: timeOf(sequence),
  };
}

function linesOf(record: KeptDeployment): LoggedDeployment {
  const { sequence, id } = record;
  const begin = loggedBegin(
    { ...record, manifests: [] },
    { at: new Date(record.startedAt), record: id, provisioning: undefined },
  );
  const { finishedAt } = record;
  const end = finishedAt === undefined ? undefined : loggedEnd({ ...record, finishedAt }, new Date(finishedAt));
  return { service: 'orders', sequence, begin, ...(end ? { end } : {}), unreadable: [] };
}

/** So many deployments as they are after the last one, when all went as it should. */
function honest(outcomes: readonly DeploymentOutcome[], since = 1): LogEvidence {
  const all = outcomes.map((outcome, index) => recordOf(index + 1, outcome));
  const forgotten = new Set(forgettable(all));
  return {
    environment: 'prod',
    records: all.filter((record) => !forgotten.has(record)),
    log: all.filter(({ sequence }) => sequence >= since).map(linesOf),
    manifests: new Map(),
    since: timeOf(since),
    now: new Date(beginning + (outcomes.length + 60) * minute),
  };
}

const told = (evidence: LogEvidence) => compareLog(evidence).map(({ type, sequence }) => `${type} ${sequence}`);
const five = () => honest(['succeeded', 'failed', 'succeeded', 'abandoned', 'succeeded']);
const without = <T extends { readonly sequence: number }>(all: readonly T[], ...gone: number[]): T[] =>
  all.filter(({ sequence }) => !gone.includes(sequence));
const changed = <T extends { readonly sequence: number }>(
  all: readonly T[],
  which: number,
  change: (one: T) => T,
): T[] => all.map((one) => (one.sequence === which ? change(one) : one));

it('finds nothing where records and log are what deployments leave, also from before the log and while one goes on', () => {
  const outcome = fc.constantFrom<DeploymentOutcome>('succeeded', 'failed', 'cancelled', 'abandoned');
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 60 }), fc.nat(70), fc.boolean(), (ended, since, runs) => {
      expect(told(honest([...ended, ...(runs ? (['running'] as const) : [])], since + 1))).toEqual([]);
    }),
  );
});

it('finds a record that was deleted, whichever it is of those that are kept', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (count, which) => {
      const evidence = honest(Array.from({ length: count }, () => 'succeeded' as const));
      const gone = evidence.records[which % evidence.records.length]!.sequence;
      expect(told({ ...evidence, records: without(evidence.records, gone) })).toEqual([`record-gone ${gone}`]);
    }),
  );
});

it('finds all records deleted, and the only good one of long ago', () => {
  const evidence = honest(['succeeded', ...Array.from({ length: 25 }, () => 'failed' as const)]);
  expect(told({ ...evidence, records: without(evidence.records, 1) })).toEqual(['record-gone 1']);
  expect(told({ ...evidence, records: [] })).toHaveLength(21);
});

it('finds a record without a line, unless it is of before the log or was made just now', () => {
  const evidence = five();
  const log = without(evidence.log, 4);
  expect(told({ ...evidence, log })).toEqual(['record-not-logged 4']);
  expect(told({ ...evidence, log, since: undefined })).toEqual([]);
  expect(told({ ...evidence, log: without(evidence.log, 5), now: new Date(timeOf(5, 30)) })).toEqual([]);
  // What the record says of its time does not count: the cluster says when it was made.
  const older = changed(evidence.records, 4, (one) => ({ ...one, startedAt: '2020-01-01T00:00:00.000Z' }));
  expect(told({ ...evidence, log, records: older })).toEqual(['record-not-logged 4']);
});

it('finds sequences of which nothing is left', () => {
  const evidence = five();
  const [log, records] = [without(evidence.log, 2, 3), without(evidence.records, 2, 3)];
  expect(compareLog({ ...evidence, log, records })).toEqual([
    {
      type: 'log-gap',
      sequence: 2,
      says: 'The log goes from deployment 1 to 4; of deployments 2 to 3 there is neither a line nor a record.',
    },
  ]);
});

it.each<[string, (record: KeptDeployment) => KeptDeployment, RegExp]>([
  ['outcome', (one) => ({ ...one, outcome: 'failed' }), /it failed by the record and succeeded by the log/],
  ['end', (one) => ({ ...one, finishedAt: timeOf(3, 50) }), /it ended .* by the record and .* by the log/],
  ['beginning', (one) => ({ ...one, startedAt: timeOf(2) }), /when it began is .* in the record and/],
  ['approver', (one) => ({ ...one, cause: { action: 'promote' } }), /who approved is nobody in the record and carol/],
  ['person', (one) => ({ ...one, actor: { person: 'eve', run: 'ci/1' } }), /the person is eve in the record and ada/],
  [
    'digest',
    (one) => ({ ...one, release: { ...one.release, imageDigest: `sha256:${'e'.repeat(64)}` } }),
    /the digest is sha256:e+ in the record/,
  ],
  ['commit', (one) => ({ ...one, release: { ...one.release, commit: 'e'.repeat(40) } }), /the commit is e+ in/],
  ['environment', (one) => ({ ...one, environment: 'dev' }), /the environment is dev in the record and prod/],
])('finds a record whose %s is not that of its line', (_, change, says) => {
  const evidence = five();
  const [found, ...others] = compareLog({ ...evidence, records: changed(evidence.records, 3, change) });
  expect(others).toEqual([]);
  expect(found).toMatchObject({ type: 'record-differs-from-log', sequence: 3, says: expect.stringMatching(says) });
});

it('finds a record that was made again with other manifests, and lets one be that has the same', () => {
  const evidence = five();
  const records = changed(evidence.records, 3, (one) => ({ ...one, id: 'another' }));
  const { manifests } = evidence.log[2]!.begin!;
  expect(told({ ...evidence, records, manifests: new Map([[3, manifests]]) })).toEqual([]);
  expect(told({ ...evidence, records, manifests: new Map([[3, 'sha256:other']]) })).toEqual([
    'record-differs-from-log 3',
  ]);
});

it('finds lines that say another time than that of their writing, that lack an end, or cannot be read', () => {
  const evidence = five();
  const late = changed(evidence.log, 2, (one) => ({ ...one, begin: { ...one.begin!, at: timeOf(40) } }));
  expect(told({ ...evidence, log: late })).toEqual(['log-time-differs 2']);
  const open = changed(evidence.log, 2, ({ end: _, ...one }) => one);
  expect(told({ ...evidence, log: open })).toEqual(['log-without-end 2']);
  const broken = changed(evidence.log, 2, ({ begin: _, ...one }) => ({ ...one, unreadable: ['begin'] }));
  expect(told({ ...evidence, log: broken })).toEqual(['log-unreadable 2']);
});

it('takes the beginning of a text that was too long for a line for the same', () => {
  const evidence = honest(['succeeded']);
  const [record] = evidence.records;
  const long = { ...record!, actor: { person: 'ada', run: `https://ci.example/${'x'.repeat(500)}` } };
  expect(told({ ...evidence, records: [long], log: [linesOf(long)] })).toEqual([]);
  const other = { ...long, actor: { person: 'ada', run: `https://ci.example/y${'x'.repeat(500)}` } };
  expect(told({ ...evidence, records: [other], log: [linesOf(long)] })).toEqual(['record-differs-from-log 1']);
});
