import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { at, idOf, SimulatedClient } from '../simulated-client.ts';

/** A real backend, which answers with what it was asked. */
class Backend {
  readonly server: Server;

  constructor(name: string) {
    this.server = createServer(
      (request, response) =>
        void text(request).then((body) => {
          const { method, url, headers } = request;
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ name, method, url, headers, body }));
        }),
    );
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

let client: SimulatedClient;
let backends: Record<'old' | 'new', Backend>;

beforeEach(async () => {
  backends = { old: new Backend('old'), new: new Backend('new') };
  for (const each of Object.values(backends)) await each.listen();
  client = await SimulatedClient.start();
  await client.putOrders({ serviceUrl: backends.old.url, subscriptionRequired: false });
  await client.propagated();
});

afterEach(async () => {
  const complaints = client.takeComplaints();
  await client.stop();
  for (const each of Object.values(backends)) each.close();
  expect(complaints).toEqual([]);
});

const operation = (urlTemplate: string, method = 'GET') => ({
  displayName: `${method} ${urlTemplate}`,
  method,
  urlTemplate,
  templateParameters: [...urlTemplate.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({ name, type: 'string' })),
});

/** Makes an API with operations by their templates. */
async function putApi(id: string, parameters: object, templates: readonly string[]) {
  await client.putApi(id, {
    path: id,
    displayName: id,
    serviceUrl: backends.new.url,
    subscriptionRequired: false,
    ...parameters,
  });
  for (const [index, template] of templates.entries())
    await client.sdk().apiOperation.createOrUpdate(...at, id, `o${index}`, operation(template));
  await client.propagated();
}

