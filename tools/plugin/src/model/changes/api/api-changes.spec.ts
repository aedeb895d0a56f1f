import fc from 'fast-check';
import { apiChangeCases, sampleApi, type ApiDocument } from '../../../../../contracts/src/api-change-cases.ts';
import { apiChanges } from './api-changes.ts';

const text = (api: ApiDocument) => ({ name: 'openapi.yaml', text: JSON.stringify(api) });

/** `POST /: breaking`, `GET /: removed`. */
function verdicts(before: ApiDocument, after: ApiDocument): string[] {
  const changes = apiChanges(text(before), text(after));
  if (changes.state !== 'compared') throw new Error(JSON.stringify(changes));
  return changes.operations.map(({ operation, change, isBreaking }) => {
    const verdict = change === 'changed' ? (isBreaking ? 'breaking' : 'compatible') : change;
    return `${operation}: ${verdict}`;
  });
}

describe('apiChanges', () => {
  it.each(apiChangeCases.map((each) => [each.name, each] as const))('%s', (_, { change, expected }) => {
    const after = sampleApi();
    change(after);
    expect(verdicts(sampleApi(), after)).toEqual(expected);
  });

  it('says what changed, and where', () => {
    const after = sampleApi();
    const { Request, Order } = after.components.schemas;
    Request.properties.size.enum = ['small', 'huge'];
    Request.required = ['item', 'quantity'];
    Order.properties.total.type = ['integer', 'null'];
    after.paths['/{id}'].get.security = [{ key: [] }];
    after.components.parameters.Limit.schema.maximum = 50;
    const changes = apiChanges(text(sampleApi()), text(after));
    const operations = changes.state === 'compared' ? changes.operations : [];
    const lines = operations.flatMap(({ operation, reasons }) =>
      reasons.map((reason) => `${operation} ${reason.isBreaking ? '!' : ' '} ${reason.text}`),
    );
    expect(lines).toEqual([
      'GET / ! query parameter limit: maximum 100 → 50',
      'GET / ! response 200 [].total: integer → integer or null',
      'GET /{id} ! response 200 total: integer → integer or null',
      'GET /{id} ! security: anybody → key',
      'POST / ! request body size: no longer "large"',
      'POST /   request body size: "huge" as well',
      'POST / ! request body quantity: required now',
      'POST / ! response 201 total: integer → integer or null',
    ]);
  });

  it('reads YAML, with the nullable of 3.0', () => {
    const api = (schema: string) => ({
      name: 'openapi.yaml',
      text: `openapi: 3.0.3\npaths: { /a: { get: { responses: { 200: { content: { a/b: { schema: ${schema} } } } } } } }`,
    });
    const changes = apiChanges(api('{ type: string }'), api('{ type: string, nullable: true }'));
    expect(changes).toMatchObject({ operations: [{ operation: 'GET /a', isBreaking: true }] });
  });

  it('lets a header go that was not always there, and no other', () => {
    const withHeader = (required: boolean) => {
      const api = sampleApi();
      api.paths['/'].get.responses['200'].headers = { 'X-Total': { required, schema: { type: 'integer' } } };
      return api;
    };
    expect(verdicts(withHeader(false), sampleApi())).toEqual(['GET /: compatible']);
    expect(verdicts(withHeader(true), sampleApi())).toEqual(['GET /: breaking']);
  });

  it('takes a part of allOf for what it forbids besides', () => {
    const api = (type: string, ...parts: object[]) => {
      const one = sampleApi();
      one.components.schemas.Request = { type, allOf: parts };
      return one;
    };
    const parts = [
      { minimum: 1, enum: [1, 2, 3] },
      { minimum: 2, pattern: 'a' },
    ] as const;
    const merged = { type: 'integer', minimum: 2, enum: [2, 3], pattern: 'a' };
    const after = sampleApi();
    after.components.schemas.Request = merged;
    expect(verdicts(api('number', ...parts, { type: 'integer', enum: [2, 3, 4] }), after)).toEqual([]);
    expect(verdicts(after, api('integer', ...parts))).toEqual(['POST /: compatible']);
    expect(verdicts(api('integer', ...parts), after)).toEqual(['POST /: breaking']);
  });

  it.each([
    ['no file', undefined, 'There is no such file.'],
    ['no YAML', 'a: [', 'It is not YAML: '],
    ['a text', 'hello', 'it has no fields'],
    ['Swagger 2', 'swagger: "2.0"', 'version 3.0 or 3.1'],
    ['a number', 'openapi: 3.1', 'version 3.0 or 3.1'],
    ['paths that are a list', 'openapi: 3.1.0\npaths: []', '"paths" is not a map'],
    ['a bomb', `openapi: 3.1.0\nx: [${'['.repeat(100_000)}`, 'It is n'],
    ['a file without end', 'x'.repeat(5_000_000), 'longer than 4 MiB'],
    [
      'anchors that multiply',
      `openapi: 3.1.0\na0: &a0 [x,x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i}]`).join('\n')}`,
      'expand to too much',
    ],
  ])('tells of %s on either side', (_, malformed, reason) => {
    const bad = { name: 'bad.yaml', text: malformed };
    for (const changes of [apiChanges(bad, text(sampleApi())), apiChanges(text(sampleApi()), bad)])
      expect(changes).toEqual({ state: 'unknown', reason: expect.stringMatching(/^bad\.yaml: /) });
    expect(JSON.stringify(apiChanges(bad, text(sampleApi())))).toContain(JSON.stringify(reason).slice(1, -1));
  });

  it('has nothing to tell where there is no API', () => {
    const none = { name: 'x', text: undefined };
    expect(apiChanges(none, none)).toEqual({ state: 'none' });
  });

  it('ends, also with schemas that hold themselves in every way', () => {
    const api = sampleApi();
    const { schemas } = api.components;
    schemas.Order = { allOf: [{ $ref: '#/components/schemas/Order' }, { $ref: '#/components/schemas/A' }] };
    schemas.A = { properties: { x: { $ref: '#/components/schemas/A' } } };
    schemas.B = { properties: { x: { $ref: '#/components/schemas/B' } } };
    schemas.Request = { allOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }] };
    schemas.Problem = { $ref: '#/components/schemas/Problem' };
    const after = structuredClone(api);
    after.components.schemas.B.required = ['x'];
    expect(verdicts(api, after)).toEqual(['POST /: breaking']);
  });

  it('finds nothing in equals, and never breaks, whatever stands where', () => {
    const places = fc.constantFrom(
      ...['paths', 'paths./', 'paths./.post', 'paths./.post.parameters', 'paths./.post.requestBody', 'security'],
      ...['paths./.post.responses', 'paths./.post.responses.201', 'components', 'components.schemas.Order'],
      ...['components.schemas.Request.properties', 'components.schemas.Request.required', 'paths./.post.security'],
      ...['components.schemas.Order.properties.state', 'components.schemas.Request.properties.pay.oneOf'],
    );
    fc.assert(
      fc.property(places, fc.jsonValue({ maxDepth: 4 }), (place, value) => {
        const api = sampleApi();
        const keys = place.split('.');
        const last = keys.pop()!;
        keys.reduce((at, key) => at[key], api)[last] = value;
        for (const [a, b] of [
          [sampleApi(), api],
          [api, sampleApi()],
        ])
          apiChanges(text(a), text(b));
        const same = apiChanges(text(api), text(structuredClone(api)));
        if (same.state === 'compared') expect(same.operations).toEqual([]);
      }),
    );
  });
});
