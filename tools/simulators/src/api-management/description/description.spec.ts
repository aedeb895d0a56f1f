import { ownerToken } from '../management/access.ts';
import { ApiManagementDescription } from './description.ts';
import { SimulatedClient } from '../simulated-client.ts';

let client: SimulatedClient;

beforeEach(async () => {
  client = await SimulatedClient.start();
  await client.putOrders();
});

afterEach(() => client.stop());

const putApi = (properties: object, more: object = {}) =>
  client.raw('PUT', 'apis/a', { properties: { path: 'a', displayName: 'A', ...properties }, ...more });

it.each([
  {
    name: 'an unknown field',
    send: () => putApi({ serviceURL: 'x' }),
    complaint: 'must NOT have additional properties (serviceURL)',
  },
  {
    name: 'a state that there is not',
    send: () => client.raw('PUT', 'products/a', { properties: { displayName: 'A', state: 'open' } }),
    complaint: 'must be equal to one of the allowed values',
  },
  {
    name: 'a name against its pattern',
    send: () => client.raw('PUT', 'namedValues/a', { properties: { displayName: 'a b', value: 'a' } }),
    complaint: 'must match pattern',
  },
  { name: 'an unknown field beside properties', send: () => putApi({}, { tags: {} }), complaint: '(tags)' },
  { name: 'null', send: () => putApi({ description: null }), complaint: '/properties/description must be string' },
  { name: 'a wrong type', send: () => putApi({ subscriptionRequired: 'yes' }), complaint: 'must be boolean' },
  {
    name: 'a text that is too long',
    send: () => putApi({ displayName: 'x'.repeat(301) }),
    complaint: 'must NOT have more than 300 characters',
  },
  {
    name: 'no path',
    send: () => client.raw('PUT', 'apis/a', { properties: { displayName: 'A' } }),
    complaint: "must have required property 'path'",
  },
  {
    name: 'no properties',
    send: () => client.raw('PUT', 'apis/a', {}),
    complaint: "must have required property 'properties'",
  },
  { name: 'no body', send: () => client.raw('PUT', 'apis/a'), complaint: 'the body:  must be object' },
  {
    name: 'a body that is not to be there',
    send: () => client.raw('PUT', 'products/shop/apis/orders', {}),
    complaint: 'takes no body',
  },
  {
    name: 'an unknown query parameter',
    send: () => client.raw('GET', 'apis?top=1'),
    complaint: 'unknown query parameter top',
  },
  { name: 'a number that is none', send: () => client.raw('GET', 'apis?$top=ten'), complaint: '$top:  must be number' },
  {
    name: 'another api-version',
    send: () => client.raw('GET', 'apis?api-version=2021-08-01'),
    complaint: 'not that of the description',
  },
  {
    name: 'PATCH without If-Match (8.9)',
    send: () => client.raw('PATCH', 'apis/orders', { properties: {} }),
    complaint: 'If-Match is missing',
  },
  {
    name: 'DELETE without If-Match (8.9)',
    send: () => client.raw('DELETE', 'apis/orders'),
    complaint: 'If-Match is missing',
  },
])('refuses $name (8.2), and complains', async ({ send, complaint }) => {
  expect(await send()).toMatchObject({ status: 400, body: { error: { code: 'ValidationError' } } });
  expect(client.takeComplaints()).toEqual([expect.stringContaining(complaint)]);
});

it('refuses a body that is not JSON', async () => {
  const { endpoint } = client.simulator;
  const answer = client.simulator.management.answer({
    method: 'PUT',
    url: new URL(
      `${endpoint}/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/shop/providers/Microsoft.ApiManagement/service/shop-apim/apis/a?api-version=2024-05-01`,
    ),
    headers: { authorization: `Bearer ${ownerToken}` },
    text: '{"properties":',
  });
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'InvalidRequestContent' } } });
});

it('answers 400 to an address that cannot be decoded', async () => {
  expect(await client.raw('GET', 'apis/%')).toMatchObject({ status: 400 });
});

it.each([
  { name: 'what Microsoft does not describe', path: 'apis/orders/colours', status: 404 },
  { name: 'groups that the simulator does not read', path: 'gateways', status: 404 },
  { name: 'filters', path: 'apis?$filter=name', status: 501 },
  { name: 'exports', path: 'apis/orders?export=true&format=openapi-link', status: 400 },
])('says that it does not know $name, and complains', async ({ path, status }) => {
  expect(await client.raw('GET', path)).toMatchObject({ status });
  expect(client.takeComplaints()).not.toEqual([]);
});

it('finds no fault with the examples of Microsoft', async () => {
  const description = await ApiManagementDescription.load();
  const path =
    '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg1/providers/Microsoft.ApiManagement/service/apimService1/apis/echo-api;rev=3';
  const described = description.find('PUT', path)!;
  // ApiManagementCreateApiRevisionFromExistingApi.json of Azure/azure-rest-api-specs.
  const body = {
    properties: {
      path: 'echo',
      serviceUrl: 'http://echoapi.cloudapp.net/apiv3',
      apiRevisionDescription: 'Creating a Revision of an existing API',
      sourceApiId: path.replace(';rev=3', ''),
    },
  };
  const query = new URLSearchParams({ 'api-version': '2024-05-01' });
  expect(description.checkRequest(described, { query, headers: {}, body })).toEqual([]);
  const answer = {
    id: path,
    type: 'Microsoft.ApiManagement/service/apis',
    name: 'echo-api;rev=3',
    properties: {
      displayName: 'Echo API',
      apiRevision: '3',
      serviceUrl: 'http://echoapi.cloudapp.net/apiv3',
      path: 'echo',
      protocols: ['https'],
      authenticationSettings: {},
      subscriptionKeyParameterNames: { header: 'Ocp-Apim-Subscription-Key', query: 'subscription-key' },
    },
  };
  expect(description.checkAnswer(described, 201, answer)).toEqual([]);
  expect(description.checkAnswer(described, 418, answer)).not.toEqual([]);
  expect(description.checkAnswer(described, 301, undefined)).toEqual([expect.stringContaining('never answers 301')]);
});
