import { ArmError } from './arm-error.ts';
import { at, idOf, type SimulatedClient } from '../simulated-client.ts';
import { withOrders } from '../with-orders.ts';

let client: SimulatedClient;

withOrders((started) => (client = started));

const management = () => client.simulator.management;

describe('entity tags (8.9)', () => {
  const patch = (ifMatch: string) =>
    client.sdk().api.update(...at, 'orders', ifMatch, { serviceUrl: 'https://b.example' });

  it('are on answers, and permit a change of that very state', async () => {
    const { eTag = '' } = await client.sdk().api.getEntityTag(...at, 'orders');
    expect((await client.sdk().api.get(...at, 'orders')).eTag).toBe(eTag);
    const changed = await patch(eTag);
    expect(changed.eTag).not.toBe(eTag);
    await expect(patch(eTag)).rejects.toMatchObject({ statusCode: 412, code: 'PreconditionFailed' });
    await patch('*');
  });

  it('are heeded by PUT where they are given, and by DELETE', async () => {
    const put = (ifMatch?: string) =>
      client.sdk().product.createOrUpdate(...at, 'shop', { displayName: 'Shop' }, { ifMatch });
    await expect(put('*')).rejects.toMatchObject({ statusCode: 412 });
    const { eTag = '' } = await put();
    await put(eTag);
    await expect(put(eTag)).rejects.toMatchObject({ statusCode: 412 });
    await expect(client.sdk().product.delete(...at, 'shop', eTag)).rejects.toMatchObject({ statusCode: 412 });
    await client.sdk().product.delete(...at, 'shop', '*');
  });
});

describe('access (8.20)', () => {
  it.each([
    { name: 'an unknown token', token: 'nobodys', code: 'InvalidAuthenticationToken' },
    { name: 'a token that ran out', token: 'old', code: 'ExpiredAuthenticationToken' },
  ])('refuses $name with 401', async ({ token, code }) => {
    management().access.principals.set('old', { actions: ['*'], isExpired: true });
    await expect(client.sdk({ token }).api.get(...at, 'orders')).rejects.toMatchObject({ statusCode: 401, code });
  });

  it('refuses a request without a token', async () => {
    expect(await client.raw('GET', 'apis', undefined, { authorization: '' })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringContaining('Bearer') },
    });
  });

  it('permits what a role has, and refuses the rest with 403', async () => {
    const service = 'Microsoft.ApiManagement/service';
    const actions = [`${service}/*/read`, `${service}/apis/*`, `${service}/products/apis/*`];
    management().access.principals.set('deployer', { actions });
    await client.sdk().product.createOrUpdate(...at, 'shop', { displayName: 'Shop' });
    const deployer = client.sdk({ token: 'deployer' });
    await deployer.api.beginCreateOrUpdateAndWait(
      ...at,
      'orders;rev=20261124-2',
      { path: 'orders', sourceApiId: idOf('apis/orders') },
      { updateIntervalInMs: 5 },
    );
    await deployer.productApi.createOrUpdate(...at, 'shop', 'orders');
    const message = expect.stringContaining(`'${service}/products/write'`);
    await expect(deployer.product.createOrUpdate(...at, 'own', { displayName: 'Own' })).rejects.toMatchObject({
      statusCode: 403,
      code: 'AuthorizationFailed',
      message,
    });
    await expect(deployer.subscription.listSecrets(...at, 'master')).rejects.toMatchObject({ statusCode: 403 });
  });
});

