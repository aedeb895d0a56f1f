import fc from 'fast-check';
import type { ApiDocument } from './api-change-cases.ts';

/** Two descriptions of an API, the second of which some changes made of the first. */
export interface ApiPair {
  readonly before: ApiDocument;
  readonly after: ApiDocument;
  /** The changes, by their names. */
  readonly changes: readonly string[];
}

/* eslint-disable @typescript-eslint/no-explicit-any */
type Schema = any;

const names = ['id', 'item', 'size', 'note', 'total'] as const;
const mediaTypes = ['application/json', 'application/xml', 'text/csv'];
const statuses = ['200', '201', '404', '422'];

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const withoutUndefined = (value: object) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

const text = fc
  .record({
    minLength: optional(fc.integer({ min: 1, max: 5 })),
    maxLength: optional(fc.integer({ min: 6, max: 20 })),
    pattern: optional(fc.constantFrom('^a', '^[a-z]+$')),
    format: optional(fc.constantFrom('uuid', 'date')),
  })
  .map((fields): Schema => ({ type: 'string', ...withoutUndefined(fields) }));
const choice = fc
  .subarray(['small', 'large', 'huge', 'tiny'], { minLength: 1 })
  .map((values): Schema => ({ type: 'string', enum: values }));
const number = fc
  .record({
    type: fc.constantFrom('integer', 'number'),
    minimum: optional(fc.integer({ min: 0, max: 5 })),
    maximum: optional(fc.integer({ min: 6, max: 20 })),
  })
  .map((fields): Schema => withoutUndefined(fields));
const plain = fc.oneof(text, choice, number, fc.constant<Schema>({ type: 'boolean' }));
const simple = fc.oneof(
  { weight: 5, arbitrary: plain },
  {
    weight: 1,
    arbitrary: plain.map((schema): Schema => (schema.enum ? schema : { ...schema, type: [schema.type, 'null'] })),
  },
);
const reference = fc.constantFrom('Money', 'Person').map((name): Schema => ({ $ref: `#/components/schemas/${name}` }));
const list = fc
  .record({ items: fc.oneof(simple, reference), minItems: optional(fc.integer({ min: 1, max: 3 })) })
  .map((fields): Schema => ({ type: 'array', ...withoutUndefined(fields) }));

function objectOf(value: fc.Arbitrary<Schema>, named: readonly string[] = names): fc.Arbitrary<Schema> {
  return fc
    .record({
      properties: fc.dictionary(fc.constantFrom(...named), value, { minKeys: 1 }),
      needed: fc.subarray([...named]),
    })
    .map(({ properties, needed }): Schema => {
      const required = needed.filter((name) => Object.hasOwn(properties, name));
      return { type: 'object', properties: { ...properties }, ...(required.length > 0 ? { required } : {}) };
    });
}

const inner = objectOf(fc.oneof(simple, list));
const alternatives = fc
  .tuple(fc.constantFrom('oneOf', 'anyOf'), fc.subarray(['Money', 'Person', 'Shop'], { minLength: 1 }))
  .map(([key, all]): Schema => ({ [key]: all.map((name) => ({ $ref: `#/components/schemas/${name}` })) }));
const extended = inner.map((of): Schema => ({ ...of, allOf: [{ $ref: '#/components/schemas/Shop' }] }));
const value = fc.oneof(simple, list, reference, inner, alternatives);
const schema = fc.oneof(
  { weight: 4, arbitrary: objectOf(value) },
  ...[list, reference, alternatives, extended].map((arbitrary) => ({ weight: 1, arbitrary })),
);

const content = (of: fc.Arbitrary<Schema>) =>
  fc
    .tuple(fc.subarray(mediaTypes, { minLength: 1, maxLength: 2 }), of)
    .map(([types, one]) => Object.fromEntries(types.map((type) => [type, { schema: structuredClone(one) as Schema }])));
const parameters = fc
  .uniqueArray(fc.tuple(fc.constantFrom('q', 'limit', 'x-mode'), fc.boolean(), simple), { selector: ([name]) => name })
  .map((all) =>
    all.map(([name, required, of]) => ({ name, in: name.startsWith('x-') ? 'header' : 'query', required, schema: of })),
  );
