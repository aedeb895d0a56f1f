import { ApiPath } from '../../model/facade/api-path.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { describeCheckoutDiff, describeReleaseDiff, differsAtDoor } from '../../nx/executors/output/describe-diff.ts';
import { doorChanges } from '../facade/door-changes.ts';
import { findRelease } from '../revision/find-release.ts';
import { diffCheckout } from './diff.ts';

const about = { service: 'orders', environment: 'preprod' };

function targetOf({ service, environments }: ReleaseScenario, name = 'preprod') {
  const environment = environments.find((each) => each.name === name)!;
  const how = { actor: { person: 'ada', run: 'ada@laptop' }, allowDowntime: false, adopt: false };
  return { ...how, service, environment, environmentNames: environments.map((each) => each.name) };
}

/** Returns the lines with what deploying the newest release would change at the door. */
async function linesOfRelease(scenario: ReleaseScenario, name = 'preprod'): Promise<string[]> {
  const { ports } = scenario;
  const release = await findRelease('orders', undefined, ports);
  const door = await doorChanges({ ...targetOf(scenario, name), release }, ports);
  const found = { buildNumber: release.buildNumber, changes: [], ...(door ? { door } : {}) };
  return describeReleaseDiff({ ...about, environment: name }, found);
}

/** Returns what releasing the checkout would change, and the lines that show it. */
async function checkout(scenario: ReleaseScenario) {
  const found = await diffCheckout(targetOf(scenario), scenario.ports, scenario.reporter);
  return { found, lines: describeCheckoutDiff(about, found).slice(1) };
}

/** A service whose API was published twice in preprod. */
async function published(): Promise<ReleaseScenario> {
  const scenario = new ReleaseScenario();
  for (const operations of [['listOrders'], ['listOrders', 'getOrder']]) {
    scenario.describeApi(operations);
    await releaseIt(scenario);
  }
  return scenario;
}

it('finds nothing where clients get what was released', async () => {
  const scenario = await published();
  expect(await linesOfRelease(scenario)).toEqual(['orders 20261124-2: no difference to preprod']);
  const { found } = await checkout(scenario);
  expect(found).toMatchObject({ isRebuilt: false, changes: [], door: { instance: 'shop-apim', changes: [] } });
});

it('tells of an API that clients do not find yet', async () => {
  expect(await linesOfRelease(await published(), 'prod')).toEqual([
    'orders 20261124-2 would change in prod:',
    '  API orders-prod at shop-apim: clients would get the new revision 20261124-2; they find no such API yet',
  ]);
});

it('tells what a release would put right, and writes nothing', async () => {
  const scenario = await published();
  const { facade } = scenario;
  const api = facade.apis.get('orders')!;
  const settings = { ...api.settings, path: ApiPath.parse('shop')! };
  facade.apis.set('orders', { ...api, current: '20261124-1', settings });
  const writes = facade.writes.length;
  expect(await linesOfRelease(scenario)).toEqual([
    'orders 20261124-2 would change in preprod:',
    '  API orders at shop-apim: clients would get revision 20261124-2 instead of 20261124-1',
    '    GET /getOrder added',
    '    another path',
  ]);
  expect(facade.writes).toHaveLength(writes);
});

it('shows what the checkout would publish, with what breaks clients, before it has a number', async () => {
  const scenario = await published();
  scenario.repository.write('apps/orders/openapi.yaml', await describing(['listOrders', 'cancelOrder'], scenario));
  const products = 'variables: { apiId: orders, apiName: Orders, apiSuffix: orders, apiProducts: partners }\n';
  scenario.repository.write('apps/orders/pipeline.variables.yml', products);
  scenario.facade.products.add('partners');
  const { found, lines } = await checkout(scenario);
  expect(lines).toEqual([
    '  a new image: its content is not that of the release that runs',
    '  API orders at shop-apim: clients would get a new revision instead of 20261124-2',
    '    GET /cancelOrder added',
    '    GET /getOrder removed, BREAKING',
    '    product partners added',
  ]);
  expect(found.door).toMatchObject({ changes: [{ from: '20261124-2', to: undefined, isMade: true }] });
});

it.each<[string, (scenario: ReleaseScenario) => void, RegExp]>([
  ['a door that cannot be asked', ({ facade }) => void (facade.outage = 'It is gone.'), /It is gone\./],
  [
    'a description that cannot be published',
    ({ repository }) => repository.write('apps/orders/openapi.yaml', 'openapi: 3.0.3\n'),
    /openapi\.yaml/,
  ],
])('compares the rest, and says so, for %s', async (_, spoil, reason) => {
  const scenario = await published();
  spoil(scenario);
  const { found, lines } = await checkout(scenario);
  expect(lines.at(-1)).toMatch(/^ {2}APIs at shop-apim cannot be compared: /);
  expect(lines.at(-1)).toMatch(reason);
  expect(differsAtDoor(found.door)).toBe(false);
  expect(found.changes).toEqual([]);
});

it('asks for no door where there is none', async () => {
  const scenario = new ReleaseScenario();
  await releaseIt(scenario);
  expect((await checkout(scenario)).found.door).toBeUndefined();
});

/** Returns the description with other operations. */
async function describing(operations: readonly string[], { repository }: ReleaseScenario): Promise<string> {
  const path = 'apps/orders/openapi.yaml';
  const text = (await repository.workingTreeTexts(path)).get(path)!;
  const [operation] = Object.values((JSON.parse(text) as { paths: Record<string, { get: object }> }).paths);
  const paths = operations.map((id) => [`/${id}`, { get: { ...operation!.get, operationId: id } }]);
  return JSON.stringify({ ...(JSON.parse(text) as object), paths: Object.fromEntries(paths) });
}
