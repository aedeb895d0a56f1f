import type { DashboardCell, DashboardGap, DashboardRow } from '../../../model/dashboard/dashboard-state.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { ServiceMap } from '../../../ports/service-map.ts';
import { serviceStatuses, type History } from '../../observe/status.ts';
import { dashboardCell } from './dashboard-cell.ts';
import { gapBetween, gapFromBranch } from './dashboard-gap.ts';
import type { SeenEnvironment } from './followed-deployments.ts';

/** The project of a service. */
export interface ServiceProject {
  readonly tags: readonly string[];
  /** Relative to the workspace. */
  readonly folder: string;
}

/** All of which the rows are made. */
export interface BoardMaterial {
  /** In the order in which releases are promoted. */
  readonly environments: readonly Environment[];
  readonly services: ServiceMap;
  /** Name of the main branch. */
  readonly branch: string;
  /** By the name of the service. */
  readonly projects: ReadonlyMap<string, ServiceProject>;
  /**
   * The last observation of each environment, by its name. `asking`: it has not answered yet. `unknown`: it cannot be looked
   * into, and never was.
   */
  readonly observed: ReadonlyMap<string, SeenEnvironment | 'asking' | 'unknown'>;
  /** Undefined while it is being read. */
  readonly history: History | undefined;
}

const nothingSeen: SeenEnvironment = { services: new Map(), door: undefined };

/** Returns the rows of the grid, all or those of some services: `status`, with the gaps between neighbours. */
export function dashboardRows(material: BoardMaterial, names?: readonly string[]): DashboardRow[] {
  const { environments, services, branch, projects, observed, history } = material;
  const seen = environments.map(({ name }) => observed.get(name) ?? 'asking');
  const known = seen.map((each) => (typeof each === 'string' ? nothingSeen : each));
  return serviceStatuses({ environments, services, branch }, known, history, names).map((status) => {
    const { service, isInWorkspace } = status;
    const cells = status.environments.map((found, index): DashboardCell => {
      const answer = seen[index]!;
      return typeof answer === 'string' ? { state: answer } : dashboardCell(found);
    });
    const gaps = cells.map((right, index): DashboardGap => {
      const [left, environment] = [cells[index - 1], environments[index]!];
      if (!left) return gapFromBranch(right);
      const deployments = known[index - 1]?.deployments?.get(service) ?? [];
      return gapBetween({ service, left, right, environment, deployments }, history);
    });
    const { tags = [], folder } = projects.get(service) ?? {};
    return {
      service,
      isInWorkspace,
      tags,
      ...(folder === undefined ? {} : { folder }),
      cells: byName(environments, cells),
      gaps: byName(environments, gaps),
    };
  });
}

function byName<Value>(environments: readonly Environment[], values: readonly Value[]): Record<string, Value> {
  return Object.fromEntries(environments.map(({ name }, index) => [name, values[index]!]));
}
