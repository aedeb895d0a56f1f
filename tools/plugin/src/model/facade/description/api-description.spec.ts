import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ProductError, Refusal } from '../../errors/product-error.ts';
import { importApi } from '../../../../../simulators/src/api-management/instance/api-import.ts';
import { isMap } from '../../manifests/source/object-fields.ts';
import { apiChanges } from '../../changes/api/api-changes.ts';
import { readApiDescription, type ApiDescription } from './api-description.ts';

const file = 'apps/orders/openapi.yaml';
const head = 'openapi: 3.1.0\ninfo: { title: Orders, version: "1" }\n';
const get = (fields = '') => `get: { operationId: list, responses: { "200": { description: ok } }${fields} }`;
const simple = `${head}paths:\n  /: { ${get()} }\n`;

function read(text: string, others: Record<string, string | undefined> = {}): ApiDescription {
  const texts = new Map([[file, text], ...Object.entries(others).map(([name, each]) => [name, each] as const)]);
  const found = readApiDescription(file, texts);
  if ('needs' in found) throw new Error(`needs ${found.needs.join()}`);
  return found.description;
}

function refusalOf(text: string, others: Record<string, string | undefined> = {}): string {
  try {
    read(text, others);
  } catch (error) {
    if (error instanceof Refusal) return error.explain();
    throw error;
  }
  throw new Error('not refused');
}

/** JSON, as far as it is asked. */
interface Sent {
  [key: string]: Sent;
}

const sent = (description: ApiDescription) => JSON.parse(description.importText({ title: 'Orders' })) as Sent;

