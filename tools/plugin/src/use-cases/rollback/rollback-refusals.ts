import type { BuildNumber } from '../../model/release/build-number.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { holdOf, isHeldBack } from '../../model/rollback/hold.ts';
import { newestSucceeded } from '../deploy/decide-deploy.ts';
import type { RollbackRequest } from './rollback.ts';

/** Returns what is asked for, as a clause. */
export function doingOf({ service, environment }: RollbackRequest): string {
  return `roll ${service.name} back in ${environment.name}`;
}

/** Returns the refusal of a deployment of which nothing is kept. */
export function noSuchRecord({ name }: Environment, service: string, sequence: number): Refusal {
  return new Refusal({
    type: 'no-such-record',
    doing: `roll ${name} back`,
    reason: `No deployment ${sequence} of ${service} is recorded there.`,
    remedy: `\`nx run ${service}:history --env=${name}\` shows those that are.`,
  });
}

/** Returns the refusal where nothing was ever deployed. */
export function nothingDeployed(request: RollbackRequest): Refusal {
  const { service, environment } = request;
  return new Refusal({
    type: 'nothing-deployed',
    doing: doingOf(request),
    reason: `No deployment of ${service.name} is recorded there.`,
    remedy: `Deploy a release with \`nx run ${service.name}:k8s-deploy --env=${environment.name}\`.`,
  });
}

/** Returns the refusal where nothing that succeeded came before. */
export function nothingBefore(request: RollbackRequest, from: DeploymentRecord): Refusal {
  return new Refusal({
    type: 'nothing-before',
    doing: doingOf(request),
    reason: `No successful deployment before ${from.release.buildNumber} is recorded in ${request.environment.name}.`,
    remedy: `Deploy an older release: ${deployCommand(request, undefined)} (\`nx run ${request.service.name}:history --env=${request.environment.name}\` shows what was there).`,
  });
}

/** Returns the refusal of a build that has neither approval nor proof for here: putting it in is a deploy, with its rules. */
export function neverSucceeded(
  request: RollbackRequest,
  to: BuildNumber,
  records: readonly DeploymentRecord[],
): Refusal {
  const { service, environment } = request;
  return new Refusal({
    type: 'never-succeeded-there',
    doing: `roll ${service.name} back to ${to} in ${environment.name}`,
    reason: `No deployment of it that succeeded is recorded in ${environment.name}.`,
    remedy: `Choose one of \`nx run ${service.name}:history --env=${environment.name}\`, or deploy it: ${deployCommand(request, to, records)}.`,
  });
}

/** Returns the command that puts a release in that is older than what runs: for a protected environment with its proof. */
function deployCommand(
  { service, environment, environmentNames }: RollbackRequest,
  to: BuildNumber | undefined,
  records?: readonly DeploymentRecord[],
): string {
  const isOlder = records === undefined || to === undefined || isKeptOut(to, records);
  const isPromotion = environment.protected && environmentNames.indexOf(environment.name) > 0;
  const command = isPromotion ? `promote --to=${environment.name}` : `k8s-deploy --env=${environment.name}`;
  const options = `${isOlder ? ' --force' : ''}${environment.protected ? ' --approve' : ''}`;
  return `\`nx run ${service.name}:${command} --tag=${to ?? '…'}${options}\``;
}

/** Reports whether a deploy of a build needs `--force`. */
function isKeptOut(build: BuildNumber, records: readonly DeploymentRecord[]): boolean {
  const running = newestSucceeded(records)?.release.buildNumber;
  return (running?.isNewerThan(build) ?? false) || isHeldBack(build, holdOf(records));
}

/** Returns the refusal of a build that is forward. */
export function newerThanAll(request: RollbackRequest, to: BuildNumber, from: DeploymentRecord): Refusal {
  const { service, environment } = request;
  return new Refusal({
    type: 'not-back',
    doing: doingOf(request),
    reason: `${to} is newer than ${from.release.buildNumber}, which was deployed last.`,
    remedy: `Go forward with \`nx run ${service.name}:k8s-deploy --env=${environment.name} --tag=${to}\`.`,
  });
}

/** Returns the refusal of a plan that another deployment has overtaken. */
export function movedOn(request: RollbackRequest, newest: DeploymentRecord): Refusal {
  return new Refusal({
    type: 'moved-on',
    doing: doingOf(request),
    reason: `${newest.actor.person} (${newest.actor.run}) deployed ${newest.release.buildNumber} (${newest.cause.action}, ${newest.outcome}) after this rollback was planned.`,
    remedy: 'Review it, then run the rollback again.',
  });
}
