import { createService, type Service, type ServiceOptions } from './create-service.ts';
import type { Handlers } from './description/operations.ts';

const json = { 'content-type': 'application/json' };
const problem = { content: { 'application/problem+json': {} } };
const line = {
  type: 'object',
  required: ['count'],
  properties: { count: { type: 'integer', default: 1 }, note: { type: 'string', maxLength: 5 } },
  additionalProperties: false,
};
const description = {
  openapi: '3.1.0',
  paths: {
    '/lines/{number}': {
      post: {
        operationId: 'postLine',
        parameters: [
          { name: 'number', in: 'path', required: true, schema: { type: 'integer' } },
          { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 10 } },
          { name: 'tag', in: 'query', schema: { type: 'array', items: { enum: ['a', 'b'] } } },
          { name: 'X-Kind', in: 'header', schema: { type: 'string', format: 'uuid' } },
        ],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Line' } } },
        },
        responses: {
          '200': { content: { 'application/json': { schema: {} } } },
          '422': problem,
        },
      },
    },
    '/optional': {
      put: {
        operationId: 'putOptional',
        requestBody: { content: { 'application/merge-patch+json': { schema: { type: 'object' } } } },
        responses: {
          '200': { content: { 'application/json': { schema: { type: 'object', required: ['got'] } } } },
          '4XX': problem,
        },
      },
    },
  },
  components: {
    schemas: { Line: { ...line, properties: { ...line.properties, next: { $ref: '#/components/schemas/Line' } } } },
  },
};

const running: Service[] = [];
afterEach(() => Promise.all(running.splice(0).map((service) => service.drain())));

const operations: Handlers = {
  postLine: ({ params, query, body }, reply) => reply.send({ params, query, body }),
  putOptional: ({ body }, reply) => reply.send({ got: body ?? null }),
};

async function start(options: Partial<ServiceOptions> = {}): Promise<string> {
  const service = createService({
    name: 'sample',
    description,
    operations,
    checkAnswers: true,
    drain: { lingerMs: 0, budgetMs: 0 },
    logDestination: { write: () => {} },
    ...options,
  });
  running.push(service);
  return `http://127.0.0.1:${await service.listen(0)}`;
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { ...json, ...headers } });

describe('requests', () => {
  it('have their path and query read as the description says, and defaults filled in', async () => {
    const answer = await post(`${await start()}/lines/7?limit=3&tag=a`, { note: 'x', count: 2, next: { count: 1 } });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { params: { number: 7 }, query: { limit: 3, tag: ['a'] }, body: { note: 'x', count: 2, next: { count: 1 } } },
    ]);
  });

  it.each<[string, unknown, Record<string, string>, string]>([
    ['/lines/x', { count: 1 }, {}, 'The path parameter "number" must be an integer.'],
    ['/lines/1?limit=11', { count: 1 }, {}, 'The query parameter "limit" must be <= 10.'],
    ['/lines/1?tag=a&tag=c', { count: 1 }, {}, 'The query parameter "tag.1" must be one of a, b.'],
    ['/lines/1', { count: 1 }, { 'x-kind': 'x' }, 'The header "X-Kind" must match format "uuid".'],
    ['/lines/1', 7, {}, 'The body must be an object.'],
    ['/lines/1', null, {}, 'The body must be an object.'],
    ['/lines/1', { count: '3' }, {}, '"count" must be an integer.'],
    ['/lines/1', { count: 1, note: 'longer' }, {}, '"note" must NOT have more than 5 characters.'],
    ['/lines/1', { count: 1, other: 1 }, {}, '"other" is not known.'],
    ['/lines/1', { count: 1, next: { count: 'x' } }, {}, '"next.count" must be an integer.'],
  ])('%s with %j %j are refused: %s %s', async (path, body, headers, detail) => {
    const answer = await post((await start()) + path, body, headers);
    expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
      422,
      'application/problem+json',
      { title: 'invalid-request', status: 422, detail, requestId: answer.headers.get('x-request-id') },
    ]);
  });

  it('may have no body where none is required, and have JSON under another name', async () => {
    const url = `${await start()}/optional`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const put = async (init: RequestInit) => {
      const answer = await fetch(url, { method: 'PUT', ...init });
      return [answer.status, await answer.json()];
    };
    expect(await put({})).toEqual([200, { got: null }]);
    expect(await put({ body: '{"a":1}', headers })).toEqual([200, { got: { a: 1 } }]);
    expect(await put({ body: '[]', headers })).toEqual([422, expect.anything()]);
    const refused = { title: 'unsupported-media-type', status: 415 };
    expect(await put({ body: '{}', headers: json })).toEqual([415, expect.objectContaining(refused)]);
  });
});

describe('answers', () => {
  it.each<[string, Handlers['string']]>([
    ['the status 201 is not among 200, 4XX.', (_request, reply) => reply.code(201).send({})],
    ['with 200, "got" is missing.', (_request, reply) => reply.send({})],
    ['with 200 comes application/json, not "text/html".', (_request, reply) => reply.type('text/html').send('x')],
    ['with 200 comes a body.', (_request, reply) => reply.send()],
  ])('are checked by tests: %s', async (wrong, putOptional) => {
    const changed = { operations: { ...operations, putOptional: putOptional! } };
    const checked = await fetch(`${await start(changed)}/optional`, { method: 'PUT' });
    expect([checked.status, await checked.json()]).toEqual([
      500,
      expect.objectContaining({
        title: 'answer-not-described',
        detail: `The answer of "putOptional" is not as it is described: ${wrong}`,
      }),
    ]);
    const production = await fetch(`${await start({ ...changed, checkAnswers: false })}/optional`, { method: 'PUT' });
    expect(production.ok).toBe(true);
  });
});

describe('description and handlers', () => {
  const create =
    (handlers: Handlers, changed: object = description) =>
    () =>
      createService({ name: 'sample', description: changed as typeof description, operations: handlers });

  it('must have the same operations', () => {
    const { postLine, putOptional } = operations as Record<string, NonNullable<Handlers[string]>>;
    expect(create({ postLine: postLine!, putOther: putOptional! })).toThrow(
      'The description and the service disagree: "putOptional" (PUT /optional) is described, but no handler has this name. "putOther" has a handler, but no operation of the description has this operationId.',
    );
  });

  it('must agree on bodies that can be read', async () => {
    const paths = {
      '/': { post: { operationId: 'post', requestBody: { content: { 'text/csv': {} } }, responses: {} } },
    };
    const options = { description: { openapi: '3.1.0', paths }, operations: { post: () => '' } };
    await expect(start(options)).rejects.toThrow('"post" takes text/csv, for which there is no parser');
  });
});
