import { listAt } from '../source/object-fields.ts';

/** Returns the matches of a route's rule, narrowed to requests with a header. */
export function matchesWithHeader(
  rule: Record<string, unknown>,
  header: { readonly name: string; readonly value: string },
): Record<string, unknown>[] {
  const matches = listAt(rule, 'matches');
  return (matches.length > 0 ? matches : [{}]).map((match) => ({
    ...match,
    headers: [...listAt(match, 'headers'), { type: 'Exact', ...header }],
  }));
}
