import { resolved, type ApiDocument } from '../../changes/api/api-document.ts';
import { isMap } from '../../manifests/source/object-fields.ts';
import { operationsOf, parametersOf, type WrittenOperation } from '../description/api-operations.ts';
import type { ApiCall } from './api-call.ts';

/** The most operations that are called. */
export const mostCalls = 100;

/** A described GET that is not called. */
export interface LeftOut {
  readonly name: string;
  /** Why, as a clause. */
  readonly reason: string;
}

/** The calls that a check makes. */
export interface PlannedCalls {
  readonly calls: readonly ApiCall[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Plans a call of each GET of a description that can be called by what the description says: without required parameters,
 * or with an example or a default for each of them. Optional parameters are not sent.
 */
export function planCalls(document: ApiDocument): PlannedCalls {
  const calls: ApiCall[] = [];
  const leftOut: LeftOut[] = [];
  for (const operation of operationsOf('', document).filter(({ method }) => method === 'GET')) {
    const planned = planCall(document, operation);
    if ('reason' in planned) leftOut.push(planned);
    else if (calls.length < mostCalls) calls.push(planned);
    else leftOut.push({ name: planned.name, reason: `${mostCalls} operations are called at most` });
  }
  return { calls, leftOut };
}

function planCall(document: ApiDocument, { path, fields, pathItem }: WrittenOperation): ApiCall | LeftOut {
  const name = `GET ${path}`;
  if (isMap(fields['requestBody']) && fields['requestBody']['required'] === true)
    return { name, reason: 'it needs a body' };
  const sent = { path, query: [] as string[], headers: {} as Record<string, string> };
  for (const parameter of parametersOf(pathItem, fields)) {
    const [place, key] = [String(parameter['in']), String(parameter['name'])];
    if (parameter['required'] !== true || (place === 'header' && ownHeaders.has(key.toLowerCase()))) continue;
    const texts = textsOf(parameter, exampleOf(document, parameter));
    if (typeof texts === 'string') return { name, reason: `${key} ${texts}` };
    if (place === 'path') sent.path = sent.path.replaceAll(`{${key}}`, texts.map(encodeURIComponent).join(','));
    else if (place === 'header') sent.headers[key] = texts.join(',');
    else if (place === 'query') sent.query.push(queryOf(parameter, key, texts));
  }
  const missing = /\{[^}]*\}/.exec(sent.path);
  if (missing) return { name, reason: `${missing[0]} is no parameter of it` };
  if (/(^|\/)\.{1,2}(\/|$)/.test(sent.path)) return { name, reason: 'its example is no part of a path' };
  const query = sent.query.length > 0 ? `?${sent.query.join('&')}` : '';
  const responses = isMap(fields['responses']) ? fields['responses'] : {};
  const needsLogin = isLoginNeeded(fields['security'] ?? document['security']);
  return { name, path: `${encodedPath(sent.path)}${query}`, headers: sent.headers, responses, needsLogin };
}

/** They are no parameters in OpenAPI. */
const ownHeaders = new Set(['accept', 'content-type', 'authorization']);

/** Returns a path as it can be in a URL; what is encoded stays as it is. */
function encodedPath(path: string): string {
  return encodeURI(path)
    .replaceAll(/%25(?=[0-9a-f]{2})/gi, '%')
    .replaceAll('?', '%3F')
    .replaceAll('#', '%23');
}

/** Returns the value that the description itself gives; undefined where it gives none. */
function exampleOf(document: ApiDocument, parameter: Readonly<Record<string, unknown>>): unknown {
  const schema = resolved(document, parameter['schema']);
  const named = isMap(parameter['examples']) ? Object.values(parameter['examples']).filter(isMap) : [];
  const listed = [schema['examples'], schema['enum']].flatMap((values) => (Array.isArray(values) ? [values[0]] : []));
  const values = [parameter['example'], named[0]?.['value'], schema['example'], schema['default'], schema['const']];
  return [...values, ...listed].find((value) => value !== undefined);
}

/** Returns a value as the texts that stand for it, or why there are none, as a clause after the parameter's name. */
function textsOf(parameter: Readonly<Record<string, unknown>>, value: unknown): string[] | string {
  if (value === undefined) return 'has no example';
  const usual = { path: 'simple', header: 'simple', query: 'form' }[String(parameter['in'])];
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  const isSimple = values.every((each) => ['string', 'number', 'boolean'].includes(typeof each));
  const { style = usual } = parameter;
  if (!isSimple || style !== usual || isMap(parameter['content'])) return 'is written in a way that is not supported';
  const texts = values.map(String);
  const isEmpty = texts.length === 0 || (parameter['in'] === 'path' && texts.join('') === '');
  const isHeader = parameter['in'] === 'header';
  if (isEmpty || (isHeader && texts.some((text) => !/^[\x20-\x7e]*$/.test(text)))) return 'has no example of use';
  return texts;
}

function queryOf(parameter: Readonly<Record<string, unknown>>, key: string, texts: readonly string[]): string {
  const name = encodeURIComponent(key);
  const encoded = texts.map(encodeURIComponent);
  if (parameter['explode'] === false) return `${name}=${encoded.join(',')}`;
  return encoded.map((text) => `${name}=${text}`).join('&');
}

/** Reports whether one of the ways to be let in has to be taken. */
function isLoginNeeded(security: unknown): boolean {
  if (!Array.isArray(security) || security.length === 0) return false;
  return security.every((way) => isMap(way) && Object.keys(way).length > 0);
}
