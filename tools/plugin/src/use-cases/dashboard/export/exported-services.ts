import type { DashboardState } from '../../../model/dashboard/dashboard-state.ts';
import type { GapChanges } from '../../../model/dashboard/export/dashboard-export.ts';
import type { EnvironmentTimeline, ServicePage, ShownDeployment } from '../../../model/dashboard/service-page.ts';
import { groupByKey } from '../../../model/text/group-by-key.ts';
import type { RecordedDeployments } from '../detail/recorded-deployments.ts';

/** Deployments of a service to an environment that an export holds, the newest ones. */
export const keptDeployments = 5;

/** All of which the pages of the services are made. */
export interface ExportMaterial {
  readonly state: DashboardState;
  /** By the name of the environment. */
  readonly recorded: ReadonlyMap<string, RecordedDeployments>;
  readonly changes: Readonly<Record<string, Readonly<Record<string, GapChanges>>>>;
}

/** Returns the pages of all services, with their newest deployments. */
export function exportedServices({ state, recorded, changes }: ExportMaterial): Record<string, ServicePage> {
  const timelines = state.environments.map(({ name }) => timelinesOf(name, recorded.get(name)!));
  const pages = state.rows.map(({ service }): [string, ServicePage] => [
    service,
    {
      service,
      now: state.now,
      environments: timelines.map((timeline) => timeline(service)),
      // An export compares neighbours, not builds.
      builds: [],
      commits: waitingCommits(Object.values(changes[service] ?? {})),
    },
  ]);
  return Object.fromEntries(pages);
}

function timelinesOf(environment: string, recorded: RecordedDeployments): (service: string) => EnvironmentTimeline {
  if ('reason' in recorded) return () => recorded;
  const byService = groupByKey(recorded.map((each) => [each.service, each] as const));
  return (service) => {
    const all = [...(byService.get(service) ?? [])].sort((a, b) => b.sequence - a.sequence);
    const deployments: readonly ShownDeployment[] = all.slice(0, keptDeployments);
    return { environment, state: 'read', deployments, isCut: (deployments.at(-1)?.sequence ?? 1) > 1 };
  };
}

/** The commits that wait somewhere on their way to the last environment, newest first: these were compared anyway. */
function waitingCommits(gaps: readonly GapChanges[]): ServicePage['commits'] {
  const commits = gaps.flatMap((gap) => ('changes' in gap ? gap.changes.commits : []));
  const byId = new Map(commits.map(({ id, author, date, subject }) => [id, { id, author, date, subject }]));
  return [...byId.values()].sort((a, b) => Date.parse(b.date) - Date.parse(a.date));
}
