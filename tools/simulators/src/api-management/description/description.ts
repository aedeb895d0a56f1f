import { Ajv, type ValidateFunction } from 'ajv';
import { MapperSchemas } from './mapper-schema.ts';
import { operationSpecs, type Mapper, type OperationSpec, type Parameter } from './operation-specs.ts';

/** An operation that a request matches. */
export interface Described {
  readonly spec: OperationSpec;
  /** `PUT apis/{apiId}`: below the instance. */
  readonly route: string;
  /** Values of the path's parameters, decoded. */
  readonly values: Readonly<Record<string, string>>;
}

export const instanceTemplate =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ApiManagement/service/{serviceName}';

/** Microsoft's own description of API Management: what a request and an answer may hold. */
export class ApiManagementDescription {
  private readonly specs: readonly OperationSpec[];
  private readonly schemas: MapperSchemas;
  private readonly validators = new Map<Mapper, ValidateFunction>();
  private readonly ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });

  private static loaded: Promise<ApiManagementDescription> | undefined;

  /** Reads the description, once for all simulators of a process. */
  static load(): Promise<ApiManagementDescription> {
    return (this.loaded ??= operationSpecs().then((specs) => new ApiManagementDescription(specs)));
  }

  private constructor(specs: readonly OperationSpec[]) {
    this.specs = specs;
    this.schemas = new MapperSchemas(Object.assign({}, ...specs.map(({ serializer }) => serializer.modelMappers)));
    this.ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  }

  /** Returns the operation that a request is for; undefined when Microsoft describes none. @param path without the query. */
  find(method: string, path: string): Described | undefined {
    const parts = path.split('/').map(decodeURIComponent);
    for (const spec of this.specs) {
      if (spec.httpMethod !== method) continue;
      const values = match(spec.path.split('/'), parts);
      if (values) return { spec, route: `${method} ${spec.path.replace(instanceTemplate, '').slice(1)}`, values };
    }
    return undefined;
  }

  /** Returns the faults of a request. @param body undefined when there is none. */
  checkRequest(
    { spec, values }: Described,
    { query, headers, body }: { query: URLSearchParams; headers: Readonly<Record<string, unknown>>; body: unknown },
  ): string[] {
    const nameOf = ({ mapper }: Parameter) => mapper.serializedName ?? '';
    const known = new Set((spec.queryParameters ?? []).map(nameOf));
    const unknown = [...query.keys()]
      .filter((name) => !known.has(name))
      .map((name) => `unknown query parameter ${name}`);
    const inPath = (spec.urlParameters ?? []).filter((each) => nameOf(each) !== '$host');
    const given = [
      ...inPath.map((each) => ({ mapper: each.mapper, value: values[nameOf(each)] })),
      ...(spec.queryParameters ?? []).map((each) => ({
        mapper: each.mapper,
        value: typed(each, query.get(nameOf(each))),
      })),
      ...(spec.headerParameters ?? []).map((each) => ({
        mapper: each.mapper,
        value: headers[nameOf(each).toLowerCase()],
      })),
    ];
    const wrong = given.flatMap(({ mapper, value }) => {
      const missing = mapper.required ? [`${mapper.serializedName} is missing`] : [];
      return value === undefined ? missing : this.check(mapper, value, `${mapper.serializedName}`);
    });
    const withoutBody = body === undefined ? [] : ['the operation takes no body'];
    const inBody = spec.requestBody ? this.check(spec.requestBody.mapper, body, 'the body') : withoutBody;
    return [...unknown, ...wrong, ...inBody];
  }

  /** Returns the faults of an answer. @param body undefined when there is none. */
  checkAnswer({ spec, route }: Described, status: number, body: unknown): string[] {
    const response = spec.responses[status] ?? (status >= 400 ? spec.responses['default'] : undefined);
    if (!response) return [`${route} never answers ${status}`];
    if (spec.httpMethod === 'HEAD' || body === undefined) return [];
    if (!response.bodyMapper) return [`${route} has no body with ${status}`];
    return this.check(response.bodyMapper, body, `the answer ${status} of ${route}`);
  }

  private check(mapper: Mapper, value: unknown, what: string): string[] {
    let validate = this.validators.get(mapper);
    if (!validate) {
      const schema = this.schemas.schemaOf(mapper);
      validate = this.ajv.compile({ ...schema, definitions: this.schemas.definitions });
      this.validators.set(mapper, validate);
    }
    // The error's own `details` are null where there are none.
    const isNoDetails = (path: string) =>
      path === '/error/details' && (value as { error: { details: unknown } }).error.details === null;
    return validate(value)
      ? []
      : (validate.errors ?? [])
          .filter(({ instancePath }) => !isNoDetails(instancePath))
          .map(({ instancePath, message, params }) => {
            const field = (params as { additionalProperty?: string }).additionalProperty;
            return `${what}: ${instancePath} ${message}${field === undefined ? '' : ` (${field})`}`;
          });
  }
}

/** Returns a query parameter as what its type asks for; undefined when it is not given. */
function typed({ mapper }: Parameter, value: string | null): unknown {
  if (value === null) return undefined;
  if (mapper.type.name === 'Number') return /^\d+$/.test(value) ? Number(value) : value;
  if (mapper.type.name === 'Boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return value;
}

function match(template: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (template.length !== parts.length) return undefined;
  const values: Record<string, string> = {};
  const matches = template.every((wanted, index) => {
    const given = parts[index] ?? '';
    if (!wanted.startsWith('{')) return wanted.toLowerCase() === given.toLowerCase();
    values[wanted.slice(1, -1)] = given;
    return given !== '';
  });
  return matches ? values : undefined;
}