describe('forwarding', () => {
  it('removes the path of the API, and keeps the rest, the query and the headers', async () => {
    const answer = await client.call('/orders/orders/a%20b?page=2', { headers: { traceparent: 't' } });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        name: 'old',
        method: 'GET',
        url: '/orders/a%20b?page=2',
        headers: { traceparent: 't', host: new URL(backends.old.url).host, 'x-forwarded-for': '127.0.0.1' },
      },
    });
  });

  it('keeps a path in the address of the backend', async () => {
    await putApi('a', { serviceUrl: `${backends.new.url}/base/` }, ['/', '/x']);
    expect(await client.call('/a/x')).toMatchObject({ body: { url: '/base/x' } });
    expect(await client.call('/a')).toMatchObject({ body: { url: '/base' } });
  });

  it('answers 500 when the backend cannot be reached, or has no address', async () => {
    await putApi('a', { serviceUrl: 'http://127.0.0.1:1' }, ['/x']);
    expect(await client.call('/a/x')).toMatchObject({ status: 500 });
    await putApi('b', { serviceUrl: undefined }, ['/x']);
    expect(await client.call('/b/x')).toMatchObject({ status: 500 });
  });

  it('loses no call when a backend closes idle connections', async () => {
    backends.old.server.keepAliveTimeout = 1;
    const statuses = [];
    for (let count = 0; count < 50; count++) statuses.push((await client.call('/orders/orders')).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

describe('the API of a call (8.22)', () => {
  it.each(['//', '/%', '/orders/%zz', '//other/orders', '/orders/../nowhere'])('is none for %s', async (path) => {
    expect(await client.call(path)).toMatchObject({ status: 404 });
  });

  it('is the one with the longest path', async () => {
    await putApi('orders-items', { path: 'orders/items' }, ['/{id}']);
    expect(await client.call('/orders/items/1')).toMatchObject({ body: { name: 'new', url: '/1' } });
    expect(await client.call('/Orders/orders')).toMatchObject({ body: { name: 'old' } });
    expect(await client.call('/ordersx/orders')).toMatchObject({ status: 404 });
  });

  it('is the fallback for what no other has; an unknown path of a known API is 404', async () => {
    await putApi('fallback', { path: '' }, ['/*']);
    expect(await client.call('/legacy/page?a=b')).toMatchObject({ body: { name: 'new', url: '/legacy/page?a=b' } });
    expect(await client.call('/')).toMatchObject({ body: { name: 'new' } });
    expect(await client.call('/orders/unknown')).toMatchObject({
      status: 404,
      body: { statusCode: 404, message: 'Resource not found' },
    });
    expect(await client.call('/legacy', { method: 'POST' })).toMatchObject({ status: 404 });
  });

  it('can be asked for by a revision after its path, and not elsewhere', async () => {
    await client.stage('20261124-2', { serviceUrl: backends.new.url });
    await client.propagated();
    expect(await client.call('/orders;rev=20261124-2/orders')).toMatchObject({ body: { name: 'new', url: '/orders' } });
    expect(await client.call('/orders%3Brev%3D20261124-2/orders')).toMatchObject({ body: { name: 'new' } });
    expect(await client.call('/orders;rev=20261124-1/orders')).toMatchObject({ body: { name: 'old' } });
    expect(await client.call('/orders/orders')).toMatchObject({ body: { name: 'old' } });
    expect(await client.call('/orders;rev=9/orders')).toMatchObject({ status: 404 });
    expect(await client.call('/orders/orders;rev=20261124-2')).toMatchObject({ status: 404 });
  });

  it('has revisions without a path, too', async () => {
    await putApi('fallback', { path: '', apiRevision: '1' }, ['/*']);
    await client.putApi('fallback;rev=2', {
      path: '',
      sourceApiId: idOf('apis/fallback'),
      serviceUrl: backends.old.url,
    });
    await client.propagated();
    expect(await client.call('/;rev=2/legacy')).toMatchObject({ body: { name: 'old', url: '/legacy' } });
    expect(await client.call('/legacy')).toMatchObject({ body: { name: 'new' } });
  });

  it.each([
    {
      scheme: { versioningScheme: 'Segment' },
      call: () => client.call('/orders/v2/new'),
      wrong: () => client.call('/orders/v3/new'),
      privateUrl: '/orders/v2;rev=1',
    },
    {
      scheme: { versioningScheme: 'Header', versionHeaderName: 'Api-Version' },
      call: () => client.call('/orders/new', { headers: { 'api-version': 'v2' } }),
      wrong: () => client.call('/orders/new', { headers: { 'api-version': 'v3' } }),
      privateUrl: '/orders;rev=1',
    },
    {
      scheme: { versioningScheme: 'Query', versionQueryName: 'v' },
      call: () => client.call('/orders/new?v=v2'),
      wrong: () => client.call('/orders/new?v=v3'),
      privateUrl: '/orders;rev=1',
    },
  ])(
    'is the version that is asked for by $scheme.versioningScheme; without one the original',
    async ({ scheme, call, wrong, privateUrl }) => {
      await client.sdk().apiVersionSet.createOrUpdate(...at, 'orders', { displayName: 'Orders', ...scheme });
      const apiVersionSetId = idOf('apiVersionSets/orders');
      await client.sdk().api.update(...at, 'orders', '*', { apiVersionSetId });
      await putApi('orders-v2', { path: 'orders', apiVersion: 'v2', apiVersionSetId }, ['/new']);
      expect(await call()).toMatchObject({ body: { name: 'new' } });
      expect(await wrong()).toMatchObject({ status: 404 });
      expect(await client.call('/orders/orders')).toMatchObject({ body: { name: 'old' } });
      for await (const revision of client.sdk().apiRevision.listByService(...at, 'orders-v2'))
        expect(revision.privateUrl).toBe(privateUrl);
    },
  );
});

describe('the operation of a call', () => {
  it('is the most literal one', async () => {
    await putApi('a', {}, ['/*', '/{id}', '/known', '/{id}/x']);
    await client.sdk().apiOperationPolicy.createOrUpdate(...at, 'a', 'o2', 'policy', {
      value: '<policies><outbound><set-header name="x"><value>known</value></set-header></outbound></policies>',
    });
    await client.propagated();
    expect((await client.call('/a/known')).headers['x']).toBe('known');
    expect((await client.call('/a/other')).headers['x']).toBeUndefined();
    expect(await client.call('/a/other/deep/down')).toMatchObject({ status: 200 });
  });

  it('needs its required query parameters when these are in the template', async () => {
    const parameters = [{ name: 'q', in: 'query', required: true, schema: { type: 'string' } }];
    const description = {
      openapi: '3.0.3',
      info: { title: 'Search', version: '1' },
      paths: { '/find': { get: { operationId: 'find', parameters, responses: {} } } },
    };
    const imported = { format: 'openapi+json', value: JSON.stringify(description) };
    await putApi('by-template', imported, []);
    await putApi('by-query', { ...imported, translateRequiredQueryParametersConduct: 'query' }, []);
    expect(await client.call('/by-template/find')).toMatchObject({ status: 404 });
    expect(await client.call('/by-template/find?q=1')).toMatchObject({ status: 200 });
    expect(await client.call('/by-query/find')).toMatchObject({ status: 200 });
  });
});

describe('keys (8.22)', () => {
  const subscribe = async (name: string, scope: string, state: 'active' | 'submitted' | 'suspended' = 'active') => {
    await client.sdk().subscription.createOrUpdate(...at, name, { scope, displayName: name, state });
    const { primaryKey = '' } = await client.sdk().subscription.listSecrets(...at, name);
    return primaryKey;
  };

  beforeEach(async () => {
    await client.sdk().product.createOrUpdate(...at, 'shop', { displayName: 'Shop' });
    await client.sdk().product.createOrUpdate(...at, 'other', { displayName: 'Other' });
    await client.sdk().productApi.createOrUpdate(...at, 'shop', 'orders');
    await client.sdk().api.update(...at, 'orders', '*', { subscriptionRequired: true });
    await client.propagated();
  });

  it('are asked for before the backend is', async () => {
    expect(await client.call('/orders/orders')).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringContaining('name="Ocp-Apim-Subscription-Key"') },
      body: { statusCode: 401, message: expect.stringContaining('missing subscription key') },
    });
    expect(await client.call('/orders/orders', { key: 'wrong' })).toMatchObject({
      status: 401,
      body: { message: expect.stringContaining('invalid subscription key') },
    });
    expect(await client.call('/orders;rev=20261124-1/orders')).toMatchObject({ status: 401 });
  });

  it.each([
    { name: 'a product with the API', scope: '/products/shop', status: 200 },
    { name: 'a product without it', scope: '/products/other', status: 401 },
    { name: 'the API', scope: '/apis/orders', status: 200 },
    { name: 'all APIs', scope: '/apis', status: 200 },
  ])('of $name answer $status', async ({ scope, status }) => {
    const key = await subscribe('ada', scope);
    await client.propagated();
    expect(await client.call('/orders/orders', { key })).toMatchObject({ status });
    expect(await client.call(`/orders/orders?subscription-key=${key}`)).toMatchObject({ status });
  });

  it('of another API answer 401', async () => {
    await putApi('a', { subscriptionRequired: true }, ['/x']);
    const key = await subscribe('ada', '/apis/a');
    await client.propagated();
    expect(await client.call('/orders/orders', { key })).toMatchObject({ status: 401 });
    expect(await client.call('/a/x', { key })).toMatchObject({ status: 200 });
  });

  it('with access to all, and secondary ones, answer 200', async () => {
    const { primaryKey, secondaryKey } = await client.sdk().subscription.listSecrets(...at, 'master');
    for (const key of [primaryKey!, secondaryKey!])
      expect(await client.call('/orders/orders', { key })).toMatchObject({ status: 200 });
  });

  it.each(['submitted', 'suspended'] as const)('of a subscription that is %s answer 401', async (state) => {
    const key = await subscribe('ada', '/apis', state);
    await client.propagated();
    expect(await client.call('/orders/orders', { key })).toMatchObject({ status: 401 });
  });

  it('of the header come before those of the query', async () => {
    const key = await subscribe('ada', '/apis');
    await client.propagated();
    expect(await client.call(`/orders/orders?subscription-key=${key}`, { key: 'wrong' })).toMatchObject({
      status: 401,
    });
    expect(await client.call('/orders/orders?subscription-key=wrong', { key })).toMatchObject({ status: 200 });
  });

  it('are not needed when an open product has the API', async () => {
    await client.sdk().product.createOrUpdate(...at, 'open', { displayName: 'Open', subscriptionRequired: false });
    await client.sdk().productApi.createOrUpdate(...at, 'open', 'orders');
    await client.propagated();
    expect(await client.call('/orders/orders')).toMatchObject({ status: 200 });
  });

  it('have the names that the API gives them', async () => {
    const key = await subscribe('ada', '/apis');
    await client
      .sdk()
      .api.update(...at, 'orders', '*', { subscriptionKeyParameterNames: { header: 'X-Key', query: 'key' } });
    await client.propagated();
    expect(await client.call('/orders/orders', { headers: { 'x-key': key } })).toMatchObject({ status: 200 });
    expect(await client.call(`/orders/orders?key=${key}`)).toMatchObject({ status: 200 });
    expect(await client.call('/orders/orders', { key })).toMatchObject({ status: 401 });
  });

  it('are not looked at where no operation is', async () => {
    expect(await client.call('/orders/unknown')).toMatchObject({ status: 404 });
  });
});

