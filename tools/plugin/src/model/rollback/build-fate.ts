import type { BuildNumber } from '../release/build-number.ts';
import { holdOf, isHeldBack } from './hold.ts';
import type { DeploymentSummary } from '../deploy/deployment-record.ts';

/**
 * The fate of a build in an environment. `ran`: it was deployed once. `failed`: it was tried, and failed by itself.
 * `kept`: it is being tried, or somebody went back from it. `open`: nothing of that, as where the cluster failed it.
 */
export type BuildFate =
  | { readonly state: 'ran' | 'kept' | 'open' }
  | {
      readonly state: 'failed';
      /** When it failed last: ISO 8601, UTC. */
      readonly at: string;
    };

/** Returns the fate of a build. @param records of its service in one environment, newest first. */
export function fateOf(
  build: BuildNumber,
  records: readonly Pick<DeploymentSummary, 'release' | 'outcome' | 'fault' | 'hold' | 'startedAt' | 'finishedAt'>[],
): BuildFate {
  const own = records.filter(({ release }) => release.buildNumber.equals(build));
  if (own.some(({ outcome }) => outcome === 'succeeded')) return { state: 'ran' };
  const isUnderWay = own.some(({ outcome }) => outcome === 'running');
  if (isUnderWay || isHeldBack(build, holdOf(records))) return { state: 'kept' };
  const failure = own.find(({ outcome, fault }) => outcome === 'failed' && fault === 'build');
  return failure ? { state: 'failed', at: failure.finishedAt ?? failure.startedAt } : { state: 'open' };
}
