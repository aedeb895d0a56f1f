import { isDeepStrictEqual } from 'node:util';
import { parseApiDocument, resolved, type ApiDocument } from './api-document.ts';
import { SchemaComparison, type ApiReason, type Direction } from './api-schema-changes.ts';
import { isMap } from '../../manifests/source/object-fields.ts';

/** A change of one operation. */
export interface ApiOperationChange {
  /** `POST /charges/{id}`. */
  readonly operation: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** True when a client that worked before may not work any more. */
  readonly isBreaking: boolean;
  /** Its changes, as texts. */
  readonly reasons: readonly ApiReason[];
}

/** The changes of an API, or the reason why they cannot be compared. */
export type ApiChanges =
  | {
      readonly state: 'compared';
      /** In the order of their names. */
      readonly operations: readonly ApiOperationChange[];
    }
  | { readonly state: 'none' }
  | { readonly state: 'unknown'; readonly reason: string };

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
/** A part of a description. */
type Fields = Readonly<Record<string, unknown>>;

/** A text of an OpenAPI description, and how it is named when it is told of: `apps/orders/openapi.yaml at 1a2b3c`. */
export interface ApiText {
  readonly name: string;
  /** Undefined where there is no such file. */
  readonly text: string | undefined;
}

/**
 * Returns the changes between two OpenAPI descriptions, by operation. Breaking changes are those of oasdiff
 * (docs/decisions/0011-api-changes.md).
 */
export function apiChanges(before: ApiText, after: ApiText): ApiChanges {
  if (before.text === undefined && after.text === undefined) return { state: 'none' };
  const [from, to] = [before, after].map(({ text }) =>
    text === undefined ? 'There is no such file.' : parseApiDocument(text),
  );
  if (typeof from === 'string') return { state: 'unknown', reason: `${before.name}: ${from}` };
  if (typeof to === 'string') return { state: 'unknown', reason: `${after.name}: ${to}` };
  return { state: 'compared', operations: compareDocuments(from!, to!) };
}

interface Operation {
  /** `POST /charges/{id}`. */
  readonly name: string;
  readonly fields: Fields;
  /** Names of the parameters in its path, in their order. */
  readonly pathNames: readonly string[];
  readonly parameters: ReadonlyMap<string, Fields>;
}

function compareDocuments(from: ApiDocument, to: ApiDocument): ApiOperationChange[] {
  const [before, after] = [operationsOf(from), operationsOf(to)];
  const changes: ApiOperationChange[] = [];
  for (const [key, { name }] of before)
    if (!after.has(key)) changes.push({ operation: name, change: 'removed', isBreaking: true, reasons: [] });
  for (const [key, operation] of after) {
    const was = before.get(key);
    const added = { operation: operation.name, change: 'added', isBreaking: false, reasons: [] } as const;
    if (!was) changes.push(added);
    else {
      const reasons = compareOperations([from, was], [to, operation]);
      const isBreaking = reasons.some((reason) => reason.isBreaking);
      if (reasons.length > 0) changes.push({ operation: operation.name, change: 'changed', isBreaking, reasons });
    }
  }
  return changes.sort((a, b) => (a.operation < b.operation ? -1 : 1));
}

/** By method and path, whatever the parameters in the path are called. */
function operationsOf(document: ApiDocument): Map<string, Operation> {
  const operations = new Map<string, Operation>();
  const paths = isMap(document['paths']) ? document['paths'] : {};
  for (const [path, item] of Object.entries(paths)) {
    const fields = resolved(document, item);
    const pathNames = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
    for (const method of methods.filter((each) => isMap(fields[each]))) {
      const operation = fields[method] as Fields;
      const parameters = parametersOf(document, [fields['parameters'], operation['parameters']], pathNames);
      const name = `${method.toUpperCase()} ${path}`;
      operations.set(name.replaceAll(/\{[^}]*\}/g, '{}'), { name, fields: operation, pathNames, parameters });
    }
  }
  return operations;
}

