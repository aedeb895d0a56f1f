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

/** The part of an export that its first view is drawn from. */
export type ExportHead = Pick<DashboardExport, 'by' | 'commit' | 'state' | 'leftOut'>;
/** The part that its other views ask for. It is the larger one by far: browsers read it when a view does. */
export type ExportDetails = Omit<DashboardExport, keyof ExportHead>;

/** Splits an export into both parts. */
export function splitExport({ by, commit, state, leftOut, ...details }: DashboardExport): {
  readonly head: ExportHead;
  readonly details: ExportDetails;
} {
  return { head: { by, commit, state, leftOut }, details };
}

/** The changes across a gap, or why they are not known. */
export type GapChanges = ServiceChanges | GapProblem;

export interface GapProblem {
  readonly reason: string;
  readonly remedy?: string;
}

/** The period of which an export has figures of delivery. */
export const exportedPeriod = '30d';