const header = fc.record({ required: fc.boolean(), schema: plain });
const response = fc
  .record({
    content: optional(content(schema)),
    headers: optional(fc.dictionary(fc.constantFrom('X-Total', 'Link'), header)),
  })
  .map((fields): Schema => ({ description: 'Answer', ...withoutUndefined(fields) }));
const operation = fc
  .record({
    parameters,
    requestBody: optional(fc.record({ required: fc.boolean(), content: content(schema) })),
    responses: fc.dictionary(fc.constantFrom(...statuses), response, { minKeys: 1 }).map((all) => ({ ...all })),
    security: optional(fc.constantFrom([{ key: [] }], [{ key: [] }, {}], [{ login: ['read'] }])),
  })
  .map((fields): Schema => withoutUndefined(fields));

/** Any API of a few operations. */
export const anyApi: fc.Arbitrary<ApiDocument> = fc
  .record({
    operations: fc.uniqueArray(fc.tuple(fc.constantFrom('get /a', 'post /a', 'put /b'), operation), {
      ...{ minLength: 1, maxLength: 3 },
      selector: ([place]) => place,
    }),
    // With names of its own: as a part of others it would contradict them, and take in nothing.
    ...{ money: inner, person: inner, shop: objectOf(fc.oneof(simple, list), ['city', 'owner']) },
  })
  .map(({ operations, money, person, shop }): ApiDocument => {
    const paths: Record<string, Record<string, unknown>> = {};
    for (const [place, fields] of operations) {
      const [method = '', path = ''] = place.split(' ');
      // A GET has no body.
      const { requestBody, ...others } = fields as { requestBody?: unknown };
      const body = method === 'get' || requestBody === undefined ? {} : { requestBody };
      paths[path] = { ...paths[path], [method]: { operationId: `${method}${path.slice(1)}`, ...others, ...body } };
    }
    const securitySchemes = {
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      login: {
        type: 'oauth2',
        flows: {
          clientCredentials: { tokenUrl: 'https://login.example/token', scopes: { read: 'Read', write: 'Write' } },
        },
      },
    };
    return {
      openapi: '3.1.0',
      info: { title: 'Any', version: '1' },
      paths,
      components: { schemas: { Money: money, Person: person, Shop: shop }, securitySchemes },
    };
  });

/** A change of one thing. @param pick chooses among what it may be made of. @returns whether there was such a thing. */
type Change<T> = (target: T, pick: number) => boolean;

const at = <T>(all: readonly T[], pick: number): T => all[pick % all.length]!;
const typeOf = (of: Schema): string | undefined => [of.type].flat().find((type: string) => type !== 'null');
const isText = (of: Schema) => typeOf(of) === 'string' && !of.enum;
const isNumber = (of: Schema) => ['integer', 'number'].includes(typeOf(of) ?? '');

/** Sets a field, or takes it away where it has this value. */
function toggle(of: Schema, field: string, value: unknown): boolean {
  if (of[field] === value) delete of[field];
  else of[field] = value;
  return true;
}

