import type { ApiManagement } from '../../environment/environment.ts';
import { Refusal } from '../../errors/product-error.ts';
import { apiChanges } from '../../changes/api/api-changes.ts';
import { readApiVariables } from '../api-variables.ts';
import { ApiVersion } from '../api-version.ts';
import { readApiDescription } from '../description/api-description.ts';
import { BuildNumber } from '../../release/build-number.ts';
import { ProductId } from '../identifiers.ts';
import { apiInEnvironment, type ApiSource, type Publication } from './publication.ts';
import { publishingOrder } from './publishing-order.ts';
import { refuseBreaking } from './refuse-breaking.ts';
import { refuseMissing, type Surroundings } from './refuse-missing.ts';

const variables = (id = 'orders') =>
  readApiVariables('x.yml', `variables: { apiId: ${id}, apiName: Orders, apiSuffix: orders, apiProducts: partners }`);
const facade: ApiManagement = { kind: 'api-management', subscription: 's', resourceGroup: 'shop', name: 'shop-apis' };
const v2 = ApiVersion.parse('v2')!;

const source = (changes: Partial<ApiSource> = {}, door: Partial<ApiManagement> = {}): ApiSource => ({
  ...{ service: 'orders', variables: variables(), version: undefined, hasVersions: false, description: 'All' },
  environment: { name: 'prod', url: 'https://prod.example/', facade: { ...facade, ...door } },
  ...changes,
});

function refusalOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.explain();
    throw error;
  }
  throw new Error('not refused');
}

const placed = (of: ApiSource) => {
  const { api, settings } = apiInEnvironment(of);
  const { set, version } = settings.versions ?? {};
  return [api, settings.path, settings.serviceUrl, set, version].map((each) => each?.toString());
};

describe('apiInEnvironment', () => {
  it('is found at the same path as at the gateway', () => {
    expect(placed(source())).toEqual(['orders', 'orders', 'https://prod.example/orders', undefined, undefined]);
    expect(apiInEnvironment(source()).settings).toMatchObject({
      displayName: 'Orders',
      description: 'All',
      needsKey: true,
    });
  });

  it('has a version in its id, and behind its path', () => {
    const old = source({ hasVersions: true });
    expect(placed(old)).toEqual(['orders', 'orders', 'https://prod.example/orders', 'orders', undefined]);
    const next = source({ hasVersions: true, version: v2 });
    expect(placed(next)).toEqual(['orders-v2', 'orders', 'https://prod.example/orders/v2', 'orders', 'v2']);
  });

  it('has what tells environments of an instance apart', () => {
    const of = source({ hasVersions: true, version: v2 }, { pathPrefix: 'preprod', backend: 'http://10.0.0.1/a' });
    expect(placed(of)).toEqual([
      'orders-preprod-v2',
      'preprod/orders',
      'http://10.0.0.1/a/orders/v2',
      'orders-preprod',
      'v2',
    ]);
  });

  it('refuses what gets too long by it', () => {
    const of = source({ variables: variables('x'.repeat(80)) }, { pathPrefix: 'preprod' });
    expect(refusalOf(() => apiInEnvironment(of))).toContain('its id becomes longer than 80 characters');
  });

  it.each([
    ['Fallback', undefined, 'Fallback'],
    ['fallback', 'preprod', 'fallback-preprod'],
  ])('refuses the id of the fallback API: %s below %s', (id, pathPrefix, refused) => {
    const of = source({ variables: variables(id) }, pathPrefix === undefined ? {} : { pathPrefix });
    expect(refusalOf(() => apiInEnvironment(of))).toContain(
      `Its id would be ${refused}, which is that of the fallback`,
    );
  });
});

const publication: Publication = {
  ...apiInEnvironment(source()),
  build: BuildNumber.parse('20261124-1')!,
  commit: '1a2b3c4',
  digest: '',
  products: [ProductId.parse('partners')!],
};
const policies = {
  namedValues: new Map([['key', 'apim/policy.xml']]),
  fragments: new Map([['log', 'apim/policy.xml']]),
};
const ready: Surroundings = {
  instance: 'shop-apis',
  products: [ProductId.parse('Partners')!],
  namedValues: ['key'],
  fragments: ['log'],
  others: [{ api: 'payments', path: 'payments' }],
};

