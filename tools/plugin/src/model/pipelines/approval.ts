import type { StepVariables } from './nx-command.ts';
import type { PipelineEnvironment } from './pipeline-facts.ts';

/**
 * How a command approves, in the name of those who let its job through the checks of its environment: of the plans in the
 * variable PLANS, which a job before it made and showed.
 */
export interface Approval {
  readonly option: '' | ' --approve="$PLANS"';
  readonly env: StepVariables;
}

/** Returns how an environment is approved. @param keeper of the environment that the job passed, as a phrase: `at GitHub`. */
export function approvalFor({ name, protected: isProtected }: PipelineEnvironment, keeper: string): Approval {
  // The plugin takes --approve only where a gate was passed, and this names it.
  return isProtected
    ? { option: ' --approve="$PLANS"', env: { POC_APPROVAL_GATE: `environment ${name} ${keeper}` } }
    : { option: '', env: {} };
}
