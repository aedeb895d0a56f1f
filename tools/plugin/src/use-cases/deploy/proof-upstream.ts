import type { BuildNumber } from '../../model/release/build-number.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { soakedAt, staysOf } from '../../model/deploy/soak.ts';
import { describeDuration, parseDuration } from '../../model/text/duration.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { describeHold, holdOf, isHeldBack } from '../../model/rollback/hold.ts';
import type { ErrorType } from '../../model/errors/error-catalog.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { ServiceSource } from '../../ports/service-source.ts';

/** A service whose release shall go from one environment to another. */
export interface UpstreamRequest {
  readonly service: Pick<ServiceSource, 'name'>;
  readonly from: Environment;
  readonly to: Environment;
  /** The release, this one or none. */
  readonly build: BuildNumber | undefined;
  /** Takes it also when it lost requests, has not run for long enough, or is not healthy. */
  readonly force: boolean;
}

/** A deployment upstream by which a release proved itself. */
interface Proven {
  readonly record: DeploymentRecord;
  /** `has run for 20 min`, `ran for 20 min`. */
  readonly time: string;
  /** The proofs that it lacks, overridden: `soaking`. */
  readonly lifted: readonly string[];
  /** Why it is not the release that was deployed last upstream, as a clause. */
  readonly instead?: string;
}

/**
 * Chooses the release that goes: the one that is asked for, or the one that was deployed last upstream; while that has not
 * run for long enough there, the newest before it that has.
 * @param records upstream, newest first; at least one where no build is asked for. @throws {Refusal} when none may go.
 */
export function chooseProven(request: UpstreamRequest, records: readonly DeploymentRecord[], now: Date): Proven {
  const { from, to, build, force } = request;
  const last = build ?? records[0]!.release.buildNumber;
  const found = prove(request, last, records, now);
  if (!(found instanceof Refusal)) return found;
  const isTooEarly = found.facts.type === 'soaking' || newestOf(last, records)?.outcome === 'running';
  if (build !== undefined || force || !isTooEarly) throw found;
  for (const { release } of records) {
    // Never one that somebody replaced by an older one.
    if (!last.isNewerThan(release.buildNumber)) continue;
    const older = prove(request, release.buildNumber, records, now);
    if (older instanceof Refusal) continue;
    const stay = staysOf(records, last, now).at(-1);
    const ran = stay
      ? `has run in ${from.name} for ${describeDuration(stay.milliseconds)}`
      : `is being deployed to ${from.name}`;
    return {
      ...older,
      instead: `${last} ${ran}${to.soak === undefined ? '' : `, and ${to.name} asks for ${to.soak}`}`,
    };
  }
  throw found;
}

/** Returns the deployment upstream by which a build proved itself, or why it did not. */
function prove(
  { service, from, to, force }: UpstreamRequest,
  build: BuildNumber,
  records: readonly DeploymentRecord[],
  now: Date,
): Proven | Refusal {
  const refuse = (type: ErrorType, reason: string, remedy: string) =>
    new Refusal({ type, doing: doingOf({ service, from, to }, build), reason, remedy });
  const candidate = newestOf(build, records);
  if (!candidate)
    return refuse(
      'not-upstream',
      `No deployment of it is recorded in ${from.name}.`,
      `Deploy it there first: \`nx run ${service.name}:k8s-deploy --env=${from.name} --tag=${build}\`.`,
    );
  const { outcome, reason, finishedAt, probe } = candidate;
  if (outcome !== 'succeeded' || finishedAt === undefined)
    return refuse(
      'not-verified',
      `Its deployment to ${from.name} ${outcome === 'running' ? 'has not ended yet' : `ended as ${outcome}`}${reason === undefined ? '.' : `: ${reason}`}`,
      'Only what succeeded there is promoted: fix the cause and release again, or choose another release with `--tag`.',
    );
  const hold = holdOf(records);
  if (hold && isHeldBack(build, hold) && candidate.hold === undefined)
    return refuse('held-upstream', `${describeHold(hold, from.name)}.`, 'Choose another release with `--tag`.');
  const hasLost = probe !== undefined && probe.failed > 0;
  if (hasLost && !force)
    return refuse(
      'lost-requests',
      `${probe.failed} of ${probe.requests} requests failed while it was deployed to ${from.name}${probe.firstFailure === undefined ? '' : ` (the first: ${probe.firstFailure})`}.`,
      'Find out why and release again, or promote it anyway with `--force`.',
    );
  const soaked = proveSoak({ from, to, force, now }, candidate, records, refuse);
  if (soaked instanceof Refusal || !hasLost) return soaked;
  return { ...soaked, lifted: ['lost-requests', ...soaked.lifted] };
}

/** Returns a deployment upstream if its build ran there for long enough. @param records upstream, newest first. */
function proveSoak(
  { from, to, force, now }: Pick<UpstreamRequest, 'from' | 'to' | 'force'> & { readonly now: Date },
  record: DeploymentRecord,
  records: readonly DeploymentRecord[],
  refuse: (type: ErrorType, reason: string, remedy: string) => Refusal,
): Proven | Refusal {
  const { buildNumber } = record.release;
  const stays = staysOf(records, buildNumber, now);
  const longest = stays.toSorted((a, b) => a.milliseconds - b.milliseconds).at(-1)!;
  const [current] = stays.filter(({ endedBy }) => endedBy === undefined);
  const soak = parseDuration(to.soak ?? '') ?? 0;
  const end = soakedAt(records, buildNumber, soak);
  // Where nothing is asked for, clocks that differ keep nobody waiting.
  const isSoaked = soak === 0 || (end !== undefined && end <= now);
  if (isSoaked || force) {
    const shown = describeDuration(longest.milliseconds);
    const lifted = isSoaked ? [] : ['soaking'];
    return { record, time: longest === current ? `has run for ${shown}` : `ran for ${shown}`, lifted };
  }
  if (end)
    return refuse(
      'soaking',
      `It must run in ${from.name} for ${to.soak} before it goes to ${to.name}; that takes ${describeDuration(end.getTime() - now.getTime())} more.`,
      'Promote it then, or at once with `--force`.',
    );
  const { milliseconds, endedBy } = longest;
  return refuse(
    'soaking',
    `It must run in ${from.name} for ${to.soak} before it goes to ${to.name}; it ran there for ${describeDuration(milliseconds)}, until ${endedBy} was deployed.`,
    'Choose another release with `--tag`, or promote it anyway with `--force`.',
  );
}

/** Returns the newest deployment of a build. @param records newest first. */
function newestOf(build: BuildNumber, records: readonly DeploymentRecord[]): DeploymentRecord | undefined {
  return records.find(({ release }) => release.buildNumber.equals(build));
}

/** Returns `promote orders 20261124-1 from preprod to prod`. */
export function doingOf(
  { service, from, to }: Pick<UpstreamRequest, 'service' | 'from' | 'to'>,
  build: BuildNumber,
): string {
  return `promote ${service.name} ${build} from ${from.name} to ${to.name}`;
}
