import { isMap } from '../../manifests/source/object-fields.ts';
import type { ApiDocument } from '../../changes/api/api-document.ts';
import { methods } from './openapi-grammar.ts';
import type { Place } from './place.ts';

/** Longest name of an operation; four characters remain for what tells doubles apart. */
const longestName = 76;

/** An operation of a description, as it is written. */
export interface WrittenOperation {
  readonly method: string;
  /** `/charges/{id}`. */
  readonly path: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The fields of all of its path's operations. */
  readonly pathItem: Readonly<Record<string, unknown>>;
  readonly at: Place;
}

/** Returns all operations of a description. */
export function operationsOf(file: string, document: ApiDocument): WrittenOperation[] {
  const paths = isMap(document['paths']) ? document['paths'] : {};
  return Object.entries(paths).flatMap(([path, pathItem]) => {
    if (!isMap(pathItem) || path.startsWith('x-')) return [];
    return methods.flatMap((method): WrittenOperation[] => {
      const fields = Object.hasOwn(pathItem, method) ? pathItem[method] : undefined;
      if (!isMap(fields)) return [];
      return [{ method: method.toUpperCase(), path, fields, pathItem, at: { file, keys: ['paths', path, method] } }];
    });
  });
}

/** Returns the name under which API Management keeps an operation: that of `createOrder` is `createorder`. */
export function operationName(operationId: string): string {
  return operationId
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, longestName);
}

/**
 * Returns a description as it is imported. It says nothing of what a caller needs to show to the service: API Management
 * has keys of its own. Operations have the parameters of their paths themselves, so that no importer needs to know which
 * of two replaces the other.
 */
export function asImported(document: ApiDocument): ApiDocument {
  const { security: _, ...rest } = document;
  const paths = isMap(rest['paths']) ? rest['paths'] : {};
  const imported = Object.entries(paths).map(([path, pathItem]) => {
    if (!isMap(pathItem)) return [path, pathItem] as const;
    const { parameters: __, ...fields } = pathItem;
    const operations = Object.entries(fields).map(([key, operation]) => {
      if (!methods.some((method) => method === key) || !isMap(operation)) return [key, operation] as const;
      const { security: ___, parameters: ____, ...others } = operation;
      const parameters = parametersOf(pathItem, operation);
      return [key, { ...others, ...(parameters.length > 0 ? { parameters } : {}) }] as const;
    });
    return [path, Object.fromEntries(operations)] as const;
  });
  return { ...rest, paths: Object.fromEntries(imported) };
}

type Fields = Readonly<Record<string, unknown>>;

/** Returns all parameters of an operation: its own replace those of its path. */
export function parametersOf(pathItem: Fields, operation: Fields): Fields[] {
  const all = [pathItem['parameters'], operation['parameters']].flat().filter(isMap);
  return [...new Map(all.map((each) => [`${String(each['in'])} ${String(each['name'])}`, each])).values()];
}
