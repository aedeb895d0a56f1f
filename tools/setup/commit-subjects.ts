import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The longest subject, in characters: `git log --oneline` and most forges show no more (CONTRIBUTING.md). */
export const longestSubject = 72;

/** The last commit before the rule; older ones are as they are. */
const ruleSince = { commit: 'f3bbf277febd37d9b0a57ab1f9f7214bb0d84a65', seconds: 1795749988 };

/** A commit whose subject is too long. */
export interface LongSubject {
  readonly commit: string;
  readonly subject: string;
}

/**
 * Returns the commits since the rule whose subject is too long. Merges and reverts are left out, because git writes
 * theirs. Looks at what the clone has: a shallow one has the newest commits only.
 * @returns undefined where there is no history, as in an unpacked archive.
 */
export function longSubjects(folder: string, since = ruleSince): LongSubject[] | undefined {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 << 20 });
  const isKnown = git('cat-file', '-e', `${since.commit}^{commit}`).status === 0;
  // By date too: a shallow clone does not have that commit, and an older branch may be merged after it.
  const { status, stdout } = git(
    ...['log', '--no-merges', '-z', '--format=%H %ct %s'],
    ...['HEAD', ...(isKnown ? [`^${since.commit}`] : []), '--'],
  );
  if (status !== 0) return undefined;
  return stdout
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => /^(?<commit>\S+) (?<seconds>\d+) (?<subject>.*)$/s.exec(line)!.groups!)
    .filter(({ seconds }) => Number(seconds) > since.seconds)
    .filter(({ subject = '' }) => [...subject].length > longestSubject && !subject.startsWith('Revert "'))
    .map(({ commit = '', subject = '' }) => ({ commit, subject }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = longSubjects(join(import.meta.dirname, '..', '..'));
  if (!found) console.log('No history: nothing to check.');
  for (const { commit, subject } of found ?? [])
    console.error(`${commit.slice(0, 12)}: ${[...subject].length} characters, at most ${longestSubject}: ${subject}`);
  if (found?.length) process.exitCode = 1;
  else if (found) console.log(`Subjects of commits are at most ${longestSubject} characters long.`);
}
