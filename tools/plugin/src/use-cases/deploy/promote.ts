import type { BuildNumber } from '../../model/release/build-number.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { describeDuration, parseDuration } from '../../model/text/duration.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { describeHold, holdOf, isHeldBack } from '../../model/rollback/hold.ts';
import type { ErrorType } from '../../model/errors/error-catalog.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { deploy, type DeployOptions, type DeployResult } from './deploy.ts';
import { planDeploy, requireImage, type DeployTarget } from './plan-deploy.ts';
import type { ChangeSet } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** The service to promote, and its two environments. */
export interface PromoteRequest extends DeployOptions, Omit<DeployTarget, 'release' | 'environment'> {
  readonly from: Environment;
  readonly to: Environment;
  /** The release; what runs upstream when omitted. */
  readonly build: BuildNumber | undefined;
  readonly dryRun: boolean;
}

/** The result of a promotion. */
export type PromoteResult =
  | { readonly state: 'nothing' }
  | { readonly state: 'planned'; readonly release: Release; readonly changes: ChangeSet }
  | { readonly state: 'tried'; readonly release: Release; readonly result: DeployResult };

/**
 * Brings a release that proved itself in one environment to another: the same digest.
 * @throws {Refusal} when it did not end well upstream, lost requests there, is held there or has not run there for long
 * enough. @throws {Failure} as a deploy.
 */
export async function promote(
  request: PromoteRequest,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<PromoteResult> {
  const { service, from, to, build } = request;
  const upstream = await ports.cluster(from);
  await upstream.check();
  const records = await upstream.records(service.name);
  if (records.length === 0 && build === undefined) return { state: 'nothing' };
  const record = proven(request, records, ports.clock());
  const { release } = record;
  const target = { ...request, release, environment: to };
  reporter.step(`${release.buildNumber} runs in ${from.name} since ${record.finishedAt}; promoting to ${to.name}`);
  if (request.dryRun) {
    const [{ changes }] = await Promise.all([planDeploy(target, ports, reporter), requireImage(target, ports)]);
    return { state: 'planned', release, changes };
  }
  return { state: 'tried', release, result: await deploy(target, { ...request, action: 'promote' }, ports, reporter) };
}

/** The deployment upstream by which a release proved itself. @throws {Refusal} when it did not. */
function proven(
  { service, from, to, build, force }: PromoteRequest,
  records: readonly DeploymentRecord[],
  now: Date,
): DeploymentRecord {
  const candidate = build ? records.find(({ release }) => release.buildNumber.equals(build)) : records[0];
  const number = candidate?.release.buildNumber ?? build;
  const refuse = (type: ErrorType, reason: string, remedy: string) =>
    new Refusal({ type, doing: `promote ${service.name} ${number} from ${from.name} to ${to.name}`, reason, remedy });
  if (!candidate)
    throw refuse(
      'not-upstream',
      `No deployment of it is recorded in ${from.name}.`,
      `Deploy it there first: \`nx run ${service.name}:k8s-deploy --env=${from.name} --tag=${number}\`.`,
    );
  const { outcome, reason, finishedAt, probe } = candidate;
  if (outcome !== 'succeeded' || finishedAt === undefined)
    throw refuse(
      'not-verified',
      `Its deployment to ${from.name} ${outcome === 'running' ? 'has not ended yet' : `ended as ${outcome}`}${reason === undefined ? '.' : `: ${reason}`}`,
      'Only what succeeded there is promoted: fix the cause and release again, or choose another release with `--tag`.',
    );
  const hold = holdOf(records);
  if (hold && isHeldBack(candidate.release.buildNumber, hold) && candidate.hold === undefined)
    throw refuse('held-upstream', `${describeHold(hold, from.name)}.`, 'Choose another release with `--tag`.');
  if (probe && probe.failed > 0 && !force)
    throw refuse(
      'lost-requests',
      `${probe.failed} of ${probe.requests} requests failed while it was deployed to ${from.name}${probe.firstFailure === undefined ? '' : ` (the first: ${probe.firstFailure})`}.`,
      'Find out why and release again, or promote it anyway with `--force`.',
    );
  const left = Date.parse(finishedAt) + (parseDuration(to.soak ?? '') ?? 0) - now.getTime();
  if (left > 0 && !force)
    throw refuse(
      'soaking',
      `It must run in ${from.name} for ${to.soak} before it goes to ${to.name}; that takes ${describeDuration(left)} more.`,
      'Promote it then, or at once with `--force`.',
    );
  return candidate;
}
