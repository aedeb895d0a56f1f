import { stringify } from 'yaml';
import { ordersDescription } from '../shop-description.ts';
import { at, type SimulatedClient } from '../simulated-client.ts';
import { withOrders } from '../with-orders.ts';

let client: SimulatedClient;

withOrders((started) => (client = started));

type Change = Parameters<typeof ordersDescription>[0];
const importRevision = (changes: Change, more: object = {}) =>
  client.stage('20261124-2', {
    serviceUrl: 'https://orders.example',
    format: 'openapi+json',
    value: JSON.stringify(ordersDescription(changes)),
    ...more,
  });

async function operations(id = 'orders;rev=20261124-2') {
  const found: Record<string, string | undefined> = {};
  for await (const { name = '', method, urlTemplate } of client.sdk().apiOperation.listByApi(...at, id))
    found[name] = `${method} ${urlTemplate}`;
  return found;
}

/** A description with one operation. */
const one = (operation: object, path = '/x'): Change => ({
  paths: { [path]: { get: { operationId: 'x', responses: {}, ...operation } } },
});
const query = (required: boolean) => ({
  parameters: [{ name: 'q', in: 'query', required, schema: { type: 'string' } }],
});

it('replaces the operations of a revision, matched by their ids', async () => {
  const policy = { format: 'rawxml', value: '<policies />' };
  await client.sdk().apiOperationPolicy.createOrUpdate(...at, 'orders', 'getorder', 'policy', policy);
  await client.sdk().apiOperationPolicy.createOrUpdate(...at, 'orders', 'listorders', 'policy', policy);
  const { paths } = ordersDescription() as { paths: Record<string, object> };
  await importRevision({
    paths: { '/orders/{id}': paths['/orders/{id}'], '/new': { get: { operationId: 'new', responses: {} } } },
  });
  expect(await operations()).toEqual({ getorder: 'GET /orders/{id}', new: 'GET /new' });
  expect(await operations('orders')).toEqual({ listorders: 'GET /orders', getorder: 'GET /orders/{id}' });
  const kept = await client.sdk().apiOperationPolicy.listByOperation(...at, 'orders;rev=20261124-2', 'getorder');
  expect(kept.value).toHaveLength(1);
});

it('reads YAML', async () => {
  await importRevision({}, { format: 'openapi', value: stringify(ordersDescription(one({}))) });
  expect(await operations()).toEqual({ x: 'GET /x' });
});

it.each([
  { conduct: undefined, required: true, template: '/x?q={q}' },
  { conduct: 'template', required: true, template: '/x?q={q}' },
  { conduct: 'query', required: true, template: '/x' },
  { conduct: undefined, required: false, template: '/x' },
])(
  'makes $template of a query parameter with required $required and $conduct',
  async ({ conduct, required, template }) => {
    await importRevision(one(query(required)), { translateRequiredQueryParametersConduct: conduct });
    expect(await operations()).toEqual({ x: `GET ${template}` });
  },
);

it('normalizes ids of operations, and numbers those that are the same then', async () => {
  const get = (operationId?: string) => ({ get: { operationId, responses: {} } });
  await importRevision({
    paths: {
      '/a': get('Get_All Things'),
      '/b': get('get-all-things'),
      '/c/{id}': { ...get(), parameters: [{ name: 'id', in: 'path', required: true, schema: {} }] },
    },
  });
  expect(Object.keys(await operations())).toEqual(['get-all-things', 'get-all-things-1', 'get-c-id']);
});

it('takes the first https server without a serviceUrl', async () => {
  await importRevision(
    { servers: [{ url: 'http://a.example' }, { url: 'https://b.example' }] },
    { serviceUrl: undefined },
  );
  expect((await client.sdk().api.get(...at, 'orders;rev=20261124-2')).serviceUrl).toBe('https://b.example');
});

