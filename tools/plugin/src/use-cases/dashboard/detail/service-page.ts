import type { EnvironmentTimeline, ServicePage, Unknown } from '../../../model/dashboard/service-page.ts';
import type { Commit } from '../../../model/commits/commit.ts';
import { orUnknown } from '../../../model/errors/result.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import { history, type EnvironmentHistory } from '../../observe/history.ts';
import type { DetailContext } from './detail-context.ts';
import { shownDeployment } from './shown-deployment.ts';

/** Builds that are offered to compare: the newest are what people look for. */
const mostBuilds = 50;

/** Returns what happened to a service in every environment, and what there is of it to compare. */
export async function servicePage(service: string, context: DetailContext): Promise<ServicePage> {
  const { ports } = context;
  const environments = await context.environments();
  const [histories, builds] = await Promise.all([
    history(service, environments, ports),
    orUnknown(() => newestBuilds(service, context)),
  ]);
  return {
    service,
    now: ports.clock().toISOString(),
    environments: histories.map(timelineOf),
    builds,
    commits: await orUnknown(() => newCommits(service, histories, context)),
  };
}

function timelineOf(found: EnvironmentHistory): EnvironmentTimeline {
  if (found.state === 'unreachable') return found;
  const { environment, records } = found;
  const isCut =
    (records.at(-1)?.sequence ?? 1) > 1 || records.some(({ sequence }, at) => sequence !== records[0]!.sequence - at);
  return { environment, state: 'read', deployments: records.map(shownDeployment), isCut };
}

async function newestBuilds(service: string, { ports }: DetailContext): Promise<string[]> {
  const tags = await ports.repository.releaseTags(service);
  const builds = tags.map(({ buildNumber }) => buildNumber).sort((a, b) => BuildNumber.compare(b, a));
  return builds.slice(0, mostBuilds).map(String);
}

/** The commits of the main branch that touch the service since the oldest build that is in force somewhere. */
async function newCommits(
  name: string,
  histories: readonly EnvironmentHistory[],
  { ports: { repository }, service, mainBranch }: DetailContext,
): Promise<readonly Commit[] | Unknown> {
  const running = histories.flatMap((each) =>
    each.state === 'read' ? (each.records.find(({ outcome }) => outcome === 'succeeded')?.release ?? []) : [],
  );
  const [oldest] = running.sort((a, b) => BuildNumber.compare(a.buildNumber, b.buildNumber));
  if (!oldest) return [];
  const tip = await repository.branchTip(mainBranch);
  if (!tip) return { unknown: `There is no branch ${mainBranch}.` };
  return repository.commitsBetween(oldest.commit, tip.commit, service(name).inputFolders);
}
