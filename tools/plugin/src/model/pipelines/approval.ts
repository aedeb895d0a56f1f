import type { StepVariables } from './nx-command.ts';
import type { PipelineEnvironment } from './pipeline-facts.ts';
import { approvalGateVariable } from '../product/wire-names.ts';

/**
 * How a command approves, in the name of those who let its job through the checks of its environment: of the plans in the
 * variable PLANS, which a job before it made and showed.
 */
export interface Approval {
  readonly option: '' | ' --approve="$PLANS"';
  readonly env: StepVariables;
  /** Of the job, at GitHub: with it, it is asked there who approved. */
  readonly permissions: Readonly<Record<string, 'read'>>;
}

/** Returns how an environment is approved. @param keeper of the environment that the job passed, as a phrase: `at GitHub`. */
export function approvalFor(
  { name, protected: isProtected }: PipelineEnvironment,
  keeper: 'at GitHub' | 'of Azure DevOps',
): Approval {
  if (!isProtected) return { option: '', env: {}, permissions: {} };
  // Steps of Azure Pipelines get the token of their job only where they say so.
  const token: StepVariables = keeper === 'at GitHub' ? {} : { SYSTEM_ACCESSTOKEN: '$(System.AccessToken)' };
  // The plugin takes --approve only where a gate was passed, and this names it.
  const env = { [approvalGateVariable]: `environment ${name} ${keeper}`, ...token };
  return { option: ' --approve="$PLANS"', env, permissions: keeper === 'at GitHub' ? { actions: 'read' } : {} };
}