const schemaChanges: Readonly<Record<string, Change<Schema>>> = {
  'another type': (of, pick) => {
    if (of.type === undefined || of.type === 'object' || of.type === 'array' || of.enum) return false;
    for (const field of Object.keys(of)) delete of[field];
    of.type = at(['string', 'integer', 'boolean', 'number'], pick);
    return true;
  },
  nullable: (of) => {
    if (of.enum || of.type === undefined) return false;
    of.type = Array.isArray(of.type) ? typeOf(of) : [of.type, 'null'];
    return true;
  },
  'property added': (of, pick) => {
    const free = names.filter((name) => of.properties && !of.properties[name]);
    if (free.length === 0) return false;
    const name = at(free, pick);
    of.properties[name] = { type: 'string' };
    if (pick % 2 === 0) of.required = [...(of.required ?? []), name];
    return true;
  },
  'property removed': (of, pick) => {
    const all = Object.keys(of.properties ?? {});
    if (all.length < 2) return false;
    const name = at(all, pick);
    delete of.properties[name];
    if (of.required) of.required = of.required.filter((each: string) => each !== name);
    return true;
  },
  'property required, or not': (of, pick) => {
    const all = Object.keys(of.properties ?? {});
    if (all.length === 0) return false;
    const name = at(all, pick);
    const needed: string[] = of.required ?? [];
    of.required = needed.includes(name) ? needed.filter((each) => each !== name) : [...needed, name];
    return true;
  },
  'enum shorter': (of, pick) => of.enum?.length > 1 && of.enum.splice(pick % of.enum.length, 1).length > 0,
  'enum longer': (of) => of.enum !== undefined && of.enum.push('more') > 0,
  'enum gone': (of) => of.enum !== undefined && delete of.enum,
  'enum new': (of) => isText(of) && of.type === 'string' && toggle(of, 'enum', ['a', 'b']),
  minLength: (of, pick) => isText(of) && toggle(of, 'minLength', at([1, 2, 3], pick)),
  maxLength: (of, pick) => isText(of) && toggle(of, 'maxLength', at([10, 15, 30], pick)),
  pattern: (of, pick) => isText(of) && toggle(of, 'pattern', at(['^a', '^b'], pick)),
  format: (of, pick) => isText(of) && toggle(of, 'format', at(['uuid', 'date', 'email'], pick)),
  minimum: (of, pick) => isNumber(of) && toggle(of, 'minimum', at([1, 2, 3], pick)),
  maximum: (of, pick) => isNumber(of) && toggle(of, 'maximum', at([10, 15, 30], pick)),
  minItems: (of, pick) => of.type === 'array' && toggle(of, 'minItems', at([1, 2], pick)),
  default: (of) => isText(of) && of.type === 'string' && toggle(of, 'default', 'abc'),
  maxItems: (of, pick) => of.type === 'array' && toggle(of, 'maxItems', at([5, 9], pick)),
  uniqueItems: (of) => of.type === 'array' && toggle(of, 'uniqueItems', true),
  'exclusive minimum': (of, pick) => isNumber(of) && toggle(of, 'exclusiveMinimum', at([0, 1], pick)),
  'other properties': (of) => of.type === 'object' && toggle(of, 'additionalProperties', false),
  'alternative added': (of) => {
    const all = of.oneOf ?? of.anyOf;
    const free = ['Money', 'Person', 'Shop'].map((name) => `#/components/schemas/${name}`);
    const $ref = all && free.find((each) => !all.some((known: Schema) => known.$ref === each));
    return $ref !== undefined && all.push({ $ref }) > 0;
  },
  'alternative removed': (of, pick) => {
    const all = of.oneOf ?? of.anyOf;
    return all?.length > 1 && all.splice(pick % all.length, 1).length > 0;
  },
  'another reference': (of, pick) => {
    if (typeof of.$ref !== 'string') return false;
    of.$ref = `#/components/schemas/${at(['Money', 'Person', 'Shop'], pick)}`;
    return true;
  },
  'reference in place': (of) => {
    const items = of.items?.$ref;
    if (items === undefined) return false;
    of.items = { type: 'object', properties: {} };
    return true;
  },
  description: (of) => of.$ref === undefined && toggle(of, 'description', 'Something'),
  'read-only property': (of, pick) => changedProperty(of, pick, 'readOnly'),
  'write-only property': (of, pick) => changedProperty(of, pick, 'writeOnly'),
};

function changedProperty(of: Schema, pick: number, field: string): boolean {
  const all = Object.values(of.properties ?? {}).filter((each: any) => each.$ref === undefined);
  return all.length > 0 && toggle(at(all, pick), field, true);
}

