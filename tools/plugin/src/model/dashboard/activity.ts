import type { NotReached, ShownDeployment } from './service-page.ts';

/** Deployments of all services, by time. */
export interface Activity {
  /** By the server's clock, ISO 8601, UTC. */
  readonly now: string;
  readonly environments: readonly string[];
  readonly unreachable: readonly NotReached[];
  /** Newest first. */
  readonly deployments: readonly ShownDeployment[];
  /** Recorded deployments that are not told, because they are older than the newest ones that are. */
  readonly more: number;
}

const begun = {
  deploy: 'deployed',
  promote: 'promoted',
  rollback: 'rolled back to',
  'automatic-rollback': 'was rolled back to',
} as const;

/** Returns a deployment as a sentence: `ada promoted orders 20261125-2 to prod, approved by grace`. */
export function describeDeployment(deployment: ShownDeployment): string {
  const { action, outcome, by, service, build, environment, approvedBy, why, failure } = deployment;
  const isBack = action === 'rollback' || action === 'automatic-rollback';
  const who =
    action === 'automatic-rollback'
      ? `${service} ${begun[action]} ${build} in ${environment} after a failure`
      : isBack
        ? `${by} ${begun[action]} ${service} ${build} in ${environment}`
        : `${by} ${begun[action]} ${service} ${build} to ${environment}`;
  const approved = approvedBy === undefined ? '' : `, approved by ${approvedBy}`;
  const reason = why === undefined ? '' : `: ${why}`;
  return `${who}${approved}${reason}${outcomeText(outcome, failure)}`;
}

function outcomeText(outcome: ShownDeployment['outcome'], failure: string | undefined): string {
  if (outcome === 'succeeded') return '';
  if (outcome === 'running') return ' (under way)';
  return failure === undefined ? ` (${outcome})` : ` (${outcome}: ${failure})`;
}

/** Which deployments are shown. Empty texts let all through. */
export interface ActivityFilter {
  /** Words, each of which must be somewhere in the sentence, build, commit or person. */
  readonly text: string;
  readonly environment: string;
  readonly outcome: string;
}

/** Returns those that a filter lets through, in their order. */
export function filterActivity(
  deployments: readonly ShownDeployment[],
  { text, environment, outcome }: ActivityFilter,
): ShownDeployment[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return deployments.filter((each) => {
    if (environment !== '' && each.environment !== environment) return false;
    if (outcome !== '' && each.outcome !== outcome) return false;
    const told = `${describeDeployment(each)} ${each.commit}`.toLowerCase();
    return words.every((word) => told.includes(word));
  });
}
