import { mostCalls, planCalls } from './plan-calls.ts';

const responses = { 200: { description: 'x' } };

function documentOf(paths: Record<string, unknown>, more: Record<string, unknown> = {}) {
  return { openapi: '3.1.0', info: { title: 'x', version: '1' }, paths, ...more };
}

/** The path that is called, or why it is not. */
function planned(path: string, parameters: readonly object[], fields: object = {}): unknown {
  const get = { operationId: 'x', parameters, responses, ...fields };
  const { calls, leftOut } = planCalls(documentOf({ [path]: { get } }));
  return calls[0]?.path ?? leftOut[0]?.reason;
}

const required = (name: string, place: string, more: object = {}) => ({ name, in: place, required: true, ...more });

describe('planCalls', () => {
  it('calls each GET without required parameters, and nothing else', () => {
    const get = { operationId: 'list', responses };
    const page = { name: 'page', in: 'query', example: 2 };
    const document = documentOf({
      '/': { get, post: { operationId: 'create', responses } },
      '/newest': { parameters: [page], get },
    });
    expect(planCalls(document)).toEqual({
      calls: [
        { name: 'GET /', path: '/', headers: {}, responses, needsLogin: false },
        { name: 'GET /newest', path: '/newest', headers: {}, responses, needsLogin: false },
      ],
      leftOut: [],
    });
  });

  it.each([
    ['its example', { example: 'a b/c%' }, '/a%20b%2Fc%25'],
    ['its first named example', { examples: { one: { value: 7 }, two: { value: 8 } } }, '/7'],
    ["its schema's example", { schema: { type: 'string', example: 'x' } }, '/x'],
    ["its schema's first example", { schema: { type: 'string', examples: ['y', 'z'] } }, '/y'],
    ['its default', { schema: { default: true } }, '/true'],
    ['its only value', { schema: { const: 0 } }, '/0'],
    ['its first value', { schema: { enum: ['EUR', 'USD'] } }, '/EUR'],
    ['several values', { example: ['a', 'b'] }, '/a,b'],
    ['the example of a schema that it refers to', { schema: { $ref: '#/components/schemas/Id' } }, '/id-1'],
  ])('puts into a path %s', (_, parameter, path) => {
    const get = { operationId: 'x', parameters: [required('id', 'path', parameter)], responses };
    const components = { schemas: { Id: { type: 'string', examples: ['id-1'] } } };
    expect(planCalls(documentOf({ '/{id}': { get } }, { components })).calls[0]!.path).toBe(path);
  });

  it('puts parameters into query and headers', () => {
    const parameters = [
      required('from day', 'query', { example: '2026-11-24' }),
      required('tag', 'query', { example: ['a&b', 'c'] }),
      required('list', 'query', { example: [1, 2], explode: false }),
      required('X-Shop', 'header', { example: 'north' }),
      required('Authorization', 'header'),
    ];
    const get = { operationId: 'x', parameters, responses };
    expect(planCalls(documentOf({ '/ü/100%': { get } })).calls).toMatchObject([
      {
        path: '/%C3%BC/100%25?from%20day=2026-11-24&tag=a%26b&tag=c&list=1,2',
        headers: { 'X-Shop': 'north' },
      },
    ]);
  });

  it.each([
    ['without example', '/{id}', [required('id', 'path')], {}, 'id has no example'],
    ['with an example of objects', '/', [required('q', 'query', { example: { a: 1 } })], {}, 'q is written in a way'],
    ['in another style', '/', [required('q', 'query', { example: [1], style: 'pipeDelimited' })], {}, 'q is written'],
    ['that leads elsewhere', '/{id}/x', [required('id', 'path', { example: '..' })], {}, 'no part of a path'],
    ['that is empty', '/{id}', [required('id', 'path', { example: '' })], {}, 'id has no example of use'],
    ['that no header can have', '/', [required('X', 'header', { example: 'a\nb' })], {}, 'X has no example of use'],
    ['that is not described', '/{id}', [], {}, '{id} is no parameter of it'],
    ['in a body', '/', [], { requestBody: { required: true } }, 'it needs a body'],
  ])('leaves out what needs a parameter %s', (_, path, parameters, fields, reason) => {
    expect(planned(path, parameters, fields)).toContain(reason);
  });

  it.each([
    ['nothing', {}, {}, false],
    ['a login', {}, { security: [{ token: [] }] }, true],
    ['a login everywhere', { security: [{ token: [] }] }, {}, true],
    ['a login elsewhere', { security: [{ token: [] }] }, { security: [] }, false],
    ['a login or nothing', {}, { security: [{ token: [] }, {}] }, false],
  ])('knows who needs %s', (_, more, fields, needsLogin) => {
    const get = { operationId: 'x', responses, ...fields };
    expect(planCalls(documentOf({ '/': { get } }, more)).calls[0]!.needsLogin).toBe(needsLogin);
  });

  it('calls no more than it may', () => {
    const get = { operationId: 'x', responses };
    const paths = Object.fromEntries(Array.from({ length: mostCalls + 2 }, (_, index) => [`/${index}`, { get }]));
    const { calls, leftOut } = planCalls(documentOf(paths));
    expect(calls).toHaveLength(mostCalls);
    expect(leftOut).toHaveLength(2);
    expect(leftOut[0]!.reason).toBe('100 operations are called at most');
  });
});
