import type { AttentionItem } from './attention.ts';
import type { DashboardState } from './dashboard-state.ts';

/** The views that show why something needs a look. */
export type Sight = 'timeline' | 'objects' | 'changes';

/** An action that may help, as far as its plan: the plan shows what it would do, and asks. */
export interface PlannedStep {
  readonly action: 'promote' | 'rollback' | 'release';
  readonly to: string;
  /** For a promotion: the environment that is promoted from. */
  readonly from?: string;
}

/** The next steps for a row of the attention band: where to look, and what may be planned. */
export interface NextSteps {
  readonly see: Sight;
  readonly plan?: PlannedStep;
}

/**
 * Returns what to do next about something. To go back is offered where the newest deployment is what runs and is not well: not
 * after a deployment that failed and was taken back already, and not where nothing is known.
 */
export function nextSteps({ service, environment, concern }: AttentionItem, state: DashboardState): NextSteps {
  if (concern === 'drift') return { see: 'objects' };
  if (concern === 'soaking') return { see: 'changes' };
  if (concern === 'far-behind') return { see: 'changes', plan: catchingUp(environment, state) };
  if (concern === 'held' || concern === 'unknown') return { see: 'timeline' };
  const cell = state.rows.find((row) => row.service === service)?.cells[environment];
  const runsNewest = cell?.deployment !== undefined && cell.build === cell.deployment.build;
  const isBroken = concern === 'broken' || concern === 'degraded';
  const isUnderWay = cell?.deployment?.outcome === 'running';
  if (!isUnderWay && (runsNewest || (isBroken && cell?.build === undefined))) {
    return { see: 'timeline', plan: { action: 'rollback', to: environment } };
  }
  return { see: 'timeline' };
}

/** Returns the way in for waiting commits: from the environment before, or into the first by a release. */
function catchingUp(environment: string, { environments }: DashboardState): PlannedStep {
  const left = environments[environments.findIndex(({ name }) => name === environment) - 1];
  return left ? { action: 'promote', from: left.name, to: environment } : { action: 'release', to: environment };
}
