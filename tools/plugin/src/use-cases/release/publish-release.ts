import { linkOf, releaseBody } from '../../model/forge/forge-text.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { scrub } from '../../model/secrets/line-scrubber.ts';
import type { NoForge, PublishedRelease } from '../../ports/forge.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { forgeRepair, forgeTrouble } from '../announce/wait-for-forge.ts';

/** A release that shall be shown at the forge. */
export interface ReleasePublication {
  /** Its tag is at the origin. */
  readonly release: Release;
  /** Where it was made, if that is an address: it is linked to. */
  readonly run: string | undefined;
  /** Returns its news as Markdown. */
  notes(): Promise<string>;
  /** Keeps it from being made when it is aborted before. */
  readonly signal?: AbortSignal;
}

/**
 * Makes the forge's release of a release, once: one that is there is left as it is.
 * @returns a reason, as a clause, where there is no forge to make it at. @throws {Failure} when the forge does not.
 */
export async function publishRelease(
  { release, run, notes, signal }: ReleasePublication,
  ports: Pick<ReleasePorts, 'forge'>,
): Promise<PublishedRelease | NoForge> {
  const forge = await ports.forge();
  if ('reason' in forge) return forge;
  const { service, buildNumber, commit } = release;
  const body = releaseBody(scrub(await notes()), factsOf(release, run));
  signal?.throwIfAborted();
  return forge.publishRelease({
    tag: new ReleaseTag(service, buildNumber),
    commit,
    title: `${service} ${buildNumber}`,
    body,
  });
}

/** The same beside other work: what becomes of it is told, and stops nothing. Never rejects. */
export async function announceRelease(
  publication: ReleasePublication,
  ports: Pick<ReleasePorts, 'forge'>,
  reporter: Reporter,
): Promise<void> {
  const { service, buildNumber } = publication.release;
  try {
    const published = await publishRelease(publication, ports);
    if ('reason' in published) {
      if (!published.isElsewhere) reporter.step(`no GitHub release: ${published.reason}`);
    } else reporter.step(`GitHub release${published.made === 'exists' ? ', there already' : ''}: ${published.url}`);
  } catch (error) {
    const tag = new ReleaseTag(service, buildNumber);
    reporter.warn(`no GitHub release of ${tag}: ${forgeTrouble(error)} ${forgeRepair}`);
  }
}

function factsOf({ commit, imageDigest, dirty }: Release, run: string | undefined): string[] {
  const link = linkOf(run);
  return [
    `- Commit: ${commit}`,
    `- Image: \`${imageDigest}\``,
    ...(dirty ? ['- Built from a working tree with uncommitted changes'] : []),
    ...(link === undefined ? [] : [`- Made by: <${link}>`]),
  ];
}
