import { setTimeout as sleep } from 'node:timers/promises';
import { facadeContract, type FacadeScenario } from '../../../../contracts/src/facade-contract.ts';
import { simulatedInstance } from '../../../../simulators/src/api-management/management/management-api.ts';
import { simulatedLogin, type SimulatedLogin } from '../../../../simulators/src/api-management/simulated-login.ts';
import { at, SimulatedClient } from '../../../../simulators/src/api-management/simulated-client.ts';
import { ownerToken } from '../../../../simulators/src/api-management/management/access.ts';
import { ArmError, fieldError } from '../../../../simulators/src/api-management/management/arm-error.ts';
import { ordersDescription } from '../../../../simulators/src/api-management/shop-description.ts';
import { shippedRole } from '../../../../simulators/src/api-management/shipped-role.ts';
import { textOf } from '../../../../simulators/src/api-management/management/management-request.ts';
import { Failure, Refusal, type ProductError } from '../../model/errors/product-error.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { ApiPath } from '../../model/facade/api-path.ts';
import { ApiId, ApiRevision, ProductId } from '../../model/facade/identifiers.ts';
import { RevisionMark } from '../../model/facade/revision-mark.ts';
import type { PublishStep } from '../../model/facade/publishing/publish-step.ts';
import type { ApiContent } from '../../ports/facade.ts';
import { apiVersion } from './azure-reader.ts';
import { ApiManagementFacade } from './api-management-facade.ts';

const { subscriptionId: subscription, ...place } = simulatedInstance;

let shop: SimulatedClient;
beforeAll(async () => {
  shop = await SimulatedClient.start();
});
afterAll(() => shop.stop());
// Whatever was sent fits Microsoft's description.
afterEach(() => expect(shop.takeComplaints()).toEqual([]));

function facadeOf(login: SimulatedLogin = {}): ApiManagementFacade {
  const { facade, settings } = simulatedLogin(shop, {
    ...login,
    limits: { busyMs: 4000, operationMs: 4000, answerMs: 4000, ...login.limits },
  });
  return new ApiManagementFacade(facade, settings);
}

const isWrite = (line: string) => /^(PUT|PATCH|DELETE) /.test(line);

/** @param isMoment of the requests after whose answers a publisher may be killed. */
async function scenario(isMoment: (line: string) => boolean): Promise<FacadeScenario> {
  const { simulator } = shop;
  Object.assign(simulator.management.timing, { operationMs: 3, lockMs: 3 });
  // All of the contract is kept with the rights that a deployer has.
  simulator.management.access.principals.set('deployer', { actions: shippedRole('deployer').Actions });
  return {
    facade: facadeOf({ token: 'deployer' }),
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
    addProduct: async (id) => void (await shop.sdk().product.createOrUpdate(...at, id, { displayName: id })),
    addNamedValue: async (name) => {
      const value = { displayName: name, value: 'x' };
      await shop.sdk().namedValue.beginCreateOrUpdateAndWait(...at, name, value, { updateIntervalInMs: 5 });
    },
    makeByHand: async (api, { displayName, description, path, serviceUrl, needsKey }) => {
      await shop.putApi(api.toString(), {
        ...{ displayName, description, serviceUrl, path: path.toString(), subscriptionRequired: needsKey },
      });
    },
    contentOf: async (api, revision) => {
      const held = simulator.instance.apis.get(api.at(revision)).revision;
      const policies = [['', held.policy] as const, ...held.operationPolicies];
      return {
        operations: [...held.operations.keys()].sort(),
        policies: Object.fromEntries(
          policies.flatMap(([name, policy]) => (policy ? [[name, textOf(policy.properties, 'value')]] : [])),
        ) as Record<string, string>,
      };
    },
  };
}

describe.each([
  ['azure-async-operation', 'every answer', () => true],
  ['location', 'every write', isWrite],
] as const)('ApiManagementFacade, operations as %s, killed after %s', (shape, _, isMoment) => {
  beforeAll(() => {
    shop.simulator.management.asyncShape = shape;
  });
  facadeContract(() => scenario(isMoment));
});

