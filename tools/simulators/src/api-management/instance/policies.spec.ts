import type { ApiManagementClient } from '@azure/arm-apimanagement';
import { at, type SimulatedClient } from '../simulated-client.ts';
import { withOrders } from '../with-orders.ts';

let client: SimulatedClient;

withOrders(async (started) => {
  client = started;
  await client.sdk().product.createOrUpdate(...at, 'shop', { displayName: 'Shop' });
});

const soon = { updateIntervalInMs: 5 };
const policies = (inbound: string) =>
  `<policies>\n  <inbound>\n    <base />\n    ${inbound}\n  </inbound>\n</policies>`;
const put = (value: string, format = 'rawxml') =>
  client.sdk().policy.createOrUpdate(...at, 'policy', { value, format });
const messageOf = (message: string) => ({
  statusCode: 400,
  code: 'ValidationError',
  details: { error: { details: [{ message: expect.stringContaining(message) }] } },
});

describe('policies (8.13)', () => {
  const scopes: {
    name: string;
    write: (sdk: ApiManagementClient, value: string) => Promise<unknown>;
    read: (sdk: ApiManagementClient) => Promise<{ value?: { value?: string }[] }>;
    remove: (sdk: ApiManagementClient) => Promise<void>;
  }[] = [
    {
      name: 'the whole instance',
      write: (sdk, value) => sdk.policy.createOrUpdate(...at, 'policy', { value }),
      read: async (sdk) => ({ value: [await sdk.policy.get(...at, 'policy')] }),
      remove: (sdk) => sdk.policy.delete(...at, 'policy', '*'),
    },
    {
      name: 'a product',
      write: (sdk, value) => sdk.productPolicy.createOrUpdate(...at, 'shop', 'policy', { value }),
      read: async (sdk) => ({ value: [await sdk.productPolicy.get(...at, 'shop', 'policy')] }),
      remove: (sdk) => sdk.productPolicy.delete(...at, 'shop', 'policy', '*'),
    },
    {
      name: 'a revision',
      write: (sdk, value) => sdk.apiPolicy.createOrUpdate(...at, 'orders;rev=20261124-1', 'policy', { value }),
      read: (sdk) => sdk.apiPolicy.listByApi(...at, 'orders'),
      remove: (sdk) => sdk.apiPolicy.delete(...at, 'orders', 'policy', '*'),
    },
    {
      name: 'an operation',
      write: (sdk, value) => sdk.apiOperationPolicy.createOrUpdate(...at, 'orders', 'getorder', 'policy', { value }),
      read: (sdk) => sdk.apiOperationPolicy.listByOperation(...at, 'orders', 'getorder'),
      remove: (sdk) => sdk.apiOperationPolicy.delete(...at, 'orders', 'getorder', 'policy', '*'),
    },
  ];

  it.each(scopes)('are written, read and deleted for $name', async ({ write, read, remove }) => {
    const value = policies('<set-header name="x"><value>y</value></set-header>');
    await write(client.sdk(), value);
    expect((await read(client.sdk())).value?.map((each) => each.value)).toEqual([value]);
    await remove(client.sdk());
    await expect(
      read(client.sdk()).then(({ value: all = [] }) => (all.length === 0 ? Promise.reject(new Error('none')) : all)),
    ).rejects.toThrow();
  });

  it.each(scopes)('are refused for $name when they refer to what is not there', async ({ write }) => {
    await expect(write(client.sdk(), policies('<set-header name="{{none}}" />'))).rejects.toMatchObject(
      messageOf("Cannot find a property 'none'"),
    );
  });

  it('are read as rawxml where that is asked for, and otherwise with escaped expressions', async () => {
    const raw = policies(
      '<set-variable name="a" value="@(1 < 3 && "a>b" != "")" />\n    <x y="@{\n return 1 < 2;\n}" />',
    );
    await put(raw);
    const { policy, policyFragment } = client.sdk();
    expect((await policy.get(...at, 'policy', { format: 'rawxml' })).value).toBe(raw);
    const escaped = (await policy.get(...at, 'policy')).value!;
    expect(escaped).toContain('value="@(1 &lt; 3 &amp;&amp; &quot;a&gt;b&quot; != &quot;&quot;)"');
    await put(escaped, 'xml');
    expect((await policy.get(...at, 'policy', { format: 'rawxml' })).value).toBe(raw);
    const fragment = { value: '<fragment><x y="@(1 < 3)" /></fragment>', format: 'rawxml' };
    await policyFragment.beginCreateOrUpdateAndWait(...at, 'a', fragment, soon);
    expect((await policyFragment.get(...at, 'a')).value).toContain('1 &lt; 3');
    expect((await policyFragment.get(...at, 'a', { format: 'rawxml' })).value).toBe(fragment.value);
  });

  it('take expressions that are no XML as rawxml, and only then', async () => {
    const expression = policies(
      '<set-variable name="a" value="@(context.Request.Headers.Count < 3 && "a)".Length > 1)" />\n    <rewrite-uri template="@{ if (1 < 2) { return "}"; } return ""; }" />',
    );
    await put(expression);
    await expect(put(expression, 'xml')).rejects.toMatchObject({ statusCode: 400 });
    await put(policies('<set-variable name="a" value="@(1 &lt; 3)" />'), 'xml');
  });

  it('say line and column of an element that is wrong', async () => {
    const message =
      "Error in element 'include-fragment' on line 4, column 5: Policy fragment with id 'none' could not be found.";
    await expect(put(policies('<include-fragment fragment-id="none" />'))).rejects.toMatchObject(messageOf(message));
  });

  it.each([
    { name: 'what is no XML', value: '<policies><inbound></policies>' },
    { name: 'nothing', value: '' },
    { name: 'another root', value: '<policy />' },
    { name: 'a section that there is not', value: '<policies><inside /></policies>' },
    { name: 'a section twice', value: '<policies><inbound /><inbound /></policies>' },
    { name: 'a backend that is not there', value: policies('<set-backend-service backend-id="none" />') },
    { name: 'more than 256 KiB', value: policies(`<!-- ${'x'.repeat(256 * 1024)} -->`) },
  ])('are refused when they are $name', async ({ value }) => {
    await expect(put(value)).rejects.toMatchObject({ statusCode: 400, code: 'ValidationError' });
  });

  it('are refused by a link, which the simulator does not fetch', async () => {
    await expect(put('https://policies.example/policy.xml', 'rawxml-link')).rejects.toMatchObject({ statusCode: 400 });
  });

  it('are refused for an operation that is not there', async () => {
    const write = client
      .sdk()
      .apiOperationPolicy.createOrUpdate(...at, 'orders', 'none', 'policy', { value: '<policies />' });
    await expect(write).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('named values', () => {
  const putValue = async (
    id: string,
    parameters: { displayName: string; value?: string; secret?: boolean; keyVault?: object; tags?: string[] },
  ) => {
    const put = await client.sdk().namedValue.beginCreateOrUpdateAndWait(...at, id, parameters, soon);
    // Whoever writes at once meets the lock, which outlives the success by a moment.
    await client.unlocked();
    return put;
  };

  it('are what policies refer to, and cannot be deleted while they do', async () => {
    await putValue('host', { displayName: 'Backend.Host', value: 'a' });
    await put(policies('<set-header name="{{ Backend.Host }}" />'));
    await expect(client.sdk().namedValue.delete(...at, 'host', '*')).rejects.toThrow(
      'is used by the following entities: /policies/policy',
    );
    await client.sdk().policy.delete(...at, 'policy', '*');
    await client.sdk().namedValue.delete(...at, 'host', '*');
  });

  it('show secrets by listValue alone', async () => {
    await putValue('key', { displayName: 'key', value: 's3cret', secret: true });
    expect((await client.sdk().namedValue.get(...at, 'key')).value).toBeUndefined();
    expect((await client.sdk().namedValue.listValue(...at, 'key')).value).toBe('s3cret');
  });

  it('change by PATCH', async () => {
    await putValue('host', { displayName: 'host', value: 'a' });
    await client.sdk().namedValue.beginUpdateAndWait(...at, 'host', '*', { value: 'b' }, soon);
    expect((await client.sdk().namedValue.get(...at, 'host')).value).toBe('b');
  });

  it('are replaced by PUT: by a reference to a key vault, and back', async () => {
    const keyVault = { secretIdentifier: 'https://v.example/secrets/a' };
    await putValue('host', { displayName: 'host', value: 'a', tags: ['x'] });
    await putValue('host', { displayName: 'host', keyVault, secret: true });
    const { namedValue } = client.sdk();
    expect(await namedValue.get(...at, 'host')).toMatchObject({ keyVault, secret: true });
    expect((await namedValue.get(...at, 'host')).tags).toBeUndefined();
    await putValue('host', { displayName: 'host', value: 'b' });
    expect((await namedValue.get(...at, 'host')).keyVault).toBeUndefined();
  });

  it.each([
    {
      name: 'a value and a key vault',
      parameters: {
        displayName: 'a',
        value: 'a',
        secret: true,
        keyVault: { secretIdentifier: 'https://v.example/secrets/a' },
      },
    },
    { name: 'no value', parameters: { displayName: 'a' } },
    { name: 'a name that another has', parameters: { displayName: 'taken', value: 'a' } },
    {
      name: 'a key vault without secrecy',
      parameters: { displayName: 'a', keyVault: { secretIdentifier: 'https://v.example/secrets/a' } },
    },
  ])('are refused with $name', async ({ parameters }) => {
    await putValue('taken', { displayName: 'taken', value: 'a' });
    await expect(putValue('other', parameters)).rejects.toMatchObject({ statusCode: 400 });
  });

  it('are refused with more than 4096 characters, which is against the description', async () => {
    await expect(putValue('long', { displayName: 'long', value: 'x'.repeat(4097) })).rejects.toMatchObject({
      statusCode: 400,
    });
    expect(client.takeComplaints()).toHaveLength(1);
  });
});

describe('fragments and backends', () => {
  it('are what policies refer to, and cannot be deleted while they do', async () => {
    const sdk = client.sdk();
    await sdk.policyFragment.beginCreateOrUpdateAndWait(
      ...at,
      'trace',
      { value: '<fragment />', format: 'rawxml' },
      soon,
    );
    await sdk.backend.createOrUpdate(...at, 'orders', { url: 'https://orders.example', protocol: 'http' });
    await put(policies('<include-fragment fragment-id="trace" /><set-backend-service backend-id="orders" />'));
    await client.unlocked();
    await expect(sdk.policyFragment.delete(...at, 'trace', '*')).rejects.toThrow('is used by');
    await expect(sdk.backend.delete(...at, 'orders', '*')).rejects.toThrow('is used by');
    await sdk.policy.delete(...at, 'policy', '*');
    await sdk.policyFragment.delete(...at, 'trace', '*');
    await sdk.backend.delete(...at, 'orders', '*');
  });

  it.each(['<policies />', '<fragment><a></fragment>'])('refuse the fragment %s', async (value) => {
    const write = client.sdk().policyFragment.beginCreateOrUpdateAndWait(...at, 'a', { value, format: 'rawxml' }, soon);
    await expect(write).rejects.toMatchObject({ statusCode: 400 });
  });

  it.each([
    { url: 'orders', protocol: 'http' },
    { url: 'https://orders.example', protocol: 'ftp' },
  ])('refuse the backend $protocol at $url', async (backend) => {
    await expect(client.sdk().backend.createOrUpdate(...at, 'a', backend)).rejects.toMatchObject({ statusCode: 400 });
  });
});
