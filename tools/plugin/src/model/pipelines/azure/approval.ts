import type { PipelineEnvironment } from '../pipeline-facts.ts';

/** How a command approves in the name of whoever let its job through the checks of its environment. */
export interface Approval {
  readonly option: '' | ' --approve';
  readonly env: Readonly<Record<string, string>>;
}

/** What an environment demands. */
export function approvalFor({ name, protected: isProtected }: PipelineEnvironment): Approval {
  return isProtected
    ? { option: ' --approve', env: { POC_APPROVAL_GATE: `environment ${name} of Azure DevOps` } }
    : { option: '', env: {} };
}
