import type { ApiCall, ApiResult } from './api-call.ts';
import { isPassing } from './is-passing.ts';
import { judgeBy, type Verdict } from './judge-answer.ts';

const json = 'application/json; charset=utf-8';

interface Case {
  readonly openapi?: string;
  readonly schema?: unknown;
  readonly schemas?: Record<string, unknown>;
  readonly responses?: Record<string, unknown>;
  readonly needsLogin?: boolean;
  readonly result: ApiResult;
}

async function judged({ openapi = '3.1.0', schema, schemas = {}, responses, ...more }: Case): Promise<string> {
  const content = { 'application/json': schema === undefined ? {} : { schema } };
  const call: ApiCall = {
    ...{ name: 'GET /', path: '/', headers: {}, needsLogin: more.needsLogin ?? false },
    responses: responses ?? { 200: { description: 'x', content } },
  };
  const judge = await judgeBy({ openapi, paths: {}, components: { schemas } });
  return textOf(judge(call, more.result));
}

function textOf(verdict: Verdict): string {
  if (verdict.kind === 'differs') return verdict.differences.join('; ');
  return verdict.kind === 'unknown' ? `? ${verdict.reason}` : verdict.kind;
}

const answer = (value: unknown, status = 200): ApiResult => ({
  ...{ status, contentType: json },
  body: JSON.stringify(value),
});
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

