import type { DeploymentCause } from '../../model/deploy/deployment-record.ts';
import type { ApprovedOptions } from './deploy.ts';
import type { DeployTarget } from './plan-deploy.ts';

/** Returns why it is deployed, with what was overridden. */
export function causeOf(
  { allowDowntime, adopt, allowBreaking = false, environment }: DeployTarget,
  { approval, reason, action = 'deploy' }: ApprovedOptions,
  lifted: readonly string[],
): DeploymentCause {
  // Of `--force`, what stood in the way and nothing else: it is given more often than it is needed.
  const given = {
    [`--force (${lifted.join(', ')})`]: lifted.length > 0,
    '--allow-downtime': allowDowntime === true,
    // Where nothing is protected it takes no option.
    '--allow-breaking': allowBreaking && environment.protected,
    '--adopt': adopt,
  };
  const overrides = Object.entries(given).flatMap(([option, isGiven]) => (isGiven ? [option] : []));
  return {
    action,
    ...(reason === undefined ? {} : { reason }),
    ...(approval === undefined ? {} : { approvedBy: approval }),
    ...(overrides.length > 0 ? { overrides } : {}),
  };
}