it.each([
  { property: 'Name', info: { title: 'Others', description: 'Orders of the shop', version: '1' } },
  { property: 'Description', info: { title: 'Orders', description: 'changed', version: '1' } },
  { property: 'Description', info: { title: 'Orders', version: '1' } },
])('refuses at the poll to change $property of a revision that is not current (8.4)', async ({ property, info }) => {
  await expect(importRevision({ info })).rejects.toThrow('ValidationError');
  client.simulator.management.asyncShape = 'location';
  await client.unlocked();
  await expect(importRevision({ info })).rejects.toMatchObject({
    statusCode: 400,
    details: { error: { details: [{ message: `Can't change property ${property} for non-current revision` }] } },
  });
});

it('changes name and description of the current revision', async () => {
  await client.putOrders({
    apiRevision: undefined,
    value: JSON.stringify(ordersDescription({ info: { title: 'Others', description: 'changed', version: '2' } })),
  });
  expect(await client.sdk().api.get(...at, 'orders')).toMatchObject({ displayName: 'Others', description: 'changed' });
});

it.each([
  {
    name: 'references to other files',
    changes: one({
      responses: { 200: { description: '', content: { 'application/json': { schema: { $ref: './order.json' } } } } },
    }),
  },
  {
    name: 'references to components other than schemas',
    changes: one({ responses: { 400: { $ref: '#/components/responses/Problem' } } }),
  },
  {
    name: 'references to what is not there',
    changes: one({
      responses: {
        200: { description: '', content: { 'application/json': { schema: { $ref: '#/components/schemas/None' } } } },
      },
    }),
  },
  {
    name: 'recursive schemas',
    changes: {
      components: {
        schemas: {
          Order: { properties: { parts: { items: { $ref: '#/components/schemas/Part' } } } },
          Part: { properties: { of: { $ref: '#/components/schemas/Order' } } },
        },
      },
    },
  },
  {
    name: 'parameter names that repeat within a URL',
    changes: one(
      {
        parameters: [
          { name: 'id', in: 'path', required: true, schema: {} },
          { name: 'id', in: 'query', schema: {} },
        ],
      },
      '/x/{id}',
    ),
  },
  { name: 'cookie parameters', changes: one({ parameters: [{ name: 'c', in: 'cookie', schema: {} }] }) },
  { name: 'servers of operations', changes: one({ servers: [{ url: 'https://a.example' }] }) },
  {
    name: 'templates that differ in names only',
    changes: {
      paths: {
        ...(one({}, '/x') as { paths: object }).paths,
        '/y/{a}': { get: { responses: {} } },
        '/y/{b}': { get: { responses: {} } },
      },
    },
  },
  { name: 'OpenAPI 2.0', changes: { openapi: undefined, swagger: '2.0' } },
  { name: 'no title', changes: { info: { version: '1' } } },
  { name: 'summaries over 300 characters', changes: one({ summary: 'x'.repeat(301) }) },
  { name: 'descriptions of operations over 1000 characters', changes: one({ description: 'x'.repeat(1001) }) },
])('refuses $name at the poll (8.19)', async ({ changes }) => {
  client.simulator.management.asyncShape = 'location';
  await expect(importRevision(changes)).rejects.toMatchObject({ statusCode: 400, code: 'ValidationError' });
  await expect(client.sdk().api.get(...at, 'orders;rev=20261124-2')).rejects.toMatchObject({ statusCode: 404 });
});

it('refuses text that cannot be parsed', async () => {
  client.simulator.management.asyncShape = 'location';
  await expect(importRevision({}, { value: '{' })).rejects.toMatchObject({ statusCode: 400 });
});

it('refuses more than 4 MB at once (8.19)', async () => {
  await expect(importRevision({ 'x-long': 'x'.repeat(4 * 1024 * 1024) })).rejects.toMatchObject({ statusCode: 413 });
});

it.each([{ format: 'openapi+json' }, { format: undefined }, { format: 'swagger-json' }, { format: 'openapi-link' }])(
  'refuses the format $format with what does not belong to it',
  async ({ format }) => {
    const value = format === 'openapi+json' ? undefined : '{}';
    await expect(importRevision({}, { format, value })).rejects.toMatchObject({ statusCode: 400 });
  },
);

it('refuses operations for which the instance has no room, at the poll (8.18)', async () => {
  client.simulator.instance.apis.maximumOperations = 3;
  await expect(importRevision({})).rejects.toThrow("You've reached the maximum number of Operations (3)");
});
