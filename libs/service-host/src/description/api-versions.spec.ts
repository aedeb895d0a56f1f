import { createService, type Service } from '../create-service.ts';
import type { Handler } from './operations.ts';

const describe_ = (property: string, type: string) => ({
  openapi: '3.1.0',
  paths: {
    '/orders': {
      post: {
        operationId: 'placeOrder',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { type: 'object', required: [property], properties: { [property]: { type } } },
            },
          },
        },
        responses: { '200': { description: 'It.', content: { 'text/plain': {} } } },
      },
    },
  },
});
const says =
  (text: string): Handler =>
  (_, reply) =>
    reply.type('text/plain').send(text);
const original = { description: describe_('sku', 'string'), operations: { placeOrder: says('v1') } };
const v2 = { description: describe_('amount', 'integer'), operations: { placeOrder: says('v2') } };

let service: Service | undefined;
afterEach(() => service?.drain());

const json = { 'content-type': 'application/json' };
const silent = { write: () => {} };

it('serves versions side by side, each by its own description', async () => {
  service = createService({
    name: 'orders',
    ...original,
    versions: { v2 },
    logDestination: silent,
  });
  const url = `http://127.0.0.1:${await service.listen(0)}`;
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) });
    const text = await answer.text();
    return [answer.status, answer.ok ? text : ''];
  };
  expect(await post('/orders', { sku: 'a' })).toEqual([200, 'v1']);
  expect(await post('/v2/orders', { amount: 1 })).toEqual([200, 'v2']);
  expect(await post('/orders', { amount: 1 })).toEqual([422, '']);
  expect(await post('/v2/orders', { sku: 'a' })).toEqual([422, '']);
  expect(await post('/v3/orders', {})).toEqual([404, '']);
  const wrongMethod = await fetch(`${url}/v2/orders`);
  expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
});

it('refuses a version whose handlers are not those of its description, and a name that is none', () => {
  const make = (versions: object) => () =>
    createService({ name: 'orders', ...original, versions: versions as never, logDestination: silent });
  expect(make({ v2: { ...v2, operations: {} } })).toThrow('"placeOrder" (POST /orders) is described, but no handler');
  expect(make({ next: v2 })).toThrow('"next" is no version of an API');
});
