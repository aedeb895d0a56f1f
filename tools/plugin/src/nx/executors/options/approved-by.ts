import { ciOf, nameOf } from '../../../model/ci/ci-run.ts';
import { actorOf } from '../running/actor.ts';
import { approvalGateVariable } from '../../../model/product/wire-names.ts';

/**
 * Returns who is said to approve of a command with `--approve`: the person who typed it, or in a CI the gate that the job
 * had to pass. That is a claim, which anybody can make; `confirmApproval` asks who it was. A CI without a gate does not
 * even claim it, because no reviewer has looked.
 * @returns undefined when there is none.
 */
export function approvedBy(approve: boolean, env: NodeJS.ProcessEnv): string | undefined {
  if (!approve) return undefined;
  return ciOf(env) === undefined ? actorOf(env).person : nameOf(env[approvalGateVariable]);
}
