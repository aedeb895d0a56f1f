import { InMemoryApiCaller, type Served } from '../../../../twins/src/in-memory-api-caller.ts';
import { interruption } from '../../model/errors/interruption.ts';
import { Failure, Refusal, type ProductError } from '../../model/errors/product-error.ts';
import { SubscriptionKey } from '../../model/facade/checking/subscription-key.ts';
import { ApiId, ApiRevision } from '../../model/facade/identifiers.ts';
import { checkRevision, type CheckRequest } from './check-revision.ts';

const orders = ApiId.parse('orders')!;
const revision = ApiRevision.parse('20261124-2')!;
const door = 'https://shop-apim.example/orders;rev=20261124-2';
const described = (schema: unknown) => ({
  200: { description: 'x', content: { 'application/json': { schema } } },
});
const document = {
  openapi: '3.1.0',
  paths: {
    '/': { get: { operationId: 'list', responses: described({ type: 'array' }) } },
    '/newest': { get: { operationId: 'newest', responses: described({ type: 'object', required: ['id'] }) } },
    '/{id}': {
      get: {
        operationId: 'one',
        parameters: [{ name: 'id', in: 'path', required: true }],
        responses: { 200: { description: 'x' } },
      },
    },
  },
};
const json = (value: unknown, status = 200): Served => ({
  ...{ status, headers: { 'content-type': 'application/json' } },
  body: JSON.stringify(value),
});
const closed: Served = { status: 401, headers: { 'www-authenticate': 'AzureApiManagementKey realm="x"' } };
const unknownToDoor = json({ statusCode: 404, message: 'Resource not found' }, 404);

let caller: InMemoryApiCaller;
let lines: string[];
let needsKey: boolean;

beforeEach(() => {
  caller = new InMemoryApiCaller();
  caller.serve(`${door}/`, json([]));
  caller.serve(`${door}/newest`, json({ id: 1 }));
  lines = [];
  needsKey = true;
});

const ports = {
  facade: {
    instance: 'shop-apim',
    entrance: async () => ({ url: door, needsKey, keyHeader: 'Ocp-Apim-Subscription-Key' }),
  },
  reporter: {
    step: (line: string) => void lines.push(line),
    detail: (line: string) => void lines.push(`detail: ${line}`),
    warn: (line: string) => void lines.push(`warning: ${line}`),
  },
};
const withKey = { variable: 'CHECK_KEY', key: SubscriptionKey.parse('8f3a21') };

const check = (
  changes: Partial<CheckRequest> = {},
  more: { signal?: AbortSignal; facade?: typeof ports.facade } = {},
) =>
  checkRevision(
    {
      ...{ api: orders, description: { document }, file: 'apps/orders/openapi.yaml', direction: 'forward' },
      ...{ key: withKey, ...changes },
    },
    { ...ports, caller, ...more },
  )(revision);

async function thrownBy(action: Promise<unknown>): Promise<ProductError> {
  const thrown: unknown = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Failure);
  return thrown as ProductError;
}

