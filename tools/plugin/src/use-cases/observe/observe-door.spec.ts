import { ApiPath } from '../../model/facade/api-path.ts';
import { ApiId } from '../../model/facade/identifiers.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { statusGrid } from '../../nx/executors/output/describe-status.ts';
import { plainTerminal } from '../../nx/executors/output/terminal.ts';
import { audit } from '../audit/audit.ts';
import { portal } from '../portal/portal.ts';
import { status } from './status.ts';

/** A service whose API was published twice in preprod. */
async function published(): Promise<ReleaseScenario> {
  const scenario = new ReleaseScenario();
  scenario.facade.products.add('partners');
  for (const operations of [['listOrders'], ['listOrders', 'getOrder']]) {
    scenario.describeApi(operations);
    const products = 'variables: { apiId: orders, apiName: Orders, apiSuffix: orders, apiProducts: partners }\n';
    scenario.repository.write('apps/orders/pipeline.variables.yml', products);
    scenario.repository.commit();
    await releaseIt(scenario);
  }
  return scenario;
}

/** Returns what status shows, and what audit finds. */
async function seen({ environments, services, ports }: ReleaseScenario) {
  const found = await status({ environments, services, branch: 'main' }, ports);
  const { findings } = await audit({ environments, services, mainBranch: 'main' }, ports);
  const cell = found.services[0]!.environments[1]!;
  if (cell.state !== 'deployed') throw new Error(cell.state);
  const grid = statusGrid(found, { terminal: plainTerminal, now: new Date() }).join('\n');
  return { apis: cell.apis, grid, findings: findings.map(({ type, says }) => `${type}: ${says}`) };
}

/** Changes what clients get of the API without a release. */
function change({ facade }: ReleaseScenario, changes: Partial<NonNullable<ReturnType<typeof facade.apis.get>>>): void {
  facade.apis.set('orders', { ...facade.apis.get('orders')!, ...changes });
}

it('shows which revision clients get, and finds nothing where it is the one that was published', async () => {
  const { apis, grid, findings } = await seen(await published());
  expect(apis).toEqual({ instance: 'shop-apim', apis: [{ api: 'orders', revision: '20261124-2' }], drift: [] });
  expect(grid).toContain('API 20261124-2');
  expect(grid).not.toContain('DRIFT');
  expect(findings).toEqual([]);
});

it.each<[string, (scenario: ReleaseScenario) => void, string]>([
  [
    'another revision',
    (scenario) => change(scenario, { current: '20261124-1' }),
    'API orders: clients get revision 20261124-1; deployed was 20261124-2 (shop-apim)',
  ],
  ['an API that is gone', ({ facade }) => void facade.apis.delete('orders'), 'API orders is gone (shop-apim)'],
  [
    'another path',
    (scenario) => {
      const { settings } = scenario.facade.apis.get('orders')!;
      change(scenario, { settings: { ...settings, path: ApiPath.parse('shop')! } });
    },
    'API orders: clients find it at /shop; deployed was /orders (shop-apim)',
  ],
  [
    'another product',
    (scenario) => change(scenario, { products: ['all'] }),
    'API orders: product all was added, product partners was removed (shop-apim)',
  ],
])('shows and finds %s', async (_, spoil, line) => {
  const scenario = await published();
  spoil(scenario);
  const { grid, findings } = await seen(scenario);
  expect(grid).toContain('DRIFT');
  expect(grid).toContain(`orders in preprod: drift: ${line}`);
  expect(findings).toEqual([`api-differs: ${line}.`]);
});

it('shows neither the fallback API nor those of others, which no deployment published', async () => {
  const scenario = await published();
  for (const [id, path] of [
    ['fallback', ''],
    ['fallback-dev', 'dev'],
    ['warehouse', 'warehouse'],
  ] as const) {
    const settings = {
      displayName: id,
      description: '',
      path: ApiPath.found(path),
      serviceUrl: 'https://legacy.example',
    };
    scenario.facade.makeByHand(ApiId.parse(id)!, { ...settings, needsKey: false });
  }
  const { apis, grid, findings } = await seen(scenario);
  expect(apis).toMatchObject({ apis: [{ api: 'orders', revision: '20261124-2' }], drift: [] });
  expect(grid).not.toMatch(/fallback|warehouse|legacy/);
  expect(findings).toEqual([]);
  const environment = scenario.environments.find(({ name }) => name === 'preprod')!;
  const request = { environment, service: () => scenario.service };
  const shown = await portal(request, scenario.ports);
  expect([shown.apis.map(({ service }) => service), shown.hidden]).toEqual([['orders'], []]);
});

it('shows the rest where the door cannot be read, and finds that once for each', async () => {
  const scenario = await published();
  scenario.facade.outage = 'It is gone.';
  const { apis, grid, findings } = await seen(scenario);
  expect(apis).toMatchObject({ instance: 'shop-apim', reason: expect.stringContaining('It is gone.') });
  expect(grid).toMatch(/2\/2 healthy[^]*PARTLY READ/);
  expect(grid).toContain('orders in preprod: cannot read its APIs at shop-apim: ');
  expect(findings).toHaveLength(3);
  expect(findings[1]).toMatch(/^facade-unreachable: Its APIs at shop-apim cannot be read: /);
});

it('does not ask for a door where there is none', async () => {
  const scenario = new ReleaseScenario();
  await releaseIt(scenario);
  const { apis } = await seen(scenario);
  expect(apis).toBeUndefined();
});