describe('judgeBy', () => {
  it.each([
    ['200', 200],
    ['2XX', 204],
    ['4xx', 429],
    ['default', 500],
  ])('finds an answer that is described as %s', async (key, status) => {
    expect(await judged({ responses: { [key]: { description: 'x' } }, result: { status } })).toBe('as-described');
  });

  it.each([
    ['another status', { result: { status: 500 } }, 'answered 500; described: 200'],
    ['no status', { responses: {}, result: { status: 302 } }, 'answered 302; described: nothing'],
    [
      'another media type',
      { result: { status: 200, contentType: 'text/html' } },
      'answered 200 with text/html; described: application/json',
    ],
    ['no body', { result: { status: 200 } }, 'answered 200 with no media type; described: application/json'],
    [
      'no JSON',
      { schema: {}, result: { status: 200, contentType: json, body: '<html>' } },
      'answered 200 with a body that is not JSON',
    ],
    ['no answer', { result: { reason: 'ECONNRESET', isConnected: true } }, 'gave no answer: ECONNRESET'],
  ])('tells %s', async (_, given, expected) => {
    expect(await judged(given)).toBe(expected);
  });

  it.each([
    ['a field that lacks', object({}, { required: ['id'] }), {}, 'answered 200: the body lacks "id"'],
    [
      'a wrong type deep inside, without its value',
      object({ orders: { type: 'array', items: { $ref: '#/components/schemas/Order' } } }),
      { orders: [{ id: 'secret' }] },
      'answered 200: /orders/0/id must be integer',
    ],
    [
      'a field that is not described',
      object({}, { additionalProperties: false }),
      { token: 'secret' },
      'answered 200: the body has "token", which is not described',
    ],
    ['another value', { enum: ['a'] }, 'secret', 'answered 200: the body is none of the described values'],
    ['a wrong format', { type: 'string', format: 'date' }, 'secret', 'answered 200: the body must match format "date"'],
  ])('tells %s', async (_, schema, value, expected) => {
    const schemas = { Order: object({ id: { type: 'integer' } }) };
    const told = await judged({ schema, schemas, result: answer(value) });
    expect(told).toBe(expected);
    expect(told).not.toContain('secret');
  });

  it.each([
    ['3.0.3', { type: 'string', nullable: true }, null, true],
    ['3.0.3', { nullable: true, allOf: [{ $ref: '#/components/schemas/Order' }] }, null, true],
    ['3.0.3', { type: 'string', enum: ['a'], nullable: true }, null, true],
    ['3.0.3', { type: 'string', enum: ['a'], nullable: true }, 'b', false],
    ['3.0.3', { type: 'string' }, null, false],
    ['3.0.3', { type: 'integer', minimum: 1, exclusiveMinimum: true }, 1, false],
    ['3.0.3', { type: 'integer', minimum: 1, exclusiveMinimum: false }, 1, true],
    ['3.0.3', { type: 'integer', maximum: 1, exclusiveMaximum: true }, 1, false],
    ['3.0.3', object({ a: { type: 'array', items: { type: 'string', nullable: true } } }), { a: [null] }, true],
    ['3.1.0', { type: ['string', 'null'] }, null, true],
    ['3.1.0', { exclusiveMinimum: 1 }, 1, false],
    ['3.1.0', { $ref: '#/components/schemas/Order', required: ['note'] }, { id: 1 }, false],
  ])('reads schemas of %s: %j', async (openapi, schema, value, isValid) => {
    const schemas = { Order: object({ id: { type: 'integer' } }) };
    const told = await judged({ openapi, schema, schemas, result: answer(value) });
    expect(told === 'as-described').toBe(isValid);
  });

  it('does not want what only requests have', async () => {
    const schema = object({ password: { type: 'string', writeOnly: true } }, { required: ['id', 'password'] });
    expect(await judged({ schema, result: answer({ id: 1 }) })).toBe('as-described');
    expect(await judged({ schema, result: answer({}) })).toBe('answered 200: the body lacks "id"');
  });

  it.each([
    ['a vendor type', { 'application/problem+json': {} }, 'application/problem+json'],
    ['any type of a kind', { 'image/*': {} }, 'image/png'],
    ['any type', { '*/*': {} }, 'text/plain'],
  ])('knows %s', async (_, content, contentType) => {
    const responses = { 200: { description: 'x', content } };
    expect(await judged({ responses, result: { status: 200, contentType } })).toBe('as-described');
  });

  it.each([
    ['a large body', { schema: {}, result: { status: 200, contentType: json, isCut: true } }, '? its body is larger'],
    [
      'a schema that cannot be used',
      { schema: { $ref: '#/components/schemas/None' }, result: answer(1) },
      "? the schema of its body cannot be used: can't resolve reference",
    ],
    ['a login', { needsLogin: true, result: { status: 403 } }, '? it wants a login (403)'],
    ['a key', { result: { status: 401, challenge: 'AzureApiManagementKey realm="x"' } }, 'closed'],
  ])('says what cannot be judged: %s', async (_, given, expected) => {
    expect(await judged(given)).toContain(expected);
  });

  it('takes a 401 of the service for what it is', async () => {
    const result = { status: 401, challenge: 'Bearer' };
    expect(await judged({ result })).toBe('answered 401; described: 200');
    expect(await judged({ responses: { 401: {} }, result })).toBe('as-described');
  });
});

describe('isPassing', () => {
  const differs: Verdict = { kind: 'differs', differences: [] };
  const good: Verdict = { kind: 'as-described' };
  const unknownToDoor = '{ "statusCode": 404, "message": "Resource not found" }';

  it.each([
    ['no answer', { reason: 'ECONNRESET', isConnected: true }, differs, true],
    ['a 404 that is not described', { status: 404 }, differs, true],
    ['a 404 that is described', { status: 404, body: '{"title":"no-such-order"}' }, good, false],
    ["the door's 404 though one is described", { status: 404, body: unknownToDoor }, good, true],
    ['too many requests', { status: 429 }, differs, true],
    ['nobody behind the door', { status: 503 }, differs, true],
    ['an error of the service', { status: 500 }, differs, false],
    ['a good answer', { status: 200 }, good, false],
    ['a key that is not known', { status: 401 }, { kind: 'closed' }, true],
  ] as const)('knows whether another answer may come by itself: %s', (_, result, verdict, expected) => {
    expect(isPassing(result, verdict, true)).toBe(expected);
  });

  it('does not wait for a door that wants a key where there is none', () => {
    expect(isPassing({ status: 401 }, { kind: 'closed' }, false)).toBe(false);
  });
});