describe('checkRevision', () => {
  it('calls what the description says how to call, with the key, and says how much that was', async () => {
    await check();
    expect(caller.seen.map(({ url, headers }) => [url, headers['Ocp-Apim-Subscription-Key']])).toEqual([
      [`${door}/`, '8f3a21'],
      [`${door}/newest`, '8f3a21'],
    ]);
    expect(lines).toEqual([
      'detail: not called: GET /{id} (id has no example)',
      'checked 2 of 3 GETs of orders;rev=20261124-2 through shop-apim',
    ]);
  });

  it('shows its key to nobody who needs none', async () => {
    needsKey = false;
    await check();
    expect(caller.seen.map(({ headers }) => headers)).toEqual([{}, {}]);
  });

  it('fails naming operations, statuses and what differs, and nothing of the answers', async () => {
    caller.serve(`${door}/`, json({ card: '4711' }));
    caller.serve(`${door}/newest`, json({ title: 'broken' }, 500));
    const { facts, exitCode } = await thrownBy(check());
    expect(facts).toMatchObject({
      type: 'api-differs',
      doing: 'check orders;rev=20261124-2 at shop-apim',
      reason: '2 of 2 GETs do not answer as apps/orders/openapi.yaml describes.',
      evidence: ['GET / answered 200: the body must be array', 'GET /newest answered 500; described: 200'],
    });
    expect(exitCode).toBe(1);
    expect(JSON.stringify([facts, lines])).not.toMatch(/4711|8f3a21/);
  });

  it('tells what differs, and stops nothing, when it goes back', async () => {
    caller.serve(`${door}/newest`, json({}, 500));
    await check({ direction: 'back' });
    expect(lines).toContain('warning: GET /newest answered 500; described: 200');
    expect(lines.at(-1)).toBe('checked 1 of 3 GETs of orders;rev=20261124-2 through shop-apim');
  });

  it('waits until all of the door knows the revision, and says so', async () => {
    caller.serve(`${door}/`, unknownToDoor, json([]));
    caller.serve(`${door}/newest`, closed, unknownToDoor, json({ id: 1 }));
    await check();
    expect(lines.at(-1)).toBe('checked 2 of 3 GETs of orders;rev=20261124-2 through shop-apim');
    expect(lines).toContain('waiting for shop-apim: not all of it knows the revision yet');
  });

  it('fails when the door never knows an operation', async () => {
    caller.serve(`${door}/newest`, unknownToDoor);
    const { facts } = await thrownBy(check());
    expect(facts.evidence).toEqual(['GET /newest answered 404; described: 200']);
  });

  it.each([
    [
      'no key is named',
      { variable: undefined, key: undefined },
      'wants a key. Name an environment variable that holds one as `keyVariable` in `facade` of the environment',
    ],
    [
      'the variable is empty',
      { variable: 'CHECK_KEY', key: undefined },
      'wants a key, and the environment variable CHECK_KEY holds none',
    ],
    ['another key is wanted', withKey, 'does not accept the key in CHECK_KEY for it'],
  ])('warns of what it could not check when %s', async (_, key, expected) => {
    caller.serve(`${door}/newest`, closed);
    await check({ key });
    expect(lines.slice(-2)).toEqual([
      `warning: could not check 1 of 2 GETs of orders;rev=20261124-2: shop-apim ${expected}`,
      'checked 1 of 3 GETs of orders;rev=20261124-2 through shop-apim',
    ]);
  });

  it('warns when nobody is reached, after one attempt', async () => {
    caller.served.clear();
    await check();
    expect(lines).toEqual([
      'waiting for shop-apim: it does not answer (ECONNREFUSED)',
      'detail: not called: GET /{id} (id has no example)',
      'warning: could not check orders;rev=20261124-2: shop-apim is not reached from this machine (ECONNREFUSED)',
    ]);
  });

  it('has nothing to do without a GET', async () => {
    await check({ description: { document: { openapi: '3.1.0', paths: {} } } });
    expect(lines).toEqual(['nothing to check: orders;rev=20261124-2 has no GET']);
  });

  it('names a few of many, and how many more there are', async () => {
    const get = { operationId: 'x', responses: {} };
    const names = Array.from({ length: 25 }, (_, index) => `/${index}`);
    for (const name of names) caller.serve(`${door}${name}`, json({}));
    const paths = Object.fromEntries(names.map((name) => [name, { get }]));
    const { facts } = await thrownBy(check({ description: { document: { openapi: '3.1.0', paths } } }));
    expect(facts.evidence).toHaveLength(21);
    expect(facts.evidence!.at(-1)).toBe('and 5 more');
  });

  it('stops when it is asked to', async () => {
    const reason = interruption('SIGTERM');
    await expect(check({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('is not refused when the address cannot be read: by now the code is there', async () => {
    const refusal = { type: 'facade-unreachable', doing: 'x', reason: 'Gone.', remedy: 'Again.' } as const;
    const entrance = () => Promise.reject(new Refusal(refusal));
    const error = await thrownBy(check({}, { facade: { ...ports.facade, entrance } }));
    expect(error.facts).toMatchObject(refusal);
  });
});