/** All references of a value that are no data. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === '$ref' && typeof each === 'string' ? [each] : key === 'example' ? [] : referencesIn(each),
  );
}

describe('readApiDescription', () => {
  it.each(['orders', 'payments', 'inventory'])('takes that of %s, with schemas as its only components', (service) => {
    const text = readFileSync(join(__dirname, '../../../../../../apps', service, 'openapi.yaml'), 'utf8');
    const description = read(text);
    const document = sent(description);
    expect(Object.keys(document['components']!)).toEqual(['schemas']);
    expect(new Set(referencesIn(document).map((each) => each.replace(/[^/]*$/, '')))).toEqual(
      new Set(['#/components/schemas/']),
    );
    expect(document).not.toHaveProperty('servers');
    // For the clients it is the same API.
    const changes = apiChanges(
      { name: 'written', text },
      { name: 'sent', text: description.importText({ title: 'Orders' }) },
    );
    expect(changes).toEqual({ state: 'compared', operations: [] });
  });

  it('names operations as API Management does', () => {
    const text = simple.replace('operationId: list', "operationId: 'GET-/foo/{bar}?buzz={quix}'");
    expect(read(text).operations).toEqual([
      { operationId: 'GET-/foo/{bar}?buzz={quix}', name: 'get-foo-bar-buzz-quix', method: 'GET', path: '/' },
    ]);
    expect(read(simple.replace('list', 'x'.repeat(90))).operations[0]!.name).toHaveLength(76);
  });

  it('puts parts in the place of references, and schemas under their names', () => {
    const text = `${head}
paths:
  /{id}:
    $ref: '#/components/pathItems/One'
components:
  pathItems:
    One:
      parameters: [{ $ref: '#/components/parameters/Id' }]
      put:
        operationId: put
        security: [{ key: [] }]
        requestBody: { $ref: '#/components/requestBodies/Order' }
        responses:
          '200': { $ref: '#/components/responses/Ok', description: stored }
  parameters:
    Id: { name: id, in: path, required: true, schema: { $ref: '#/components/schemas/Order/properties/id' } }
  requestBodies:
    Order:
      content:
        application/json:
          schema: { $ref: '#/components/schemas/Order' }
          example: { $ref: '#/none' }
          examples: { one: { $ref: '#/components/examples/One' } }
  examples:
    One: { value: { id: 1 } }
  headers:
    Tag: { schema: { type: string } }
  responses:
    Ok: { description: ok, headers: { ETag: { $ref: '#/components/headers/Tag' } }, links: { x: {} } }
  schemas:
    Order: { properties: { id: { type: integer }, $ref: { type: string } } }
  securitySchemes:
    key: { type: http, scheme: bearer }
`;
    expect(sent(read(text))).toEqual({
      openapi: '3.1.0',
      info: { title: 'Orders', version: '1' },
      paths: {
        '/{id}': {
          put: {
            operationId: 'put',
            parameters: [{ name: 'id', in: 'path', required: true, schema: { $ref: '#/components/schemas/id' } }],
            requestBody: {
              content: {
                'application/json': {
                  schema: { $ref: '#/components/schemas/Order' },
                  example: { $ref: '#/none' },
                  examples: { one: { value: { id: 1 } } },
                },
              },
            },
            responses: { 200: { description: 'stored', headers: { ETag: { schema: { type: 'string' } } } } },
          },
        },
      },
      components: {
        schemas: {
          Order: { properties: { id: { type: 'integer' }, $ref: { type: 'string' } } },
          id: { type: 'integer' },
        },
      },
    });
  });

  it('brings in files of the service, asking for them', () => {
    const text = `${head}
paths:
  /: { get: { operationId: list, responses: { '200': { $ref: './api/responses.yaml#/List' } } } }
components: { schemas: { Order: { type: string } } }
`;
    const responses = `
List: { description: all, content: { application/json: { schema: { type: array, items: { $ref: order.json } } } } }
`;
    const order =
      '{"anyOf": [{"$ref": "#/$defs/Order"}, {"$ref": "../openapi.yaml#/components/schemas/Order"}], "$defs": {"Order": {"type": "integer"}}}';
    const texts = new Map([[file, text]]);
    expect(readApiDescription(file, texts)).toEqual({ needs: ['apps/orders/api/responses.yaml'] });
    texts.set('apps/orders/api/responses.yaml', responses);
    expect(readApiDescription(file, texts)).toEqual({ needs: ['apps/orders/api/order.json'] });
    const document = sent(read(text, { ...Object.fromEntries(texts), 'apps/orders/api/order.json': order }));
    expect(document['components']!['schemas']).toEqual({
      Order: { type: 'string' },
      order: {
        anyOf: [{ $ref: '#/components/schemas/Order-2' }, { $ref: '#/components/schemas/Order' }],
        $defs: { Order: { type: 'integer' } },
      },
      'Order-2': { type: 'integer' },
    });
    expect(
      document['paths']!['/']!['get']!['responses']!['200']!['content']!['application/json']!['schema']!['items'],
    ).toEqual({
      $ref: '#/components/schemas/order',
    });
  });

  it('brings in what a discriminator maps to', () => {
    const text = `${simple}
components:
  schemas:
    Pet: { discriminator: { propertyName: kind, mapping: { cat: Cat, dog: dog.yaml } } }
    Cat: { allOf: [{ $ref: '#/components/schemas/Pet' }] }
`;
    const schemas = sent(read(text, { 'apps/orders/dog.yaml': 'type: object' }))['components']!['schemas']!;
    expect(schemas['Pet']!['discriminator']!['mapping']).toEqual({ cat: 'Cat', dog: '#/components/schemas/dog' });
    expect(schemas['dog']).toEqual({ type: 'object' });
  });

  it('is the same for the same description in another order, and whatever title it is sent with', () => {
    const other = `paths:\n  /: { ${get()} }\n${head.replace('info: { title: Orders, version: "1" }', 'info: { version: "1", description: Many, title: Others }')}`;
    expect(read(other).digest).toBe(read(simple).digest);
    expect(read(other).text).toBe('Many');
    expect(read(simple.replace('list', 'lists')).digest).not.toBe(read(simple).digest);
    const named = { title: 'Now', description: 'Then' };
    expect(read(other).importText(named)).toBe(read(simple).importText(named));
    expect(JSON.parse(read(simple).importText(named)).info).toEqual({ ...named, version: '1' });
  });

  it.each<[what: string, text: string, expected: string | RegExp]>([
    ['what is no YAML', `${simple}  /x: [\n`, /openapi\.yaml:\d+: It is not YAML: /],
    ['an empty file', '', 'openapi.yaml:1: It is not an OpenAPI description: it has no fields.'],
    ['version 2.0', 'swagger: "2.0"\npaths: {}', 'npx swagger2openapi --yaml --outfile apps/orders/openapi.yaml'],
    [
      'version 3.2',
      simple.replace('3.1.0', '3.2.0'),
      'openapi.yaml:1: It is not an OpenAPI description of version 3.0',
    ],
    ['no paths', head, 'It has no operation: there is nothing to publish.'],
    ['empty paths', `${head}paths: {}`, 'openapi.yaml:3: It has no operation'],
    ['a path that is a text', `${simple}  /x: y\n`, 'openapi.yaml:5: The path /x is not a map.'],
    ['a path without slash', `${simple}  x: {}\n`, 'openapi.yaml:5: The path "x" does not begin with "/".'],
    ['servers of a path', `${simple}  /x: { servers: [] }\n`, 'openapi.yaml:5: /x has servers of its own'],
    ['servers of an operation', `${head}paths:\n  /: { ${get(', servers: []')} }`, 'GET / has servers of its own'],
    ['no operationId', simple.replace('operationId: list, ', ''), 'openapi.yaml:4: GET / has no operationId'],
    ['an operationId of signs', simple.replace('list', '"()"'), 'GET / has no operationId with a letter'],
    [
      'operationIds that collide',
      `${simple}  /x: { ${get().replace('list', 'LIST!')} }\n`,
      'openapi.yaml:5: operationId LIST! is for API Management the same name as operationId list.',
    ],
    [
      'operationIds that are the same when cut',
      `${head}paths:\n  /: { ${get().replace('list', `${'x'.repeat(76)}1`)} }\n  /x: { ${get().replace('list', `${'x'.repeat(76)}2`)} }`,
      'is for API Management the same name as',
    ],
    [
      'addresses that collide',
      `${head}paths:\n  /{a}: { ${get()} }\n  /{b}: { ${get().replace('list', 'one')} }`,
      'openapi.yaml:5: GET /{b} is the same address as GET /{a}.',
    ],
    [
      'a cookie',
      `${head}paths:\n  /: { ${get(', parameters: [{ name: session, in: cookie }]')} }`,
      'GET / has the cookie parameter "session"',
    ],
    [
      'a parameter twice',
      `${head}paths:\n  /{id}: { parameters: [{ name: id, in: path }], ${get(', parameters: [{ name: ID, in: query }]')} }`,
      'GET /{id} has the parameter "ID" twice in its URL',
    ],
    ['one in the path twice', `${head}paths:\n  /{id}/{id}: { ${get()} }`, 'has the parameter "id" twice'],
    [
      'one that is not in the path',
      `${head}paths:\n  /: { ${get(', parameters: [{ name: id, in: path }]')} }`,
      'GET / has the path parameter "id", and no {id} in its path.',
    ],
    [
      'a long summary',
      `${head}paths:\n  /: { ${get(`, summary: ${'x'.repeat(301)}`)} }`,
      'has 301 characters; 300 are',
    ],
    [
      'a long text',
      `${head}paths:\n  /: { ${get(`, description: ${'x'.repeat(1001)}`)} }`,
      '1001 characters; 1000 are',
    ],
    [
      'a schema in itself',
      `${simple}components: { schemas: { A: { items: { $ref: "#/components/schemas/B" } }, B: { $ref: "#/components/schemas/A" } } }`,
      'openapi.yaml:5: The schema A holds itself (A → B → A).',
    ],
    [
      'a schema in a part of itself',
      `${simple}components: { schemas: { A: { properties: { b: { items: { $ref: "#/components/schemas/A/properties/b" } } } } } }`,
      'holds itself',
    ],
    [
      'a parameter in itself',
      `${head}paths:\n  /: { ${get(', parameters: [{ $ref: "#/components/parameters/A" }]')} }\ncomponents: { parameters: { A: { $ref: "#/components/parameters/B" }, B: { $ref: "#/components/parameters/A" } } }`,
      'leads to itself',
    ],
    [
      'a reference to nothing',
      `${head}paths:\n  /: { $ref: "#/x" }`,
      'openapi.yaml:4: The reference "#/x" leads nowhere.',
    ],
    ['one to an anchor', `${head}paths:\n  /: { $ref: "#x" }`, 'is no way through the file'],
    ['one to a server', `${head}paths:\n  /: { $ref: "https://x.example/a.yaml" }`, 'leads to another server'],
    ['one to a host', `${head}paths:\n  /: { $ref: "//x.example/a.yaml" }`, 'leads to another server'],
    ['one to a file of the machine', `${head}paths:\n  /: { $ref: "file:///etc/passwd" }`, 'leads to another server'],
    ['one to a path of the machine', `${head}paths:\n  /: { $ref: "/etc/passwd" }`, 'leads out of apps/orders'],
    ['one out of the workspace', `${head}paths:\n  /: { $ref: "../../../x.yaml" }`, 'leads out of apps/orders'],
    ['one out of it, encoded', `${head}paths:\n  /: { $ref: "%2e%2e/x.yaml" }`, 'leads out of apps/orders'],
    ['one to another service', `${head}paths:\n  /: { $ref: "../payments/x.yaml" }`, 'leads out of apps/orders'],
    [
      'one to a file that is not there',
      `${head}paths:\n  /: { $ref: "x.yaml" }`,
      'There is no file apps/orders/x.yaml.',
    ],
    ['one to a file that is no YAML', `${head}paths:\n  /: { $ref: "y.yaml" }`, 'apps/orders/y.yaml:1: It is not YAML'],
    ['NUL', simple.replace('description: ok', 'description: "\\0"'), 'has a character that no text can have'],
    [
      'half a pair',
      simple.replace('description: ok', 'description: "\\uD800"'),
      'has a character that no text can have',
    ],
    ['NUL in a key', simple.replace('description: ok', '"\\0": ok'), 'has a character that no text can have'],
    ['what JSON has not', simple.replace('description: ok', 'x-a: .inf'), 'a value that JSON does not have'],
    ['an anchor in itself', `${simple}tags: &a [*a]\n`, /nested|It is not YAML/],
    ['anchors that multiply', bomb(), 'expand to too much'],
    ['references that multiply', referenceBomb(), 'Its references expand to more than 4 MB.'],
    ['lists in lists', `${simple}tags: ${'['.repeat(200)}${']'.repeat(200)}\n`, 'more than 100 levels deep'],
    ['lists without end', `${simple}tags: ${'['.repeat(100_000)}`, 'nested too deeply'],
    ['a name that is none', `${simple}components: { schemas: { "a b": {} } }`, `"a b" cannot be a schema's name.`],
    ['more than 4 MB', `${simple}tags: [{ name: ${'x'.repeat(4_000_000)} }]\n`, '4000000 are taken'],
    ['more than 4 MiB', `${simple}#${'x'.repeat(4 * 1024 * 1024)}`, 'It is longer than 4 MiB.'],
  ])('refuses %s', (_, text, expected) => {
    const told = refusalOf(text, { 'apps/orders/x.yaml': undefined, 'apps/orders/y.yaml': '[' });
    if (typeof expected === 'string') expect(told).toContain(expected);
    else expect(told).toMatch(expected);
  });

  it('refuses what is too large in one piece only', () => {
    const content = '{ content: { application/json: { schema: { $ref: "big.yaml" } } }, description: x }';
    const responses = Array.from({ length: 9 }, (_, index) => `'${500 + index}': ${content}`).join(', ');
    const big = `description: ${'x'.repeat(2_000_000)}`;
    const text = `${head}paths:\n  /: { get: { operationId: a, responses: { ${responses} } } }`;
    // A schema is there once, however often it is referred to.
    expect(read(text, { 'apps/orders/big.yaml': big }).operations).toHaveLength(1);
    const example = `{ content: { application/json: { examples: { a: { $ref: "big.yaml" } } } }, description: x }`;
    const inlined = text.replaceAll(content, example);
    expect(refusalOf(inlined, { 'apps/orders/big.yaml': big })).toMatch(/It has 18\d{6} bytes in one piece/);
  });

  it('tells all that is wrong at once, and of too much the beginning', () => {
    const paths = Array.from({ length: 30 }, (_, index) => `  /${index}: { get: {} }\n`).join('');
    const told = refusalOf(`${head}paths:\n${paths}`);
    expect(told).toContain('there are 30 mistakes');
    expect(told).toContain('apps/orders/openapi.yaml:23: GET /19 has no operationId');
    expect(told).toContain('and 10 more');
  });

  it('gives keys like __proto__ no meaning', () => {
    const text = `${simple}components: { schemas: { __proto__: { type: string, properties: { __proto__: { type: integer }, constructor: {} } } } }\n`;
    const written = read(text).importText({});
    expect(written).toContain('"schemas":{"__proto__":{"properties":{"__proto__":{"type":"integer"},"constructor":{}}');
    expect(({} as Record<string, unknown>)['type']).toBeUndefined();
    expect(refusalOf(`${head}paths:\n  /: { $ref: "#/__proto__" }`)).toContain('leads nowhere');
    expect(refusalOf(`${head}paths:\n  /: { $ref: "#/constructor/name" }`)).toContain('leads nowhere');
  });

  it('reads or refuses whatever stands in a file', () => {
    const node = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, 1, 'x', true, -0),
        fc.dictionary(
          fc.constantFrom('get', 'parameters', 'schema', 'content', 'in', 'name', 'items', '__proto__', 'servers'),
          tie('node'),
        ),
        fc.record({
          $ref: fc.constantFrom('#/paths', '#/paths/~1/get', '#', '#/components/schemas/A', 'x.yaml', 'y.yaml#/a', ''),
        }),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    })).node;
    const document = fc.record({
      openapi: fc.constantFrom('3.0.3', '3.1.0'),
      paths: fc.dictionary(fc.constantFrom('/', '/{id}', 'x-y'), node),
      components: fc.oneof(node, fc.record({ schemas: fc.dictionary(fc.constantFrom('A', 'B'), node) })),
    });
    const texts = fc.oneof(
      document.map((value) => stringify(value)),
      fc.string({ unit: 'binary' }),
    );
    const readOrRefuse = (text: string, other: string) => {
      try {
        read(text, { 'apps/orders/x.yaml': other, 'apps/orders/y.yaml': undefined });
      } catch (error) {
        if (!(error instanceof ProductError)) throw error;
      }
    };
    fc.assert(fc.property(texts, texts, readOrRefuse), { numRuns: 150 });
  });

  it('sends what an importer takes, which finds the same operations', () => {
    let taken = 0;
    const check = (written: object, other: object) => {
      const texts = { 'apps/orders/x.yaml': stringify(other) };
      try {
        const description = read(stringify(written), texts);
        const text = description.importText({ title: 'Orders' });
        const { operations } = importApi('openapi+json', text, 'query');
        expect([...operations.keys()].sort()).toEqual(description.operations.map(({ name }) => name).sort());
        expect(referencesIn(JSON.parse(text)).filter((each) => !each.startsWith('#/components/schemas/'))).toEqual([]);
        // What was sent is as it would be sent again.
        expect(read(text).digest).toBe(description.digest);
        taken++;
      } catch (error) {
        if (!(error instanceof ProductError)) throw error;
      }
    };
    fc.assert(fc.property(documents(), files(), check), { numRuns: 400 });
    expect(taken).toBeGreaterThan(100);
  });

  it('sends the same for any order of keys', () => {
    const text = readFileSync(join(__dirname, '../../../../../../apps/orders/openapi.yaml'), 'utf8');
    const first = read(text);
    const shuffled = (value: unknown, seed: number): unknown => {
      if (Array.isArray(value)) return value.map((each) => shuffled(each, seed));
      if (!isMap(value)) return value;
      const entries = Object.entries(value).sort(([a], [b]) => ((a.length * seed) % 7) - ((b.length * seed) % 7));
      return Object.fromEntries(entries.map(([key, each]) => [key, shuffled(each, seed)]));
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
        const other = read(stringify(shuffled(parse(text), seed)));
        expect(other.importText({ title: 'x' })).toBe(first.importText({ title: 'x' }));
        expect(other.digest).toBe(first.digest);
      }),
      { numRuns: 20 },
    );
  });
});

const reference = (...to: string[]) => fc.constantFrom(...to).map(($ref) => ({ $ref }));
const schemas = fc.oneof(
  fc.constantFrom({ type: 'string' }, { type: 'object', properties: { $ref: { type: 'integer' } } }),
  reference('#/components/schemas/B', '#/components/schemas/B/items', 'x.yaml#/Schema', 'x.yaml#/Deep/schema'),
  reference('x.yaml#/Schema').map((each) => ({ type: 'array', items: each, default: [] })),
);
const media = fc.record({ schema: schemas }).map((each) => ({ 'application/json': each }));
const responses = fc.oneof(
  reference('#/components/responses/Ok', 'x.yaml#/Response'),
  fc.record({ description: fc.constant('ok'), content: media }),
  reference('#/components/headers/Tag').map((Tag) => ({ description: 'ok', headers: { Tag } })),
);
const parameters = fc.array(
  fc.oneof(
    reference('#/components/parameters/Page', 'x.yaml#/Parameter'),
    fc.record({ name: fc.constantFrom('q', 'page', 'Q'), in: fc.constantFrom('query', 'header'), schema: schemas }),
  ),
  { maxLength: 2 },
);
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

/** Descriptions of which many are taken. */
function documents() {
  const operation = (name: string) =>
    fc.record(
      {
        operationId: fc.constantFrom(name, `${name}!`, 'same'),
        ...{ parameters, security: fc.constant([{ key: [] }]), summary: fc.constant('x') },
        requestBody: fc.oneof(reference('#/components/requestBodies/Order'), fc.record({ content: media })),
        responses: fc.record({ 200: responses, 400: responses }),
      },
      { requiredKeys: ['operationId', 'responses'] },
    );
  const optional = { requiredKeys: [] };
  return fc.record({
    openapi: fc.constantFrom('3.0.3', '3.1.0'),
    info: fc.constant({ title: 'Written', description: 'Text' }),
    servers: fc.constant([{ url: 'https://orders.example' }]),
    paths: fc.record({
      '/': fc.record({ get: operation('list'), put: operation('replace') }, { requiredKeys: ['get'] }),
      '/{id}': fc.record(
        { parameters: fc.constant([id]), get: operation('one'), delete: operation('remove') },
        optional,
      ),
      '/x': fc.oneof(reference('x.yaml#/Path'), fc.record({ parameters, post: operation('post') }, optional)),
    }),
    components: fc.record({
      schemas: fc.record({ A: schemas, B: fc.constant({ type: 'array', items: { type: 'number' } }) }),
      responses: fc.record({ Ok: responses }),
      parameters: fc.constant({ Page: { name: 'page', in: 'query' } }),
      headers: fc.constant({ Tag: { schema: { type: 'string' } } }),
      requestBodies: fc.record({ Order: fc.record({ content: media }) }),
      securitySchemes: fc.constant({ key: { type: 'http', scheme: 'bearer' } }),
    }),
  });
}

