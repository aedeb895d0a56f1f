import { readOperations } from './description.ts';

const described = (paths: object, components: object = {}) => ({ openapi: '3.1.0', paths, components });

describe('readOperations', () => {
  it('reads operations, with what they refer to', () => {
    const schema = { type: 'string' };
    const description = described(
      {
        '/orders/{id}': {
          parameters: [{ $ref: '#/components/parameters/Id' }],
          put: {
            operationId: 'putOrder',
            requestBody: { $ref: '#/components/requestBodies/Order' },
            responses: { '204': { description: 'Done' }, '4XX': { $ref: '#/components/responses/Problem' } },
          },
        },
      },
      {
        parameters: { Id: { name: 'id', in: 'path', required: true, schema } },
        requestBodies: { Order: { content: { 'Application/JSON': { schema } } } },
        responses: { Problem: { content: { 'application/problem+json': {} } } },
      },
    );
    expect(readOperations(description)).toEqual([
      {
        id: 'putOrder',
        method: 'PUT',
        path: '/orders/{id}',
        parameters: [{ name: 'id', in: 'path', isRequired: true, schema: '#/components/parameters/Id/schema' }],
        body: {
          isRequired: false,
          contents: new Map([
            ['application/json', '#/components/requestBodies/Order/content/Application~1JSON/schema'],
          ]),
        },
        answers: new Map([
          ['204', new Map()],
          ['4XX', new Map([['application/problem+json', undefined]])],
        ]),
      },
    ]);
  });

  it.each<[string, object]>([
    ['The description must be OpenAPI 3.1, not 3.0.3.', { openapi: '3.0.3', paths: {} }],
    ['GET / has no operationId in the description.', described({ '/': { get: { responses: {} } } })],
    [
      'The description has two operations with the operationId "same".',
      described({ '/a': { get: { operationId: 'same' } }, '/b': { get: { operationId: 'same' } } }),
    ],
    [
      'The description refers to "#/components/responses/None", which it does not have.',
      described({ '/': { get: { operationId: 'a', responses: { '200': { $ref: '#/components/responses/None' } } } } }),
    ],
    [
      'The description refers to "other.yaml#/Problem", which lies outside of it.',
      described({ '/': { get: { operationId: 'a', responses: { '200': { $ref: 'other.yaml#/Problem' } } } } }),
    ],
  ])('%s', (message, description) => {
    expect(() => readOperations(description as Record<string, unknown>)).toThrow(message);
  });
});
