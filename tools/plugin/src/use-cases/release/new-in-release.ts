import type { Environment } from '../../model/environment/environment.ts';
import type { Release } from '../../model/release/release.ts';
import { releaseNotes } from '../../model/changes/release-notes.ts';
import { changes } from '../changes/changes.ts';
import { releaseBefore } from '../revision/find-release.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** Returns the news in a release since the one before it, as Markdown. */
export async function newInRelease(
  release: Release,
  service: ServiceSource,
  environments: readonly Environment[],
  ports: Pick<ReleasePorts, 'cluster' | 'repository' | 'facade' | 'renderer' | 'charts'>,
): Promise<string> {
  const before = await releaseBefore(release, ports);
  if (!before) return `The first release of ${release.service}.`;
  const point = ({ buildNumber }: Release) => ({ kind: 'build' as const, buildNumber });
  return releaseNotes(await changes({ service, environments, from: point(before), to: point(release) }, ports));
}
