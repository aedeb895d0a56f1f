/** A commit, as people tell it from others. */
export interface Commit {
  /** Full object name. */
  readonly id: string;
  readonly author: string;
  /** ISO 8601. */
  readonly date: string;
  /** First line of its message. */
  readonly subject: string;
}

/** A full git object name, SHA-1 or SHA-256. */
export function isObjectName(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** `suspect: 1a2b3c4d5e6f 2026-11-24 Ada: feat(orders): totals`, the commits that may be to blame. */
export function suspectLines(commits: readonly Commit[]): string[] {
  return commits.map(({ id, author, date, subject }) => {
    return `suspect: ${id.slice(0, 12)} ${date.slice(0, 10)} ${author}: ${subject.slice(0, 120)}`;
  });
}
