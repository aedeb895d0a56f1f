import { at, idOf, type SimulatedClient } from '../simulated-client.ts';
import { withOrders } from '../with-orders.ts';

let client: SimulatedClient;

withOrders((started) => (client = started));

const current = async () => (await client.sdk().api.get(...at, 'orders')).apiRevision;

async function revisions() {
  const found = [];
  for await (const each of client.sdk().apiRevision.listByService(...at, 'orders')) found.push(each);
  return found;
}

describe('revisions', () => {
  it('imports an API with the revision that the body names', async () => {
    expect(await client.sdk().api.get(...at, 'orders')).toMatchObject({
      name: 'orders',
      displayName: 'Orders',
      description: 'Orders of the shop',
      apiRevision: '20261124-1',
      isCurrent: true,
      serviceUrl: 'https://orders.example',
      subscriptionRequired: true,
    });
  });

  it('makes a first revision 1 when the body names none, whatever the address says', async () => {
    // The SDK asks for what it put at last, and does not find it.
    await expect(client.putApi('grace;rev=3', { path: 'grace', displayName: 'Grace' })).rejects.toMatchObject({
      statusCode: 404,
    });
    expect(await client.sdk().api.get(...at, 'grace')).toMatchObject({ apiRevision: '1', isCurrent: true });
  });

  it('copies operations and policies of the source, and leaves the current revision alone', async () => {
    const policy = { format: 'rawxml', value: '<policies><inbound><base /></inbound></policies>' };
    await client.sdk().apiPolicy.createOrUpdate(...at, 'orders', 'policy', policy);
    await client.stage('20261124-2', {
      serviceUrl: 'https://new.example',
      apiRevisionDescription: '20261124-2 1a2b3c4',
    });
    expect(await client.sdk().api.get(...at, 'orders;rev=20261124-2')).toMatchObject({
      apiRevision: '20261124-2',
      isCurrent: false,
      serviceUrl: 'https://new.example',
    });
    const staged = 'orders;rev=20261124-2';
    expect(await client.sdk().apiOperation.get(...at, staged, 'getorder')).toMatchObject({
      urlTemplate: '/orders/{id}',
    });
    expect(await client.apiPolicies(staged)).toEqual([policy.value]);
    expect(await client.sdk().api.get(...at, 'orders')).toMatchObject({
      apiRevision: '20261124-1',
      serviceUrl: 'https://orders.example',
    });
    expect(await revisions()).toMatchObject([
      { apiRevision: '20261124-1', isCurrent: true, privateUrl: '/orders;rev=20261124-1' },
      { apiRevision: '20261124-2', isCurrent: false, description: '20261124-2 1a2b3c4' },
    ]);
  });

  it('copies nothing again into a revision that exists', async () => {
    await client.stage('20261124-2');
    await client.sdk().apiOperation.delete(...at, 'orders;rev=20261124-2', 'getorder', '*');
    await client.stage('20261124-2', { serviceUrl: 'https://new.example' });
    const names = [];
    for await (const { name } of client.sdk().apiOperation.listByApi(...at, 'orders;rev=20261124-2')) names.push(name);
    expect(names).toEqual(['listorders']);
  });

  it('lists current revisions only among the APIs', async () => {
    await client.stage('20261124-2');
    const names = [];
    for await (const each of client.sdk().api.listByService(...at)) names.push(each.name);
    expect(names).toEqual(['orders']);
  });

  it('lists page by page', async () => {
    for (const path of ['a', 'b', 'c', 'd']) await client.putApi(path, { path, displayName: path });
    const names = [];
    for await (const each of client.sdk().api.listByService(...at, { top: 2 })) names.push(each.name);
    expect(names).toEqual(['orders', 'a', 'b', 'c', 'd']);
    expect(client.simulator.management.seen.filter((line) => line === 'GET apis')).toHaveLength(3);
  });

  it('refuses a dot in a revision (8.1)', async () => {
    await expect(client.stage('20261124.2')).rejects.toMatchObject({ statusCode: 400, code: 'ValidationError' });
    await expect(client.putApi('a', { path: 'a', displayName: 'A', apiRevision: '1.0' })).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it.each(['my-api1.0', '-orders', 'orders-', 'or_ders'])('refuses the API id %s (8.1)', async (id) => {
    await expect(client.putApi(id, { path: 'x', displayName: 'X' })).rejects.toMatchObject({
      statusCode: 400,
      details: { error: { details: [{ target: 'aid' }] } },
    });
  });

  it('refuses ids and revisions that are too long (8.1)', async () => {
    await expect(client.putApi('a'.repeat(257), { path: 'x', displayName: 'X' })).rejects.toMatchObject({
      statusCode: 400,
    });
    await expect(
      client.putApi('a', { path: 'x', displayName: 'X', apiRevision: '1'.repeat(101) }),
    ).rejects.toMatchObject({ statusCode: 400 });
    const tooLong = client
      .sdk()
      .apiRelease.createOrUpdate(...at, 'orders', 'r'.repeat(81), { apiId: idOf('apis/orders') });
    await expect(tooLong).rejects.toMatchObject({ statusCode: 400 });
    await client.putApi('b'.repeat(81), { path: 'b', displayName: 'B' });
    const release = client.sdk().apiRelease.createOrUpdate(...at, 'b'.repeat(81), 'r', { apiId: idOf('apis/b') });
    await expect(release).rejects.toMatchObject({ statusCode: 400 });
    expect(client.takeComplaints()).toHaveLength(4);
  });

  it('refuses a new revision that is to be current (8.3)', async () => {
    await expect(client.stage('20261124-2', { isCurrent: true })).rejects.toMatchObject({
      details: { error: { details: [{ message: "Can't set new revision as current." }] } },
    });
  });

  it.each([
    { property: 'Name', change: { displayName: 'Others' } },
    { property: 'Description', change: { description: 'others' } },
    { property: 'Path', change: { path: 'others' } },
    { property: 'Protocols', change: { protocols: ['http'] } },
    { property: 'SubscriptionRequired', change: { subscriptionRequired: false } },
    { property: 'ApiVersion', change: { apiVersion: 'v2' } },
    { property: 'ApiVersionDescription', change: { apiVersionDescription: 'v2' } },
    { property: 'Type', change: { apiType: 'graphql' } },
  ])('refuses to change $property on a revision that is not current (8.4)', async ({ property, change }) => {
    const details = { error: { details: [{ message: `Can't change property ${property} for non-current revision` }] } };
    await expect(client.stage('20261124-2', change)).rejects.toMatchObject({ statusCode: 400, details });
    await client.stage('20261124-2');
    const patch = client.sdk().api.update(...at, 'orders;rev=20261124-2', '*', change);
    await expect(patch).rejects.toMatchObject({ statusCode: 400, details });
  });

  it('changes the same on the current revision, for all of them', async () => {
    await client.stage('20261124-2');
    await client.sdk().api.update(...at, 'orders', '*', { displayName: 'Others' });
    await client.release('20261124-2');
    expect(await client.sdk().api.get(...at, 'orders')).toMatchObject({
      displayName: 'Others',
      apiRevision: '20261124-2',
    });
  });

  it('changes the service address of a revision that is not current', async () => {
    await client.stage('20261124-2');
    await client.sdk().api.update(...at, 'orders;rev=20261124-2', '*', { serviceUrl: 'https://other.example' });
    expect((await client.sdk().api.get(...at, 'orders;rev=20261124-2')).serviceUrl).toBe('https://other.example');
  });

  it('refuses to put the current revision by its number (8.5)', async () => {
    await expect(client.stage('20261124-1')).rejects.toMatchObject({ statusCode: 409, code: 'IdentifierAlreadyInUse' });
  });

  it.each(['/apis/orders', 'orders'])('refuses the source %s, which is no full id (8.6)', async (sourceApiId) => {
    await expect(client.stage('20261124-2', { sourceApiId })).rejects.toMatchObject({
      statusCode: 400,
      code: 'LinkedInvalidPropertyId',
    });
  });

  it('refuses a source that does not exist', async () => {
    await expect(client.stage('20261124-2', { sourceApiId: idOf('apis/orders;rev=9') })).rejects.toMatchObject({
      statusCode: 400,
    });
  });
});

describe('paths and versions', () => {
  it.each(['orders', '/Orders/'])('refuses the path %s, which another API has (8.7)', async (path) => {
    await expect(client.putApi('others', { path, displayName: 'Others' })).rejects.toMatchObject({
      statusCode: 400,
      details: {
        error: {
          details: [{ target: 'path', message: expect.stringContaining("unless it's a part of the same version set") }],
        },
      },
    });
  });

  it('lets one API alone have the empty path', async () => {
    await client.putApi('fallback', { path: '', displayName: 'Everything else' });
    await expect(client.putApi('second', { path: '', displayName: 'Second' })).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it('takes versions of one path in a set, each once (8.8)', async () => {
    const set = { displayName: 'Orders', versioningScheme: 'Segment' };
    await client.sdk().apiVersionSet.createOrUpdate(...at, 'orders', set);
    const apiVersionSetId = idOf('apiVersionSets/orders');
    await client.sdk().api.update(...at, 'orders', '*', { apiVersionSetId });
    await client.putApi('orders-v2', { path: 'orders', displayName: 'Orders', apiVersion: 'v2', apiVersionSetId });
    const again = client.putApi('orders-two', {
      path: 'orders',
      displayName: 'Orders',
      apiVersion: 'v2',
      apiVersionSetId,
    });
    await expect(again).rejects.toMatchObject({
      details: { error: { details: [{ message: "API with specified version 'v2' already exists" }] } },
    });
    await expect(client.sdk().apiVersionSet.delete(...at, 'orders', '*')).rejects.toMatchObject({ statusCode: 400 });
  });

  it.each([
    { name: 'a version without a set', change: { apiVersion: 'v2' } },
    { name: 'a set that does not exist', change: { apiVersion: 'v2', apiVersionSetId: idOf('apiVersionSets/none') } },
    { name: 'a set by a relative id', change: { apiVersion: 'v2', apiVersionSetId: '/apiVersionSets/none' } },
  ])('refuses $name', async ({ change }) => {
    await expect(client.putApi('a', { path: 'a', displayName: 'A', ...change })).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it.each([{ versioningScheme: 'Path' }, { versioningScheme: 'Header' }, { versioningScheme: 'Query' }])(
    'refuses a set of $versioningScheme without what that needs',
    async ({ versioningScheme }) => {
      const set = client.sdk().apiVersionSet.createOrUpdate(...at, 'a', { displayName: 'A', versioningScheme });
      await expect(set).rejects.toMatchObject({ statusCode: 400 });
    },
  );
});

describe('releases', () => {
  it('make a revision current, and are the change log', async () => {
    await client.stage('20261124-2');
    await client.release('20261124-2', '1-20261124-2');
    expect(await current()).toBe('20261124-2');
    await client.release('20261124-1', '2-20261124-1');
    expect(await current()).toBe('20261124-1');
    const names = [];
    for await (const { name } of client.sdk().apiRelease.listByService(...at, 'orders')) names.push(name);
    expect(names).toEqual(['1-20261124-2', '2-20261124-1']);
  });

  it('switch nothing when there is one of the id (8.17)', async () => {
    await client.stage('20261124-2');
    await client.release('20261124-2', 'again');
    await client.release('20261124-1', 'back');
    await client.release('20261124-2', 'again');
    expect(await current()).toBe('20261124-1');
  });

  it.each([
    { name: 'a revision that does not exist', apiId: idOf('apis/orders;rev=20261124-9') },
    { name: 'a relative id', apiId: '/apis/orders;rev=20261124-1' },
    { name: 'a revision of another API', apiId: idOf('apis/others;rev=20261124-1') },
  ])('refuse $name (8.17)', async ({ apiId }) => {
    await expect(client.sdk().apiRelease.createOrUpdate(...at, 'orders', 'r', { apiId })).rejects.toMatchObject({
      statusCode: 400,
    });
    expect(await current()).toBe('20261124-1');
  });

  it('change their notes, and can be deleted without a switch', async () => {
    await client.stage('20261124-2');
    await client.release('20261124-2', 'r');
    await client.sdk().apiRelease.update(...at, 'orders', 'r', '*', { notes: 'ada' });
    expect(await client.sdk().apiRelease.get(...at, 'orders', 'r')).toMatchObject({ notes: 'ada' });
    await client.sdk().apiRelease.delete(...at, 'orders', 'r', '*');
    expect(await current()).toBe('20261124-2');
    await expect(client.sdk().apiRelease.get(...at, 'orders', 'r')).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('deletion', () => {
  const remove = (id: string, deleteRevisions?: boolean) =>
    client.sdk().api.beginDeleteAndWait(...at, id, '*', { updateIntervalInMs: 5, deleteRevisions });

  it('refuses the current revision by its number (8.16)', async () => {
    await expect(remove('orders;rev=20261124-1')).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('Cannot delete the current revision of an API.'),
    });
  });

  it('refuses an API with revisions, unless they are to go with it (8.16)', async () => {
    await client.stage('20261124-2');
    await expect(remove('orders')).rejects.toMatchObject({ statusCode: 400 });
    await remove('orders', true);
    await expect(client.sdk().api.get(...at, 'orders')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
  });

  it('deletes a revision that is not current, and nothing else', async () => {
    await client.stage('20261124-2');
    await remove('orders;rev=20261124-2');
    expect(await revisions()).toMatchObject([{ apiRevision: '20261124-1' }]);
  });

  it('has nothing to do for what is not there', async () => {
    await remove('none');
  });
});

describe('operations', () => {
  const wildcard = { displayName: 'Everything else', method: 'GET', urlTemplate: '/*' };

  it('are written without an import, read and deleted', async () => {
    await client.putApi('fallback', { path: '', displayName: 'Everything else' });
    await client.sdk().apiOperation.createOrUpdate(...at, 'fallback', 'get', wildcard);
    expect(await client.sdk().apiOperation.get(...at, 'fallback', 'get')).toMatchObject(wildcard);
    await client.sdk().apiOperation.update(...at, 'fallback', 'get', '*', { displayName: 'All' });
    const found = [];
    for await (const { displayName } of client.sdk().apiOperation.listByApi(...at, 'fallback')) found.push(displayName);
    expect(found).toEqual(['All']);
    await client.sdk().apiOperation.delete(...at, 'fallback', 'get', '*');
    await expect(client.sdk().apiOperation.get(...at, 'fallback', 'get')).rejects.toMatchObject({ statusCode: 404 });
  });

  it.each([
    { name: 'a parameter that is not declared', operation: { ...wildcard, urlTemplate: '/{id}' } },
    { name: 'the template of another operation', operation: { ...wildcard, urlTemplate: '/orders' } },
  ])('refuse $name', async ({ operation }) => {
    await expect(client.sdk().apiOperation.createOrUpdate(...at, 'orders', 'other', operation)).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it('refuse more than the instance has room for, in all revisions together (8.18)', async () => {
    client.simulator.instance.apis.maximumOperations = 5;
    await client.stage('20261124-2');
    await expect(client.stage('20261124-3')).rejects.toThrow("You've reached the maximum number of Operations (5)");
    await client.sdk().apiOperation.createOrUpdate(...at, 'orders', 'fifth', { ...wildcard, urlTemplate: '/fifth' });
    const sixth = client
      .sdk()
      .apiOperation.createOrUpdate(...at, 'orders', 'sixth', { ...wildcard, urlTemplate: '/sixth' });
    await expect(sixth).rejects.toMatchObject({ statusCode: 400 });
  });
});
