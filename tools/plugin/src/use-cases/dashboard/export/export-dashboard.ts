import type { DashboardState } from '../../../model/dashboard/dashboard-state.ts';
import { exportedPeriod, type DashboardExport } from '../../../model/dashboard/export/dashboard-export.ts';
import { withoutPeople } from '../../../model/dashboard/export/without-people.ts';
import type { Delivery } from '../../../model/dashboard/delivery.ts';
import { scrub } from '../../../model/secrets/line-scrubber.ts';
import { activity } from '../detail/activity.ts';
import { delivery } from '../detail/delivery.ts';
import type { DetailContext } from '../detail/detail-context.ts';
import { DeploymentReader } from '../detail/recorded-deployments.ts';
import { exportedServices, keptDeployments } from './exported-services.ts';
import { compareGaps } from './gap-changes.ts';

/** The contents of an export. */
export interface ExportRequest {
  /** Looks into all environments: what the grid shows. */
  look(): Promise<DashboardState>;
  /** The person or CI that makes it. */
  readonly by: string;
  readonly hasPeople: boolean;
  /** Environments of the workspace that are not in it, by their names. */
  readonly otherEnvironments: readonly string[];
}

/**
 * Gathers what an export shows. An environment that does not answer is in it as that. Nothing is changed.
 * @throws what the signal was aborted with.
 */
export async function exportDashboard(
  request: ExportRequest,
  context: DetailContext,
  signal: AbortSignal,
): Promise<DashboardExport> {
  const state = await request.look();
  signal.throwIfAborted();
  const reader = new DeploymentReader(context.ports);
  const environments = await context.environments();
  const [commit, happened, deliveries, compared, recorded] = await Promise.all([
    context.ports.repository.headCommit(),
    activity(context, reader),
    Promise.all(environments.map(({ name }) => deliveryOf(name, context))),
    compareGaps(state, context, signal),
    Promise.all(environments.map(async (each) => [each.name, await reader.read(each)] as const)),
  ]);
  signal.throwIfAborted();
  const { changes } = compared;
  const found: DashboardExport = {
    by: request.by,
    commit,
    state,
    services: exportedServices({ state, recorded: new Map(recorded), changes }),
    changes,
    deliveries: Object.fromEntries(deliveries),
    activity: happened,
    leftOut: leftOut(request, compared.leftOut),
  };
  return scrubbed(request.hasPeople ? found : withoutPeople(found)) as DashboardExport;
}

async function deliveryOf(environment: string, context: DetailContext): Promise<[string, Delivery]> {
  return [environment, await delivery({ environment, since: exportedPeriod }, context)];
}

function leftOut({ hasPeople, otherEnvironments }: ExportRequest, gaps: number): string[] {
  return [
    `Of each service and environment, deployments before the newest ${keptDeployments}.`,
    'Comparisons of builds and of environments that are not neighbours; a moment, a commit, the objects of a service.',
    `Figures of delivery of other times than the last ${exportedPeriod.replace('d', ' days')}.`,
    ...(gaps > 0
      ? [`The changes across ${gaps} gaps: those where the fewest commits wait, and the first environments.`]
      : []),
    ...(otherEnvironments.length > 0 ? [`The environments ${otherEnvironments.join(', ')}.`] : []),
    ...(hasPeople ? [] : ['Names of people.']),
  ];
}

/** Takes secrets out of all texts, as what a command prints is rid of them. Most texts occur many times. */
function scrubbed(value: unknown, known = new Map<string, string>()): unknown {
  if (typeof value === 'string') {
    const clean = known.get(value) ?? scrub(value);
    known.set(value, clean);
    return clean;
  }
  if (Array.isArray(value)) return value.map((item) => scrubbed(item, known));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, scrubbed(each, known)]));
}
