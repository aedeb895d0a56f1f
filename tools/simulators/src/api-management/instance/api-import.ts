import { parse as parseYaml } from 'yaml';
import { ArmError, fieldError } from '../management/arm-error.ts';
import type { Properties } from '../management/management-request.ts';

/** What an import makes of a description. */
export interface ImportedApi {
  readonly title: string;
  readonly description: string | undefined;
  /** The first https server. */
  readonly serviceUrl: string | undefined;
  /** Properties of operations by id. */
  readonly operations: ReadonlyMap<string, Properties>;
}

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
}

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly description?: string; readonly content?: Readonly<Record<string, unknown>> };
  readonly responses?: Readonly<Record<string, { readonly description?: string }>>;
  readonly servers?: unknown;
}

interface PathItem {
  readonly parameters?: readonly Parameter[];
  readonly servers?: unknown;
}

interface Document {
  readonly openapi?: string;
  readonly info?: { readonly title?: string; readonly description?: string };
  readonly servers?: readonly { readonly url: string }[];
  readonly paths?: Readonly<Record<string, PathItem>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const maximumBytes = 4 * 1024 * 1024;
const invalid = (message: string) => fieldError('representation', `Parsing error(s): ${message}`);

/** Throws for what is refused before the import begins. */
export function checkImport(format: string, value: string): void {
  if (Buffer.byteLength(value) > maximumBytes)
    throw new ArmError(413, 'RequestEntityTooLarge', 'The request content size exceeds the maximum size of 4 MB.');
  if (!['openapi', 'openapi+json'].includes(format))
    throw fieldError(
      'format',
      `The simulator does not import the format ${format}; it knows openapi and openapi+json.`,
    );
}

/**
 * Reads a description as the importer does.
 *
 * @param translate where required query parameters go: into the URL template, or not.
 * @throws ArmError for what the importer refuses.
 */
export function importApi(format: string, value: string, translate: 'template' | 'query'): ImportedApi {
  const document = parseDocument(format, value);
  checkReferences(document);
  const operations = new Map<string, Properties>();
  const templates = new Set<string>();
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const [method, operation] of operationsOf(item)) {
      if (item.servers !== undefined || operation.servers !== undefined)
        throw invalid(`servers on ${path} are not supported.`);
      const name = `${method.toUpperCase()} ${path}`;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      checkParameters(name, parameters);
      const properties = toOperation({ method, path, operation, parameters }, translate);
      const shape = `${method} ${String(properties['urlTemplate']).replaceAll(/\{[^}]*\}/g, '{}')}`;
      if (templates.has(shape))
        throw invalid(`Operation with the same method and URL template already exists: ${name}.`);
      templates.add(shape);
      operations.set(uniqueId(operation.operationId ?? `${method}-${path}`, operations), properties);
    }
  return {
    title: document.info?.title ?? '',
    description: document.info?.description,
    serviceUrl: document.servers?.find(({ url }) => url.startsWith('https://'))?.url,
    operations,
  };
}

function operationsOf(item: PathItem): [string, Operation][] {
  return (Object.entries(item) as [string, Operation][]).filter(([name]) => methods.includes(name));
}

/** Returns an operation's id as the importer normalizes it, with a number when another operation has it. */
function uniqueId(given: string, taken: ReadonlyMap<string, unknown>): string {
  const normalized = given
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 76);
  let id = normalized;
  for (let count = 1; taken.has(id); count++) id = `${normalized}-${count}`;
  return id;
}

function parseDocument(format: string, value: string): Document {
  let document: Document;
  try {
    document = (format === 'openapi+json' ? JSON.parse(value) : parseYaml(value)) as Document;
  } catch (error) {
    throw invalid((error as Error).message);
  }
  if (typeof document !== 'object' || document === null) throw invalid('The document is no OpenAPI specification.');
  if (!/^3\.[01]\./.test(document.openapi ?? ''))
    throw invalid(`The OpenAPI version '${document.openapi}' is not supported.`);
  if (!document.info?.title) throw invalid('The field "info.title" is missing.');
  return document;
}