describe('policies', () => {
  const revisionHeader =
    '<set-header name="x-revision" exists-action="override">\n<value>@(context.Api.Revision)</value></set-header>';
  const outbound = (statements: string) => ({
    format: 'rawxml',
    value: `<policies><inbound><base /></inbound><outbound>${statements}</outbound></policies>`,
  });

  it('name the revision that answers, by the policy of the whole instance', async () => {
    await client.stage('20261124-2', { serviceUrl: backends.new.url });
    await client.sdk().policy.createOrUpdate(...at, 'policy', outbound(revisionHeader));
    await client.propagated();
    expect(await client.call('/orders/orders')).toMatchObject({ headers: { 'x-revision': '20261124-1' } });
    expect(await client.call('/orders;rev=20261124-2/orders')).toMatchObject({
      headers: { 'x-revision': '20261124-2' },
    });
    await client.sdk().apiPolicy.createOrUpdate(...at, 'orders', 'policy', outbound('<base />'));
    await client.propagated();
    expect(await client.call('/orders/orders')).toMatchObject({ headers: { 'x-revision': '20261124-1' } });
    await client.sdk().apiPolicy.createOrUpdate(...at, 'orders', 'policy', outbound(''));
    await client.propagated();
    expect((await client.call('/orders/orders')).headers).not.toHaveProperty('x-revision');
    expect([...client.simulator.skippedPolicies]).toEqual([]);
  });

  it('are kept and not carried out otherwise, and the simulator says so', async () => {
    const value =
      '<policies><inbound><base /><rate-limit calls="1" renewal-period="60" /></inbound><outbound><set-header name="a"><value>@(DateTime.Now)</value></set-header></outbound></policies>';
    await client.sdk().apiPolicy.createOrUpdate(...at, 'orders', 'policy', { format: 'rawxml', value });
    await client.propagated();
    for (let count = 0; count < 3; count++) expect(await client.call('/orders/orders')).toMatchObject({ status: 200 });
    expect([...client.simulator.skippedPolicies]).toEqual([
      'apis/orders;rev=20261124-1: inbound/rate-limit',
      'apis/orders;rev=20261124-1: outbound/set-header',
    ]);
  });
});

it('mixes old and new for a while after a switch, then answers with the new one alone (8.22)', async () => {
  client.simulator.propagationMs = 1000;
  await client.stage('20261124-2', { serviceUrl: backends.new.url });
  await client.propagated();
  await client.release('20261124-2');
  const start = performance.now();
  const answers: { begun: number; ended: number; name: string }[] = [];
  while (performance.now() - start < 1200) {
    const begun = performance.now() - start;
    const { body } = await client.call('/orders/orders');
    answers.push({ begun, ended: performance.now() - start, name: (body as { name: string }).name });
  }
  const between = (from: number, to: number) =>
    new Set(answers.filter(({ begun, ended }) => begun >= from && ended < to).map(({ name }) => name));
  expect(between(0, 150)).toEqual(new Set(['old']));
  expect(between(350, 900)).toEqual(new Set(['old', 'new']));
  expect(between(1000, 2000)).toEqual(new Set(['new']));
});
