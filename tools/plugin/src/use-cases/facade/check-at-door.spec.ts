import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SimulatedClient, at, idOf } from '../../../../simulators/src/api-management/simulated-client.ts';
import { ownerToken } from '../../../../simulators/src/api-management/management/access.ts';
import { simulatedInstance } from '../../../../simulators/src/api-management/management/management-api.ts';
import { ApiManagementFacade } from '../../adapters/api-management/api-management-facade.ts';
import { HttpsApiCaller } from '../../adapters/http/https-api-caller.ts';
import { Failure } from '../../model/errors/product-error.ts';
import { ApiPath } from '../../model/facade/api-path.ts';
import { SubscriptionKey } from '../../model/facade/checking/subscription-key.ts';
import { readApiDescription } from '../../model/facade/description/api-description.ts';
import { ApiId, ProductId } from '../../model/facade/identifiers.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { checkRevision } from './check-revision.ts';
import { publish } from './publish.ts';
import type { PublishRequest } from './publish-request.ts';
import { ServicePublication } from './service-publication.ts';

/** Real adapters before the simulator, whose gateway forwards to a service of this test. */
let shop: SimulatedClient;
let backend: Server;
let broken: boolean;
let calls: string[];
let lines: string[];
let key: SubscriptionKey;

beforeAll(async () => {
  shop = await SimulatedClient.start();
  Object.assign(shop.simulator.management.timing, { operationMs: 3, lockMs: 3 });
  // Parts of the gateway learn of changes later than others, so that a check always meets ones that know nothing yet.
  shop.simulator.propagationMs = 300;
  backend = createServer(({ url = '' }, response) => {
    calls.push(url);
    response.writeHead(broken ? 500 : 200, { 'content-type': 'application/json' }).end('{"orders":[]}');
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  await shop.sdk().product.createOrUpdate(...at, 'partners', { displayName: 'Partners' });
  const scope = idOf('products/partners');
  await shop.sdk().subscription.createOrUpdate(...at, 'check', { scope, displayName: 'Check', state: 'active' });
  const { primaryKey } = await shop.sdk().subscription.listSecrets(...at, 'check');
  key = SubscriptionKey.parse(primaryKey)!;
});

afterAll(async () => {
  backend.closeAllConnections();
  await Promise.all([shop.stop(), new Promise((resolve) => backend.close(resolve))]);
});

beforeEach(() => {
  [broken, calls, lines] = [false, [], []];
});

afterEach(() => expect(shop.takeComplaints()).toEqual([]));

const reporter = {
  step: (line: string) => void lines.push(line),
  detail: () => {},
  warn: (line: string) => void lines.push(`warning: ${line}`),
};

function facade(): ApiManagementFacade {
  const { subscriptionId: subscription, ...place } = simulatedInstance;
  const limits = { awayMs: 0, busyMs: 4000, operationMs: 4000, answerMs: 4000, pauseMs: 5, spreadMs: 5 };
  return new ApiManagementFacade(
    { kind: 'api-management', subscription, ...place, endpoint: shop.simulator.endpoint },
    {
      limits,
      identity: async () => ({
        getToken: async () => ({ token: ownerToken, expiresOnTimestamp: Date.now() + 3_600_000 }),
      }),
      client: { tlsOptions: { ca: shop.ca } },
    },
  );
}

/** Publishes a revision whose description has an operation of its own, with the check between. */
async function publishChecked(name: string, revision: number, hasKey = true) {
  const api = ApiId.parse(name)!;
  const file = 'apps/orders/openapi.yaml';
  const schema = { type: 'object', required: ['orders'], properties: { orders: { type: 'array' } } };
  const responses = { 200: { description: 'x', content: { 'application/json': { schema } } } };
  const path = `/${revision}`;
  const paths = {
    '/': { get: { operationId: 'list', responses } },
    [path]: { get: { operationId: 'own', responses } },
  };
  const document = { openapi: '3.1.0', info: { title: 'Orders', version: '1' }, paths };
  const read = readApiDescription(file, new Map([[file, JSON.stringify(document)]]));
  if (!('description' in read)) throw new Error('It refers to other files.');
  const { description } = read;
  const door = facade();
  const check = checkRevision(
    { api, description, file, direction: 'forward', key: { variable: 'CHECK_KEY', key: hasKey ? key : undefined } },
    { facade: door, caller: new HttpsApiCaller({ pauseMs: 20 }, shop.ca), reporter },
  );
  const settings = {
    ...{ displayName: name, description: '', path: ApiPath.parse(name)!, needsKey: true },
    serviceUrl: `http://127.0.0.1:${(backend.address() as AddressInfo).port}/${name}`,
  };
  const publication = {
    ...{ api, build: BuildNumber.parse(`20261124-${revision}`)!, commit: `${revision}a2b3c4`, settings },
    ...{ digest: description.digest, products: [ProductId.parse('partners')!] },
  };
  const policies = { api: undefined, operations: new Map(), namedValues: new Map(), fragments: new Map() };
  const request: PublishRequest = {
    ...{ publication, content: { description, policies, notes: '' }, direction: 'forward', recorded: [] },
    situation: { service: name, file, isAllowed: false, environment: { name: 'prod', protected: false } },
    changesSince: async () => ({ state: 'none' }),
  };
  await publish(await ServicePublication.plan([request], door, check), { reporter });
}

const currentOf = async (name: string) => (await shop.sdk().api.get(...at, name)).apiRevision;

describe('a publication that is checked at the door', () => {
  it('calls an API before clients find it, and each revision before it is current', async () => {
    await publishChecked('orders', 1);
    expect(calls.sort()).toEqual(['/orders', '/orders/1']);
    expect(lines).toContain('checked 2 GETs of orders;rev=20261124-1 through shop-apim');
    expect(lines.at(-1)).toBe('changed of orders: path');
    calls = [];
    await publishChecked('orders', 2);
    expect(calls.sort()).toEqual(['/orders', '/orders/2']);
    expect(await currentOf('orders')).toBe('20261124-2');
  });

  it('leaves a revision staged whose answers differ, and goes on with it when they are right', async () => {
    await publishChecked('billing', 1);
    broken = true;
    const error = await publishChecked('billing', 2).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).explain().split('\n')).toEqual([
      'Could not check billing;rev=20261124-2 at shop-apim: 2 of 2 GETs do not answer as apps/orders/openapi.yaml describes.',
      '  hint: Correct the service or its description, then release again. [api-differs]',
      '  GET / answered 500; described: 200',
      '  GET /2 answered 500; described: 200',
    ]);
    expect(await currentOf('billing')).toBe('20261124-1');
    broken = false;
    lines = [];
    await publishChecked('billing', 2);
    // How soon the gateway knows the revision is a matter of time.
    expect(lines.filter((line) => !line.startsWith('waiting'))).toEqual([
      'checked 2 GETs of billing;rev=20261124-2 through shop-apim',
      'clients of billing get revision 20261124-2',
    ]);
  });

  it('publishes, and warns, when it has no key', async () => {
    await publishChecked('parcels', 1, false);
    expect(calls).toEqual([]);
    expect(lines).toContain(
      'warning: could not check 2 of 2 GETs of parcels;rev=20261124-1: shop-apim wants a key, and the environment variable CHECK_KEY holds none',
    );
    expect(await currentOf('parcels')).toBe('20261124-1');
  });
});
