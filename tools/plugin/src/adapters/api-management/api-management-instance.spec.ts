import {
  facadeInstanceContract,
  type FacadeInstanceScenario,
} from '../../../../contracts/src/facade-instance-contract.ts';
import { simulatedLogin, type SimulatedLogin } from '../../../../simulators/src/api-management/simulated-login.ts';
import { at, SimulatedClient } from '../../../../simulators/src/api-management/simulated-client.ts';
import { ArmError, fieldError } from '../../../../simulators/src/api-management/management/arm-error.ts';
import { shippedRole } from '../../../../simulators/src/api-management/shipped-role.ts';
import { Failure, Refusal, type ProductError } from '../../model/errors/product-error.ts';
import type { InstanceEntity } from '../../model/facade/instance/instance-entity.ts';
import { InstancePlace } from '../../model/facade/instance/place.ts';
import type { InstanceStep } from '../../model/facade/instance/plan-instance.ts';
import { ApiManagementInstance } from './api-management-instance.ts';

const place = new InstancePlace(undefined, { name: 'prod', namespace: 'shop' });
const soon = { updateIntervalInMs: 5 };

let shop: SimulatedClient;
beforeEach(async () => {
  shop = await SimulatedClient.start();
  Object.assign(shop.simulator.management.timing, { operationMs: 3, lockMs: 3 });
});
afterEach(async () => {
  // Whatever was sent fits Microsoft's description.
  const complaints = shop.takeComplaints();
  await shop.stop();
  expect(complaints).toEqual([]);
});

function instanceOf(login: SimulatedLogin = {}): ApiManagementInstance {
  const { facade, settings } = simulatedLogin(shop, login);
  return new ApiManagementInstance(facade, settings);
}

const isWrite = (line: string) => /^(PUT|PATCH|DELETE) /.test(line);

/** @param isMoment of the requests after whose answers a provisioner may be killed. */
async function scenario(isMoment: (line: string) => boolean): Promise<FacadeInstanceScenario> {
  const { simulator } = shop;
  simulator.management.access.principals.set('provisioner', { actions: shippedRole('provisioner').Actions });
  return {
    instance: instanceOf({ token: 'provisioner' }),
    writes: () => simulator.management.seen.filter(isWrite),
    cutOffAfter: (moments) => {
      let left = moments;
      simulator.afterAnswer = (line) => {
        if (isMoment(line) && --left === 0) simulator.isCutOff = true;
      };
    },
    restore: () => {
      simulator.isCutOff = false;
      simulator.afterAnswer = () => {};
    },
    makeByHand,
    makeService: async (policy, product) => {
      await shop.putOrders();
      const own = { value: policy, format: 'rawxml' };
      await shop.sdk().apiPolicy.createOrUpdate(...at, 'orders', 'policy', own);
      if (product !== undefined) await shop.sdk().productApi.createOrUpdate(...at, product, 'orders');
    },
  };
}

async function makeByHand({ kind, id, name, content }: InstanceEntity): Promise<void> {
  const sdk = shop.sdk();
  const { text = '', value = '', backend = '', path = '', operations = '' } = content;
  switch (kind) {
    case 'named-value':
      await sdk.namedValue.beginCreateOrUpdateAndWait(...at, id, { displayName: name, value, tags: ['mine'] }, soon);
      break;
    case 'fragment':
      await sdk.policyFragment.beginCreateOrUpdateAndWait(...at, id, { value: text, description: 'Of mine' }, soon);
      break;
    case 'product':
      await sdk.product.createOrUpdate(...at, id, { displayName: name, subscriptionsLimit: 7 });
      break;
    case 'policy':
      await sdk.policy.createOrUpdate(...at, 'policy', { value: text });
      break;
    case 'fallback':
      await shop.putApi(id, { displayName: 'By hand', path, serviceUrl: backend, protocols: ['http'] });
      await sdk.apiOperation.createOrUpdate(...at, id, 'any', {
        displayName: 'x',
        method: operations,
        urlTemplate: '/x',
      });
  }
  await shop.unlocked();
}

describe.each([
  ['azure-async-operation', 'every answer', () => true],
  ['location', 'every write', isWrite],
] as const)('ApiManagementInstance, operations as %s, killed after %s', (shape, _, isMoment) => {
  facadeInstanceContract(() => {
    shop.simulator.management.asyncShape = shape;
    return scenario(isMoment);
  });
});