describe('the instance (8.20)', () => {
  it('describes itself', async () => {
    expect(await client.sdk().apiManagementService.get(...at)).toMatchObject({
      provisioningState: 'Succeeded',
      gatewayUrl: client.simulator.gatewayUrl,
      sku: { name: 'Developer' },
    });
  });

  it.each([
    { name: 'another name', where: ['shop', 'others'] as const, code: 'ResourceNotFound' },
    { name: 'another group', where: ['others', 'shop-apim'] as const, code: 'ResourceGroupNotFound' },
  ])('is not found at $name', async ({ where: [group, name], code }) => {
    await expect(client.sdk().apiManagementService.get(group, name)).rejects.toMatchObject({ statusCode: 404, code });
  });

  it('is not found in another subscription', async () => {
    const elsewhere = client.sdk({ subscriptionId: '33333333-3333-3333-3333-333333333333' });
    await expect(elsewhere.api.get(...at, 'orders')).rejects.toMatchObject({
      statusCode: 404,
      code: 'SubscriptionNotFound',
    });
  });

  it('takes no changes while Azure changes it', async () => {
    client.simulator.instance.provisioningState = 'Updating';
    expect(await client.sdk().apiManagementService.get(...at)).toMatchObject({ provisioningState: 'Updating' });
    await expect(client.release('20261124-1')).rejects.toMatchObject({ statusCode: 409 });
    expect(await client.sdk().api.get(...at, 'orders')).toMatchObject({ name: 'orders' });
  });
});

describe('throttling (8.12)', () => {
  it('limits writes, says how many remain, and when to come again', async () => {
    Object.assign(management().throttle, { capacity: 3, refillPerSecond: 0.1 });
    const write = () => client.raw('PUT', 'products/shop', { properties: { displayName: 'Shop' } });
    expect((await write()).headers).toHaveProperty('x-ms-ratelimit-remaining-subscription-writes');
    await write();
    await write();
    expect(await write()).toMatchObject({
      status: 429,
      headers: { 'retry-after': '10' },
      body: { error: { code: 'TooManyRequests' } },
    });
    expect(await client.raw('GET', 'products')).toMatchObject({ status: 200 });
  });

  it('can come in the middle of a poll; the SDK waits for as long as it was asked to', async () => {
    management().faults.throttleNext(/^POLL PUT apis/, 1);
    const sdk = client.sdk({ maxRetries: 1 });
    const start = performance.now();
    await sdk.api.beginCreateOrUpdateAndWait(
      ...at,
      'orders;rev=20261124-2',
      { path: 'orders', sourceApiId: idOf('apis/orders') },
      { updateIntervalInMs: 5 },
    );
    expect(performance.now() - start).toBeGreaterThan(900);
  });
});

describe('faults', () => {
  it('refuse the next request that matches, once, and carry nothing out', async () => {
    management().faults.failNext(
      /^PUT apis\/orders\/releases/,
      new ArmError(422, 'ManagementApiRequestFailed', 'Failed to connect to management endpoint'),
    );
    await client.stage('20261124-2');
    await expect(client.release('20261124-2')).rejects.toMatchObject({
      statusCode: 422,
      code: 'ManagementApiRequestFailed',
    });
    expect(await client.sdk().api.get(...at, 'orders')).toMatchObject({ apiRevision: '20261124-1' });
    await client.release('20261124-2');
  });

  it('lose the connection after a write was carried out (8.21)', async () => {
    await client.stage('20261124-2');
    management().faults.loseNextAnswer(/^PUT apis\/orders\/releases/);
    await expect(client.release('20261124-2')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await client.sdk().api.get(...at, 'orders')).toMatchObject({ apiRevision: '20261124-2' });
  });

  it('lose the answer to a request that goes on, which the SDK repeats into the lock', async () => {
    management().timing.operationMs = 1000;
    management().faults.loseNextAnswer(/^PUT apis/);
    const put = client.sdk({ maxRetries: 1 }).api.beginCreateOrUpdateAndWait(...at, 'orders;rev=20261124-2', {
      path: 'orders',
      sourceApiId: idOf('apis/orders'),
    });
    await expect(put).rejects.toMatchObject({ statusCode: 409 });
  });

  it('let nothing through any more after a chosen answer, until that ends', async () => {
    const { simulator } = client;
    simulator.afterAnswer = (line) => {
      if (line.startsWith('PATCH')) simulator.isCutOff = true;
    };
    const change = (serviceUrl: string) => client.sdk().api.update(...at, 'orders', '*', { serviceUrl });
    await change('https://b.example');
    await expect(change('https://c.example')).rejects.toMatchObject({ code: 'ECONNRESET' });
    simulator.isCutOff = false;
    expect(await client.sdk().api.get(...at, 'orders')).toMatchObject({ serviceUrl: 'https://b.example' });
  });
});
