import { approveCommand } from '../../../model/plan/approve-command.ts';
import type { PlannedWork } from '../../../model/plan/planned-work.ts';
import type { ApprovablePlan } from '../../../use-cases/deploy/requirements/approval.ts';
import { describeChangeSet } from './describe-change-set.ts';
import { shortDigests } from '../../../model/text/short-digests.ts';

/** Returns lines that show a plan to who is to approve of it. */
export function describePlan({ work, changes, notes }: ApprovablePlan): string[] {
  const changed = changes.filter(({ action }) => action !== 'unchanged');
  return [describeWork(work), ...describeChangeSet(changed), ...notes.map((note) => `  ${note}`)];
}

/** Returns `orders: promote 20261124-2 from preprod to prod, in place of 20261124-1 (commit 1a2b3c4d5e6f, sha256:1a2b3c4d5e6f…)`. */
export function describeWork(work: PlannedWork): string {
  const { action, service = 'infrastructure', build, from, environment, replaces, commit, digest, options } = work;
  const what = [action, ...(build === undefined ? [] : [build]), ...(from === undefined ? [] : [`from ${from}`])];
  const before = replaces === undefined ? '' : `, in place of ${replaces}`;
  const facts = [`commit ${commit.slice(0, 12)}`, ...(digest === undefined ? [] : [shortDigests(digest)]), ...options];
  return `${service}: ${what.join(' ')} to ${environment}${before} (${facts.join(', ')})`;
}

/** Returns the line that names a plan, and the command that applies it. */
export function approvalLine({ id, work }: ApprovablePlan): string {
  return `${work.service ?? work.environment}: the plan is ${id}; to approve of it: ${approveCommand(work, id)}`;
}
