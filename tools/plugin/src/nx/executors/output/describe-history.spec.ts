import type { DeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import { describeHistory } from './describe-history.ts';
import type { Terminal } from './terminal.ts';

const terminal = {
  columns: undefined,
  paint: (_: unknown, text: string) => text,
  mark: (_: unknown, text: string) => text,
} as unknown as Terminal;
const record: DeploymentRecord = {
  environment: 'preprod',
  sequence: 7,
  release: {
    service: 'orders',
    buildNumber: BuildNumber.parse('20261124-1')!,
    commit: 'c'.repeat(40),
    imageDigest: `sha256:${'a'.repeat(64)}`,
    contentHash: `sha256:${'b'.repeat(64)}`,
    dirty: false,
  },
  manifests: [],
  actor: { person: 'ada', run: 'ada@laptop' },
  cause: { action: 'deploy' },
  startedAt: '2026-11-24T12:00:00.000Z',
  finishedAt: '2026-11-24T12:00:09.000Z',
  outcome: 'succeeded',
};
const linesOf = (more: Partial<DeploymentRecord>) => {
  const found = { environment: 'preprod', state: 'read', records: [{ ...record, ...more }], logged: [] } as const;
  return describeHistory('orders', found, terminal, new Date('2026-11-24T12:05:00Z'))
    .map((line) => line.trim())
    .slice(3);
};

it('names who approved, and who says so', () => {
  const approvedBy = { names: ['alice', 'bob'], by: 'github-review' } as const;
  const found = {
    environment: 'prod',
    state: 'read',
    records: [{ ...record, cause: { ...record.cause, approvedBy } }],
    logged: [],
  } as const;
  expect(describeHistory('orders', found, terminal, new Date('2026-11-24T12:05:00Z')).join(' ')).toContain(
    'ada, approved by alice, bob (review of the run at GitHub)',
  );
});

it('tells below a deployment what was accepted for it: by options, and by its manifests', () => {
  expect(linesOf({})).toEqual([]);
  expect(
    linesOf({
      cause: { action: 'deploy', reason: 'the fair begins', overrides: ['--force', '--allow-downtime'] },
      exceptions: [{ object: 'Deployment orders', reason: 'One pod, for two send twice.', lifted: ['spec.replicas'] }],
    }).join(' '),
  ).toBe(
    'why: the fair begins with: --force --allow-downtime ' +
      'accepted: Deployment orders may fail requests while it is deployed (spec.replicas): One pod, for two send twice.',
  );
});

it('tells below a deployment which revision of an API clients got with it', () => {
  const api = { api: 'orders', revision: '20261124-1' };
  const publishes = [{ ...api, digest: 'sha256:1', file: 'apps/orders/openapi.yaml', path: 'orders' }];
  const published = [{ ...api, openedAt: '2026-11-24T12:00:08.000Z' }];
  expect(linesOf({ publishes, published })).toEqual(['API: orders, revision 20261124-1']);
  expect(linesOf({ publishes, outcome: 'failed' })).toEqual([
    'API: orders, revision 20261124-1, which clients did not get',
  ]);
});

it('shows deployments of which the log alone tells in their order, and says that there is no record', () => {
  const begin = {
    at: '2026-11-24T11:00:00.000Z',
    environment: 'preprod',
    build: BuildNumber.parse('20261123-4')!,
    ...{ commit: 'd'.repeat(40), digest: `sha256:${'a'.repeat(64)}`, contentHash: 'sha256:c', manifests: 'sha256:m' },
    action: 'promote',
    actor: { person: 'bob', run: 'ci/7' },
    approvedBy: 'carol',
    reason: 'the fair begins',
    startedAt: '2026-11-24T11:00:00.000Z',
  };
  const end = { at: begin.at, outcome: 'failed', finishedAt: '2026-11-24T11:00:05.000Z', reason: 'no image' } as const;
  const logged = [
    { service: 'orders', sequence: 6, begin, end, unreadable: [] },
    { service: 'orders', sequence: 4, unreadable: ['begin'] },
  ];
  const records = [record, { ...record, sequence: 5 }];
  const found = { environment: 'preprod', state: 'read', records, logged } as const;
  const text = describeHistory('orders', found, terminal, new Date('2026-11-24T12:05:00Z')).join('\n');
  expect([...text.matchAll(/^ {2}#(\d)/gm)].map(([, sequence]) => sequence)).toEqual(['7', '6', '5', '4']);
  expect(text).toMatch(/#6 +20261123-4 +d{12} +promote +failed .* 5 s +bob, approved by carol +ci\/7/);
  expect(text).toMatch(/#6.*\n +why: the fair begins\n +why: no image\n +record: none; this is its line in the log/);
  expect(text).toMatch(/#4 .*unknown[^]*its line "begin" cannot be read/);
});