/** By where they are and their name; a parameter in the path by its position. */
function parametersOf(document: ApiDocument, lists: readonly unknown[], pathNames: readonly string[]) {
  const parameters = new Map<string, Fields>();
  for (const each of lists.flatMap((list) => (Array.isArray(list) ? list : []))) {
    const parameter = resolved(document, each);
    const [name, place] = [String(parameter['name']), String(parameter['in'])];
    const key = place === 'path' ? pathNames.indexOf(name) : place === 'header' ? name.toLowerCase() : name;
    parameters.set(`${place} ${key}`, parameter);
  }
  return parameters;
}

type Side = readonly [ApiDocument, Operation];

/** The comparison of one operation, and of all schemas in it. */
interface OperationComparison {
  readonly schemas: SchemaComparison;
  /** Called with each thing that changed. */
  readonly say: (text: string, isBreaking: boolean) => void;
}

/** A part of an operation that has schemas. */
interface Part {
  /** `request body`, `response 200`. */
  readonly of: string;
  readonly direction: Direction;
}

function compareOperations([from, before]: Side, [to, after]: Side): ApiReason[] {
  const reasons: ApiReason[] = [];
  const say = (text: string, isBreaking: boolean) => void reasons.push({ text, isBreaking });
  const schemas = new SchemaComparison(from, to, (reason) => reasons.push(reason));
  const comparison: OperationComparison = { schemas, say };
  if (before.pathNames.join() !== after.pathNames.join())
    say(`path parameters renamed: ${before.pathNames.join(', ')} → ${after.pathNames.join(', ')}`, false);
  compareParameters(before.parameters, after.parameters, comparison);
  const bodies = [resolved(from, before.fields['requestBody']), resolved(to, after.fields['requestBody'])] as const;
  compareBodies(...bodies, comparison);
  compareResponses([from, before.fields], [to, after.fields], comparison);
  compareSecurity(securityOf(from, before.fields), securityOf(to, after.fields), comparison);
  if (before.fields['deprecated'] !== true && after.fields['deprecated'] === true) say('deprecated', false);
  return reasons;
}

function compareParameters(
  before: ReadonlyMap<string, Fields>,
  after: ReadonlyMap<string, Fields>,
  { schemas, say }: OperationComparison,
): void {
  const label = (parameter: Fields) => `${parameter['in']} parameter ${parameter['name']}`;
  for (const [key, parameter] of before) if (!after.has(key)) say(`${label(parameter)}: removed`, true);
  for (const [key, parameter] of after) {
    const was = before.get(key);
    const [needed, needs] = [was?.['required'] === true, parameter['required'] === true];
    if (!was) say(`${label(parameter)}: new, ${needs ? 'required' : 'optional'}`, needs);
    else {
      if (needed !== needs) say(`${label(parameter)}: ${needs ? 'required now' : 'no longer required'}`, needs);
      for (const field of ['style', 'explode'])
        if (was[field] !== parameter[field]) say(`${label(parameter)}: written another way ("${field}")`, true);
      schemas.compare(schemaOf(was), schemaOf(parameter), label(parameter), 'request');
    }
  }
}

/** A parameter has a schema, or one kind of content that has it. */
function schemaOf({ schema, content }: Fields): unknown {
  const [only] = isMap(content) ? Object.values(content) : [];
  return schema ?? (isMap(only) ? only['schema'] : undefined);
}

function compareBodies(before: Fields, after: Fields, comparison: OperationComparison): void {
  const { say } = comparison;
  const [had, has] = [isMap(before['content']), isMap(after['content'])];
  const [needed, needs] = [before['required'] === true, after['required'] === true];
  if (had && !has) return say('request body: removed', true);
  if (!had && has) return say(`request body: new, ${needs ? 'required' : 'optional'}`, needs);
  if (needed !== needs) say(`request body: ${needs ? 'required now' : 'no longer required'}`, needs);
  compareContents(before['content'], after['content'], { of: 'request body', direction: 'request' }, comparison);
}

