import { ArmError } from './arm-error.ts';
import { at, idOf, type SimulatedClient } from '../simulated-client.ts';
import { withOrders } from '../with-orders.ts';

let client: SimulatedClient;

withOrders((started) => (client = started));

const staged = 'orders;rev=20261124-2';
const source = { path: 'orders', sourceApiId: idOf('apis/orders') };
const begin = () => client.sdk().api.beginCreateOrUpdate(...at, staged, source, { updateIntervalInMs: 5 });
const conflict = { statusCode: 409, code: 'PessimisticConcurrencyConflict' };
const bad = new ArmError(400, 'ValidationError', 'Parsing error(s)', {
  details: [{ code: 'ValidationError', target: 'representation', message: 'line 3' }],
});

describe('the shape with Azure-AsyncOperation (8.11)', () => {
  it('answers 201 with both headers and the resource', async () => {
    const answer = await client.raw('PUT', `apis/${staged}`, { properties: source });
    expect(answer).toMatchObject({
      status: 201,
      headers: {
        location: expect.stringMatching(/\/apis\/tempgroup\?api-version=2024-05-01&asyncId=\w+&asyncCode=201$/),
        'azure-asyncoperation': expect.stringMatching(/\/tenant\/operationResults\/\w+\?api-version=2024-05-01$/),
      },
      body: { properties: { provisioningState: 'InProgress' } },
    });
  });

  it('is polled to its end by the SDK, which then asks for the resource', async () => {
    client.simulator.management.timing.operationMs = 300;
    expect(await client.stage('20261124-2')).toMatchObject({ apiRevision: '20261124-2' });
    const { seen } = client.simulator.management;
    expect(seen.filter((line) => line === `POLL PUT apis/${staged}`).length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe(`GET apis/${staged}`);
  });

  it('fails at the poll, of which the SDK keeps the texts alone', async () => {
    client.simulator.management.faults.failNextOperation(/^PUT apis/, bad);
    const error = await client.stage('20261124-2').catch((caught: Error) => caught);
    expect(error).toMatchObject({ message: expect.stringContaining('ValidationError') });
    expect(error).not.toHaveProperty('statusCode');
  });
});

describe('the shape with Location alone (8.11)', () => {
  beforeEach(() => {
    client.simulator.management.asyncShape = 'location';
  });

  it('answers 202 without a body', async () => {
    const answer = await client.raw('PUT', `apis/${staged}`, { properties: source });
    expect(answer).toMatchObject({
      status: 202,
      body: '',
      headers: { location: expect.stringMatching(/rev(=|%3D)20261124-2\?.*asyncCode=201$/) },
    });
    expect(answer.headers).not.toHaveProperty('azure-asyncoperation');
  });

  it('is polled to its end by the SDK', async () => {
    expect(await client.stage('20261124-2')).toMatchObject({ apiRevision: '20261124-2' });
  });

  it('fails at the poll, with code and details', async () => {
    client.simulator.management.faults.failNextOperation(/^PUT apis/, bad);
    await expect(client.stage('20261124-2')).rejects.toMatchObject({
      statusCode: 400,
      code: 'ValidationError',
      details: { error: { details: [{ message: 'line 3' }] } },
    });
  });

  it('deletes', async () => {
    await client.stage('20261124-2');
    await client.sdk().api.beginDeleteAndWait(...at, staged, '*', { updateIntervalInMs: 5 });
    await expect(client.sdk().api.get(...at, staged)).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('one writer per API (8.10)', () => {
  const writes = [
    { name: 'PUT of a revision', write: () => client.stage('20261124-3') },
    { name: 'PATCH', write: () => client.sdk().api.update(...at, 'orders', '*', { serviceUrl: 'https://b.example' }) },
    {
      name: 'DELETE',
      write: () => client.sdk().api.beginDeleteAndWait(...at, 'orders', '*', { deleteRevisions: true }),
    },
    { name: 'a release', write: () => client.release('20261124-1') },
    {
      name: 'a policy',
      write: () => client.sdk().apiPolicy.createOrUpdate(...at, 'orders', 'policy', { value: '<policies />' }),
    },
  ];

  it.each(writes)('refuses $name while an operation runs', async ({ write }) => {
    client.simulator.management.faults.holdNextOperation(/^PUT apis/);
    await begin();
    await expect(write()).rejects.toMatchObject(conflict);
    await client.unlocked();
    await expect(write()).rejects.toMatchObject(conflict);
  });

  it.each(writes.filter(({ name }) => name !== 'a policy'))(
    'refuses $name a moment after it ended',
    async ({ write }) => {
      const operation = await begin();
      client.simulator.management.timing.lockMs = Number.POSITIVE_INFINITY;
      await operation.pollUntilDone();
      await expect(write()).rejects.toMatchObject(conflict);
      client.simulator.management.timing.lockMs = 0;
      await write();
    },
  );

  it('refuses a policy then, as what it is for were not there (8.13)', async () => {
    const operation = await begin();
    client.simulator.management.timing.lockMs = Number.POSITIVE_INFINITY;
    await operation.pollUntilDone();
    const put = () => client.sdk().apiPolicy.createOrUpdate(...at, staged, 'policy', { value: '<policies />' });
    await expect(put()).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('Entity with specified identifier not found'),
    });
    client.simulator.management.timing.lockMs = 0;
    await put();
  });

  it('lets other APIs be written, and everything be read', async () => {
    client.simulator.management.faults.holdNextOperation(/^PUT apis/);
    await begin();
    await client.putApi('others', { path: 'others', displayName: 'Others' });
    expect(await client.sdk().api.get(...at, 'orders')).toMatchObject({ apiRevision: '20261124-1' });
  });

  it('is over at once when the operation failed', async () => {
    client.simulator.management.faults.failNextOperation(/^PUT apis/, bad);
    // The SDK polls once before it returns: on a busy machine the operation has failed by then.
    await expect(begin().then((operation) => operation.pollUntilDone())).rejects.toThrow();
    client.simulator.management.timing.lockMs = Number.POSITIVE_INFINITY;
    await client.release('20261124-1');
  });
});

it('never ends when a test says so (8.11); who waits can give up', async () => {
  client.simulator.management.faults.holdNextOperation(/^PUT apis/);
  const abortSignal = AbortSignal.timeout(100);
  const waiting = client
    .sdk()
    .api.beginCreateOrUpdateAndWait(...at, staged, source, { updateIntervalInMs: 5, abortSignal });
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});

it('goes on when the one who began it is gone', async () => {
  await client.raw('PUT', `apis/${staged}`, { properties: source });
  await client.unlocked();
  await client.unlocked();
  expect(await client.sdk().api.get(...at, staged)).toMatchObject({ apiRevision: '20261124-2' });
});

it('is for named values and fragments, too', async () => {
  await client
    .sdk()
    .namedValue.beginCreateOrUpdateAndWait(
      ...at,
      'host',
      { displayName: 'host', value: 'a' },
      { updateIntervalInMs: 5 },
    );
  await client
    .sdk()
    .policyFragment.beginCreateOrUpdateAndWait(...at, 'trace', { value: '<fragment />' }, { updateIntervalInMs: 5 });
  const polled = client.simulator.management.seen.filter((line) => line.startsWith('POLL') && !line.includes('apis'));
  expect(new Set(polled)).toEqual(new Set(['POLL PUT namedValues/host', 'POLL PUT policyFragments/trace']));
});
