import type { Activity } from '../activity.ts';
import type { DashboardState } from '../dashboard-state.ts';
import type { Delivery } from '../delivery.ts';
import type { ServiceChanges } from '../service-changes.ts';
import type { ServicePage } from '../service-page.ts';

/** All that an exported dashboard shows: nothing is asked from anywhere while somebody reads it. */
export interface DashboardExport {
  /** The person or the CI that made it. */
  readonly by: string;
  /** The commit that was checked out, full object name. */
  readonly commit: string;
  /** As of its `now`. */
  readonly state: DashboardState;
  /** By the name of the service; each with its newest deployments only. */
  readonly services: Readonly<Record<string, ServicePage>>;
  /** By the name of the service, then of the environment that the gap lies before. */
  readonly changes: Readonly<Record<string, Readonly<Record<string, GapChanges>>>>;
  /** By the name of the environment. */
  readonly deliveries: Readonly<Record<string, Delivery>>;
  readonly activity: Activity;
  /** Parts that are not in it, a sentence each. */
  readonly leftOut: readonly string[];
}

/** The changes across a gap, or why they are not known. */
export type GapChanges = ServiceChanges | GapProblem;

export interface GapProblem {
  readonly reason: string;
  readonly remedy?: string;
}

/** The period of which an export has figures of delivery. */
export const exportedPeriod = '30d';
