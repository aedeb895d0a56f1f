import { simulatedLogin } from '../../../../simulators/src/api-management/simulated-login.ts';
import { at, SimulatedClient } from '../../../../simulators/src/api-management/simulated-client.ts';
import { shippedRole } from '../../../../simulators/src/api-management/shipped-role.ts';
import { ordersDescription } from '../../../../simulators/src/api-management/shop-description.ts';
import type { AsyncShape } from '../../../../simulators/src/api-management/management/long-running.ts';
import { ApiPath } from '../../model/facade/api-path.ts';
import { ApiId, ApiRevision, ProductId } from '../../model/facade/identifiers.ts';
import { fallbackMethods, type InstanceEntity } from '../../model/facade/instance/instance-entity.ts';
import { InstancePlace } from '../../model/facade/instance/place.ts';
import type { PublishStep } from '../../model/facade/publishing/publish-step.ts';
import { RevisionMark } from '../../model/facade/revision-mark.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { ApiContent } from '../../ports/facade.ts';
import { ApiManagementFacade } from './api-management-facade.ts';
import { ApiManagementInstance } from './api-management-instance.ts';

const shapes: readonly AsyncShape[] = ['azure-async-operation', 'location'];
/** By Microsoft's list of actions a role needs one of the two to poll; the simulator asks for the other one. */
const unproved = ['Microsoft.ApiManagement/service/operationresults/read'];

let shop: SimulatedClient;
beforeEach(async () => {
  shop = await SimulatedClient.start();
  Object.assign(shop.simulator.management.timing, { operationMs: 3, lockMs: 3 });
});
afterEach(() => shop.stop());

/** Whoever has a role that this repository ships, and nothing else. */
function withRole(name: string) {
  const role = shippedRole(name);
  const { access } = shop.simulator.management;
  access.principals.set(name, { actions: role.Actions });
  const { facade: place, settings } = simulatedLogin(shop, { token: name });
  const expectAllUsed = () => {
    const asked = access.asked.get(name) ?? new Set<string>();
    expect(role.Actions.filter((action) => !asked.has(action) && !unproved.includes(action))).toEqual([]);
    expect([...asked].filter((action) => !role.Actions.includes(action))).toEqual([]);
  };
  return { place, settings, expectAllUsed };
}

