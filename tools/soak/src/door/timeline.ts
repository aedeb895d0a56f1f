/** Returns milliseconds on a clock that all processes of this machine have in common, and that nobody sets. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Which revision was current when, in the order of time. */
export class Timeline {
  private switches: { readonly at: number; readonly revision: string }[] = [];

  /** Takes down that a revision became current. */
  add(at: number, revision: string): void {
    this.switches.push({ at, revision });
  }

  /** Returns the revisions that were current at any moment between two. */
  between(from: number, to: number): string[] {
    const first = this.switches.findLastIndex(({ at }) => at <= from);
    return this.switches.slice(Math.max(0, first)).flatMap(({ at, revision }) => (at <= to ? [revision] : []));
  }

  /** Forgets what was before a moment: nobody asks any more. */
  forget(before: number): void {
    const first = this.switches.findLastIndex(({ at }) => at <= before);
    if (first > 0) this.switches = this.switches.slice(first);
  }
}
