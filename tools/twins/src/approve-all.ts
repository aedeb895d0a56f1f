import type { Approved } from '../../plugin/src/use-cases/deploy/requirements/approval.ts';

/** Returns the approval of somebody who says yes to every plan that is shown. */
export function approvesAll(approvedBy: string): Approved {
  return { approvedBy, approvedPlans: { plans: [], ask: () => Promise.resolve(true) } };
}
