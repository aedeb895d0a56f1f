import { describeHold } from '../../../model/rollback/hold.ts';
import type { RollbackPlan, RollbackResult } from '../../../use-cases/rollback/rollback.ts';
import { describeDeployment } from './describe-deploy.ts';
import type { Terminal } from './terminal.ts';

/** Returns lines with the result of going back, and the hold. */
export function describeRolledBack(
  { request, release }: RollbackPlan,
  result: RollbackResult,
  { mark }: Terminal,
): string[] {
  const { service, environment } = request;
  const what = `${service.name} ${release.buildNumber}`;
  if (result.state === 'unchanged')
    return [mark('good', `${what}: already running in ${environment.name}; nothing to do`)];
  const deployment = describeDeployment(result.record, environment);
  return [
    mark('good', `${what}: runs in ${environment.name} again ${deployment}`),
    ...(result.hold
      ? [`${describeHold(result.hold, environment.name)}; release a newer build or use \`--force\` to end that`]
      : []),
  ];
}
