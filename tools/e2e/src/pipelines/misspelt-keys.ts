import { isScalar, parseDocument, visit, type Pair } from 'yaml';

/** A text in which one key is misspelt. */
export interface Misspelling {
  /** Keys that lead to it, and the key as it was: `jobs.release.steps.0.run`. */
  readonly path: string;
  readonly text: string;
}

/** All ways to misspell one key of a YAML text. */
export function misspellings(text: string): Misspelling[] {
  const found: Misspelling[] = [];
  visit(parseDocument(text), {
    Pair(_, { key }, ancestors) {
      if (!isScalar(key) || !key.range) return;
      const [from, to] = key.range;
      const name = String(key.value);
      // The last two letters change places; where that changes nothing, one is doubled.
      const swapped = name.replace(/(.)(.)$/, '$2$1');
      const misspelt = swapped === name ? `${name}${name.at(-1)}` : swapped;
      const parents = ancestors.flatMap((ancestor, index) => nameOf(ancestor, ancestors[index + 1] ?? null));
      found.push({ path: [...parents, name].join('.'), text: text.slice(0, from) + misspelt + text.slice(to) });
    },
  });
  return found;
}

/** Returns the step from a node to the next one: a key, or a position in a list. */
function nameOf(node: unknown, next: unknown): string[] {
  const { key, items } = node as Partial<Pair> & { items?: unknown[] };
  if (isScalar(key)) return [String(key.value)];
  const isMap = items?.some((item) => typeof item === 'object' && item !== null && 'key' in item) ?? false;
  return items && !isMap ? [String(items.indexOf(next))] : [];
}
