import { shortCommit } from '../../model/commits/commit.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import type { BuildNumbers } from '../../ports/repository/build-numbers.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import { isAncestor } from '../observe/is-ancestor.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { digestBeforePush } from '../verify/digest-before-push.ts';

/** Which number is asked for. */
export interface BuildNumberRequest {
  readonly service: string;
  /** Where images of the service go: a number whose image is there already is taken too. */
  readonly registries: readonly string[];
  /** The number to take, and no other. */
  readonly buildNumber: BuildNumber | undefined;
  /** The number of the CI's run: taken where it can be, and otherwise the next one. */
  readonly ciNumber?: BuildNumber | undefined;
  /** Takes the newest number also for a commit that a later one has overtaken. */
  readonly force?: boolean;
  /** Takes no number any more when it is aborted. */
  readonly signal?: AbortSignal;
}

type Ports = Pick<ReleasePorts, 'registry' | 'clock'> & WithRepository<BuildNumbers & Commits>;

/** More deployers than this never race for one service; a loop that goes on has met a bug. */
const mostAttempts = 50;

/**
 * Takes a build number that nobody else has or ever gets.
 * @throws {Refusal} when the wanted one is taken, or the origin or a registry cannot be reached or refuses.
 */
export async function reserveBuildNumber(
  request: BuildNumberRequest,
  commit: string,
  ports: Ports,
): Promise<BuildNumber> {
  const lost: BuildNumber[] = [];
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const number = await freeBuildNumber(request, commit, ports, lost);
    request.signal?.throwIfAborted();
    if (await ports.repository.reserveBuildNumber(new ReleaseTag(request.service, number), commit)) return number;
    if (request.buildNumber) throw takenRefusal(request.service, number, 'It is taken');
    // It may not be listed yet.
    lost.push(number);
  }
  throw tooManyRefusal(request.service);
}

/**
 * A number that nobody has now.
 * @param commit what shall be built.
 * @param lost numbers that are known to be taken.
 * @throws {Refusal} when the wanted one is taken, or none would keep an overtaken run of a CI in its place.
 */
export async function freeBuildNumber(
  { service, registries, buildNumber: wanted, ciNumber, force = false }: BuildNumberRequest,
  commit: string,
  ports: Ports,
  lost: readonly BuildNumber[] = [],
): Promise<BuildNumber> {
  const { repository, clock } = ports;
  const taken = [...(await repository.buildNumbers(service)), ...lost];
  if (wanted && taken.some((number) => number.equals(wanted))) throw takenRefusal(service, wanted, 'It is taken');
  if (wanted?.isFarAhead(clock())) throw farAheadRefusal(service, wanted);
  const keepsPlace =
    !force &&
    ciNumber !== undefined &&
    taken.some((number) => !ciNumber.isNewerThan(number)) &&
    (await isLate(service, commit, taken, ports));
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    if (!wanted && keepsPlace && taken.some((number) => number.equals(ciNumber)))
      throw overtakenRefusal(service, ciNumber, commit);
    const number = wanted ?? (keepsPlace ? ciNumber : BuildNumber.next(clock(), taken, ciNumber));
    if (number.isFarAhead(clock())) throw usedUpRefusal(service, taken);
    const images = registries.map((host) => ImageRef.of(host, service, number.toString()));
    const digests = await Promise.all(images.map((image) => digestBeforePush(image, ports)));
    const pushed = images.find((_, index) => digests[index] !== undefined);
    if (!pushed) return number;
    // Somebody who has no access to the origin pushed it. A tag is never moved.
    if (wanted) throw takenRefusal(service, wanted, `${pushed} is in the registry already`);
    taken.push(number);
  }
  throw tooManyRefusal(service);
}

/**
 * Reports whether the newest number was taken for a commit after this one. A run of a CI that was overtaken keeps its own number
 * then, the older one: with a newer one it would put the older commit over the newer.
 */
async function isLate(service: string, commit: string, taken: readonly BuildNumber[], ports: Ports): Promise<boolean> {
  const newest = taken.toSorted(BuildNumber.compare).at(-1);
  const later = newest && (await ports.repository.commitOfBuild(new ReleaseTag(service, newest)));
  return later !== undefined && isAncestor(commit, later, ports);
}

/**
 * Returns why a number is of a day to come, as a line; undefined for one that is not: a clock that was ahead took one of
 * that day, or this one is behind.
 */
export function explainDayToCome(service: string, number: BuildNumber, now: Date): string | undefined {
  if (!number.isOfDayAfter(now)) return undefined;
  const clock = `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `build number ${number} is of a day to come: this machine's clock says ${clock}, and ${service} has numbers of that day already, taken by a clock that was ahead; numbers continue from there`;
}

function takenRefusal(service: string, number: BuildNumber, why: string): Refusal {
  return new Refusal({
    type: 'build-number-taken',
    doing: `take build number ${number} for ${service}`,
    reason: `${why}, and a number is never used twice.`,
    remedy: 'Omit `--build-number` to get the next free one.',
  });
}

/** Nobody would find what has such a number. */
function farAheadRefusal(service: string, number: BuildNumber): Refusal {
  return new Refusal({
    type: 'build-number-far-ahead',
    doing: `take build number ${number} for ${service}`,
    reason: 'Its day is more than a year ahead, and it would be the newest until then: such numbers are not used.',
    remedy: 'Give one of today, or omit `--build-number` to get the next free one.',
  });
}

/** Only a number made by hand is the last that may be followed. */
function usedUpRefusal(service: string, taken: readonly BuildNumber[]): Refusal {
  const newest = taken.toSorted(BuildNumber.compare).at(-1);
  return new Refusal({
    type: 'build-number-far-ahead',
    doing: `take a build number for ${service}`,
    reason: `The number ${newest} is taken, and none after it is of a day of the coming year.`,
    remedy: `If no build has it, remove it: \`git push origin --delete refs/builds/${service}/${newest}\`, or the tag ${service}-${newest}.`,
  });
}

/** A run that is repeated has used its number up; the next one would put the older commit over the newer. */
function overtakenRefusal(service: string, number: BuildNumber, commit: string): Refusal {
  return new Refusal({
    type: 'overtaken',
    doing: `take a build number for ${service}`,
    reason: `That of the CI, ${number}, is taken, and a later commit than ${shortCommit(commit)} has been built since.`,
    remedy: `Run the pipeline of the newest commit. To bring an earlier release back: \`nx run ${service}:rollback --tag=…\`.`,
  });
}

function tooManyRefusal(service: string): Refusal {
  return new Refusal({
    type: 'no-build-number',
    doing: `take a build number for ${service}`,
    reason: `${mostAttempts} numbers in a row were taken by others.`,
    remedy: 'Run the same command again.',
  });
}
