import fc from 'fast-check';
import { loggedBegin, loggedEnd } from '../../../model/deploy/deployment-log.ts';
import type { DeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import { lastIn, lineKey, partNameOf, partOf, placeOf, readPart, writeLine } from './log-line.ts';

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 900 }), fc.string({ maxLength: 900 }));
const build = BuildNumber.parse('20261124-1')!;

const records: fc.Arbitrary<DeploymentRecord> = fc
  .record({
    environment: text,
    sequence: fc.integer({ min: 1, max: 99_999_999 }),
    ...{ commit: text, imageDigest: text, contentHash: text, person: text, run: text, identity: text },
    cause: fc.record(
      {
        reason: text,
        approvedBy: text.map((name) => ({ names: [name], by: 'github-review' as const })),
        overrides: fc.array(text, { maxLength: 30 }),
      },
      { requiredKeys: [] },
    ),
    reason: text,
  })
  .map(({ environment, sequence, commit, imageDigest, contentHash, person, run, identity, cause, reason }) => ({
    environment,
    sequence,
    release: {
      ...{ service: 'orders', buildNumber: build, commit, dirty: false },
      imageDigest: imageDigest as DeploymentRecord['release']['imageDigest'],
      contentHash: contentHash as DeploymentRecord['release']['contentHash'],
    },
    manifests: [],
    actor: { person, run, identity },
    cause: { action: 'automatic-rollback' as const, ...cause },
    startedAt: '2026-11-24T12:00:00.000Z',
    finishedAt: '2026-11-24T12:00:09.000Z',
    outcome: 'abandoned' as const,
    reason,
  }));

const known = {
  at: new Date('2026-11-24T12:00:00Z'),
  record: '11111111-1111-1111-1111-111111111111',
  provisioning: BuildNumber.parse('20261124-99999999'),
};

it('writes lines that the policy of the cluster takes, whatever a record says', () => {
  fc.assert(
    fc.property(records, (record) => {
      for (const line of [
        writeLine(loggedBegin(record, known)),
        writeLine(loggedEnd({ ...record, finishedAt: record.finishedAt! }, known.at)!),
      ]) {
        expect(line.length).toBeLessThanOrEqual(2048);
        expect(line).toMatch(/^\{"at":"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z",.*\}$/s);
        expect(line).not.toContain('\n');
      }
      expect(lineKey(record.sequence, 'begin')).toMatch(/^([0-9]{6}|[1-9][0-9]{6,8})[.](begin|end|abort)$/);
    }),
  );
});

it('reads what it has written', () => {
  fc.assert(
    fc.property(records, (record) => {
      const begin = loggedBegin(record, known);
      const end = loggedEnd({ ...record, finishedAt: record.finishedAt! }, known.at)!;
      const { sequence } = record;
      const lines = { [lineKey(sequence, 'begin')]: writeLine(begin), [lineKey(sequence, 'end')]: writeLine(end) };
      // A lone half of a character pair is written as what it is.
      expect(JSON.stringify(readPart('orders', lines))).toBe(
        JSON.stringify([{ service: 'orders', sequence, begin, end, unreadable: [] }]),
      );
    }),
  );
});

it('orders lines as deployments were, and finds the part of each', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_998 }), (sequence) => {
      expect(lineKey(sequence, 'end') < lineKey(sequence + 1, 'begin')).toBe(true);
      expect(placeOf(partNameOf('orders', partOf(sequence)))).toEqual(['orders', partOf(sequence)]);
      expect(lastIn(partOf(sequence))).toBeGreaterThanOrEqual(sequence);
      expect(partOf(lastIn(partOf(sequence)))).toBe(partOf(sequence));
    }),
  );
});

it('names lines that it cannot read, and passes over what is no line', () => {
  const lines = {
    '000007.begin': '{"at":"2026-11-24T12:00:00.000Z","build":7}',
    '000007.end': '{"at":"never","outcome":"won"}',
    '000008.end': 'nothing',
    notes: 'x',
    '7.begin': '{}',
  };
  expect(readPart('orders', lines)).toEqual([
    { service: 'orders', sequence: 7, unreadable: ['begin', 'end'] },
    { service: 'orders', sequence: 8, unreadable: ['end'] },
  ]);
});
