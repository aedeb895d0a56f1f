/** An OpenAPI document as a test changes it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ApiDocument = any;

/** A change of an API and its expected description. */
export interface ApiChangeCase {
  readonly name: string;
  readonly change: (api: ApiDocument) => void;
  /** `METHOD /path: breaking` or `…: compatible`, `added`, `removed`; none where nothing is to be told. */
  readonly expected: readonly string[];
  /** The verdict of oasdiff 1.37.0 where ours differs (its levels ERR and WARN are breaking), and the reason. */
  readonly otherwise?: string;
}

/** The API that the cases change: one of everything. */
export function sampleApi(): ApiDocument {
  return {
    openapi: '3.1.0',
    info: { title: 'Orders', version: '1.0.0' },
    servers: [{ url: '/orders' }],
    paths: {
      '/': {
        post: {
          operationId: 'createOrder',
          summary: 'Order something',
          parameters: [{ name: 'dry-run', in: 'query', schema: { type: 'boolean' } }],
          requestBody: {
            content: {
              'application/json': { schema: { $ref: '#/components/schemas/Request' }, example: { item: 'pen' } },
            },
          },
          responses: {
            '201': {
              description: 'The order',
              headers: { Location: { required: true, schema: { type: 'string' } } },
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
            },
            '202': { description: 'Later' },
            '422': { $ref: '#/components/responses/Problem' },
          },
        },
        get: {
          operationId: 'listOrders',
          parameters: [{ $ref: '#/components/parameters/Limit' }],
          responses: {
            '200': {
              description: 'All',
              content: {
                'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Order' } } },
              },
            },
          },
        },
      },
      '/keys': { get: { security: [{ key: [] }], responses: { '200': { description: 'Some' } } } },
      '/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        get: {
          operationId: 'getOrder',
          responses: {
            '200': {
              description: 'One',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
            },
          },
        },
      },
    },
    components: {
      parameters: {
        Limit: { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
      },
      schemas: {
        Request: {
          type: 'object',
          required: ['item'],
          allOf: [{ $ref: '#/components/schemas/Base' }],
          properties: {
            item: { type: 'string', minLength: 1, maxLength: 100 },
            size: { type: 'string', enum: ['small', 'large'] },
            note: { type: ['string', 'null'] },
            code: { type: 'string', pattern: '^[A-Z]{3}$' },
            pay: { oneOf: [{ $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Cash' }] },
            quantity: { type: 'integer' },
          },
        },
        Order: {
          type: 'object',
          required: ['id', 'item'],
          properties: {
            id: { type: 'string', format: 'uuid' },
            item: { type: 'string' },
            total: { type: 'integer', minimum: 0 },
            code: { type: 'string', pattern: '^[A-Z]{3}$' },
            pay: { oneOf: [{ $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Cash' }] },
            state: { type: 'string', enum: ['open', 'paid'] },
            parts: { type: 'array', items: { $ref: '#/components/schemas/Order' } },
          },
        },
        Base: { type: 'object', properties: { shop: { type: 'string' } } },
        Card: { type: 'object', properties: { card: { type: 'string' } } },
        Cash: { type: 'object', properties: { cash: { type: 'integer' } } },
        Problem: { type: 'object', required: ['title'], properties: { title: { type: 'string' } } },
      },
      responses: {
        Problem: {
          description: 'Why not',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'X-Key' },
        other: { type: 'http', scheme: 'basic' },
      },
    },
  };
}

const post = (verdict: string) => [`POST /: ${verdict}`];
const readers = (verdict: string) => ['GET /', 'GET /{id}', 'POST /'].map((operation) => `${operation}: ${verdict}`);
const request = (api: ApiDocument) => api.components.schemas.Request;
const order = (api: ApiDocument) => api.components.schemas.Order;
const create = (api: ApiDocument) => api.paths['/'].post;

/** Each changes the sample in one way. */
export const apiChangeCases: readonly ApiChangeCase[] = [
  { name: 'nothing', change: () => {}, expected: [] },
  {
    name: 'texts and examples only',
    change: (api) => {
      api.info.description = 'Takes orders';
      create(api).summary = 'Order';
      create(api).requestBody.content['application/json'].example = { item: 'ink' };
      order(api).properties.item.description = 'What';
      order(api).properties.item.examples = ['pen'];
    },
    expected: [],
  },
  {
    name: 'property narrowed in a part of allOf, where the schema has it, too',
    change: (api) => (api.components.schemas.Base.properties.item = { type: 'string', maxLength: 50 }),
    expected: post('breaking'),
    otherwise: 'It tells of a new property. Whoever sent 51 to 100 characters is refused now.',
  },
  {
    name: 'property in a part of allOf, less narrow than where the schema has it, too',
    change: (api) => (api.components.schemas.Base.properties.item = { type: 'string', minLength: 1, maxLength: 500 }),
    expected: [],
    otherwise: 'It tells of a new property. All that is taken was taken before.',
  },
  { name: 'operation removed', change: (api) => delete api.paths['/'].get, expected: ['GET /: removed'] },
  {
    name: 'operation added',
    change: (api) => (api.paths['/{id}'].delete = { responses: { '204': { description: 'Gone' } } }),
    expected: ['DELETE /{id}: added'],
  },
  {
    name: 'path renamed',
    change: (api) => {
      api.paths['/order/{id}'] = api.paths['/{id}'];
      delete api.paths['/{id}'];
    },
    expected: ['GET /order/{id}: added', 'GET /{id}: removed'],
  },
  {
    name: 'path parameter renamed',
    change: (api) => {
      api.paths['/{order}'] = api.paths['/{id}'];
      api.paths['/{order}'].parameters[0].name = 'order';
      delete api.paths['/{id}'];
    },
    expected: ['GET /{order}: compatible'],
    otherwise: 'It says nothing. The reader looks for the path by its new name.',
  },
  {
    name: 'schema moved to another place, the same otherwise',
    change: (api) => {
      api.components.schemas.Renamed = api.components.schemas.Request;
      delete api.components.schemas.Request;
      create(api).requestBody.content['application/json'].schema.$ref = '#/components/schemas/Renamed';
    },
    expected: [],
  },
  {
    name: 'new required parameter',
    change: (api) =>
      create(api).parameters.push({ name: 'shop', in: 'query', required: true, schema: { type: 'string' } }),
    expected: post('breaking'),
  },
  {
    name: 'new optional parameter',
    change: (api) => create(api).parameters.push({ name: 'shop', in: 'query', schema: { type: 'string' } }),
    expected: post('compatible'),
  },
  {
    name: 'parameter became required',
    change: (api) => (api.components.parameters.Limit.required = true),
    expected: ['GET /: breaking'],
  },
  { name: 'parameter removed', change: (api) => delete create(api).parameters, expected: post('breaking') },
  {
    name: 'parameter moved from the query to a header',
    change: (api) => (create(api).parameters[0].in = 'header'),
    expected: post('breaking'),
  },
  {
    name: "parameter's type changed",
    change: (api) => (create(api).parameters[0].schema.type = 'integer'),
    expected: post('breaking'),
  },
  {
    name: "parameter's maximum lowered",
    change: (api) => (api.components.parameters.Limit.schema.maximum = 50),
    expected: ['GET /: breaking'],
  },
  {
    name: "parameter's maximum raised",
    change: (api) => (api.components.parameters.Limit.schema.maximum = 500),
    expected: ['GET /: compatible'],
  },
  {
    name: 'request body became required',
    change: (api) => (create(api).requestBody.required = true),
    expected: post('breaking'),
  },
  {
    name: "request body's media type replaced",
    change: (api) => {
      const { content } = create(api).requestBody;
      content['application/xml'] = content['application/json'];
      delete content['application/json'];
    },
    expected: post('breaking'),
  },
  {
    name: 'new media type in the request',
    change: (api) => (create(api).requestBody.content['application/xml'] = { schema: { type: 'object' } }),
    expected: post('compatible'),
  },
  {
    name: 'new required property in the request',
    change: (api) => {
      request(api).properties.shop = { type: 'string' };
      request(api).required.push('shop');
    },
    expected: post('breaking'),
  },
  {
    name: 'new optional property in the request',
    change: (api) => (request(api).properties.gift = { type: 'boolean' }),
    expected: post('compatible'),
  },
  {
    name: 'property of the request became required',
    change: (api) => request(api).required.push('size'),
    expected: post('breaking'),
  },
  {
    name: 'property of the request became optional',
    change: (api) => (request(api).required = []),
    expected: post('compatible'),
  },
  {
    name: 'property of the request removed',
    change: (api) => delete request(api).properties.quantity,
    expected: post('breaking'),
  },
  {
    name: "request property's type changed",
    change: (api) => (request(api).properties.item.type = 'integer'),
    expected: post('breaking'),
  },
  {
    name: "request property's type widened",
    change: (api) => (request(api).properties.quantity.type = 'number'),
    expected: post('compatible'),
  },
  {
    name: 'null no longer taken',
    change: (api) => (request(api).properties.note.type = 'string'),
    expected: post('breaking'),
  },
  {
    name: 'enum value removed in the request',
    change: (api) => request(api).properties.size.enum.pop(),
    expected: post('breaking'),
  },
  {
    name: 'enum value added in the request',
    change: (api) => request(api).properties.size.enum.push('huge'),
    expected: post('compatible'),
  },
  {
    name: 'longest text of the request lowered',
    change: (api) => (request(api).properties.item.maxLength = 50),
    expected: post('breaking'),
  },
  {
    name: 'pattern added in the request',
    change: (api) => (request(api).properties.item.pattern = '^a'),
    expected: post('breaking'),
  },
  {
    name: 'response property removed, an optional one',
    change: (api) => delete order(api).properties.total,
    expected: readers('compatible'),
  },
  {
    name: 'response property removed, a required one',
    change: (api) => {
      delete order(api).properties.item;
      order(api).required = ['id'];
    },
    expected: readers('breaking'),
  },
  {
    name: 'response property added',
    change: (api) => (order(api).properties.currency = { type: 'string' }),
    expected: readers('compatible'),
  },
  {
    name: 'response property became optional',
    change: (api) => (order(api).required = ['id']),
    expected: readers('breaking'),
  },
  {
    name: 'response property became required',
    change: (api) => order(api).required.push('total'),
    expected: readers('compatible'),
  },
  {
    name: "response property's type changed",
    change: (api) => (order(api).properties.total.type = 'string'),
    expected: readers('breaking'),
  },
  {
    name: "response property's type widened",
    change: (api) => (order(api).properties.total.type = 'number'),
    expected: readers('breaking'),
  },
  {
    name: 'response property became nullable',
    change: (api) => (order(api).properties.item.type = ['string', 'null']),
    expected: readers('breaking'),
  },
  {
    name: 'enum value added in the response',
    change: (api) => order(api).properties.state.enum.push('lost'),
    expected: readers('breaking'),
  },
  {
    name: 'enum value removed in the response',
    change: (api) => order(api).properties.state.enum.pop(),
    expected: readers('compatible'),
  },
  {
    name: 'least value of the response lowered',
    change: (api) => (order(api).properties.total.minimum = -5),
    expected: readers('breaking'),
  },
  {
    name: 'format dropped in the response',
    change: (api) => delete order(api).properties.id.format,
    expected: readers('breaking'),
  },
  {
    name: 'response of success removed',
    change: (api) => delete create(api).responses['202'],
    expected: post('breaking'),
  },
  {
    name: 'response of failure removed',
    change: (api) => delete create(api).responses['422'],
    expected: post('compatible'),
  },
  {
    name: 'response added',
    change: (api) => (create(api).responses['409'] = { description: 'Twice' }),
    expected: post('compatible'),
  },
  {
    name: "response's media type removed",
    change: (api) => delete create(api).responses['201'].content,
    expected: post('breaking'),
  },
  {
    name: 'response header removed',
    change: (api) => delete create(api).responses['201'].headers,
    expected: post('breaking'),
  },
  {
    name: 'security added to an operation',
    change: (api) => (create(api).security = [{ key: [] }]),
    expected: post('breaking'),
  },
  {
    name: 'security added to all',
    change: (api) => (api.security = [{ key: [] }]),
    expected: readers('breaking'),
  },
  {
    name: 'pattern changed in the request',
    change: (api) => (request(api).properties.code.pattern = '^[A-Z]+$'),
    expected: post('breaking'),
  },
  {
    name: 'pattern changed in the response',
    change: (api) => (order(api).properties.code.pattern = '^[A-Z]+$'),
    expected: readers('breaking'),
  },
  {
    name: 'pattern dropped in the response',
    change: (api) => delete order(api).properties.code.pattern,
    expected: readers('breaking'),
  },
  { name: 'request body removed', change: (api) => delete create(api).requestBody, expected: post('breaking') },
  {
    name: 'optional request body added',
    change: (api) => (api.paths['/'].get.requestBody = { content: { 'text/plain': { schema: { type: 'string' } } } }),
    expected: ['GET /: compatible'],
  },
  {
    name: 'default of a property set',
    change: (api) => (request(api).properties.quantity.default = 5),
    expected: post('compatible'),
  },
  {
    name: 'default of a parameter changed',
    change: (api) => (api.components.parameters.Limit.schema.default = 50),
    expected: ['GET /: compatible'],
  },
  {
    name: 'default in the response changed',
    change: (api) => (order(api).properties.total.default = 1),
    expected: readers('compatible'),
  },
  {
    name: 'exclusive bound added in the request',
    change: (api) => (request(api).properties.quantity.exclusiveMinimum = 0),
    expected: post('breaking'),
  },
  {
    name: 'constant instead of a type in the response',
    change: (api) => (order(api).properties.item.const = 'pen'),
    expected: readers('compatible'),
  },
  {
    name: 'no other properties in the request',
    change: (api) => (request(api).additionalProperties = false),
    expected: post('breaking'),
    otherwise: 'It says nothing. Whoever sent one more is refused now.',
  },
  {
    name: 'array of the response bounded',
    change: (api) => (order(api).properties.parts.maxItems = 5),
    expected: readers('compatible'),
  },
  {
    name: 'alternative removed in the request',
    change: (api) => request(api).properties.pay.oneOf.pop(),
    expected: post('breaking'),
  },
  {
    name: 'alternative added in the request',
    change: (api) => request(api).properties.pay.oneOf.push({ $ref: '#/components/schemas/Problem' }),
    expected: post('compatible'),
  },
  {
    name: 'alternative added in the response',
    change: (api) => order(api).properties.pay.oneOf.push({ $ref: '#/components/schemas/Problem' }),
    expected: readers('breaking'),
  },
  {
    name: 'alternative removed in the response',
    change: (api) => order(api).properties.pay.oneOf.pop(),
    expected: readers('compatible'),
  },
  {
    name: 'deep in an alternative: property became required in the request',
    change: (api) => (api.components.schemas.Card.required = ['card']),
    expected: ['GET /: compatible', 'GET /{id}: compatible', 'POST /: breaking'],
  },
  {
    name: 'property put together by allOf removed in the request',
    change: (api) => delete api.components.schemas.Base.properties.shop,
    expected: post('breaking'),
  },
  {
    name: 'property moved out of allOf',
    change: (api) => {
      request(api).properties.shop = api.components.schemas.Base.properties.shop;
      request(api).allOf = [];
    },
    expected: [],
    otherwise: 'It tells two compatible changes. Nothing that is sent or taken changed.',
  },
  {
    name: 'security taken away',
    change: (api) => (api.paths['/keys'].get.security = []),
    expected: ['GET /keys: compatible'],
  },
  {
    name: 'another way to sign in',
    change: (api) => api.paths['/keys'].get.security.push({ other: [] }),
    expected: ['GET /keys: compatible'],
  },
  {
    name: 'both ways to sign in at once',
    change: (api) => (api.paths['/keys'].get.security[0].other = []),
    expected: ['GET /keys: breaking'],
  },
  {
    name: 'read-only property added to the request, as required',
    change: (api) => {
      request(api).properties.made = { type: 'string', readOnly: true };
      request(api).required.push('made');
    },
    expected: [],
  },
  { name: 'operation deprecated', change: (api) => (create(api).deprecated = true), expected: post('compatible') },
];
