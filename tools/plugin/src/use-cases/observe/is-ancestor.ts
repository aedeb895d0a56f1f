import type { ReleasePorts } from '../../ports/release-ports.ts';

/** Whether a commit comes before another, so that what is newer there is missing in it. */
export async function isAncestor(
  commit: string,
  other: string,
  { repository }: Pick<ReleasePorts, 'repository'>,
): Promise<boolean> {
  return commit !== other && (await repository.mergeBases(commit, [other])).get(other) === commit;
}
