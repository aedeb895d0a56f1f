import type { Activity } from '../../../model/dashboard/activity.ts';
import type { DetailContext } from './detail-context.ts';
import type { DeploymentReader } from './recorded-deployments.ts';

/** The most deployments that are told: more than anybody reads, and still a small answer. */
const mostTold = 1000;

/** Returns the newest deployments of all services. An environment that does not answer is told as that. */
export async function activity(context: DetailContext, reader: DeploymentReader): Promise<Activity> {
  const environments = await context.environments();
  const read = await Promise.all(environments.map((each) => reader.read(each)));
  const all = read.flatMap((each) => ('reason' in each ? [] : each));
  const sorted = all.sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  return {
    now: context.ports.clock().toISOString(),
    environments: environments.map(({ name }) => name),
    unreachable: read.flatMap((each) => ('reason' in each ? each : [])),
    deployments: sorted.slice(0, mostTold),
    more: Math.max(0, sorted.length - mostTold),
  };
}
