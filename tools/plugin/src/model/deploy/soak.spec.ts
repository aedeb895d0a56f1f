import fc from 'fast-check';
import { BuildNumber } from '../release/build-number.ts';
import type { Release } from '../release/release.ts';
import type { DeploymentOutcome } from './deployment-record.ts';
import { soakedAt, staysOf } from './soak.ts';

const build = (revision: number) => BuildNumber.parse(`20261124-${revision}`)!;
const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 12, minute)).toISOString();

/** A deployment that took from a minute to the next one. */
const record = (revision: number, minute: number, outcome: DeploymentOutcome = 'succeeded') => ({
  release: { buildNumber: build(revision) } as Release,
  outcome,
  startedAt: at(minute),
  ...(outcome === 'running' ? {} : { finishedAt: at(minute + 1) }),
});

it.each([
  ['it runs', [record(1, 0)], [[29, undefined]]],
  ['another one replaced it', [record(2, 5), record(1, 0)], [[4, 2]]],
  ['it came back', [record(1, 10), record(2, 5), record(1, 0)], [[4, 2], [19, undefined]]], // prettier-ignore
  ['it was deployed again', [record(1, 10), record(1, 0)], [[29, undefined]]],
  ['another one failed and it was put back', [record(1, 6), record(2, 5, 'failed'), record(1, 0)], [[29, undefined]]],
  ['another one failed and nothing was put back', [record(2, 5, 'failed'), record(1, 0)], [[4, 2]]],
  ['another one is under way', [record(2, 5, 'running'), record(1, 0)], [[4, 2]]],
  ['one failed and the next succeeded', [record(3, 9), record(2, 5, 'failed'), record(1, 0)], [[4, 2]]],
  ['it never succeeded', [record(1, 0, 'failed')], []],
  ['it was never there', [record(2, 0)], []],
])('tells how long a build ran when %s', (_, records, stays) => {
  const found = staysOf(records, build(1), new Date(at(30)));
  expect(found.map(({ milliseconds, endedBy }) => [milliseconds / 60_000, endedBy?.revision])).toEqual(stays);
});

it('says the moment from which on a build has run for long enough', () => {
  const outcomes = fc.constantFrom<DeploymentOutcome>('succeeded', 'succeeded', 'succeeded', 'failed', 'running');
  const deployments = fc.array(fc.record({ revision: fc.integer({ min: 1, max: 2 }), outcome: outcomes }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(deployments, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 6 }), (found, soak, later) => {
      const records = found.map(({ revision, outcome }, index) => record(revision, index * 3, outcome)).reverse();
      const now = new Date(at(found.length * 3 + later));
      const end = soakedAt(records, build(1), soak * 60_000);
      const stays = staysOf(records, build(1), now);
      expect(end !== undefined && end <= now).toBe(stays.some(({ milliseconds }) => milliseconds >= soak * 60_000));
    }),
    { numRuns: 1000 },
  );
});

it('counts from the first deployment when it was deployed again', () => {
  expect(soakedAt([record(1, 10), record(1, 0)], build(1), 600_000)).toEqual(new Date(at(11)));
});