/** Refuses references but those to schemas, and schemas that need themselves. */
function checkReferences(document: Document): void {
  const referencesIn = (value: unknown): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    const own = (value as { $ref?: unknown }).$ref;
    return [...(typeof own === 'string' ? [own] : []), ...Object.values(value).flatMap(referencesIn)];
  };
  const schemas = document.components?.schemas ?? {};
  for (const reference of referencesIn(document)) {
    const [, name] = /^#\/components\/schemas\/([^/]+)$/.exec(reference) ?? [];
    if (!reference.startsWith('#')) throw invalid(`External references are not supported: ${reference}.`);
    if (name === undefined) throw invalid(`References are supported to components/schemas only: ${reference}.`);
    if (!Object.hasOwn(schemas, name)) throw invalid(`Could not resolve reference ${reference}.`);
  }
  const needs = new Map(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      referencesIn(schema).map((each) => each.split('/').at(-1)!),
    ]),
  );
  const visit = (name: string, above: readonly string[]): void => {
    if (above.includes(name))
      throw invalid(`Recursive definitions are not supported: ${[...above, name].join(' -> ')}.`);
    for (const each of needs.get(name) ?? []) visit(each, [...above, name]);
  };
  for (const name of needs.keys()) visit(name, []);
}

function checkParameters(operation: string, parameters: readonly Parameter[]): void {
  const inUrl = parameters.filter((each) => ['path', 'query'].includes(each.in)).map(({ name }) => name);
  const doubled = inUrl.find((name, index) => inUrl.indexOf(name) !== index);
  if (doubled !== undefined)
    throw invalid(`${operation}: parameter name '${doubled}' is used more than once in the URL.`);
  const cookie = parameters.find((each) => each.in === 'cookie');
  if (cookie) throw invalid(`${operation}: cookie parameter '${cookie.name}' is not supported.`);
}

interface Described {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly parameters: readonly Parameter[];
}

function toOperation({ method, path, operation, parameters }: Described, translate: 'template' | 'query'): Properties {
  const { summary, operationId, description, requestBody, responses = {} } = operation;
  const displayName = summary ?? operationId ?? `${method.toUpperCase()} ${path}`;
  if (displayName.length > 300) throw fieldError('name', `Operation name may have 300 characters: ${path}.`);
  if ((description ?? '').length > 1000)
    throw fieldError('description', `Operation description may have 1000 characters: ${path}.`);
  const parameter = ({ name, required = false, description: text }: Parameter) => ({
    name,
    type: 'string',
    required,
    description: text,
  });
  const query = parameters.filter((each) => each.in === 'query');
  const inTemplate = translate === 'template' ? query.filter(({ required }) => required) : [];
  const asked = inTemplate.map(({ name }) => `${name}={${name}}`).join('&');
  const contentOf = (content: object | undefined) => Object.keys(content ?? {}).map((contentType) => ({ contentType }));
  return plain({
    displayName,
    method: method.toUpperCase(),
    urlTemplate: `${path}${asked === '' ? '' : `?${asked}`}`,
    description,
    templateParameters: [...parameters.filter((each) => each.in === 'path'), ...inTemplate].map(parameter),
    request: {
      queryParameters: query.filter((each) => !inTemplate.includes(each)).map(parameter),
      headers: parameters.filter((each) => each.in === 'header').map(parameter),
      representations: contentOf(requestBody?.content),
    },
    responses: Object.entries(responses)
      .filter(([status]) => /^\d+$/.test(status))
      .map(([status, response]) => ({
        statusCode: Number(status),
        description: response.description,
        representations: contentOf((response as { content?: object }).content),
      })),
  });
}

/** Returns a copy without what is undefined. */
function plain(properties: Properties): Properties {
  return JSON.parse(JSON.stringify(properties)) as Properties;
}
