import { entry } from './error-entry.ts';

/** Errors about what is approved, and by whom. */
export const approvalErrors = {
  'approval-needed': entry(
    'The environment is protected, and no plan is approved.',
    'Look at the plan with `--dry-run`, and approve of it with `--approve=ID`; in a CI behind an approval gate.',
  ),
  'not-approved': entry(
    'The answer to the question whether the plan is approved was no.',
    'An approver can type the command that is shown.',
  ),
  'plan-changed': entry(
    'What would be done is not the plan that was approved.',
    'Look at the plan of now with `--dry-run`, and approve of that.',
  ),
  'approval-unconfirmed': entry(
    'The forge does not confirm that the run was approved, or cannot be asked.',
    'Have it approved there, and give the job the permission that the error names.',
  ),
  'no-approvers': entry(
    'The environment of that name at the forge is missing, or has no required approvers.',
    'Give it required reviewers (GitHub) or the check "Approvals" (Azure DevOps).',
  ),
};
