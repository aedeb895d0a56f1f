import { LineCounter, parseDocument } from 'yaml';
import { fieldAt, isMap } from '../../manifests/source/object-fields.ts';

/** Nobody writes more by hand; what is longer is a mistake or an attack. */
const longestFile = 4 * 1024 * 1024;
/** How often anchors of a document may be used, after being followed through. */
const mostAliases = 100;
/** How many references may lead to one another. */
const mostHops = 20;
const tooDeep = 'It is nested too deeply, or its anchors (&x) and aliases (*x) expand to too much.';

/** A description of an API by OpenAPI 3.0 or 3.1, as it was written. */
export type ApiDocument = Readonly<Record<string, unknown>>;

/** A value that a text in YAML denotes, or a sentence that says why there is none, and where it was noticed. */
export type YamlValue =
  { readonly value: unknown } | { readonly reason: string; /** From 1. */ readonly line?: number };

/** Reads a text in YAML of somebody else's: long, deeply nested and exploding ones have no value. */
export function parseYaml(text: string): YamlValue {
  if (text.length > longestFile) return { reason: 'It is longer than 4 MiB.' };
  try {
    const lines = new LineCounter();
    const options = { prettyErrors: false, logLevel: 'error', merge: true, lineCounter: lines } as const;
    const document = parseDocument(text, options);
    const [error] = document.errors;
    if (error?.message.includes('call stack')) return { reason: tooDeep };
    if (!error) return { value: document.toJS({ maxAliasCount: mostAliases }) as unknown };
    const { line } = lines.linePos(error.pos[0]);
    return { reason: `It is not YAML: ${error.message.split('\n')[0]!.replace(/[.:]?$/, '.')}`, line };
  } catch {
    // Nested until the stack ends, or anchors that expand to too much.
    return { reason: tooDeep };
  }
}

/**
 * Reads an OpenAPI description.
 * @returns a sentence that says why not, where it is none: `It is not YAML: …`.
 */
export function parseApiDocument(text: string): ApiDocument | string {
  const read = parseYaml(text);
  return 'reason' in read ? read.reason : asApiDocument(read.value);
}

/** Returns a value as the OpenAPI description that it is, or a sentence that says why not. */
export function asApiDocument(value: unknown): ApiDocument | string {
  if (!isMap(value)) return 'It is not an OpenAPI description: it has no fields.';
  const { openapi, paths = {} } = value;
  if (typeof openapi !== 'string' || !/^3\.[01]\./.test(openapi))
    return 'It is not an OpenAPI description of version 3.0 or 3.1 ("openapi: 3.1.0").';
  return isMap(paths) ? value : 'It is not an OpenAPI description: "paths" is not a map.';
}

/** Resolves a node's references: returns a map, or none where there is nothing or the path leads out of the file. */
export function resolved(document: ApiDocument, value: unknown): Record<string, unknown> {
  let at = value;
  for (let hop = 0; hop < mostHops && isMap(at); hop++) {
    const reference = at['$ref'];
    if (typeof reference !== 'string') return at;
    const target = targetOf(document, reference);
    if (target === undefined) return at;
    // What stands beside a reference is laid over its target since 3.1.
    const { $ref: _, ...beside } = at;
    at = Object.keys(beside).length > 0 && isMap(target) ? { ...target, ...beside } : target;
  }
  return {};
}

function targetOf(document: ApiDocument, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  return fieldAt(document, ...pointerKeys(reference.slice(1)));
}

/** Returns the keys of a JSON pointer as references have it: `/paths/~1orders/get`. */
export function pointerKeys(pointer: string): string[] {
  return pointer.split('/').slice(1).map(decoded);
}

function decoded(key: string): string {
  const unescaped = key.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(unescaped);
  } catch {
    return unescaped;
  }
}
