import type { Entity } from '../management/entities.ts';

interface Template {
  readonly id: string;
  readonly segments: readonly string[];
  /** Names of query parameters that a call must have to be one of this operation. */
  readonly query: readonly string[];
}

type Operations = ReadonlyMap<string, Entity>;

const compiled = new WeakMap<Operations, ReadonlyMap<string, readonly Template[]>>();

/**
 * Returns the id of the operation that a call is of; undefined when there is none. Of several the most literal one wins;
 * a wildcard comes last.
 *
 * @param rest the path after the API's, decoded, in segments.
 */
export function matchOperation(
  operations: Operations,
  method: string,
  rest: readonly string[],
  query: URLSearchParams,
): string | undefined {
  return templatesOf(operations)
    .get(method)
    ?.find((template) => matches(template, rest) && template.query.every((name) => query.has(name)))?.id;
}

function matches({ segments }: Template, rest: readonly string[]): boolean {
  const isWild = segments.at(-1) === '*';
  if (isWild ? rest.length < segments.length - 1 : rest.length !== segments.length) return false;
  return segments.every(
    (segment, index) => segment === '*' || (segment.startsWith('{') ? rest[index] !== '' : segment === rest[index]),
  );
}

function templatesOf(operations: Operations): ReadonlyMap<string, readonly Template[]> {
  const known = compiled.get(operations);
  if (known) return known;
  const byMethod = new Map<string, Template[]>();
  for (const { name, properties } of operations.values()) {
    const [path = '', query = ''] = String(properties['urlTemplate']).split('?');
    const template = { id: name, segments: segmentsOf(path), query: [...new URLSearchParams(query).keys()] };
    const method = String(properties['method']);
    byMethod.set(method, [...(byMethod.get(method) ?? []), template]);
  }
  // Literal segments before parameters, parameters before a wildcard; more query parameters before fewer.
  const rank = ({ segments, query }: Template) =>
    segments.map((segment) => (segment === '*' ? '2' : segment.startsWith('{') ? '1' : '0')).join('') +
    String(9 - query.length);
  for (const templates of byMethod.values()) templates.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  compiled.set(operations, byMethod);
  return byMethod;
}

/** Returns the segments of a path; a slash at its end counts for nothing. */
export function segmentsOf(path: string): string[] {
  const trimmed = path.replaceAll(/^\/+|\/+$/g, '');
  return trimmed === '' ? [] : trimmed.split('/');
}