function compareContents(
  before: unknown,
  after: unknown,
  { of, direction }: Part,
  { schemas, say }: OperationComparison,
): void {
  const [had, has] = [byMediaType(before), byMediaType(after)];
  for (const type of had.keys()) if (!has.has(type)) say(`${of}: no longer ${type}`, true);
  for (const [type, { schema }] of has) {
    const was = had.get(type);
    if (!was) say(`${of}: ${type} as well`, false);
    else schemas.compare(was['schema'], schema, of, direction);
  }
}

function byMediaType(content: unknown): Map<string, Fields> {
  const entries = isMap(content) ? Object.entries(content) : [];
  return new Map(entries.map(([type, media]) => [type.toLowerCase().replaceAll(' ', ''), isMap(media) ? media : {}]));
}

function compareResponses(
  [from, before]: readonly [ApiDocument, Fields],
  [to, after]: readonly [ApiDocument, Fields],
  comparison: OperationComparison,
): void {
  const { say } = comparison;
  const [had, has] = [before['responses'], after['responses']].map((found) => (isMap(found) ? found : {}));
  for (const status of Object.keys(had!)) {
    // Who is told no differently is still told no.
    if (!Object.hasOwn(has!, status)) say(`response ${status}: removed`, status.startsWith('2'));
  }
  for (const [status, response] of Object.entries(has!)) {
    const of = `response ${status}`;
    if (!Object.hasOwn(had!, status)) {
      say(`${of}: new`, false);
      continue;
    }
    const [was, is] = [resolved(from, had![status]), resolved(to, response)];
    compareContents(was['content'], is['content'], { of, direction: 'response' }, comparison);
    compareHeaders([from, was['headers']], [to, is['headers']], of, comparison);
  }
}

function compareHeaders(
  [from, before]: readonly [ApiDocument, unknown],
  [to, after]: readonly [ApiDocument, unknown],
  of: string,
  { schemas, say }: OperationComparison,
): void {
  const [had, has] = [byHeaderName(from, before), byHeaderName(to, after)];
  // A reader of an optional one had to do without it.
  for (const [name, header] of had)
    if (!has.has(name)) say(`${of}: header ${name} removed`, header['required'] === true);
  for (const [name, header] of has) {
    const was = had.get(name);
    if (!was) say(`${of}: header ${name} new`, false);
    else {
      const [needed, needs] = [was['required'] === true, header['required'] === true];
      if (needed !== needs) say(`${of}: header ${name} ${needs ? 'always there' : 'not always there'} now`, needed);
      schemas.compare(schemaOf(was), schemaOf(header), `${of} header ${name}`, 'response');
    }
  }
}

function byHeaderName(document: ApiDocument, headers: unknown): Map<string, Fields> {
  const entries = isMap(headers) ? Object.entries(headers) : [];
  return new Map(entries.map(([name, header]) => [name.toLowerCase(), resolved(document, header)]));
}

/** Alternatives, each a list of `scheme` or `scheme scope` that are all needed; an empty one lets anybody in. */
function securityOf(document: ApiDocument, operation: Fields): string[][] {
  const security = operation['security'] ?? document['security'];
  if (!Array.isArray(security) || security.length === 0) return [[]];
  return security.map((alternative: unknown) =>
    Object.entries(isMap(alternative) ? alternative : {})
      .flatMap(([scheme, scopes]) => [scheme, ...[scopes].flat().map((scope) => `${scheme} ${String(scope)}`)])
      .sort(),
  );
}

function compareSecurity(before: readonly string[][], after: readonly string[][], { say }: OperationComparison): void {
  if (isDeepStrictEqual(before, after)) return;
  const text = (alternatives: readonly string[][]) =>
    alternatives.map((each) => each.join(' + ') || 'anybody').join(' or ');
  // Whoever had enough must still have enough for one of the alternatives.
  const isBreaking = !before.every((had) => after.some((needs) => needs.every((each) => had.includes(each))));
  say(`security: ${text(before)} → ${text(after)}`, isBreaking);
}
