import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { ReleaseScenario, ordersManifests } from '../../../../twins/src/release-scenario.ts';
import { InMemoryFacade } from '../../../../twins/src/in-memory-facade.ts';
import { readApiVariables } from '../../model/facade/api-variables.ts';
import { apiInEnvironment } from '../../model/facade/publishing/publication.ts';
import { release } from '../release/release.ts';
import { portal } from './portal.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const usual = {
  timeoutMs: 1000,
  force: true,
  allowDowntime: false,
  adopt: false,
  dryRun: false,
  ...approvesAll('ada'),
};
const route = `
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: orders }
spec:
  rules: [{ matches: [{ path: { type: PathPrefix, value: /orders } }], backendRefs: [{ name: orders, port: 80 }] }]
`;
const description = (title: string) => `openapi: 3.1.0\ninfo: { title: ${title}, version: 1.0.0 }\npaths: {}\n`;

class World extends ReleaseScenario {
  get preprod() {
    return this.environments.find(({ name }) => name === 'preprod')!;
  }

  /** Commits files of the service, and releases it. */
  async publish(files: Readonly<Record<string, string>>): Promise<string> {
    for (const [path, text] of Object.entries(files)) this.repository.write(`apps/orders/${path}`, text);
    const commit = this.repository.commit({ subject: 'feat: change', author: 'Ada' });
    const { service, environments, ports, reporter } = this;
    const request = {
      service,
      environments,
      targets: [this.preprod],
      mainBranch: 'main',
      actor,
      allowDirty: false,
      buildNumber: undefined,
    };
    await release({ ...usual, ...request }, ports, reporter);
    return commit;
  }

  portal(service: (name: string) => { root: string } = () => ({ root: 'apps/orders' })) {
    return portal({ environment: this.preprod, service }, { ...this.ports, facade: async () => undefined });
  }
}

const routed = { 'k8s/all.yaml': `${ordersManifests}${route}` };

describe('portal', () => {
  it('shows what was published, and not what lies in the working tree', async () => {
    const world = new World();
    const commit = await world.publish({ ...routed, 'openapi.yaml': description('Published') });
    world.repository.write('apps/orders/openapi.yaml', description('Written since'));
    world.repository.commit({ subject: 'feat: later', author: 'Ada' });
    const address = 'https://preprod.example/orders';
    expect(await world.portal()).toMatchObject({
      environment: 'preprod',
      readAt: world.now.toISOString(),
      apis: [
        {
          service: 'orders',
          commit,
          isDirty: false,
          address,
          document: { info: { title: 'Published' }, servers: [{ url: address }] },
        },
      ],
      hidden: [],
    });
  });

  it('shows what the last deployment that succeeded put in', async () => {
    const world = new World();
    const commit = await world.publish({ ...routed, 'openapi.yaml': description('Good') });
    const cluster = world.clusters.get('preprod')!;
    const [good] = await cluster.records('orders');
    const { sequence: _, ...begun } = good!;
    await cluster.lock('orders', actor, () => {});
    const opened = await cluster.openRecord(begun);
    await cluster.closeRecord(opened, { outcome: 'failed', reason: 'It crashed.' });
    expect((await world.portal()).apis).toMatchObject([{ commit, document: { info: { title: 'Good' } } }]);
  });

  it('shows versions as APIs of their own, below the path of the service', async () => {
    const world = new World();
    await world.publish({ ...routed, 'openapi.yaml': description('One'), 'openapi.v2.yaml': description('Two') });
    expect((await world.portal()).apis.map(({ address, document }) => [address, document['info']])).toEqual([
      ['https://preprod.example/orders', { title: 'One', version: '1.0.0' }],
      ['https://preprod.example/orders/v2', { title: 'Two', version: '1.0.0' }],
    ]);
  });

  it('shows the others where one cannot be read', async () => {
    const world = new World();
    const text = `${description('One')}components: { schemas: { A: { $ref: './a.yaml' } } }`;
    await world.publish({ ...routed, 'openapi.yaml': text, 'a.yaml': 'type: string', 'openapi.v2.yaml': 'x: [' });
    const { apis, hidden } = await world.portal();
    expect(apis).toMatchObject([
      { version: undefined, document: { components: { schemas: { A: { $ref: expect.anything() } } } } },
    ]);
    expect(hidden).toMatchObject([{ service: 'orders', reason: expect.stringMatching(/^It is not YAML/) }]);
  });

  it('knows no address where there is no route', async () => {
    const world = new World();
    await world.publish({ 'openapi.yaml': description('One') });
    expect((await world.portal()).apis).toMatchObject([{ address: undefined, document: { servers: [] } }]);
  });

  it('tells what has no API, and what is no service of this workspace', async () => {
    const world = new World();
    await world.publish({});
    expect((await world.portal()).hidden).toMatchObject([{ service: 'orders', hasNone: true }]);
    const unknown = () => {
      throw new Refusal({ type: 'no-such-service', doing: 'find it', reason: 'There is none.', remedy: 'Look.' });
    };
    expect((await world.portal(unknown)).hidden).toMatchObject([{ reason: 'There is none. Look.' }]);
  });

  it('has the address, and the key, of API Management where that is the door', async () => {
    const world = new World();
    const variables = (apiSuffix: string) =>
      `variables: { apiId: orders, apiName: Orders, apiSuffix: ${apiSuffix}, apiSubscription: required }`;
    await world.publish({ ...routed, 'openapi.yaml': description('One'), 'pipeline.variables.yml': variables('shop') });
    const facade = new InMemoryFacade();
    const door = { kind: 'api-management', subscription: 's', resourceGroup: 'g', name: facade.instance } as const;
    const environment = { ...world.preprod, facade: door };
    const ports = { ...world.ports, facade: async () => facade };
    const service = () => ({ root: 'apps/orders' });
    expect((await portal({ environment, service }, ports)).hidden).toMatchObject([
      { reason: 'shop-apim has no such API.' },
    ]);
    const source = { service: 'orders', version: undefined, hasVersions: false, description: '', environment };
    const { api, settings } = apiInEnvironment({
      ...source,
      variables: readApiVariables('pipeline.variables.yml', variables('shop')),
    });
    facade.makeByHand(api, settings);
    const address = 'https://shop-apim.example/shop';
    expect((await portal({ environment, service }, ports)).apis).toMatchObject([
      { address, keyHeader: 'Ocp-Apim-Subscription-Key', document: { servers: [{ url: address }] } },
    ]);
    facade.outage = 'it is away';
    await expect(portal({ environment, service }, ports)).rejects.toThrow(Refusal);
  });

  it('is empty where nothing was deployed', async () => {
    expect(await new World().portal()).toMatchObject({ apis: [], hidden: [] });
  });
});
