/** Where a dependency comes from. */
export type Ecosystem = 'npm' | 'go' | 'python';

/** Versions by name. A name may have several: npm installs one beside the other. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** One dependency that is not what it was. */
export interface DependencyChange {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** Several versions are joined with commas; undefined where there was none. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Returns the packages that were added, removed and replaced, by name. */
export function dependencyChanges(ecosystem: Ecosystem, before: Dependencies, after: Dependencies): DependencyChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const [from, to] = [before, after].map((side) => side.get(name)?.toSorted().join(', '));
    return from === to ? [] : [{ ecosystem, name, from, to }];
  });
}

/** `+ left-pad 1.3.0`, `- left-pad 1.3.0`, `left-pad 1.2.3 → 1.3.0`. */
export function describeDependencyChange({ name, from, to }: DependencyChange): string {
  if (from === undefined) return `+ ${name} ${to}`;
  return to === undefined ? `- ${name} ${from}` : `${name} ${from} → ${to}`;
}
