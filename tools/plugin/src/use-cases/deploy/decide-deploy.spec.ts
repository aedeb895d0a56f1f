import { BuildNumber } from '../../model/release/build-number.ts';
import type { DeploymentOutcome, DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { decideDeploy, type DeployDecision } from './decide-deploy.ts';

const ada = { person: 'ada', run: 'ada@laptop' };
const build = (revision: number) => BuildNumber.parse(`20261124-${revision}`)!;

/** A record of a deployment of a build. @param held the build that is held from then on. */
function record(revision: number, outcome: DeploymentOutcome = 'succeeded', held?: number): DeploymentRecord {
  return {
    environment: 'preprod',
    sequence: 1,
    release: {
      service: 'orders',
      buildNumber: build(revision),
      commit: 'c'.repeat(40),
      imageDigest: `sha256:${'a'.repeat(64)}`,
      contentHash: `sha256:${'b'.repeat(64)}`,
      dirty: false,
    },
    manifests: [],
    actor: ada,
    cause: { action: held === undefined ? 'deploy' : 'rollback' },
    ...(held === undefined ? {} : { hold: { buildNumber: build(held), actor: ada, since: '2026-11-24T12:00:00Z' } }),
    startedAt: '2026-11-24T12:00:00Z',
    outcome,
  };
}

interface Case {
  readonly name: string;
  /** Newest first. */
  readonly records: readonly DeploymentRecord[];
  readonly release: number;
  readonly force?: boolean;
  readonly changes?: boolean;
  readonly isOlder?: boolean;
  readonly state: DeployDecision['state'];
  /** Build that is restored when it fails. */
  readonly fallback?: number;
  readonly hold?: number;
}

const cases: Case[] = [
  { name: 'deploys where nothing was deployed', records: [], release: 1, state: 'deploy' },
  { name: 'deploys a newer build', records: [record(1)], release: 2, state: 'deploy', fallback: 1 },
  { name: 'deploys where nothing succeeded', records: [record(1, 'failed')], release: 1, state: 'deploy' },
  {
    name: 'deploys a build again that failed, with the good one as fallback',
    records: [record(2, 'failed'), record(1)],
    release: 2,
    changes: false,
    state: 'deploy',
    fallback: 1,
  },
  { name: 'skips what runs', records: [record(1)], release: 1, changes: false, state: 'unchanged' },
  {
    name: 'skips what runs also by force',
    records: [record(1)],
    release: 1,
    changes: false,
    force: true,
    state: 'unchanged',
  },
  { name: 'repairs what runs and has drifted', records: [record(1)], release: 1, state: 'deploy', fallback: 1 },
  { name: 'skips an older build', records: [record(2)], release: 1, state: 'superseded' },
  { name: 'orders revisions as numbers', records: [record(10)], release: 9, state: 'superseded' },
  {
    name: 'deploys an older build by force',
    records: [record(2)],
    release: 1,
    force: true,
    state: 'deploy',
    fallback: 2,
  },
  {
    name: 'skips a newer build of an older commit',
    records: [record(2)],
    release: 3,
    isOlder: true,
    state: 'superseded',
  },
  {
    name: 'deploys an older commit by force',
    records: [record(2)],
    release: 3,
    isOlder: true,
    force: true,
    state: 'deploy',
    fallback: 2,
  },
  {
    name: 'does not count a newer build that failed',
    records: [record(3, 'failed'), record(1)],
    release: 2,
    state: 'deploy',
    fallback: 1,
  },
  {
    name: 'skips the build that was rolled back',
    records: [record(1, 'succeeded', 2), record(2)],
    release: 2,
    state: 'held',
    hold: 2,
  },
  {
    name: 'deploys a newer build than the held one, and keeps the hold until it succeeded',
    records: [record(1, 'succeeded', 2), record(2)],
    release: 3,
    state: 'deploy',
    fallback: 1,
    hold: 2,
  },
  {
    name: 'deploys the held build by force, which ends the hold',
    records: [record(1, 'succeeded', 2), record(2)],
    release: 2,
    force: true,
    state: 'deploy',
    fallback: 1,
  },
  {
    name: 'repairs the build that a rollback went to',
    records: [record(1, 'succeeded', 2), record(2)],
    release: 1,
    state: 'deploy',
    fallback: 1,
    hold: 2,
  },
  {
    name: 'skips the build that a rollback went to when it runs',
    records: [record(1, 'succeeded', 2), record(2)],
    release: 1,
    changes: false,
    state: 'unchanged',
  },
  {
    name: 'holds back while a rollback has not succeeded',
    records: [record(1, 'failed', 2), record(2)],
    release: 2,
    state: 'held',
    hold: 2,
  },
];

it.each(cases)('$name', ({ records, release, force = false, changes = true, isOlder, state, fallback, hold }) => {
  const decision = decideDeploy(records, { buildNumber: build(release) }, { force, changes, isOlder });
  expect(decision.state).toBe(state);
  const found = 'fallback' in decision ? decision.fallback?.release.buildNumber.toString() : undefined;
  expect(found).toBe(fallback === undefined ? undefined : build(fallback).toString());
  const held = 'hold' in decision ? decision.hold?.buildNumber.toString() : undefined;
  expect(held).toBe(hold === undefined ? undefined : build(hold).toString());
});