describe('refuseMissing', () => {
  it('lets pass what the instance has all for', () => {
    refuseMissing(publication, policies, ready);
  });

  it('names all that is missing', () => {
    const empty = { ...ready, products: [ProductId.parse('partner')!], namedValues: [], fragments: ['logs'] };
    const told = refusalOf(() => refuseMissing(publication, policies, empty));
    for (const text of [
      'publish orders at shop-apis',
      'There is no product "partners". Did you mean "partner"?',
      'apim/policy.xml: There is no named value "key".',
      'apim/policy.xml: There is no fragment "log". Did you mean "logs"?',
    ])
      expect(told).toContain(text);
  });

  it('names the owner of its path', () => {
    const taken = { ...ready, others: [{ api: 'legacy', path: 'Orders' }] };
    expect(refusalOf(() => refuseMissing(publication, policies, taken))).toContain(
      'The path "orders" belongs to the API legacy.',
    );
  });

  it('shares its path with its versions', () => {
    const versions = [{ api: 'orders-v2', path: 'orders', versionSet: 'orders' }];
    refuseMissing(publication, policies, { ...ready, others: versions });
    const second = { ...publication, ...apiInEnvironment(source({ hasVersions: true, version: v2 })) };
    // Also before the original API is in the set.
    refuseMissing(second, policies, { ...ready, others: [{ api: 'orders', path: 'orders' }] });
  });
});

describe('refuseBreaking', () => {
  const file = 'apps/orders/openapi.yaml';
  const text = (fields: string, top = '') => {
    const written = `openapi: 3.1.0\ninfo: {}\npaths: { /: { get: { operationId: a, ${fields} } } }\n${top}`;
    const found = readApiDescription(file, new Map([[file, written]]));
    if ('needs' in found) throw new Error('needs more');
    return found.description.toString();
  };
  const changes = (from: string, to: string, top = '') =>
    apiChanges({ name: 'current', text: text(from) }, { name: 'new', text: text(to, top) });
  const situation = (isProtected: boolean, isAllowed = false) => ({
    ...{ service: 'orders', file, isAllowed },
    environment: { name: 'prod', protected: isProtected },
  });
  const breaking = changes('responses: {}', 'responses: {}, parameters: [{ name: q, in: query, required: true }]');

  it('refuses them in a protected environment, unless allowed', () => {
    const told = refusalOf(() => refuseBreaking(breaking, situation(true)));
    expect(told).toContain('publish orders in prod: Clients of what is current there may not work any more.');
    expect(told).toContain('  GET /: query parameter q: new, required');
    expect(refuseBreaking(breaking, situation(true, true))).toEqual(['GET /: query parameter q: new, required']);
    expect(refuseBreaking(breaking, situation(false))).toHaveLength(1);
  });

  it('takes what breaks nobody', () => {
    const harmless = changes('responses: {}', 'responses: {}, parameters: [{ name: q, in: query }]');
    expect(refuseBreaking(harmless, situation(true))).toEqual([]);
    expect(refuseBreaking({ state: 'none' }, situation(true))).toEqual([]);
  });

  it('sees that a caller must show more, although the door does not read it', () => {
    const secured = changes('responses: {}', 'responses: {}', 'security: [{ key: [] }]\n');
    expect(refuseBreaking(secured, situation(false))).toEqual(['GET /: security: anybody → key']);
  });

  it('refuses what cannot be compared', () => {
    const told = refusalOf(() => refuseBreaking({ state: 'unknown', reason: 'current: no YAML.' }, situation(true)));
    expect(told).toContain('It is unknown whether');
    expect(told).toContain('current: no YAML.');
  });
});

describe('publishingOrder', () => {
  it('opens the door after the code, and closes it before', () => {
    const [forward, back] = (['forward', 'back'] as const).map(publishingOrder);
    expect(forward!.indexOf('code')).toBeLessThan(forward!.indexOf('open'));
    expect(back!.indexOf('open')).toBeLessThan(back!.indexOf('code'));
    expect([forward!.at(-1), back!.at(-1)]).toEqual(['prune', 'prune']);
  });
});
