import { isMap } from '../../manifests/source/object-fields.ts';
import type { ApiDocument } from '../../changes/api/api-document.ts';
import type { DescriptionRule } from './description-rules.ts';
import { operationName, operationsOf, parametersOf, type WrittenOperation } from './api-operations.ts';
import type { Problem } from './place.ts';

const longestSummary = 300;
const longestDescription = 1000;

/**
 * Returns what API Management's import refuses, or takes for something else, in a description.
 * @param document in one piece.
 */
export function breachesOfImport(file: string, document: ApiDocument): Problem[] {
  const operations = operationsOf(file, document);
  const top = { file, keys: ['paths'] };
  if (operations.length === 0)
    return [{ at: top, rule: 'operations', text: 'It has no operation: there is nothing to publish.' }];
  return [
    ...breachesOfPaths(file, document),
    ...operations.flatMap(breachesOfOperation),
    ...doubles(operations, 'operation-id-unique', 'is for API Management the same name as'),
    ...doubles(operations, 'address-unique', 'is the same address as'),
  ];
}

function breachesOfPaths(file: string, document: ApiDocument): Problem[] {
  const paths = Object.entries(document['paths'] as Record<string, unknown>).filter(([path]) => !path.startsWith('x-'));
  return paths.flatMap(([path, item]): Problem[] => {
    const at = { file, keys: ['paths', path] };
    if (!path.startsWith('/')) return [{ at, rule: 'path', text: `The path "${path}" does not begin with "/".` }];
    if (!isMap(item)) return [{ at, rule: 'path', text: `The path ${path} is not a map.` }];
    return Object.hasOwn(item, 'servers') ? [{ at, rule: 'own-servers', text: ownServers(path) }] : [];
  });
}

/** A rule, and how an operation breaks it. */
type Breach = readonly [DescriptionRule, string];

const ownServers = (of: string) => `${of} has servers of its own; behind API Management an API has one.`;

function breachesOfOperation(operation: WrittenOperation): Problem[] {
  const { method, path, fields, at } = operation;
  const name = `${method} ${path}`;
  const found: Breach[] = [];
  if (nameOf(operation) === undefined)
    found.push([
      'operation-id',
      `${name} has no operationId with a letter or a digit: its policies and its figures go by it.`,
    ]);
  if (Object.hasOwn(fields, 'servers')) found.push(['own-servers', ownServers(name)]);
  for (const [field, longest] of [
    ['summary', longestSummary],
    ['description', longestDescription],
  ] as const) {
    const text = fields[field];
    if (typeof text === 'string' && text.length > longest)
      found.push(['text-length', `The ${field} of ${name} has ${text.length} characters; ${longest} are taken.`]);
  }
  return [...found, ...breachesOfParameters(operation, name)].map(([rule, text]) => ({ at, rule, text }));
}

function breachesOfParameters({ path, fields, pathItem }: WrittenOperation, name: string): Breach[] {
  const all = parametersOf(pathItem, fields).map((each) => ({ place: each['in'], name: String(each['name']) }));
  const cookies = all.filter(({ place }) => place === 'cookie').map((each) => each.name);
  const inPath = [...path.matchAll(/\{([^}]*)\}/g)].map(([, each = '']) => each);
  const declared = all.filter(({ place }) => place === 'path').map((each) => each.name);
  const inQuery = all.filter(({ place }) => place === 'query').map((each) => each.name);
  return [
    ...cookies.map((each): Breach => {
      return ['cookie-parameter', `${name} has the cookie parameter "${each}", which API Management does not take.`];
    }),
    ...doubled([...inPath, ...inQuery]).map((each): Breach => {
      return ['parameter-twice', `${name} has the parameter "${each}" twice in its URL (capitals do not count).`];
    }),
    ...declared
      .filter((each) => !inPath.includes(each))
      .map((each): Breach => {
        return ['path-parameter', `${name} has the path parameter "${each}", and no {${each}} in its path.`];
      }),
  ];
}

function doubled(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name.toLowerCase()).size);
}

function nameOf({ fields }: WrittenOperation): string | undefined {
  const { operationId } = fields;
  return (typeof operationId === 'string' && operationName(operationId)) || undefined;
}

/** Returns method and path, without the names of the parameters in it. */
function addressOf({ method, path }: WrittenOperation): string {
  return `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`;
}

function doubles(
  operations: readonly WrittenOperation[],
  rule: 'operation-id-unique' | 'address-unique',
  relation: string,
): Problem[] {
  const keyOf = rule === 'address-unique' ? addressOf : nameOf;
  const first = new Map<string, WrittenOperation>();
  return operations.flatMap((operation) => {
    const key = keyOf(operation);
    if (key === undefined) return [];
    const twin = first.get(key);
    if (!twin) {
      first.set(key, operation);
      return [];
    }
    const text = (each: WrittenOperation) =>
      keyOf === addressOf ? `${each.method} ${each.path}` : `operationId ${String(each.fields['operationId'])}`;
    return [{ at: operation.at, rule, text: `${text(operation)} ${relation} ${text(twin)}.` }];
  });
}