describe('ApiManagementInstance, in trouble', () => {
  const value: InstanceEntity = { kind: 'named-value', id: 'url', name: 'url', content: { value: 'x' } };
  const partners: InstanceEntity = {
    ...{ kind: 'product', id: 'partners', name: 'partners' },
    content: { name: 'Partners', subscription: 'required' },
  };
  const put = (entity: InstanceEntity, isThere = false): InstanceStep => ({
    ...{ kind: 'put', entity, owners: [place.tag], isThere },
  });

  const thrownBy = async (action: Promise<unknown>): Promise<ProductError> => {
    const thrown: unknown = await action.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown instanceof Refusal || thrown instanceof Failure ? undefined : thrown).toBeUndefined();
    return thrown as ProductError;
  };

  it.each([
    ['a token that Azure does not know', { token: 'x' }, 'facade-denies-access', '(401)'],
    ['another instance', { name: 'other' }, 'facade-not-found', 'no API Management other (404)'],
    ['nobody at the address', { endpoint: 'https://127.0.0.1:1' }, 'facade-unreachable', 'ECONNREFUSED'],
  ])('refuses before anything is written: %s', async (_, changes, type, says) => {
    const error = await thrownBy(instanceOf(changes).read(place));
    expect(error).toBeInstanceOf(Refusal);
    expect(error.facts.type).toBe(type);
    expect(error.explain()).toContain(says);
  });

  it('refuses where a role may not read, and fails where it may not write, naming the action', async () => {
    const { principals } = shop.simulator.management.access;
    principals.set('nobody', { actions: [] });
    principals.set('reader', { actions: ['*/read'] });
    const refusal = await thrownBy(instanceOf({ token: 'nobody' }).read(place));
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal.facts.type).toBe('facade-denies-access');
    const failure = await thrownBy(instanceOf({ token: 'reader' }).carryOut(put(partners)));
    expect(failure).toBeInstanceOf(Failure);
    expect(failure.facts.remedy).toContain('Microsoft.ApiManagement/service/products/write');
  });

  it('refuses an instance that Azure changes itself', async () => {
    shop.simulator.instance.provisioningState = 'Updating';
    const error = await thrownBy(instanceOf().read(place));
    expect(error.facts).toMatchObject({ type: 'facade-busy' });
    expect((await thrownBy(instanceOf().carryOut(put(partners)))).facts.type).toBe('facade-busy');
  });

  it('waits when there were too many requests, and says so once', async () => {
    const { faults } = shop.simulator.management;
    faults.throttleNext(/^PUT namedValues/, 0);
    faults.throttleNext(/^POLL PUT/, 0);
    const lines: string[] = [];
    await instanceOf().carryOut(put(value), { onWait: (line) => lines.push(line) });
    expect(lines).toEqual(['waiting for shop-apim: it limits requests (429)']);
  });

  it('writes again when an answer is lost, and does not wait for ever', async () => {
    const { faults } = shop.simulator.management;
    faults.loseNextAnswer(/^PUT namedValues/);
    await instanceOf({ limits: { awayMs: 5000 } }).carryOut(put(value));
    faults.holdNextOperation(/^PUT namedValues/);
    const hasty = instanceOf({ limits: { operationMs: 300, busyMs: 300 } });
    const error = await thrownBy(hasty.carryOut(put({ ...value, id: 'other', name: 'other' })));
    expect(error.facts).toMatchObject({ type: 'facade-fails' });
    expect(error.facts.reason).toMatch(/^An operation has not ended in .* at shop-apim\.$/);
  });

  it('says what an operation failed of: a key vault that the instance may not read', async () => {
    const said = "Caller is not authorized to perform action 'getSecret' at the key vault.";
    shop.simulator.management.faults.failNextOperation(/^PUT namedValues/, fieldError('keyVault', said));
    const error = await thrownBy(instanceOf().carryOut(put(value)));
    expect(error.facts).toMatchObject({ type: 'facade-refuses', doing: 'write the named value url at shop-apim' });
    expect(error.facts.reason).toContain(said);
  });

  it('fails where a deletion is refused for another reason', async () => {
    await instanceOf().carryOut(put(partners));
    shop.simulator.management.faults.failNext(/^DELETE/, new ArmError(400, 'ValidationError', 'It has subscriptions.'));
    const error = await thrownBy(instanceOf().carryOut({ kind: 'delete', entity: partners }));
    expect(error.facts).toMatchObject({ type: 'facade-refuses', doing: 'delete the product partners at shop-apim' });
  });

  it('leaves what is set besides', async () => {
    await makeByHand(value);
    await makeByHand(partners);
    await makeByHand({ kind: 'fragment', id: 'a', name: 'a', content: { text: '<fragment />' } });
    const instance = instanceOf();
    await instance.carryOut(put(value, true));
    await instance.carryOut(put(partners, true));
    await instance.carryOut(put({ kind: 'fragment', id: 'a', name: 'a', content: { text: '<fragment />' } }, true));
    const sdk = shop.sdk();
    expect((await sdk.namedValue.get(...at, 'url')).tags).toEqual(['mine', place.tag]);
    expect(await sdk.product.get(...at, 'partners')).toMatchObject({ subscriptionsLimit: 7, displayName: 'Partners' });
    expect((await sdk.policyFragment.get(...at, 'a')).description).toBe(`Of mine ${place.tag}`);
  });

  it('lets clients through to the legacy backend where no service has a path', async () => {
    const content = {
      name: 'Old',
      path: '',
      backend: 'https://127.0.0.1:1',
      subscription: 'none',
      operations: 'GET POST',
    };
    const fallback: InstanceEntity = { kind: 'fallback', id: 'fallback', name: 'fallback', content };
    await instanceOf().carryOut(put(fallback));
    await shop.propagated();
    // 404 would be of the door itself.
    expect((await shop.call('/anything/at/all')).status).toBeGreaterThanOrEqual(500);
    expect((await shop.call('/anything/at/all', { method: 'PUT' })).status).toBe(404);
  });
});