const operationChanges: Readonly<Record<string, Change<any>>> = {
  'parameter added': (of, pick) => {
    if (of.parameters.some(({ name }: Schema) => name === 'new')) return false;
    return of.parameters.push({ name: 'new', in: 'query', required: pick % 2 === 0, schema: { type: 'string' } }) > 0;
  },
  'parameter removed': (of, pick) =>
    of.parameters.length > 0 && of.parameters.splice(pick % of.parameters.length, 1).length > 0,
  'parameter required, or not': (of, pick) => {
    if (of.parameters.length === 0) return false;
    const parameter = at<any>(of.parameters, pick);
    parameter.required = !parameter.required;
    return true;
  },
  'body required, or not': (of) => {
    if (!of.requestBody) return false;
    of.requestBody.required = !of.requestBody.required;
    return true;
  },
  'body removed': (of) => of.requestBody !== undefined && delete of.requestBody,
  'body added': (of, pick) => {
    if (of.requestBody || of.operationId.startsWith('get')) return false;
    of.requestBody = { required: pick % 2 === 0, content: { 'application/json': { schema: { type: 'object' } } } };
    return true;
  },
  'media type added': (of, pick) => {
    const bodies = [of.requestBody, ...Object.values<any>(of.responses)].filter((each) => each?.content);
    if (bodies.length === 0) return false;
    at(bodies, pick).content['application/cbor'] = { schema: { type: 'object' } };
    return true;
  },
  'media type removed': (of, pick) => {
    const bodies = [of.requestBody, ...Object.values<any>(of.responses)].filter(
      (each) => Object.keys(each?.content ?? {}).length > 1,
    );
    if (bodies.length === 0) return false;
    const body = at(bodies, pick);
    return delete body.content[at(Object.keys(body.content), pick)];
  },
  'response added': (of, pick) => {
    const free = ['202', '409'].filter((status) => !of.responses[status]);
    if (free.length === 0) return false;
    of.responses[at(free, pick)] = { description: 'New' };
    return true;
  },
  'response removed': (of, pick) => {
    const all = Object.keys(of.responses);
    return all.length > 1 && delete of.responses[at(all, pick)];
  },
  'header added': (of, pick) => {
    at(Object.values<any>(of.responses), pick).headers = {
      'X-New': { required: pick % 2 === 0, schema: { type: 'string' } },
    };
    return true;
  },
  'header required, or not': (of, pick) => {
    const headers = Object.values<any>(of.responses).flatMap((each) => Object.values<any>(each.headers ?? {}));
    if (headers.length === 0) return false;
    const changed = at(headers, pick);
    changed.required = !changed.required;
    return true;
  },
  'security changed': (of, pick) => {
    const security = at<any>([undefined, [{ key: [] }], [{ key: [] }, {}], [{ login: ['read', 'write'] }]], pick);
    if (security === undefined) return of.security !== undefined && delete of.security;
    of.security = security;
    return true;
  },
  deprecated: (of) => toggle(of, 'deprecated', true),
};

const changeNames = [
  ...Object.keys(schemaChanges),
  ...Object.keys(operationChanges),
  'operation removed',
  'operation added',
];

function operationsOf(api: ApiDocument): any[] {
  return Object.values<any>(api.paths).flatMap((item) => Object.values<any>(item));
}

/** All schemas of an API, the deeper ones after those that hold them. */
function schemasOf(api: ApiDocument): Schema[] {
  const found: Schema[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const isSchema = ['type', 'oneOf', 'anyOf', '$ref'].some((key) => key in value);
    if (isSchema && !('in' in value) && !('flows' in value)) found.push(value);
    for (const each of Object.values(value)) visit(each);
  };
  visit(api.paths);
  visit(api.components.schemas);
  return found;
}

function change(api: ApiDocument, name: string, [where, pick]: readonly [number, number]): boolean {
  if (name === 'operation added') {
    api.paths['/new'] = { get: { operationId: 'new', parameters: [], responses: { '200': { description: 'New' } } } };
    return true;
  }
  if (name === 'operation removed') {
    const [path = '', item] = at(Object.entries<any>(api.paths), where);
    const method = at(Object.keys(item), pick);
    if (operationsOf(api).length < 2) return false;
    delete item[method];
    if (Object.keys(item).length === 0) delete api.paths[path];
    return true;
  }
  const ofOperation = operationChanges[name];
  if (ofOperation) return ofOperation(at(operationsOf(api), where), pick);
  const all = schemasOf(api);
  // The first from there on that can be changed so.
  return all.some((_, index) => schemaChanges[name]!(at(all, where + index), pick));
}

const number32 = fc.nat({ max: 10_000 });

/** Pairs of one API before and after up to three changes. */
export const apiPairs: fc.Arbitrary<ApiPair> = fc
  .tuple(
    anyApi,
    fc.array(fc.tuple(fc.constantFrom(...changeNames), number32, number32), { minLength: 1, maxLength: 3 }),
  )
  .map(([before, wanted]) => {
    const after: ApiDocument = structuredClone(before);
    const made = wanted.filter(([name, ...numbers]) => change(after, name, numbers));
    return { before, after, changes: made.map(([name]) => name) };
  });
