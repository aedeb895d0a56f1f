import { at, idOf, type SimulatedClient } from '../simulated-client.ts';
import { withOrders } from '../with-orders.ts';

let client: SimulatedClient;

withOrders(async (started) => {
  client = started;
  await client.sdk().product.createOrUpdate(...at, 'shop', { displayName: 'Shop', state: 'published' });
});

async function apisOf(product: string) {
  const names = [];
  for await (const { name } of client.sdk().productApi.listByProduct(...at, product)) names.push(name);
  return names;
}

describe('products', () => {
  it('have APIs, each once', async () => {
    await client.sdk().productApi.createOrUpdate(...at, 'shop', 'orders');
    await client.sdk().productApi.createOrUpdate(...at, 'shop', 'orders');
    expect(await apisOf('shop')).toEqual(['orders']);
    await client.sdk().productApi.checkEntityExists(...at, 'shop', 'orders');
    const products = [];
    for await (const { name } of client.sdk().apiProduct.listByApis(...at, 'orders')) products.push(name);
    expect(products).toEqual(['shop']);
    await client.sdk().productApi.delete(...at, 'shop', 'orders');
    await client.sdk().productApi.delete(...at, 'shop', 'orders');
    await expect(client.sdk().productApi.checkEntityExists(...at, 'shop', 'orders')).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  it('are linked to the API when a link names a revision (8.15)', async () => {
    await client.stage('20261124-2');
    await client.sdk().productApi.createOrUpdate(...at, 'shop', 'orders;rev=20261124-2');
    expect(await apisOf('shop')).toEqual(['orders']);
  });

  it.each([
    { name: 'a product that is not there (8.14)', product: 'none', api: 'orders', message: 'Product not found.' },
    { name: 'an API that is not there', product: 'shop', api: 'none', message: 'API not found.' },
  ])('refuse a link with $name', async ({ product, api, message }) => {
    await expect(client.sdk().productApi.createOrUpdate(...at, product, api)).rejects.toMatchObject({
      statusCode: 404,
      message: expect.stringContaining(message),
    });
  });

  it('that are open: an API is in one of them at most', async () => {
    const sdk = client.sdk();
    for (const name of ['open', 'second'])
      await sdk.product.createOrUpdate(...at, name, { displayName: name, subscriptionRequired: false });
    await sdk.productApi.createOrUpdate(...at, 'open', 'orders');
    await expect(sdk.productApi.createOrUpdate(...at, 'second', 'orders')).rejects.toMatchObject({ statusCode: 400 });
    await sdk.productApi.createOrUpdate(...at, 'shop', 'orders');
    await expect(sdk.product.update(...at, 'shop', '*', { subscriptionRequired: false })).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it('lose an API that is deleted', async () => {
    await client.sdk().productApi.createOrUpdate(...at, 'shop', 'orders');
    await client.sdk().api.beginDeleteAndWait(...at, 'orders', '*', { updateIntervalInMs: 5 });
    expect(await apisOf('shop')).toEqual([]);
  });

  it('with subscriptions are deleted with these, or not', async () => {
    await client.sdk().subscription.createOrUpdate(...at, 'ada', { scope: idOf('products/shop'), displayName: 'Ada' });
    await expect(client.sdk().product.delete(...at, 'shop', '*')).rejects.toMatchObject({ statusCode: 400 });
    await client.sdk().product.delete(...at, 'shop', '*', { deleteSubscriptions: true });
    await expect(client.sdk().subscription.get(...at, 'ada')).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('open products', () => {
  it.each([{ approvalRequired: true }, { subscriptionsLimit: 1 }])('have no subscriptions: %j', async (rest) => {
    const open = { displayName: 'Open', subscriptionRequired: false, ...rest };
    await expect(client.sdk().product.createOrUpdate(...at, 'open', open)).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('subscriptions', () => {
  it('show their keys by listSecrets alone, and wait for approval', async () => {
    const made = await client.sdk().subscription.createOrUpdate(...at, 'ada', {
      scope: '/products/shop',
      displayName: 'Ada',
      primaryKey: 'k'.repeat(32),
    });
    expect(made).toMatchObject({ scope: idOf('products/shop'), state: 'submitted' });
    expect(made.primaryKey).toBeUndefined();
    expect((await client.sdk().subscription.get(...at, 'ada')).primaryKey).toBeUndefined();
    expect(await client.sdk().subscription.listSecrets(...at, 'ada')).toMatchObject({ primaryKey: 'k'.repeat(32) });
    await client.sdk().subscription.regeneratePrimaryKey(...at, 'ada');
    expect((await client.sdk().subscription.listSecrets(...at, 'ada')).primaryKey).not.toBe('k'.repeat(32));
    const names = [];
    for await (const { name } of client.sdk().productSubscriptions.list(...at, 'shop')) names.push(name);
    expect(names).toEqual(['ada']);
  });

  it.each(['/products/none', '/apis/none', '/gateways/a', '/'])('refuse the scope %s', async (scope) => {
    await expect(
      client.sdk().subscription.createOrUpdate(...at, 'ada', { scope, displayName: 'Ada' }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });
});
