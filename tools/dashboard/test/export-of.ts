import type { DashboardState } from '../../plugin/src/model/dashboard/dashboard-state.ts';
import type { Delivery } from '../../plugin/src/model/dashboard/delivery.ts';
import { gapRanges } from '../../plugin/src/model/dashboard/export/answer-from.ts';
import type { DashboardExport } from '../../plugin/src/model/dashboard/export/dashboard-export.ts';
import type { ServiceChanges } from '../../plugin/src/model/dashboard/service-changes.ts';
import type { ServicePage, ShownDeployment } from '../../plugin/src/model/dashboard/service-page.ts';

/** A commit whose words would do something if they were taken for HTML. */
export const hostileSubject = '</script><!--<script></noscript><img src=x onerror="document.title=1"> totals';

const figures = {
  complete: false,
  changes: { succeeded: 20, 'rolled-back': 1, failed: 1, cancelled: 0, abandoned: 0 },
  deploymentsPerDay: 0.1,
  leadTime: { median: 5400, p90: 6840, commits: 2, unknownChanges: 0 },
  changeFailureRate: 0.5,
  timeToRestore: { median: 60, restored: 2, open: 0 },
};

/** Returns an export of a state, with all that one has: five deployments in each cell, a comparison at each gap that differs. */
export function exportOf(state: DashboardState, changesPerCell = 20): DashboardExport {
  const names = state.environments.map(({ name }) => name);
  const time = (minutes: number) => new Date(Date.parse(state.now) - minutes * 60_000).toISOString();
  const commit = (at: number) => at.toString(16).padStart(6, '0').repeat(7).slice(0, 40);
  const deployments = (service: string, environment: string, seed: number) =>
    Array.from({ length: 5 }, (_, at): ShownDeployment => ({
      ...{ service, environment, sequence: 9 - at, build: `2026112${5 - at}-${(seed % 3) + 1}` },
      ...{ commit: commit(seed + at), isDirty: false, action: 'deploy', outcome: 'succeeded' },
      ...{ by: seed % 2 ? 'ada' : 'grace', run: `https://ci.example/run/${seed * 5 + at}` },
      startedAt: time(at * 1440 + (seed % 1440) + 2),
      finishedAt: time(at * 1440 + (seed % 1440)),
      probe: { requests: 400 + (seed % 50), failed: 0, p99: 8.2 },
    }));
  const services = state.rows.map(({ service }, at): [string, ServicePage] => [
    service,
    {
      ...{ service, now: state.now, builds: [], commits: [] },
      environments: state.environments.map(({ name, answer }, column) =>
        answer.state === 'unreachable'
          ? { environment: name, state: 'unreachable', reason: answer.reason, remedy: 'Start it.' }
          : { environment: name, state: 'read', deployments: deployments(service, name, at * 3 + column), isCut: true },
      ),
    },
  ]);
  const changes = state.rows.flatMap(({ service, gaps }, at) => {
    const told = gapRanges(names)
      .filter(({ from }) => gaps[from]?.kind === 'ahead')
      .map(({ from, to }) => [from, changesOf(service, { from, to }, commit(at))]);
    return told.length > 0 ? [[service, Object.fromEntries(told) as Record<string, ServiceChanges>]] : [];
  });
  const deliveries = names.map((environment) => {
    const delivery: Delivery = {
      ...{ now: state.now, environments: names, environment, state: 'read', since: time(43_200), until: state.now },
      all: figures,
      services: state.rows.map(({ service }, at) => ({ service, ...figures, deploymentsPerDay: at / 1000 })),
      changes: state.rows.flatMap(({ service }, at) =>
        Array.from({ length: changesPerCell }, (_, sequence) => ({
          ...{
            service,
            sequence,
            finishedAt: time((sequence * 1440 + at * 7) % 43_200),
            verdict: 'succeeded' as const,
          },
          leadTimes: [3600 + at, 7200],
        })),
      ),
    };
    return [environment, delivery];
  });
  const pages = Object.fromEntries(services) as Record<string, ServicePage>;
  return {
    ...{ by: 'ada', commit: 'd'.repeat(40), state, services: pages },
    changes: Object.fromEntries(changes) as DashboardExport['changes'],
    deliveries: Object.fromEntries(deliveries) as DashboardExport['deliveries'],
    activity: {
      ...{ now: state.now, environments: names, unreachable: [], more: 0 },
      deployments: Object.values(pages)
        .flatMap(({ environments }) => environments.flatMap((each) => ('deployments' in each ? each.deployments : [])))
        .slice(0, 1000),
    },
    leftOut: ['Of each service and environment, deployments before the newest 5.'],
  };
}

function changesOf(service: string, { from, to }: { from: string; to: string }, id: string): ServiceChanges {
  const commits = [{ id, author: 'Ada', date: '2026-11-24T09:00:00.000Z', subject: hostileSubject, pullRequests: [] }];
  return {
    changes: {
      service,
      from: { environment: from, buildNumber: '20261124-1', commit: 'c'.repeat(40), dirty: false },
      to: { environment: to, buildNumber: '20261125-2', commit: id, dirty: false },
      ...{ commits, lostCommits: [], isHistoryCut: false, authors: [{ name: 'Ada', commits: 1 }], pullRequests: [] },
      api: { state: 'none' },
      manifests: { state: 'compared', environment: from, changes: [] },
      dependencies: { changes: [], unknown: [] },
    },
  };
}
