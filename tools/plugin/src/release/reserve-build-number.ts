import { BuildNumber } from '../model/build-number.ts';
import { Refusal } from '../model/product-error.ts';
import { ReleaseTag } from '../model/release-tag.ts';
import type { ReleasePorts } from './release-ports.ts';

/** More deployers than this never race for one service; a loop that goes on has met a bug. */
const mostAttempts = 50;

/**
 * Takes a build number that nobody else has or ever gets.
 * @param wanted the number to take, and no other.
 * @throws {Refusal} when the wanted one is taken, or the origin cannot be reached or refuses.
 */
export async function reserveBuildNumber(
  service: string,
  commit: string,
  { repository, clock }: Pick<ReleasePorts, 'repository' | 'clock'>,
  wanted?: BuildNumber,
): Promise<BuildNumber> {
  const lost: BuildNumber[] = [];
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    // A number that was just lost may not be listed yet.
    const number = await freeBuildNumber(service, { repository, clock }, wanted, lost);
    if (await repository.reserveBuildNumber(new ReleaseTag(service, number), commit)) return number;
    if (wanted !== undefined) throw takenRefusal(service, wanted);
    lost.push(number);
  }
  throw new Refusal({
    type: 'no-build-number',
    doing: `take a build number for ${service}`,
    reason: `${mostAttempts} numbers in a row were taken by others.`,
    remedy: 'Run the same command again.',
  });
}

/**
 * A number that nobody has now.
 * @param wanted the number to take, and no other.
 * @param lost numbers that are known to be taken.
 * @throws {Refusal} when the wanted one is taken.
 */
export async function freeBuildNumber(
  service: string,
  { repository, clock }: Pick<ReleasePorts, 'repository' | 'clock'>,
  wanted?: BuildNumber,
  lost: readonly BuildNumber[] = [],
): Promise<BuildNumber> {
  const taken = await repository.buildNumbers(service);
  if (wanted === undefined) return BuildNumber.next(clock(), [...taken, ...lost]);
  if (taken.some((number) => number.equals(wanted))) throw takenRefusal(service, wanted);
  return wanted;
}

function takenRefusal(service: string, number: BuildNumber): Refusal {
  return new Refusal({
    type: 'build-number-taken',
    doing: `take build number ${number} for ${service}`,
    reason: 'It is taken, and a number is never used twice.',
    remedy: 'Leave --build-number away to get the next free one.',
  });
}
