/**
 * The known name that a misspelt one most likely stands for.
 * @returns undefined when none is near: more than a third of its letters would have to change.
 */
export function closestName(misspelt: string, known: Iterable<string>): string | undefined {
  let closest: string | undefined;
  let least = Infinity;
  for (const name of known) {
    const changes = countChanges(misspelt.toLowerCase(), name.toLowerCase());
    if (changes < least) [closest, least] = [name, changes];
  }
  return closest !== undefined && least <= Math.max(1, Math.floor(closest.length / 3)) ? closest : undefined;
}

/** `Did you mean "x"?`, or an empty text when no known name is near. */
export function didYouMean(misspelt: string, known: Iterable<string>): string {
  const closest = closestName(misspelt, known);
  return closest === undefined ? '' : `Did you mean "${closest}"?`;
}

/**
 * Letters to add, drop, replace or swap with their neighbour (optimal string alignment). No library: those that are kept
 * (fastest-levenshtein, leven) count a swap, the commonest slip in a short name, as two.
 */
function countChanges(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
