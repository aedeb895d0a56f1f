import { Ajv, type ValidateFunction } from 'ajv';
import { readFile } from 'node:fs/promises';
import { gitHubDescription } from '../../../local-platform/src/platform.ts';

/** A schema, as far as it is walked through here. */
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}

/** An operation of the API that a request matches. */
export interface Described {
  /** `/repos/{owner}/{repo}/releases`. */
  readonly template: string;
  /** Values of the parts in braces. */
  readonly values: Readonly<Record<string, string>>;
  readonly operation: Operation;
}

const root = 'github';
const json = 'application/json';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

/** GitHub's own OpenAPI description of api.github.com, from the package `@octokit/openapi`. */
export class GitHubDescription {
  private readonly document: Document;
  private readonly ajv: Ajv;
  private readonly validators = new Map<string, ValidateFunction>();

  /** Reads the description, which is downloaded when it is first needed on a machine. */
  static async load(): Promise<GitHubDescription> {
    const text = await readFile(await gitHubDescription(), 'utf8');
    return new GitHubDescription(JSON.parse(text) as Document);
  }

  private constructor(document: Document) {
    this.document = document;
    this.ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
    // GitHub answers an empty text where it has no address.
    this.ajv.addFormat('uri', (text) => text === '' || URL.canParse(text));
    this.ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    this.ajv.addFormat('email', /@/);
    this.ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
    this.ajv.addSchema(this.document, root);
  }

  /** The operation that a request is for; undefined when GitHub has none. @param path without the query. */
  find(method: string, path: string): Described | undefined {
    const parts = path.split('/');
    for (const [template, operations] of Object.entries(this.document.paths)) {
      const operation = operations[method.toLowerCase()];
      const wanted = template.split('/');
      if (!operation || wanted.length !== parts.length) continue;
      const values: Record<string, string> = {};
      const matches = wanted.every((part, index) => {
        const given = decodeURIComponent(parts[index] ?? '');
        if (!part.startsWith('{')) return part === given;
        values[part.slice(1, -1)] = given;
        return given !== '';
      });
      if (matches) return { template, values, operation };
    }
    return undefined;
  }

  /** Returns the faults of a request. @param body parsed; undefined where there is none. */
  checkRequest({ template, values, operation }: Described, query: URLSearchParams, body: unknown): string[] {
    const parameters = (operation.parameters ?? []).map((parameter) => this.resolve(parameter));
    const given = [
      ...Object.entries(values).map(([name, value]) => ({ name, value, place: 'path' })),
      ...[...query].map(([name, value]) => ({ name, value, place: 'query' })),
    ];
    const wrong = given.flatMap(({ name, value, place }) => {
      const known = parameters.find((parameter) => parameter.name === name && parameter.in === place);
      if (!known) return [`unknown ${place} parameter ${name}`];
      const isInteger = /^\d+$/.test(value);
      return known.schema.type === 'integer' && !isInteger ? [`${name} is no integer: ${value}`] : [];
    });
    const schema = operation.requestBody?.content?.[json]?.schema;
    if (schema === undefined) return body === undefined ? wrong : [...wrong, `${template} takes no body`];
    return [...wrong, ...this.check(schema, body, `the body for ${template}`)];
  }

  /** Returns the faults of an answer. */
  checkAnswer({ template, operation }: Described, status: number, body: unknown): string[] {
    const response = operation.responses[status];
    // What every operation may answer is not repeated for each.
    if (!response) {
      if ([401, 403, 404, 429].includes(status) || status >= 500)
        return this.check({ $ref: '#/components/schemas/basic-error' }, body, `the answer ${status}`);
      return [`${template} never answers ${status}`];
    }
    const schema = this.resolve(response).content?.[json]?.schema;
    return schema ? this.check(schema, body, `the answer ${status} of ${template}`) : [];
  }

  private check(schema: Schema, value: unknown, what: string): string[] {
    const validate = this.validator(schema);
    const wrong = validate(value) ? [] : (validate.errors ?? []);
    return [
      ...wrong.map(({ instancePath, message }) => `${what}: ${instancePath} ${message}`),
      ...this.unknownFields(schema, value, '').map((path) => `${what}: unknown field ${path}`),
    ];
  }

  private validator(schema: Schema): ValidateFunction {
    const key = JSON.stringify(schema);
    const known = this.validators.get(key);
    if (known) return known;
    const absolute = JSON.parse(key.replaceAll('"$ref":"#/', `"$ref":"${root}#/`)) as Schema;
    const made = this.ajv.compile(absolute);
    this.validators.set(key, made);
    return made;
  }

  /** GitHub's schemas are open; a field that they do not name is a mistake all the same. */
  private unknownFields(given: Schema, value: unknown, path: string): string[] {
    const schema = this.resolve(given);
    if (Array.isArray(value))
      return value.flatMap((each, index) =>
        schema.items ? this.unknownFields(schema.items, each, `${path}/${index}`) : [],
      );
    const properties = schema.properties;
    if (typeof value !== 'object' || value === null || !properties) return [];
    return Object.entries(value).flatMap(([name, each]) => {
      const property = properties[name];
      if (property) return this.unknownFields(property, each, `${path}/${name}`);
      return schema.additionalProperties ? [] : [`${path}/${name}`];
    });
  }

  /** Follows a reference within the description. */
  private resolve<T extends { readonly $ref?: string }>(given: T): T {
    if (given.$ref === undefined) return given;
    let found: unknown = this.document;
    for (const part of given.$ref.slice(2).split('/')) found = (found as Record<string, unknown>)[part];
    return found as T;
  }
}
