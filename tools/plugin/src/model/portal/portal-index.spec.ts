import { BuildNumber } from '../release/build-number.ts';
import { ApiVersion } from '../facade/api-version.ts';
import { portalFiles, portalIndex } from './portal-index.ts';
import type { Portal, PortalApi } from './portal.ts';
import { securityPolicy } from './security-policy.ts';

const buildNumber = BuildNumber.parse('20261124-1')!;

function api(service: string, document: object, more: Partial<PortalApi> = {}): PortalApi {
  return {
    ...{ service, version: undefined, buildNumber, commit: 'c'.repeat(40), commitUrl: undefined, isDirty: false },
    ...{ address: `https://preprod.example/${service}`, keyHeader: undefined },
    document: { openapi: '3.1.0', ...document },
    ...more,
  };
}

function portal(...apis: PortalApi[]): Portal {
  const hidden = [
    { service: 'broken', version: ApiVersion.parse('v2'), buildNumber, reason: 'It is not YAML.' },
    { service: 'worker', buildNumber, reason: 'It has no openapi.yaml.', hasNone: true },
  ];
  return { environment: 'preprod', readAt: '2026-11-24T12:00:00.000Z', apis, hidden };
}

const orders = api('orders', {
  info: { title: 'Orders', version: '1.2.0' },
  tags: [{ name: 'reading' }, { name: 'unused' }],
  paths: {
    '/': { post: { operationId: 'createOrder', summary: 'Order something' } },
    '/{id}': { get: { tags: ['reading', 'other'], deprecated: true }, parameters: [] },
    '/shared': { $ref: '#/components/pathItems/Shared' },
  },
  components: { pathItems: { Shared: { head: { tags: [7] } } } },
});

describe('portalIndex', () => {
  it('lists operations by tag, as clients call them, with what a search looks through', () => {
    const [listed] = portalIndex(portal(orders), 'try-it').apis;
    expect(listed).toMatchObject({ id: 'orders', title: 'Orders', apiVersion: '1.2.0', buildNumber: '20261124-1' });
    expect(listed).toMatchObject({ commit: 'c'.repeat(12), isDeprecated: false });
    expect(listed!.tags.map(({ name, operations }) => [name, operations.map(({ publicPath }) => publicPath)])).toEqual([
      ['reading', ['/orders/{id}']],
      ['default', ['/orders/', '/orders/shared']],
    ]);
    expect(listed!.tags[1]!.operations[0]!.text).toBe(
      'orders orders default post /orders/ createorder order something',
    );
    expect(listed!.tags[0]!.operations[0]).toMatchObject({ isDeprecated: true, method: 'get', path: '/{id}' });
  });

  it('tells what cannot be shown, and not what has no API', () => {
    expect(portalIndex(portal(), 'try-it')).toMatchObject({
      tryIt: 'try-it',
      hidden: [{ name: 'broken v2', buildNumber: '20261124-1', reason: 'It is not YAML.' }],
    });
    expect(portalIndex(portal())).not.toHaveProperty('tryIt');
  });

  it('calls an API deprecated when all its operations are', () => {
    const old = api('old', { paths: { '/': { get: { deprecated: true } } } });
    expect(portalIndex(portal(old)).apis[0]).toMatchObject({ title: 'old', isDeprecated: true });
    expect(portalIndex(portal(api('none', { paths: {} }))).apis[0]!.isDeprecated).toBe(false);
  });

  it.each([
    [{ info: 'x', tags: 'x', paths: [] }],
    [{ info: { title: { a: 1 } }, tags: [1, { name: 2 }], paths: { '/': { get: { summary: [], tags: {} } } } }],
    [{ paths: { '/': { $ref: '#/paths/~1' } } }],
  ])('takes %j', (document) => {
    expect(portalIndex(portal(api('strange', document))).apis[0]).toMatchObject({ title: 'strange' });
  });

  it('cuts texts that are longer than anybody reads', () => {
    const long = api('long', { info: { title: 'x'.repeat(10_000) } });
    expect(portalIndex(portal(long)).apis[0]!.title).toHaveLength(300);
  });
});

describe('portalFiles', () => {
  it('has a file for each description, so that the page loads none that nobody opens', () => {
    const second = api('orders', { info: {} }, { version: ApiVersion.parse('v2') });
    const files = portalFiles(portal(orders, second));
    expect([...files.keys()]).toEqual(['portal.json', 'descriptions/orders.json', 'descriptions/orders.v2.json']);
    expect(JSON.parse(files.get('descriptions/orders.json')!)).toEqual(orders.document);
  });
});

describe('securityPolicy', () => {
  it('lets the page ask nobody but its own server, or the doors where there is none', () => {
    const found = portal(orders, api('payments', {}), api('internal', {}, { address: undefined }));
    expect(securityPolicy(found, false)).toContain("connect-src 'self';");
    expect(securityPolicy(found, true)).toContain("connect-src 'self' https://preprod.example;");
    expect(securityPolicy(found, true)).not.toContain('unsafe');
  });
});
