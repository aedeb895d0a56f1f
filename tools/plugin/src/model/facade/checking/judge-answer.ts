import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { ApiDocument } from '../../changes/api/api-document.ts';
import { fieldAt, isMap } from '../../manifests/source/object-fields.ts';
import { answerSchema } from './answer-schema.ts';
import type { ApiAnswer, ApiCall, ApiResult } from './api-call.ts';
import { isAnswer } from './api-call.ts';

/** The most that is said of one answer. */
const mostDifferences = 3;

/** A finding about one answer. */
export type Verdict =
  | { readonly kind: 'as-described' }
  /** Clauses after the operation's name; none has a value of the answer. */
  | { readonly kind: 'differs'; readonly differences: readonly string[] }
  /** Nothing: the door wants a key, or another one. */
  | { readonly kind: 'closed' }
  /** Nothing: it could not be looked at. As a clause after the operation's name. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Judges the results of calls by their description. */
export type Judge = (call: ApiCall, result: ApiResult) => Verdict;

const asDescribed: Verdict = { kind: 'as-described' };
const differs = (...differences: string[]): Verdict => ({ kind: 'differs', differences });

/** Returns a judge by a description in one piece. The validator of schemas is loaded only here: not all commands need it. */
export async function judgeBy(document: ApiDocument): Promise<Judge> {
  const [{ Ajv2020: Validator }, { default: formats }] = await Promise.all([
    import('ajv/dist/2020.js'),
    import('ajv-formats'),
  ]);
  // Schemas of descriptions hold more than rules ("example").
  const ajv = new Validator({ strict: false, logger: false, validateSchema: false, allErrors: false });
  (formats as unknown as typeof formats.default)(ajv);
  const bodies = new BodySchemas(ajv, document);
  return (call, result) => judge(call, result, bodies);
}

function judge(call: ApiCall, result: ApiResult, bodies: BodySchemas): Verdict {
  if (!isAnswer(result)) return differs(`gave no answer: ${result.reason}`);
  const { status } = result;
  if (isClosed(result)) return { kind: 'closed' };
  const described = responseOf(call, status);
  if (described === undefined && call.needsLogin && [401, 403].includes(status))
    return { kind: 'unknown', reason: `it wants a login (${status}), and the check has none` };
  if (described !== undefined) return judgeContent(described, result, bodies);
  const known = Object.keys(call.responses).sort();
  return differs(`answered ${status}; described: ${known.length === 0 ? 'nothing' : known.join(', ')}`);
}

/** Reports whether it is the door that lets nobody in: the service behind it was not asked. */
function isClosed({ status, challenge = '' }: ApiAnswer): boolean {
  return status === 401 && /^AzureApiManagementKey\b/i.test(challenge);
}

function responseOf({ responses }: ApiCall, status: number): unknown {
  const keys = [`${status}`, `${Math.floor(status / 100)}XX`, `${Math.floor(status / 100)}xx`, 'default'];
  const key = keys.find((each) => Object.hasOwn(responses, each));
  return key === undefined ? undefined : responses[key];
}

function judgeContent(described: unknown, answer: ApiAnswer, bodies: BodySchemas): Verdict {
  const { status, contentType, body, isCut } = answer;
  const content = fieldAt(described, 'content');
  if (!isMap(content) || Object.keys(content).length === 0 || [204, 304].includes(status)) return asDescribed;
  const sent = typeOf(contentType ?? '');
  const key = Object.keys(content).find((each) => isTypeOf(typeOf(each), sent));
  if (key === undefined)
    return differs(`answered ${status} with ${sent || 'no media type'}; described: ${Object.keys(content).join(', ')}`);
  const schema = fieldAt(content, key, 'schema');
  if (schema === undefined || !isJson(sent)) return asDescribed;
  if (isCut) return { kind: 'unknown', reason: 'its body is larger than what is looked at' };
  const value = parsed(body ?? '');
  if (value === undefined) return differs(`answered ${status} with a body that is not JSON`);
  const validate = bodies.compile(schema);
  if (typeof validate === 'string') return { kind: 'unknown', reason: validate };
  if (validate(value)) return asDescribed;
  const told = (validate.errors ?? []).map((error) => `answered ${status}: ${describeError(error)}`);
  return differs(...[...new Set(told)].slice(0, mostDifferences));
}

/** Compiles each schema of a description once. */
class BodySchemas {
  private readonly compiled = new Map<unknown, ValidateFunction | string>();
  private readonly components: unknown;
  private readonly isOld: boolean;
  private readonly ajv: Ajv2020;

  constructor(ajv: Ajv2020, document: ApiDocument) {
    this.ajv = ajv;
    this.isOld = String(document['openapi']).startsWith('3.0.');
    const named = fieldAt(document, 'components', 'schemas');
    const all = Object.entries(isMap(named) ? named : {}).map(([name, each]) => [name, answerSchema(each, this.isOld)]);
    this.components = { schemas: Object.fromEntries(all) as Record<string, unknown> };
  }

  /** @returns a validator, or why there is none. */
  compile(schema: unknown): ValidateFunction | string {
    const known = this.compiled.get(schema) ?? this.tryCompile(schema);
    this.compiled.set(schema, known);
    return known;
  }

  private tryCompile(schema: unknown): ValidateFunction | string {
    try {
      const translated = answerSchema(schema, this.isOld);
      // References lead to the components, which a schema has beside it.
      return this.ajv.compile({ components: this.components, allOf: [translated] });
    } catch (error) {
      const [line] = (error as Error).message.split('\n');
      return `the schema of its body cannot be used: ${line}`;
    }
  }
}

/** Returns what is wrong with a body, without anything that it says. */
function describeError({ instancePath, message = 'is not valid', params }: ErrorObject): string {
  const { missingProperty, additionalProperty, unevaluatedProperty, allowedValues } = params as Record<string, unknown>;
  const extra = additionalProperty ?? unevaluatedProperty;
  const at = instancePath === '' ? 'the body' : instancePath;
  if (missingProperty !== undefined) return `${at} lacks "${String(missingProperty)}"`;
  if (extra !== undefined) return `${at} has "${String(extra)}", which is not described`;
  if (Array.isArray(allowedValues)) return `${at} is none of the described values`;
  return `${at} ${message}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns a media type without its parameters. */
function typeOf(contentType: string): string {
  return contentType.split(';')[0]!.trim().toLowerCase();
}

/** Reports whether a media type is one of JSON. */
export function isJson(contentType: string): boolean {
  return /^[^/\s]+\/(json|[^/\s;]+\+json)$/.test(typeOf(contentType));
}

/** Reports whether a type is the described one, which may stand for many: `application/*`. */
function isTypeOf(described: string, sent: string): boolean {
  if (described === sent) return true;
  const [kind, rest] = described.split('/');
  return rest === '*' && sent !== '' && (kind === '*' || sent.startsWith(`${kind}/`));
}
