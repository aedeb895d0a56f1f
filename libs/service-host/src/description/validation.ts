import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { DescribedOperation, DescribedParameter, Description } from './description.ts';
import { HttpProblem } from '../problem.ts';

const descriptionId = 'openapi';

/** How a description's schema is named to a validator. */
interface SchemaReference {
  readonly $ref: string;
  /** Whether there may be no body at all. */
  readonly isOptional?: boolean;
}

/** Compiles the schemas of a description, which are JSON Schema 2020-12. */
export class Validation {
  readonly #body: Ajv2020;
  readonly #text: Ajv2020;

  constructor(description: Description) {
    // A body says what it means: "3" is no number there. In paths, queries and headers there is only text.
    this.#body = validator(description, { useDefaults: true });
    this.#text = validator(description, { useDefaults: true, coerceTypes: 'array' });
  }

  /** Compiles a schema for one part of a request: Fastify's `validatorCompiler`. */
  compile(schema: object, part: string | undefined): ValidateFunction {
    if (part !== 'body') return this.#text.compile(schema);
    const { isOptional, ...reference } = schema as SchemaReference;
    const validate = this.#body.compile(reference);
    if (!isOptional) return validate;
    const unlessAbsent = (body: unknown): boolean => {
      const isValid = body === null || validate(body);
      (unlessAbsent as ValidateFunction).errors = validate.errors ?? null;
      return isValid;
    };
    return unlessAbsent as ValidateFunction;
  }

  /** Returns what is wrong with a value, or undefined. */
  check(pointer: string, value: unknown): string | undefined {
    const reference = { $ref: descriptionId + pointer };
    // One that was compiled before, by what names it.
    const validate = this.#body.getSchema(reference.$ref) ?? this.#body.compile(reference);
    return validate(value) ? undefined : describeErrors(validate.errors ?? [], 'body');
  }
}

function validator(description: Description, options: Options): Ajv2020 {
  // A description holds more than schemas, and schemas more than rules ("example").
  const ajv = new Ajv2020({ strict: false, logger: false, validateSchema: false, ...options });
  (addFormats as unknown as typeof addFormats.default)(ajv);
  return ajv.addSchema(description, descriptionId);
}

/** Returns the schemas by which Fastify validates the requests of an operation. */
export function requestSchemas({ parameters, body }: DescribedOperation): Record<string, unknown> {
  const places = { params: 'path', querystring: 'query', headers: 'header' };
  const schemas: [string, unknown][] = Object.entries(places).flatMap(([part, place]) => {
    const here = parameters.filter((parameter) => parameter.in === place);
    if (here.length === 0) return [];
    // Headers have no case, and Node writes them small.
    const nameOf = ({ name }: DescribedParameter) => (place === 'header' ? name.toLowerCase() : name);
    const properties = here.map((each) => [nameOf(each), each.schema ? { $ref: descriptionId + each.schema } : {}]);
    const required = here.filter(({ isRequired }) => isRequired).map(nameOf);
    return [[part, { type: 'object', properties: Object.fromEntries(properties), required }]];
  });
  if (body) {
    const content = [...body.contents].flatMap(([type, schema]) => {
      const reference: SchemaReference = { $ref: descriptionId + schema, isOptional: !body.isRequired };
      return schema ? [[type, { schema: reference }]] : [];
    });
    if (content.length > 0) schemas.push(['body', { content: Object.fromEntries(content) }]);
  }
  return Object.fromEntries(schemas);
}

/** Returns the answer to a request that its description refuses. @param part `body`, `params`, `headers` or `querystring`. */
export function invalidRequest(
  errors: readonly ErrorObject[],
  part: string,
  operation?: DescribedOperation,
): HttpProblem {
  return new HttpProblem(422, 'invalid-request', `${describeErrors(errors, part, operation)}.`);
}

const kinds: Readonly<Record<string, string>> = {
  params: 'path parameter ',
  querystring: 'query parameter ',
  headers: 'header ',
};

function describeErrors(errors: readonly ErrorObject[], part: string, operation?: DescribedOperation): string {
  const [error] = errors;
  if (!error) return `The ${part} is not valid`;
  const { keyword, params, message = 'is not valid' } = error;
  const named = params as { missingProperty?: string; additionalProperty?: string; unevaluatedProperty?: string };
  const inner = named.missingProperty ?? named.additionalProperty ?? named.unevaluatedProperty;
  const steps = error.instancePath.split('/').slice(1);
  const path = [...steps, ...(inner === undefined ? [] : [inner])].join('.');
  const name = operation?.parameters.find((parameter) => parameter.name.toLowerCase() === path)?.name ?? path;
  const kind = kinds[part];
  const what = path === '' ? `The ${part}` : kind ? `The ${kind}"${name}"` : `"${name}"`;
  if (named.missingProperty !== undefined) return `${what} is missing`;
  if (inner !== undefined) return `${what} is not known`;
  if (keyword === 'type') return `${what} must be ${withArticle(String(params['type']))}`;
  if (keyword === 'enum') return `${what} must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`;
  return `${what} ${message}`;
}

function withArticle(types: string): string {
  return types
    .split(',')
    .map((type) => (type === 'null' ? type : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`))
    .join(' or ');
}
