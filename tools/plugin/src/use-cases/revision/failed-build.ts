import { fateOf } from '../../model/rollback/build-fate.ts';
import type { DeploymentSummary } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { catchProductError } from '../../model/errors/result.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Release } from '../../model/release/release.ts';
import { formatTimestamp } from '../../model/text/timestamp.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { releaseBefore } from './find-release.ts';

/** A build that failed by itself where it was tried, and ran nowhere. */
export interface FailedBuild {
  readonly buildNumber: BuildNumber;
  /** Where it failed. */
  readonly environment: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The environments that could not be asked whether it ran there. */
  readonly unasked: readonly string[];
  /** A build of the same content before it, which ran nowhere either: what they are made of is to blame. */
  readonly before: BuildNumber | undefined;
}

/** The environments that are asked what became of a build. */
interface Whereabouts {
  /** Those that it is for. */
  readonly targets: readonly Environment[];
  /** All others are asked only when it failed in one of those. */
  readonly environments: readonly Environment[];
}

interface Asked {
  readonly environment: string;
  /** Newest first; undefined where it could not be asked. */
  readonly records: readonly DeploymentSummary[] | undefined;
}

/** Finds that a build failed by itself and ran nowhere, as far as it can be asked. @returns undefined otherwise. */
export async function findFailedBuild(
  newest: Release,
  { targets, environments }: Whereabouts,
  ports: Pick<ReleasePorts, 'cluster' | 'repository'>,
): Promise<FailedBuild | undefined> {
  const ask = (each: readonly Environment[]) =>
    Promise.all(each.map((environment) => recordsIn(environment, newest, ports)));
  const asked = await ask(targets);
  if (!failureOf(newest.buildNumber, asked)) return undefined;
  const names = new Set(targets.map(({ name }) => name));
  asked.push(...(await ask(environments.filter(({ name }) => !names.has(name)))));
  const failure = failureOf(newest.buildNumber, asked);
  return failure && { ...failure, before: await builtBefore(newest, asked, ports) };
}

/** Returns a clause: `failed in preprod at 2026-11-24 13:00 CET, and ran nowhere`. */
export function describeFailedBuild({ environment, at, unasked }: FailedBuild): string {
  const where = unasked.length === 0 ? 'nowhere' : `nowhere that could be asked (not: ${unasked.join(', ')})`;
  return `failed in ${environment} at ${formatTimestamp(at)}, and ran ${where}`;
}

/** Reads how a service was deployed somewhere, and no more than the newest deployment where that says enough. */
async function recordsIn(
  environment: Environment,
  { service, buildNumber }: Release,
  ports: Pick<ReleasePorts, 'cluster'>,
): Promise<Asked> {
  const records = await catchProductError(
    async () => {
      const cluster = await ports.cluster(environment);
      const newest = await cluster.newest(service);
      return fateOf(buildNumber, newest).state === 'ran' ? newest : cluster.records(service);
    },
    () => undefined,
  );
  return { environment: environment.name, records };
}

function failureOf(buildNumber: BuildNumber, asked: readonly Asked[]): Omit<FailedBuild, 'before'> | undefined {
  const unasked: string[] = [];
  let failure: Pick<FailedBuild, 'environment' | 'at'> | undefined;
  for (const { environment, records } of asked) {
    const fate = records && fateOf(buildNumber, records);
    if (!fate) unasked.push(environment);
    else if (fate.state === 'failed') failure ??= { environment, at: fate.at };
    else if (fate.state !== 'open') return undefined;
  }
  return failure && { ...failure, buildNumber, unasked };
}

/** Returns the build before this one if that is of the same content, and ran nowhere either. */
async function builtBefore(
  { contentHash, dirty, ...newest }: Release,
  asked: readonly Asked[],
  ports: Pick<ReleasePorts, 'repository'>,
): Promise<BuildNumber | undefined> {
  const before = await releaseBefore({ ...newest, contentHash, dirty }, ports);
  if (before?.contentHash !== contentHash || before.dirty !== dirty) return undefined;
  const hasRun = asked.some(({ records = [] }) => fateOf(before.buildNumber, records).state === 'ran');
  return hasRun ? undefined : before.buildNumber;
}