describe('ApiManagementFacade, in trouble', () => {
  const orders = ApiId.parse('orders')!;
  const [first, second] = ['20261124-1', '20261124-2'].map((text) => ApiRevision.parse(text)!);
  const build = BuildNumber.parse('20261124-2')!;
  const mark = new RevisionMark(build, '1a2b3c4');
  const settings = {
    ...{ displayName: 'Orders', description: 'Orders of the shop', needsKey: true },
    ...{ path: ApiPath.parse('orders')!, serviceUrl: 'https://orders.example' },
  };
  const wanted = { api: orders, digest: `sha256:${'a'.repeat(64)}`, settings };
  const content: ApiContent = {
    ...{ publication: { api: orders, build }, policies: { api: undefined, operations: new Map() }, notes: '' },
    description: { importText: () => JSON.stringify(ordersDescription()), operations: [] },
  };
  const stage: PublishStep = {
    ...{ kind: 'create-revision', revision: second!, source: first!, mark },
    serviceUrl: 'https://orders.example',
  };
  const importing: PublishStep = { kind: 'import', revision: second!, isCurrent: false, mark, settings };

  it('says that it waits for all of the gateway, and ends when it is interrupted', async () => {
    const lines: string[] = [];
    const onWait = (line: string) => void lines.push(line);
    await facadeOf({ limits: { spreadMs: 10 } }).spread({ onWait });
    expect(lines).toEqual([`waiting for ${place.name}: parts of it learn of a change up to 0.01 s later`]);
    const asked = new AbortController();
    const spread = facadeOf({ limits: { spreadMs: 3_600_000 } }).spread({ onWait, signal: asked.signal });
    asked.abort(new Error('stop'));
    await expect(spread).rejects.toThrow('stop');
  });

  beforeEach(async () => {
    await shop.stop();
    shop = await SimulatedClient.start();
    Object.assign(shop.simulator.management.timing, { operationMs: 3, lockMs: 3 });
    await shop.putOrders();
  });

  const thrownBy = async (action: Promise<unknown>): Promise<ProductError> => {
    const thrown: unknown = await action.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown instanceof Refusal || thrown instanceof Failure ? undefined : thrown).toBeUndefined();
    return thrown as ProductError;
  };
  const write = async (step: PublishStep, facade = facadeOf(), of = content, meanwhile = () => {}) => {
    const lines: string[] = [];
    const onWait = (line: string) => {
      lines.push(line);
      meanwhile();
    };
    await facade.carryOut(step, of, { onWait });
    return lines;
  };

  it.each([
    ['a token that Azure does not know', { token: 'x' }, 'facade-denies-access', '(401)'],
    ['another instance', { name: 'other' }, 'facade-not-found', 'no API Management other (404)'],
    [
      'another subscription',
      { subscription: subscription.replaceAll('2', '3') },
      'facade-not-found',
      'The subscription of shop-apim',
    ],
    ['nobody at the address', { endpoint: 'https://127.0.0.1:1' }, 'facade-unreachable', 'ECONNREFUSED'],
  ])('refuses before anything is written: %s', async (_, changes, type, says) => {
    const error = await thrownBy(facadeOf(changes).read(wanted));
    expect(error).toBeInstanceOf(Refusal);
    expect(error.facts.type).toBe(type);
    expect(error.explain()).toContain(says);
  });

  it('refuses an identity that gives no token', async () => {
    const identity = async () => ({ getToken: () => Promise.reject(new Error('Please run az login.')) });
    const place: ConstructorParameters<typeof ApiManagementFacade>[0] = {
      ...{ kind: 'api-management', subscription, resourceGroup: 'x', name: 'x' },
      endpoint: shop.simulator.endpoint,
    };
    const error = await thrownBy(new ApiManagementFacade(place, { identity }).read(wanted));
    expect(error.facts).toMatchObject({ type: 'azure-identity-missing', evidence: ['Please run az login.'] });
  });

  it('names the action that a role lacks', async () => {
    const { principals } = shop.simulator.management.access;
    principals.set('reader', { actions: ['*/read'] });
    const error = await thrownBy(write(stage, facadeOf({ token: 'reader' })));
    expect(error).toBeInstanceOf(Failure);
    expect(error.facts.remedy).toContain('Microsoft.ApiManagement/service/apis/write');
  });

  it('reads without loading the SDK, in the version that the SDK speaks', async () => {
    let loaded = 0;
    const facade = new ApiManagementFacade(
      { kind: 'api-management', subscription, ...place, endpoint: shop.simulator.endpoint },
      {
        identity: async () => ({ getToken: async () => ({ token: ownerToken, expiresOnTimestamp: Date.now() + 1e6 }) }),
        client: { tlsOptions: { ca: shop.ca } },
        loadSdk: () => {
          loaded++;
          return import('@azure/arm-apimanagement');
        },
      },
    );
    facade.prepare();
    await facade.read(wanted);
    await facade.currentApis();
    await facade.address();
    expect(loaded).toBe(0);
    expect(shop.sdk().apiVersion).toBe(apiVersion);
    // Who is going to write asks for it, and loads it meanwhile.
    await facade.surroundings(wanted.api);
    expect(loaded).toBe(1);
  });

  it('refuses an instance that Azure changes itself', async () => {
    shop.simulator.instance.provisioningState = 'Updating';
    const error = await thrownBy(facadeOf().surroundings(wanted.api));
    expect(error.facts).toMatchObject({ type: 'facade-busy' });
    expect(error.facts.reason).toContain('(Updating)');
    expect((await thrownBy(write(stage))).facts.type).toBe('facade-busy');
  });

  it('waits when there were too many requests, also in the middle of an operation, and says so once', async () => {
    const { faults } = shop.simulator.management;
    faults.throttleNext(/^PUT apis\/orders;rev=/, 0);
    faults.throttleNext(/^POLL PUT/, 0);
    expect(await write(stage)).toEqual(['waiting for shop-apim: it limits requests (429)']);
    faults.throttleNext(/^PUT apis\/orders;rev=/, 1000);
    expect((await thrownBy(write(importing))).facts.type).toBe('facade-busy');
  });

  it('waits while another operation on the API goes on, and for what an import has not made yet', async () => {
    const { timing } = shop.simulator.management;
    // Locked until somebody waits for it: a machine that is busy would miss a lock that ends by itself.
    const whileLocked = (step: PublishStep, of = content) => {
      timing.lockMs = Number.POSITIVE_INFINITY;
      return write(step, facadeOf(), of, () => (timing.lockMs = 0));
    };
    await write(stage);
    const lines = await whileLocked(importing);
    expect(lines).toEqual(['waiting for shop-apim: it is busy with an operation on the API']);
    const text = '<policies><inbound><base /></inbound></policies>';
    const policies = { api: { text, namedValues: [], fragments: [] }, operations: new Map() };
    const putting: PublishStep = { kind: 'put-policies', revision: second!, isCurrent: false };
    expect(await whileLocked(putting, { ...content, policies })).toEqual(lines);
    expect(await shop.apiPolicies('orders;rev=20261124-2')).toEqual([text]);
  });

  it('writes again when an answer is lost, and meets its own lock', async () => {
    const { faults, seen } = shop.simulator.management;
    const facade = facadeOf({ limits: { awayMs: 2000 } });
    for (const step of [stage, importing] as const) {
      faults.loseNextAnswer(/^PUT apis\/orders;rev=/);
      expect(await write(step, facade)).toContain('waiting for shop-apim: it does not answer (ECONNRESET)');
    }
    faults.loseNextAnswer(/^PUT .*releases/);
    await write({ kind: 'switch', revision: second! }, facade);
    expect(seen.filter((line) => line.includes('/releases/1-20261124-2'))).toHaveLength(2);
    faults.loseNextAnswer(/^DELETE/);
    await write({ kind: 'prune', revision: first! }, facade);
    expect([...shop.simulator.instance.apis.get('orders').api.revisions.keys()]).toEqual(['20261124-2']);
  });

  it('takes no switch for done that another publisher has taken back', async () => {
    const { faults } = shop.simulator.management;
    await write(stage);
    await write(importing);
    faults.loseNextAnswer(/^PUT .*releases/);
    // The same release again switches nothing: what is current says so.
    const takeBack = () => shop.simulator.instance.apis.makeCurrent('orders', first!.toString());
    const facade = facadeOf({ limits: { awayMs: 2000 } });
    const error = await thrownBy(write({ kind: 'switch', revision: second! }, facade, content, takeBack));
    expect(error.facts).toMatchObject({ type: 'facade-moved' });
    expect(error.facts.reason).toContain('Its revision 20261124-1 is current');
  });

  it.each(['azure-async-operation', 'location'] as const)('says what an operation failed of: %s', async (shape) => {
    const { management } = shop.simulator;
    management.asyncShape = shape;
    management.faults.failNextOperation(/^PUT/, fieldError('representation', 'Parsing error(s): a circle.'));
    const error = await thrownBy(write(stage));
    expect(error.facts).toMatchObject({ type: 'facade-refuses' });
    expect(error.facts.reason).toContain('representation: Parsing error(s): a circle.');
    // Another try is not taken for the one that failed.
    await write(stage);
    management.faults.failNextOperation(/^PUT/, new ArmError(409, 'PessimisticConcurrencyConflict', 'In progress'));
    expect(await write(importing)).toHaveLength(1);
  });

  it('does not wait for ever: for an operation, and for the end of another one', async () => {
    const { faults } = shop.simulator.management;
    faults.holdNextOperation(/^PUT/);
    const hasty = facadeOf({ limits: { operationMs: 300, busyMs: 300 } });
    const error = await thrownBy(write(stage, hasty));
    expect(error.facts).toMatchObject({ type: 'facade-fails' });
    expect(error.facts.reason).toMatch(/^An operation has not ended in .* at shop-apim\.$/);
    const next = await thrownBy(write(stage, hasty));
    expect(next.facts).toMatchObject({ type: 'facade-busy' });
    expect(next.facts.reason).toContain('does not end');
  });

  it.each([
    [
      'the tier',
      new ArmError(400, 'MethodNotAllowedInPricingTier', 'Not in Consumption.'),
      'facade-refuses',
      'The tier',
    ],
    ['an error of its own', new ArmError(500, 'InternalServerError', 'Oops.'), 'facade-fails', '(500): Oops.'],
  ])('says why it is not done: %s', async (_, error, type, says) => {
    shop.simulator.management.faults.failNext(/^PUT/, error);
    const failure = await thrownBy(write(stage));
    expect(failure.facts.type).toBe(type);
    expect(failure.facts.reason).toContain(says);
  });

  it('says when there is no room for more operations', async () => {
    shop.simulator.instance.apis.maximumOperations = 3;
    const { type, reason, remedy } = (await thrownBy(write(stage))).facts;
    expect([type, reason]).toEqual(['facade-refuses', expect.stringContaining('no room for more operations')]);
    expect(remedy).toContain('Delete revisions');
  });

  it('takes a product that has the API already for done', async () => {
    await shop.sdk().product.createOrUpdate(...at, 'partners', { displayName: 'Partners' });
    const conflict = new ArmError(409, 'Conflict', 'Link already exists between specified Product and Api.');
    shop.simulator.management.faults.failNext(/^PUT products/, conflict);
    await write({ kind: 'link', product: ProductId.parse('partners')! });
    const missing = await thrownBy(write({ kind: 'link', product: ProductId.parse('none')! }));
    expect(missing.facts.type).toBe('facade-refuses');
  });

  it('stops waiting when it is asked to', async () => {
    shop.simulator.management.faults.holdNextOperation(/^PUT/);
    const controller = new AbortController();
    const reason = new Failure({ type: 'interrupted', doing: 'publish', reason: 'x.', remedy: 'Go on.' });
    const writing = facadeOf().carryOut(stage, content, { signal: controller.signal });
    await sleep(100);
    controller.abort(reason);
    expect(await thrownBy(writing)).toBe(reason);
  });
});
