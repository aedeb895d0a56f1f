import pMap from 'p-map';
import type { DashboardState } from '../../../model/dashboard/dashboard-state.ts';
import { gapRanges } from '../../../model/dashboard/export/answer-from.ts';
import type { GapChanges } from '../../../model/dashboard/export/dashboard-export.ts';
import type { ServiceChanges } from '../../../model/dashboard/service-changes.ts';
import { catchProductError } from '../../../model/errors/result.ts';
import { changesBetween } from '../detail/changes-between.ts';
import type { DetailContext } from '../detail/detail-context.ts';

/** Gaps that are compared: each asks git and the clusters, and is a part of what a phone loads. */
const mostCompared = 500;
const atOnce = 4;
/** Commits, fields, packages and so on of one comparison. */
const longestList = 50;

/** The changes across all gaps, and how many were not compared. */
export interface ComparedGaps {
  /** By the name of the service, then of the environment that the gap lies before. */
  readonly changes: Readonly<Record<string, Readonly<Record<string, GapChanges>>>>;
  readonly leftOut: number;
}

interface WaitingGap {
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly commits: number;
}

/** Compares both sides of each gap where something waits or would be lost: those before the last environment first. */
export async function compareGaps(
  state: DashboardState,
  context: DetailContext,
  signal: AbortSignal,
): Promise<ComparedGaps> {
  const all = waitingGaps(state);
  const changes: Record<string, Record<string, GapChanges>> = {};
  for (const { service, from, to } of all) {
    const remedy = `\`nx run ${service}:changes --from=${from} --to=${to}\` shows it.`;
    const reason = `This export compares ${mostCompared} gaps, and this is not one of them.`;
    changes[service] = { ...changes[service], [from]: { reason, remedy } };
  }
  const compared = all.slice(0, mostCompared);
  await pMap(
    compared,
    async ({ service, from, to }) => {
      signal.throwIfAborted();
      changes[service]![from] = await catchProductError<GapChanges, GapChanges>(
        async () => shortened(await changesBetween(service, { from, to }, context), { service, from, to }),
        (reason, remedy) => ({ reason, remedy }),
      );
    },
    { concurrency: atOnce },
  );
  return { changes, leftOut: all.length - compared.length };
}

function waitingGaps({ rows, environments }: DashboardState): WaitingGap[] {
  return gapRanges(environments.map(({ name }) => name)).flatMap(({ from, to }) =>
    rows
      .filter(({ isInWorkspace }) => isInWorkspace)
      .flatMap(({ service, gaps }): WaitingGap[] => {
        const gap = gaps[from];
        if (gap?.kind !== 'ahead') return [];
        const commits = gap.commits + (gap.lost ?? 0);
        return commits > 0 || to !== 'HEAD' ? [{ service, from, to, commits }] : [];
      })
      .sort((a, b) => b.commits - a.commits),
  );
}

/** Cuts lists that nobody reads to their end, and says so. */
function shortened({ changes }: ServiceChanges, { service, from, to }: Omit<WaitingGap, 'commits'>): ServiceChanges {
  let isCut = false;
  const short = <Item>(list: readonly Item[]): readonly Item[] => {
    isCut ||= list.length > longestList;
    return list.slice(0, longestList);
  };
  const { api, manifests, dependencies } = changes;
  const cut: ServiceChanges['changes'] = {
    ...changes,
    commits: short(changes.commits),
    lostCommits: short(changes.lostCommits),
    pullRequests: short(changes.pullRequests),
    api: api.state === 'compared' ? { ...api, operations: short(api.operations) } : api,
    manifests:
      manifests.state === 'compared'
        ? {
            ...manifests,
            changes: short(manifests.changes).map((each) => ({ ...each, fields: short(each.fields) })),
          }
        : manifests,
    dependencies: { ...dependencies, changes: short(dependencies.changes) },
  };
  const leftOut = `This export has the first ${longestList} lines of each list: \`nx run ${service}:changes --from=${from} --to=${to}\` shows all.`;
  return { changes: cut, ...(isCut ? { leftOut } : {}) };
}
