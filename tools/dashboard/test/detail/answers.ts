import type { Activity } from '../../../plugin/src/model/dashboard/activity.ts';
import type { Delivery } from '../../../plugin/src/model/dashboard/delivery.ts';
import { momentCell, neighbouringEnds, type Moment } from '../../../plugin/src/model/dashboard/moment.ts';
import type { ServiceChanges } from '../../../plugin/src/model/dashboard/service-changes.ts';
import type { ServiceObjects } from '../../../plugin/src/model/dashboard/service-objects.ts';
import type { NotReached, ServicePage, ShownDeployment } from '../../../plugin/src/model/dashboard/service-page.ts';
import type { CommitPage } from '../../../plugin/src/model/dashboard/whereabouts.ts';

const now = '2026-11-26T12:00:00.000Z';
const commit = {
  id: 'a'.repeat(40),
  author: 'Ada',
  date: '2026-11-24T09:00:00.000Z',
  subject: '<img src=x onerror="document.title=1"> totals',
};
const gone: NotReached = {
  environment: 'dev',
  state: 'unreachable',
  reason: 'The API server does not answer.',
  remedy: 'Start it.',
};

function deployment(sequence: number, facts: Partial<ShownDeployment>): ShownDeployment {
  return {
    ...{
      service: 'orders',
      environment: 'prod',
      sequence,
      commit: commit.id,
      isDirty: false,
      action: 'deploy',
      outcome: 'succeeded',
    },
    ...{ build: `20261124-${sequence}`, by: 'ada', run: 'javascript:alert(1)' },
    ...{ startedAt: `2026-11-24T1${sequence}:00:00.000Z`, finishedAt: `2026-11-24T1${sequence}:02:00.000Z` },
    probe: { requests: 400, failed: 0, p99: 8.2 },
    ...facts,
  };
}

const hold = { build: '20261124-3', by: 'grace', since: '2026-11-24T14:00:00.000Z', reason: 'wrong totals' };
/** Newest first; the first one is no longer kept. */
const deployments = [
  deployment(5, {
    build: '20261124-4',
    outcome: 'failed',
    failure: 'Pods end.',
    hold,
    probe: { requests: 64, failed: 54, p99: 900, firstFailure: '503' },
  }),
  deployment(4, { build: '20261124-2', action: 'rollback', hold, why: 'wrong totals' }),
  deployment(3, {}),
  deployment(2, { approvedBy: 'grace (account in the cluster)', run: 'https://ci.example/run/2' }),
];

const service: ServicePage = {
  service: 'orders',
  now,
  environments: [gone, { environment: 'prod', state: 'read', deployments, isCut: true }],
  builds: ['20261124-4', '20261124-3', '20261124-2'],
  commits: [commit],
};

const side = (build: string) => ({ buildNumber: build, commit: commit.id, dirty: false });
const changes: ServiceChanges = {
  changes: {
    service: 'orders',
    from: { ...side('20261124-2'), environment: 'prod' },
    to: side('20261124-4'),
    commits: [{ ...commit, pullRequests: [7] }],
    lostCommits: [{ ...commit, id: 'b'.repeat(40), subject: 'hotfix', pullRequests: [] }],
    isHistoryCut: false,
    authors: [{ name: 'Ada', commits: 1 }],
    pullRequests: [{ number: 7, title: 'Totals', url: 'https://forge.example/pull/7' }],
    api: {
      state: 'compared',
      operations: [{ operation: 'GET /orders', change: 'removed', isBreaking: true, reasons: [] }],
    },
    manifests: {
      state: 'compared',
      environment: 'prod',
      changes: [
        {
          kind: 'Deployment',
          name: 'orders',
          action: 'configured',
          fields: [{ path: 'spec.replicas', from: '2', to: '3' }],
        },
      ],
    },
    dependencies: { changes: [], unknown: ['pnpm-lock.yaml cannot be read.'] },
  },
  markdown: '## orders',
};

const objects: ServiceObjects = {
  service: 'orders',
  now,
  environments: [
    gone,
    {
      environment: 'prod',
      state: 'read',
      build: '20261124-2',
      sequence: 4,
      isUnderWay: false,
      objects: [
        {
          kind: 'Deployment',
          name: 'orders',
          state: 'changed',
          isUnhealthy: false,
          fields: [{ path: 'spec.replicas', applied: '2', live: '3', by: 'kubectl-edit', at: now }],
        },
        { kind: 'Service', name: 'orders', state: 'as-deployed', isUnhealthy: false, fields: [] },
      ],
      unread: [{ kind: 'v1/Secret', reason: 'It is forbidden.', remedy: 'Grant it.' }],
    },
  ],
};

const figures = {
  complete: false,
  changes: { succeeded: 2, 'rolled-back': 1, failed: 1, cancelled: 0, abandoned: 0 },
  deploymentsPerDay: 0.1,
  leadTime: { median: 5400, p90: 6840, commits: 2, unknownChanges: 0 },
  changeFailureRate: 0.5,
  timeToRestore: { median: 60, restored: 2, open: 0 },
};
const delivery: Delivery = {
  ...{ now, environments: ['dev', 'prod'], environment: 'prod', state: 'read' },
  ...{ since: '2026-10-27T12:00:00.000Z', until: now, all: figures, services: [{ service: 'orders', ...figures }] },
  changes: [
    { service: 'orders', sequence: 2, finishedAt: '2026-11-24T12:02:00.000Z', verdict: 'succeeded', leadTimes: [5400] },
    { service: 'orders', sequence: 5, finishedAt: '2026-11-24T15:02:00.000Z', verdict: 'failed' },
  ],
};

const where: CommitPage = {
  now,
  commit,
  isMerge: false,
  environments: ['dev', 'prod'],
  services: [
    {
      service: 'orders',
      releasedIn: ['20261124-3'],
      environments: [gone, { environment: 'prod', state: 'waits', build: '20261124-2', hold: { by: 'grace' } }],
    },
  ],
};

const activity: Activity = { now, environments: ['dev', 'prod'], unreachable: [gone], deployments, more: 3 };

function momentAt(time: string): Moment {
  const at = new Date(time === 'now' ? now : time);
  return {
    ...{ at: at.toISOString(), now, ...neighbouringEnds(deployments, at) },
    environments: [
      gone,
      { environment: 'prod', state: 'read', isProtected: true, services: { orders: momentCell(deployments, at) } },
    ],
  };
}

/** Returns what a server would answer; undefined where it would refuse. */
export function answerTo(path: string): unknown {
  const moment = /^\/api\/moments\/(.+)$/.exec(path)?.[1];
  if (moment !== undefined) return momentAt(decodeURIComponent(moment));
  const known: Readonly<Record<string, unknown>> = {
    '/api/services/orders': service,
    '/api/services/orders/changes': changes,
    '/api/services/orders/objects': objects,
    '/api/commits/aaaa': where,
    '/api/delivery': delivery,
    '/api/activity': activity,
  };
  return known[path];
}
