/** A commit as it is shown. */
export interface Commit {
  /** Full object name. */
  readonly id: string;
  readonly author: string;
  /** ISO 8601. */
  readonly date: string;
  /** First line of its message. */
  readonly subject: string;
}

/** Reports whether a text is a full git object name, SHA-1 or SHA-256. */
export function isObjectName(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** Returns a name cut to the 12 digits that are shown, which are unique in all but the largest repositories. */
export function shortCommit(id: string): string {
  return id.slice(0, 12);
}

/** Returns lines such as `suspect: 1a2b3c4d5e6f 2026-11-24 Ada: feat(orders): totals`, the commits that may be to blame. */
export function suspectLines(commits: readonly Commit[]): string[] {
  return commits.map(({ id, author, date, subject }) => {
    return `suspect: ${shortCommit(id)} ${date.slice(0, 10)} ${author}: ${subject.slice(0, 120)}`;
  });
}
