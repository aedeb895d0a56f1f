/** Bytes of what is kept of what commits reach. */
const mostKept = 32 * 1024 * 1024;

/** Commits and their parents, for questions about what one of them has that another lacks. */
export class CommitGraph {
  /** Children before parents. */
  private readonly ids: readonly string[];
  private readonly indexes: ReadonlyMap<string, number>;
  /** First parent of each commit, -1 where it has none; most have one, so that this is the whole history but for merges. */
  private readonly firstParents: Int32Array;
  /** The other parents of merges. */
  private readonly otherParents = new Map<number, readonly number[]>();
  private readonly reached = new Map<string, Uint8Array>();
  /** Which walk came by each commit last: to clear marks for each of thousands of walks would cost more than the walks. */
  private readonly visits: Uint32Array;
  private lastVisit = 0;

  /** @param parents of each commit, children before parents (topological order); parents that are not in it are unknown. */
  constructor(parents: ReadonlyMap<string, readonly string[]>) {
    this.ids = [...parents.keys()];
    this.indexes = new Map(this.ids.map((id, index) => [id, index]));
    this.firstParents = new Int32Array(this.ids.length).fill(-1);
    this.visits = new Uint32Array(this.ids.length);
    [...parents.values()].forEach((all, index) => {
      const [first, ...others] = all.flatMap((id) => this.indexes.get(id) ?? []);
      if (first !== undefined) this.firstParents[index] = first;
      if (others.length > 0) this.otherParents.set(index, others);
    });
  }

  has(commit: string): boolean {
    return this.indexes.has(commit);
  }

  /** Commits that `tip` has and `base` lacks, children before parents: `git rev-list base..tip`. */
  revList(base: string, tip: string): string[] {
    return this.ids.filter(this.isMissing(base, tip));
  }

  /** Returns a test for commits that `tip` has and `base` lacks. */
  isMissing(base: string, tip: string): (commit: string) => boolean {
    const [have, want] = [this.reach(base), this.reach(tip)];
    return (commit) => {
      const index = this.indexes.get(commit);
      return index !== undefined && want[index] === 1 && have[index] !== 1;
    };
  }

  /** Commits that some of the tips has and at least one of the bases lacks, children before parents. */
  revListOfSome(bases: readonly string[], tips: readonly string[]): string[] {
    const want = this.reachOfAll(tips);
    const holders = new Uint32Array(this.ids.length);
    for (const base of bases) {
      const has = this.reach(base);
      for (let index = 0; index < has.length; index++) holders[index]! += has[index]!;
    }
    return this.ids.filter((_, index) => want[index] === 1 && holders[index]! < bases.length);
  }

  /**
   * Commits that `tip` has and none of the bases has, in no order: `git rev-list tip ^base …`. Only those are walked, so
   * that it can be asked for thousands of tips.
   */
  missingInAll(bases: readonly string[], tip: string): string[] {
    const have = bases.map((base) => this.reach(base));
    const { visits, firstParents, otherParents } = this;
    const visit = ++this.lastVisit;
    const found: number[] = [];
    const add = (index: number) => {
      if (visits[index] === visit) return;
      visits[index] = visit;
      for (const has of have) if (has[index] === 1) return;
      found.push(index);
    };
    const start = this.indexes.get(tip);
    if (start !== undefined) add(start);
    // An array is walked to its end, also when it grows meanwhile.
    for (const index of found) {
      const first = firstParents[index]!;
      if (first >= 0) add(first);
      if (otherParents.size > 0) otherParents.get(index)?.forEach(add);
    }
    return found.map((index) => this.ids[index]!);
  }

  /** Parents of a commit, as far as they are known. */
  parentsOf(commit: string): string[] {
    const index = this.indexes.get(commit);
    return index === undefined ? [] : this.parentsAt(index).map((parent) => this.ids[parent]!);
  }

  /** Returns a test for commits that are, or contain, a commit. For many: the history is walked once. */
  containing(ancestor: string): (commit: string) => boolean {
    const has = new Uint8Array(this.ids.length);
    const start = this.indexes.get(ancestor);
    if (start !== undefined) has[start] = 1;
    // From the oldest on: whatever has a parent that has it has it too.
    for (let index = (start ?? 0) - 1; index >= 0; index--)
      if (this.parentsAt(index).some((parent) => has[parent] === 1)) has[index] = 1;
    return (commit) => has[this.indexes.get(commit) ?? -1] === 1;
  }

  private parentsAt(index: number): number[] {
    const first = this.firstParents[index]!;
    return first < 0 ? [] : [first, ...(this.otherParents.get(index) ?? [])];
  }

  /** 1 for each commit that is reached from one, by index. */
  private reach(commit: string): Uint8Array {
    const known = this.reached.get(commit);
    if (known) {
      // Last used is last to be forgotten.
      this.reached.delete(commit);
      this.reached.set(commit, known);
      return known;
    }
    const reached = this.reachOfAll([commit]);
    // The same are asked for again and again; thousands of commits of a long history would not fit.
    if (this.reached.size * this.ids.length > mostKept) this.reached.delete(this.reached.keys().next().value!);
    this.reached.set(commit, reached);
    return reached;
  }

  private reachOfAll(commits: readonly string[]): Uint8Array {
    const reached = new Uint8Array(this.ids.length);
    const starts = commits.flatMap((commit) => this.indexes.get(commit) ?? []);
    for (const start of starts) reached[start] = 1;
    const { firstParents, otherParents } = this;
    for (let index = starts.reduce((a, b) => Math.min(a, b), reached.length); index < reached.length; index++) {
      if (reached[index] === 0) continue;
      const first = firstParents[index]!;
      if (first >= 0) reached[first] = 1;
      if (otherParents.size > 0) for (const parent of otherParents.get(index) ?? []) reached[parent] = 1;
    }
    return reached;
  }
}
