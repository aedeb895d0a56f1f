import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { Release } from '../../model/release/release.ts';
import { deploy, type DeployOptions, type DeployResult } from './deploy.ts';
import type { DeployTarget } from './plan-deploy.ts';
import { previewDeploy, type DeployPreview } from './preview-deploy.ts';
import { checkFreeze } from './requirements/require-no-freeze.ts';
import { requireTag } from '../verify/require-tag.ts';
import { chooseProven, doingOf } from './proof-upstream.ts';
import { requireHealthUpstream } from './requirements/health-upstream.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** The service to promote, and its two environments. */
export interface PromoteRequest extends DeployOptions, Omit<DeployTarget, 'release' | 'environment'> {
  readonly from: Environment;
  readonly to: Environment;
  /** The release, this one or none; without one, that which was deployed last upstream or the newest that soaked. */
  readonly build: BuildNumber | undefined;
  readonly dryRun: boolean;
}

/** The result of a promotion. */
export type PromoteResult =
  | { readonly state: 'nothing' }
  | { readonly state: 'planned'; readonly release: Release; readonly preview: DeployPreview }
  | { readonly state: 'tried'; readonly release: Release; readonly result: DeployResult };

/**
 * Brings a release that proved itself in one environment to another: the same digest. Without a build it is the one that
 * was deployed last upstream, or, while that has not run there for long enough, the newest before it that has.
 * @throws {Refusal} when it did not end well upstream, lost requests there, is held there, has not run there for long
 * enough, or runs there and is not healthy. @throws {Failure} as a deploy.
 */
export async function promote(
  request: PromoteRequest,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<PromoteResult> {
  const { service, from, to, build } = request;
  const freezable = { ...request, environment: to, doing: `promote ${service.name} from ${from.name} to ${to.name}` };
  checkFreeze(freezable, ports, reporter);
  const upstream = await ports.cluster(from);
  await upstream.check();
  const records = await upstream.records(service.name);
  if (records.length === 0 && build === undefined) return { state: 'nothing' };
  const { record, time, instead, lifted } = chooseProven(request, records, ports.clock());
  const { release } = record;
  const doing = doingOf(request, release.buildNumber);
  await requireTag({ release, teller: `the record in ${from.name}`, doing }, ports);
  const unhealthy = await requireHealthUpstream(request, record, { cluster: upstream, records }, reporter);
  const imageSources = [from.registry, ...(request.imageSources ?? [])];
  const target = { ...request, release, environment: to, imageSources };
  if (instead !== undefined)
    reporter.step(`${instead}; taking ${release.buildNumber}, the newest before it that may go`);
  reporter.step(`${release.buildNumber} ${time} in ${from.name}; promoting to ${to.name}`);
  const options = { ...request, action: 'promote', lifted: [...lifted, ...unhealthy] } as const;
  if (request.dryRun)
    return { state: 'planned', release, preview: await previewDeploy(target, options, ports, reporter) };
  return { state: 'tried', release, result: await deploy(target, options, ports, reporter) };
}
