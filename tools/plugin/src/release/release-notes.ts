import { markdownText } from '../model/forge-text.ts';
import type { Release } from '../model/release.ts';
import { ReleaseTag } from '../model/release-tag.ts';
import { releaseBefore } from './find-release.ts';
import type { ServiceSource } from './ports/service-source.ts';
import type { ReleasePorts } from './release-ports.ts';

/** Characters of a commit's subject that are shown. */
const longestSubject = 200;

/** What is new in a release since the one before it, as Markdown: the newest commits that touch what it is made of. */
export async function releaseNotes(
  release: Release,
  { inputFolders }: Pick<ServiceSource, 'inputFolders'>,
  ports: Pick<ReleasePorts, 'repository'>,
): Promise<string> {
  const before = await releaseBefore(release, ports);
  if (!before) return `The first release of ${release.service}.`;
  const tag = new ReleaseTag(before.service, before.buildNumber);
  const commits = await ports.repository.commitsBetween(before.commit, release.commit, inputFolders);
  if (commits.length === 0) return `No commit since ${tag} touches ${release.service}.`;
  const lines = commits.map(
    ({ id, author, subject }) => `- ${markdownText(subject.slice(0, longestSubject))} (${id}, ${markdownText(author)})`,
  );
  return [`Commits since ${tag}:`, '', ...lines].join('\n');
}
