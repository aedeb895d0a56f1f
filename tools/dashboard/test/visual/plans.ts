import type { ActionPlan, PlannedService } from '../../../plugin/src/model/dashboard/action-plan.ts';
import type { ActionRun, RunLine, RunState } from '../../../plugin/src/model/dashboard/action-run.ts';
import { at } from '../board-of.ts';

const nothingKnown = {
  lost: [],
  gained: [],
  unknown: [],
  breaks: [],
  migrations: [],
  changes: [],
  checks: [],
  warnings: [],
};
const by = { person: 'ada', run: 'ada@desk' };

const orders: PlannedService = {
  ...{ service: 'orders', state: 'ready', build: '20261126-1', replaces: '20261124-1' },
  sentence: 'Put orders 20261126-1 into prod, in place of 20261124-1',
  command: 'nx run orders:promote --from=preprod --to=prod --tag=20261126-1',
  lost: [{ id: 'f'.repeat(40), author: 'grace', subject: 'hotfix: round totals once <img src=x onerror=alert(1)>' }],
  gained: [
    { id: '1a2b3c4d'.repeat(5), author: 'ada', subject: 'feat: totals in the currency of the customer' },
    { id: '5e6f7a8b'.repeat(5), author: 'linus', subject: 'fix: an order without a basket is refused' },
  ],
  unknown: [],
  breaks: ['GET /orders/{id}: `total` is a string now, and was a number'],
  migrations: ['orders-migrate-20261126-1'],
  changes: ['Deployment orders: spec.template.spec.containers.orders.resources.limits.memory 256Mi → 384Mi'],
  checks: ['soaked in preprod for 2 h, 30 min are asked for', 'probe in preprod: 400 requests, none failed'],
  warnings: [],
};

/** A plan for a protected environment, which loses a commit and breaks clients. */
export const protectedPlan: ActionPlan = {
  ...{ id: 'p1', action: 'promote', environments: ['prod'], title: orders.sentence },
  ...{ button: 'Promote orders 20261126-1 to prod', by, approvedBy: 'ada (account in the cluster)', madeAt: at },
  ...{ expiresAt: '2026-11-26T14:05:21.000Z', isReady: true, needsReason: false, services: [orders] },
  stopsAtFailure: true,
  typed: { text: 'prod', reasons: ['prod is protected.', 'A commit would be lost.', 'Clients may break.'] },
};

/** A plan of which nothing can be done. */
export const refusedPlan: ActionPlan = {
  ...{ ...protectedPlan, id: 'p2', title: 'orders cannot be promoted to prod', isReady: false, typed: undefined },
  services: [
    {
      ...{ ...orders, ...nothingKnown, state: 'refused' },
      sentence: '20261126-1 is held in prod since 2026-11-26 13:12 UTC (rolled back by grace: wrong totals).',
      refusal: {
        type: 'held',
        remedy: 'Release a newer build.',
        override: 'nx run orders:promote --from=preprod --to=prod --tag=20261126-1 --force',
      },
    },
  ],
} as ActionPlan;

/** The plan after somebody else deployed. */
export const planOfNow: ActionPlan = { ...protectedPlan, id: 'p3', services: [{ ...orders, lost: [], breaks: [] }] };

const texts: readonly (readonly [RunLine['kind'], string])[] = [
  ['step', 'prod: deploying 20261126-1 (was 20261124-1)'],
  ['detail', 'prod: Deployment orders configured'],
  ['step', 'prod: 1 of 2 pods ready'],
  ['warning', 'prod: pod orders-5d9c-x7k2 restarted (exit code 1, 2 times)'],
  [
    'error',
    'Could not deploy orders 20261126-1 to prod: pod orders-5d9c-x7k2 is crash-looping. Fix the cause and release again.',
  ],
  ['result', 'Rolled back to 20261124-1 automatically; it is serving.'],
];

/** Returns a run with its first lines. */
export function runOf(state: RunState, count: number): ActionRun {
  const lines = texts
    .slice(0, count)
    .map(([kind, text], index) => ({ id: index + 1, at, service: 'orders', kind, text }));
  const ended = state === 'running' ? {} : { endedAt: at };
  return {
    ...{ id: 'r1', plan: 'p1', title: protectedPlan.title, by, startedAt: at, state, ...ended, lines },
    environments: protectedPlan.environments,
    services: [{ service: 'orders', state: state === 'cancelling' ? 'running' : state }],
  };
}