/** The file that they refer to. */
function files() {
  return fc.record({
    Schema: fc.oneof(reference('openapi.yaml#/components/schemas/B', '#/Deep/schema'), fc.constant({ type: 'null' })),
    Deep: fc.constant({ schema: { enum: [1, 2] } }),
    Response: fc.record({ description: fc.constant('ok'), content: media }).map((each) => replaced(each)),
    Parameter: fc.constantFrom({ name: 'q', in: 'query' }, { name: 'session', in: 'cookie' }),
    Path: fc.constant({ post: { operationId: 'post', responses: { 200: { $ref: '#/Response' } } } }),
  });
}

/** References of the description, as another file has them. */
function replaced(value: object): object {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/', '"openapi.yaml#/')) as object;
}

function bomb(): string {
  const levels = 'bcdefgh'.split('').map((name, index) => {
    const before = '*' + String.fromCharCode(name.charCodeAt(0) - 1);
    return `x-${index}: &${name} [${Array.from({ length: 9 }, () => before).join(', ')}]`;
  });
  return `${simple}x: &a [1]\n${levels.join('\n')}\n`;
}

function referenceBomb(): string {
  const headers = Array.from({ length: 8 }, (_, index) => {
    const next = `{ $ref: "#/components/headers/H${index + 1}" }`;
    const types = 'abcdefgh'.split('').map((key) => `${key}: { encoding: { x: { headers: { y: ${next} } } } }`);
    return `H${index}: { content: { ${types.join(', ')} } }`;
  });
  return `${head}paths:\n  /: { get: { operationId: a, responses: { "200": { headers: { a: { $ref: "#/components/headers/H0" } } } } } }\ncomponents: { headers: { ${headers.join(', ')}, H8: {} } }`;
}