describe('the roles in Infrastructure/apim', () => {
  it.each(['deployer', 'provisioner'])('are what `az role definition create` takes: %s', (name) => {
    const role = shippedRole(name);
    expect(role).toEqual({
      ...{ Name: expect.any(String), IsCustom: true, Description: expect.any(String), NotActions: [] },
      ...{ DataActions: [], NotDataActions: [], AssignableScopes: [expect.stringMatching(/^\/subscriptions\//)] },
      Actions: expect.any(Array),
    });
    const { Actions: actions } = role;
    expect(new Set(actions).size).toBe(actions.length);
    for (const action of actions) expect(action).toMatch(/^Microsoft\.ApiManagement\/service(\/[a-zA-Z]+)+$/);
  });

  it('let a deployer publish, with nothing that this does not need', async () => {
    const { place, settings, expectAllUsed } = withRole('deployer');
    const facade = new ApiManagementFacade(place, settings);
    for (const product of ['a', 'b']) await shop.sdk().product.createOrUpdate(...at, product, { displayName: product });
    for (const shape of shapes) {
      shop.simulator.management.asyncShape = shape;
      const api = ApiId.parse(`orders-${shape}`)!;
      const build = BuildNumber.parse('20261124-2')!;
      const mark = new RevisionMark(build, '1a2b3c4', `sha256:${'a'.repeat(64)}`);
      const apiSettings = {
        ...{ displayName: 'Orders', description: 'x', needsKey: true, path: ApiPath.parse(`orders-${shape}`)! },
        ...{ serviceUrl: 'https://orders.example', versions: { set: api } },
      };
      const text = '<policies><inbound><base /></inbound></policies>';
      const policy = { text, namedValues: [], fragments: [] };
      const content: ApiContent = {
        ...{ publication: { api, build }, notes: '' },
        policies: { api: policy, operations: new Map([['listorders', policy]]) },
        description: { importText: () => JSON.stringify(ordersDescription()), operations: [] },
      };
      const without: ApiContent = { ...content, policies: { api: undefined, operations: new Map() } };
      const [first, second] = ['20261124-1', '20261124-2'].map((each) => ApiRevision.parse(each)!);
      const steps: readonly (readonly [PublishStep, ApiContent])[] = [
        [{ kind: 'create-version-set', set: api, displayName: api.toString() }, content],
        [{ kind: 'create-api', revision: first!, mark, settings: apiSettings }, content],
        [{ kind: 'put-policies', revision: first!, isCurrent: true }, content],
        [{ kind: 'settle', settings: { needsKey: false, versions: { set: api } } }, content],
        [
          { kind: 'create-revision', revision: second!, source: first!, mark, serviceUrl: 'https://x.example' },
          content,
        ],
        [{ kind: 'put-policies', revision: second!, isCurrent: false }, without],
        [{ kind: 'seal', revision: second!, isCurrent: false, mark }, content],
        [{ kind: 'point', revision: second!, serviceUrl: 'https://y.example' }, content],
        [{ kind: 'switch', revision: second! }, content],
        [{ kind: 'link', product: ProductId.parse('a')! }, content],
        [{ kind: 'unlink', product: ProductId.parse('a')! }, content],
        [{ kind: 'prune', revision: first! }, content],
      ];
      for (const [step, of] of steps) await facade.carryOut(step, of);
      await facade.read({ api, digest: mark.digest!, settings: apiSettings });
      await facade.surroundings(api);
      await facade.productsOfApis();
    }
    expectAllUsed();
    expect(shop.takeComplaints()).toEqual([]);
  });

  it('let a provisioner provision, with nothing that this does not need', async () => {
    const { place, settings, expectAllUsed } = withRole('provisioner');
    const instance = new ApiManagementInstance(place, settings);
    const own = new InstancePlace(undefined, { name: 'prod', namespace: 'shop' });
    const operations = fallbackMethods.join(' ');
    const legacy = { name: 'x', path: '', backend: 'https://legacy.example' };
    const entities: readonly InstanceEntity[] = [
      { kind: 'named-value', id: 'url', name: 'url', content: { value: 'x' } },
      { kind: 'fragment', id: 'a', name: 'a', content: { text: '<fragment />' } },
      { kind: 'product', id: 'a', name: 'a', content: { name: 'A', subscription: 'required' } },
      { kind: 'policy', id: 'policy', name: 'policy', content: { text: '<policies />' } },
      { kind: 'fallback', id: 'fallback', name: 'fallback', content: { ...legacy, operations } },
    ];
    for (const shape of shapes) {
      shop.simulator.management.asyncShape = shape;
      for (const isThere of [false, true])
        for (const entity of entities) await instance.carryOut({ kind: 'put', entity, owners: [own.tag], isThere });
      const fewer = { ...entities.at(-1)!, content: { ...legacy, operations: 'GET' } };
      await instance.carryOut({ kind: 'put', entity: fewer, owners: [own.tag], isThere: true });
      await instance.carryOut({ kind: 'mark', tag: own.tag, value: '20261124-1 for prod in shop' });
      await instance.read(own);
      await instance.usersOf('a');
      for (const entity of [...entities].reverse()) await instance.carryOut({ kind: 'delete', entity });
      await instance.carryOut({ kind: 'unmark', tag: own.tag });
    }
    expectAllUsed();
    expect(shop.takeComplaints()).toEqual([]);
  });

  it('let a deployer touch nothing that provisioning owns', async () => {
    const { place, settings } = withRole('deployer');
    const instance = new ApiManagementInstance(place, settings);
    const owners = ['poc-provisioning'];
    const entities: readonly InstanceEntity[] = [
      { kind: 'named-value', id: 'url', name: 'url', content: { value: 'x' } },
      { kind: 'fragment', id: 'a', name: 'a', content: { text: '<fragment />' } },
      { kind: 'product', id: 'a', name: 'a', content: { name: 'A', subscription: 'required' } },
      { kind: 'policy', id: 'policy', name: 'policy', content: { text: '<policies />' } },
    ];
    for (const entity of entities)
      for (const step of [
        { kind: 'put', entity, owners, isThere: false } as const,
        { kind: 'delete', entity } as const,
      ])
        await expect(instance.carryOut(step)).rejects.toMatchObject({ facts: { type: 'facade-denies-access' } });
  });
});
