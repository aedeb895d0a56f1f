import { ciOf } from '../../../model/ci/ci-run.ts';
import type { PlanApproval } from '../../../use-cases/deploy/requirements/approval.ts';
import { askOnTerminal, hasTerminal } from '../output/ask-on-terminal.ts';
import type { ApproveChoice } from './approve-option.ts';
import { terminalInputVariable } from '../../../model/product/wire-names.ts';

/** Returns what a command with `--approve` was approved of: the plans that it names, or one that a person is asked about. */
export function planApprovalOf(choice: ApproveChoice | undefined, env: NodeJS.ProcessEnv): PlanApproval | undefined {
  if (choice === undefined) return undefined;
  if (choice !== 'ask') return { plans: choice, ask: undefined };
  const isTerminal = env[terminalInputVariable] === 'true' && ciOf(env) === undefined;
  return { plans: [], ask: isTerminal && hasTerminal() ? askOnTerminal : undefined };
}
