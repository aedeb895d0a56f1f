import { approvesAll } from '../../../../../twins/src/approve-all.ts';
import { countedPorts } from '../../../../../twins/src/counted-ports.ts';
import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import { interruption } from '../../../model/errors/interruption.ts';
import { Failure, Refusal, type ProductError } from '../../../model/errors/product-error.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import { publishApi, type ApiPublishRequest } from '../../api-publish/api-publish.ts';
import type { RevisionCheck } from '../../facade/publish-request.ts';
import type { ReleaseRequest } from '../../release/release.ts';
import { findRelease } from '../../revision/find-release.ts';
import { describeRollback, planRollback, rollBack } from '../../rollback/rollback.ts';
import { deploy } from '../deploy.ts';
import type { DeployTarget } from '../plan-deploy.ts';

const ada = { person: 'ada', run: 'ada@laptop' };
/** Writes at the door, waits for all of it, and what changes the code, in their order. */
const isOfOrder = /^(PUT|PATCH|DELETE|facade\.spread|cluster\.(openRecord|apply|closeRecord))/;

/** A scenario that notes in one list what is written at the door and to the cluster. */
class DoorScenario extends ReleaseScenario {
  readonly calls: string[] = [];

  override get ports(): ReleasePorts {
    return countedPorts(super.ports, (name) => this.calls.push(name));
  }

  /** Returns what was done since, without repetitions. */
  taken(): string[] {
    const calls = this.calls.splice(0).filter((line) => isOfOrder.test(line));
    return calls.filter((line, index) => line !== calls[index - 1]);
  }
}

/** A scenario whose service has an API with some operations, released so often. */
async function released(...apis: (readonly string[])[]): Promise<DoorScenario> {
  const scenario = new DoorScenario();
  scenario.facade.afterWrite = (line) => scenario.calls.push(line);
  for (const operations of apis) {
    scenario.describeApi(operations);
    await releaseIt(scenario);
  }
  scenario.taken();
  return scenario;
}

const named = ({ environments }: ReleaseScenario, name: string) => environments.find((each) => each.name === name)!;
const orders = ({ facade }: ReleaseScenario) => facade.apis.get('orders')!;
const recordsIn = (scenario: ReleaseScenario, name = 'preprod') => scenario.clusters.get(name)!.records('orders');

async function back(scenario: ReleaseScenario) {
  return rollBack(await planBack(scenario), { timeoutMs: 1000 }, scenario.ports, scenario.reporter);
}

async function planBack(scenario: ReleaseScenario) {
  const { service, ports, environments } = scenario;
  const environmentNames = environments.map(({ name }) => name);
  const environment = named(scenario, 'preprod');
  const request = {
    service,
    environment,
    environmentNames,
    mainBranch: 'main',
    to: undefined,
    actor: ada,
    reason: undefined,
  };
  return planRollback(request, ports);
}

function publishAlone(scenario: ReleaseScenario, changes: Partial<ApiPublishRequest> = {}) {
  const { service, ports, reporter } = scenario;
  const usual = { dryRun: false, allowBreaking: false, approvedBy: undefined, build: undefined, mainBranch: 'main' };
  const request = { ...usual, service, environment: named(scenario, 'preprod'), actor: ada };
  return publishApi({ ...request, ...changes }, ports, reporter);
}

const toProd = (scenario: ReleaseScenario, allowBreaking = false) => deployTo(scenario, 'prod', { allowBreaking });

async function deployTo(scenario: ReleaseScenario, name: string, wishes: Partial<DeployTarget>) {
  const { service, ports, reporter, environments } = scenario;
  const usual = {
    timeoutMs: 1000,
    force: false,
    mainBranch: 'main',
    ...approvesAll('eve'),
    allowDowntime: false,
    adopt: false,
  };
  const target = {
    ...{ ...usual, service, environment: named(scenario, name), actor: ada, ...wishes },
    release: await findRelease('orders', undefined, ports),
    environmentNames: environments.map(({ name }) => name),
  };
  return deploy(target, usual, ports, reporter);
}

async function thrownBy(action: Promise<unknown>): Promise<ProductError> {
  return action.then(
    () => expect(undefined).toBe('an error'),
    (error: unknown) => error as ProductError,
  ) as Promise<ProductError>;
}

const code = ['cluster.openRecord', 'cluster.apply'];
const staging = (revision: string) => [
  `PUT apis/orders;rev=${revision}`,
  `PUT apis/orders;rev=${revision}`,
  `PATCH apis/orders;rev=${revision}`,
];
const once = (lines: readonly string[]) => lines.filter((line, index) => line !== lines[index - 1]);

describe('a release', () => {
  it('makes the API before the code, and opens it after it', async () => {
    const scenario = await released();
    scenario.describeApi(['listOrders']);
    await releaseIt(scenario);
    expect(scenario.taken()).toEqual([
      'PUT apis/orders',
      'PATCH apis/orders',
      ...code,
      'PATCH apis/orders',
      'cluster.closeRecord',
    ]);
    expect(orders(scenario).settings).toMatchObject({ displayName: 'Orders', needsKey: true });
    expect(`${orders(scenario).settings.path}`).toBe('orders');
    const [record] = await recordsIn(scenario);
    expect(record).toMatchObject({
      outcome: 'succeeded',
      publishes: [{ api: 'orders', revision: '20261124-1', path: 'orders', file: 'apps/orders/openapi.yaml' }],
      published: [{ api: 'orders', revision: '20261124-1', openedAt: '2026-11-24T12:00:00.000Z' }],
    });
  });

  it('stages a revision, and shows it to clients after the code', async () => {
    const scenario = await released(['listOrders']);
    scenario.describeApi(['listOrders', 'getOrder']);
    await releaseIt(scenario);
    const release = 'PUT apis/orders/releases/1-20261124-2';
    expect(scenario.taken()).toEqual([...once(staging('20261124-2')), ...code, release, 'cluster.closeRecord']);
    expect(orders(scenario).releases.get('1-20261124-2')).toBe('orders 20261124-2 in preprod by ada (ada@laptop)');
    const [record] = await recordsIn(scenario);
    expect(record?.published).toEqual([
      { api: 'orders', revision: '20261124-2', previous: '20261124-1', openedAt: '2026-11-24T12:00:00.000Z' },
    ]);
  });

  it('writes nothing at the door when the description is the same, and nothing at all when nothing differs', async () => {
    const scenario = await released(['listOrders']);
    scenario.change('2');
    await releaseIt(scenario);
    expect(scenario.taken()).toEqual([...code, 'cluster.closeRecord']);
    const [record] = await recordsIn(scenario);
    expect(record?.publishes?.[0]?.revision).toBe('20261124-1');
    await releaseIt(scenario);
    expect(scenario.taken()).toEqual([]);
  });

  it('publishes versions as APIs of their own, beside the original', async () => {
    const scenario = await released(['listOrders']);
    const text = scenario.repository.workingText('apps/orders/openapi.yaml');
    scenario.repository.write('apps/orders/openapi.v2.yaml', text.replaceAll('listOrders', 'findOrders'));
    scenario.repository.commit();
    await releaseIt(scenario);
    const paths = [...scenario.facade.apis].map(
      ([id, { settings }]) => `${id} ${settings.path} ${settings.versions?.version ?? ''}`,
    );
    expect(paths).toEqual(['orders orders ', 'orders-v2 orders v2']);
    expect(orders(scenario).current).toBe('20261124-1');
    await releaseIt(scenario);
    expect((await recordsIn(scenario)).map(({ publishes }) => publishes?.length)).toEqual([2, 1]);
  });

  it('asks only for its own API where its description is the one that is there', async () => {
    const scenario = await released(['listOrders']);
    scenario.facade.surroundings = () => Promise.reject(new Error('This was not to be asked.'));
    scenario.change('2');
    await releaseIt(scenario);
    expect((await recordsIn(scenario)).map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
    scenario.describeApi(['listOrders', 'getOrder']);
    await expect(releaseIt(scenario)).rejects.toThrow('This was not to be asked.');
  });

  it.each<[string, (scenario: ReleaseScenario) => void, string]>([
    ['a description that the door refuses', (each) => each.describeApi([]), 'bad-api-description'],
    ['a door that is away', (each) => void (each.facade.outage = 'It is gone.'), 'facade-unreachable'],
    [
      'a path of another API',
      (each) => {
        // Looked for where something is to be written: what is at the door already was let in there.
        each.describeApi(['listOrders', 'getOrder']);
        each.facade.apis.set('cart', { ...each.facade.apis.get('orders')!, revisions: new Map() });
      },
      'facade-not-ready',
    ],
    [
      'no variables',
      ({ repository }) => {
        repository.remove('apps/orders/pipeline.variables.yml');
        repository.commit();
      },
      'bad-pipeline-variables',
    ],
    [
      'a policy of an operation that is not there',
      ({ repository }) => {
        repository.write('apps/orders/apim/operations/dropOrder.xml', '<policies />');
        repository.commit();
      },
      'bad-api-policy',
    ],
  ])('refuses %s before a number is taken', async (_, spoil, type) => {
    const scenario = await released(['listOrders']);
    scenario.change('2');
    spoil(scenario);
    const error = await thrownBy(releaseIt(scenario));
    expect(`${error.exitCode} ${error.facts.type}`).toBe(`2 ${type}`);
    expect(scenario.taken()).toEqual([]);
    expect(await scenario.repository.buildNumbers('orders')).toHaveLength(1);
  });

  it('goes on, by the same command, wherever the door went away', async () => {
    for (let left = 1; ; left++) {
      const scenario = await released(['listOrders']);
      scenario.describeApi(['listOrders', 'getOrder']);
      let writes = 0;
      scenario.facade.afterWrite = () => void (++writes === left && (scenario.facade.outage = 'It is gone.'));
      const outcome = await releaseIt(scenario).catch((error: unknown) => error as ProductError);
      scenario.facade.outage = undefined;
      const failed = outcome instanceof Error ? outcome.facts : undefined;
      if (failed) expect(failed.type).toBe('facade-unreachable');
      await releaseIt(scenario);
      expect(orders(scenario).current).toBe('20261124-2');
      expect((await recordsIn(scenario))[0]).toMatchObject({ outcome: 'succeeded' });
      if (!failed) break;
      expect(left).toBeLessThan(10);
    }
  });

  it('keeps the code, and says so, when only the door could not be opened', async () => {
    const scenario = await released(['listOrders']);
    scenario.describeApi(['listOrders', 'getOrder']);
    scenario.facade.afterWrite = (line) => {
      if (line.startsWith('PATCH')) scenario.facade.outage = 'It is gone.';
    };
    const { facts, exitCode } = await thrownBy(releaseIt(scenario));
    expect(exitCode).toBe(1);
    expect(facts.reason).toBe('It is gone. 20261124-2 serves in preprod, and clients may not get all of its API yet.');
    expect(orders(scenario).current).toBe('20261124-1');
    const [record, ...others] = await recordsIn(scenario);
    expect(record).toMatchObject({
      outcome: 'failed',
      published: [{ revision: '20261124-2', previous: '20261124-1' }],
    });
    expect(record?.published?.[0]).not.toHaveProperty('openedAt');
    expect(others).toHaveLength(1);
    scenario.facade.outage = undefined;
    expect(await publishAlone(scenario)).toMatchObject({ state: 'published' });
    expect(orders(scenario).current).toBe('20261124-2');
  });

  it('does not show clients what its code failed to serve, and takes the code back', async () => {
    const scenario = await released(['listOrders']);
    scenario.describeApi(['listOrders', 'getOrder']);
    scenario.clusters.get('preprod')!.script('orders', { state: 'failed', reason: 'broken', evidence: [] });
    const { facts } = await thrownBy(releaseIt(scenario));
    expect(facts.remedy).toContain('Rolled back to 20261124-1 automatically');
    expect(orders(scenario).current).toBe('20261124-1');
    const [restored, failed] = await recordsIn(scenario);
    expect(restored).toMatchObject({
      cause: { action: 'automatic-rollback' },
      publishes: [{ revision: '20261124-1' }],
    });
    expect(failed).toMatchObject({ outcome: 'failed', publishes: [{ revision: '20261124-2' }] });
    expect(failed).not.toHaveProperty('published');
  });

  it('takes the code back when a check finds that the API is not as described', async () => {
    const scenario = await released(['listOrders']);
    scenario.describeApi(['listOrders', 'getOrder']);
    await releaseIt(scenario, { targets: [] });
    const checked: string[] = [];
    const check: RevisionCheck = async (revision, { publication }, { facade }) => {
      checked.push(`${publication.api.at(revision)} at ${facade.instance}`);
      throw new Failure({ type: 'api-differs', doing: 'check', reason: 'It answers 500.', remedy: 'Look.' });
    };
    const { facts } = await thrownBy(deployTo(scenario, 'preprod', { check }));
    expect(checked).toEqual(['orders;rev=20261124-2 at shop-apim']);
    expect(facts).toMatchObject({ reason: 'It answers 500.', type: 'api-differs' });
    expect(facts.remedy).toContain('Rolled back to 20261124-1 automatically');
    expect(orders(scenario).current).toBe('20261124-1');
    await deployTo(scenario, 'preprod', { check: async () => {} });
    expect(orders(scenario).current).toBe('20261124-2');
  });

  it('calls the documented GETs through the door before clients find them, and takes code back that differs', async () => {
    const scenario = await released(['listOrders']);
    scenario.describeApi(['listOrders', 'getOrder']);
    const url = (path: string) => `https://shop-apim.example/orders;rev=20261124-2/${path}`;
    scenario.apiCaller.serve(url('listOrders'), { status: 200 });
    scenario.apiCaller.serve(url('getOrder'), { status: 500 });
    const { facts } = await thrownBy(releaseIt(scenario));
    expect(facts).toMatchObject({ type: 'api-differs' });
    expect(facts.evidence).toContain('GET /getOrder answered 500; described: 200');
    expect(facts.remedy).toContain('Rolled back to 20261124-1 automatically');
    expect(orders(scenario).current).toBe('20261124-1');
    scenario.apiCaller.serve(url('getOrder'), { status: 200 });
    await deployTo(scenario, 'preprod', {});
    expect(orders(scenario).current).toBe('20261124-2');
  });

  it('keeps code whose door could not be asked', async () => {
    const scenario = await released(['listOrders']);
    scenario.describeApi(['listOrders', 'getOrder']);
    scenario.facade.entrance = async () => {
      throw new Refusal({ type: 'facade-unreachable', doing: 'look', reason: 'It is gone.', remedy: 'Wait.' });
    };
    const { facts, exitCode } = await thrownBy(releaseIt(scenario));
    expect([exitCode, facts.reason]).toEqual([1, expect.stringContaining('20261124-2 serves in preprod')]);
    expect(await recordsIn(scenario)).toHaveLength(2);
  });

  it('takes failing code back also while the door is away', async () => {
    const scenario = await released(['listOrders']);
    scenario.describeApi(['listOrders', 'getOrder']);
    scenario.facade.afterWrite = (line) => {
      if (line.startsWith('PATCH')) scenario.facade.outage = 'It is gone.';
    };
    scenario.clusters.get('preprod')!.script('orders', { state: 'failed', reason: 'broken', evidence: [] });
    const { facts } = await thrownBy(releaseIt(scenario));
    expect(facts.remedy).toContain('Rolled back to 20261124-1 automatically');
    expect(scenario.lines).toContain('preprod: the API stays as it is: It is gone.');
  });

  it('stops before the next write when it is interrupted, and the same command goes on', async () => {
    for (let left = 1; ; left++) {
      const scenario = await released(['listOrders']);
      scenario.describeApi(['listOrders', 'getOrder']);
      const asked = new AbortController();
      let writes = 0;
      scenario.facade.afterWrite = () => void (++writes === left && asked.abort(interruption('SIGINT')));
      const outcome = await releaseIt(scenario, { signal: asked.signal }).catch(
        (error: unknown) => error as ProductError,
      );
      if (!(outcome instanceof Error)) break;
      expect(outcome.facts.type).toBe('interrupted');
      expect(writes).toBe(left);
      await releaseIt(scenario);
      expect(orders(scenario).current).toBe('20261124-2');
      expect(left).toBeLessThan(10);
    }
  });
});

describe('a rollback', () => {
  it('takes the door back before the code, without an import', async () => {
    const scenario = await released(['listOrders'], ['listOrders', 'getOrder']);
    await back(scenario);
    const release = 'PUT apis/orders/releases/2-20261124-1';
    const order = ['cluster.openRecord', release, 'facade.spread', 'cluster.apply', 'cluster.closeRecord'];
    expect(scenario.taken()).toEqual(order);
    const [record] = await recordsIn(scenario);
    expect(record?.published).toMatchObject([{ revision: '20261124-1', previous: '20261124-2' }]);
  });

  it('leaves the code alone when it is interrupted before all of the door knows, and waits anew the next time', async () => {
    const scenario = await released(['listOrders'], ['listOrders', 'getOrder']);
    const { spread } = scenario.facade;
    scenario.facade.spread = () => Promise.reject(interruption('SIGINT'));
    const { facts } = await thrownBy(back(scenario));
    expect(facts.type).toBe('interrupted');
    const release = 'PUT apis/orders/releases/2-20261124-1';
    expect(scenario.taken()).toEqual(['cluster.openRecord', release, 'facade.spread', 'cluster.closeRecord']);
    scenario.facade.spread = spread;
    await back(scenario);
    const order = ['cluster.openRecord', 'facade.spread', 'cluster.apply', 'cluster.closeRecord'];
    expect(scenario.taken()).toEqual(order);
  });

  it('waits for no door that shows the same all the time', async () => {
    const scenario = await released(['listOrders']);
    scenario.change('2');
    await releaseIt(scenario);
    scenario.taken();
    await back(scenario);
    expect(scenario.taken()).toEqual([...code, 'cluster.closeRecord']);
  });

  it('leaves the code alone when the door cannot go back, and goes on by the same command', async () => {
    const scenario = await released(['listOrders'], ['listOrders', 'getOrder']);
    const { carryOut } = scenario.facade;
    // Away from the first write on.
    scenario.facade.carryOut = (...args) => {
      scenario.facade.outage = 'It is gone.';
      return carryOut.apply(scenario.facade, args);
    };
    const { facts } = await thrownBy(back(scenario));
    expect(facts.type).toBe('facade-unreachable');
    expect(scenario.taken()).toEqual(['cluster.openRecord', 'cluster.closeRecord']);
    scenario.facade.outage = undefined;
    scenario.facade.carryOut = carryOut;
    await back(scenario);
    expect(orders(scenario).current).toBe('20261124-1');
  });

  it('imports from the commit what was pruned, and needs no record of it', async () => {
    const scenario = await released(['listOrders'], ['listOrders', 'getOrder']);
    const kept = orders(scenario);
    const revisions = new Map([...kept.revisions].filter(([name]) => name !== '20261124-1'));
    scenario.facade.apis.set('orders', { ...kept, revisions });
    await back(scenario);
    expect(scenario.taken().slice(0, 3)).toEqual([...once(staging('20261124-1')), 'cluster.openRecord']);
    expect(orders(scenario).current).toBe('20261124-1');
  });

  it('says that the API stays when there was none then', async () => {
    const scenario = new DoorScenario();
    await releaseIt(scenario);
    scenario.describeApi(['listOrders']);
    await releaseIt(scenario);
    const plan = await planBack(scenario);
    expect(await describeRollback(plan, scenario.ports)).toContain(
      'preprod: its API stays published as it is: 20261124-1 has no description of it',
    );
    await back(scenario);
    expect(orders(scenario).current).toBe('20261124-2');
  });
});

describe('a protected environment', () => {
  it('refuses what breaks its clients, and takes it with the option, which is recorded', async () => {
    const scenario = await released(['listOrders', 'getOrder']);
    await toProd(scenario);
    scenario.describeApi(['listOrders']);
    await releaseIt(scenario);
    const refused = await thrownBy(toProd(scenario));
    expect(`${refused.exitCode} ${refused.facts.type}`).toBe('2 api-breaks-clients');
    expect(refused.facts.evidence).toEqual(['GET /getOrder: removed']);
    await toProd(scenario, true);
    expect(scenario.lines).toContain('prod: GET /getOrder: removed');
    const [record] = await recordsIn(scenario, 'prod');
    expect(record?.cause.overrides).toEqual(['--allow-breaking']);
    expect(scenario.facade.apis.get('orders-prod')!.current).toBe('20261124-2');
  });

  it('refuses what it cannot compare', async () => {
    const scenario = await released(['listOrders']);
    await toProd(scenario);
    const api = scenario.facade.apis.get('orders-prod')!;
    const [[name, revision]] = [...api.revisions] as [[string, NonNullable<ReturnType<typeof api.revisions.get>>]];
    scenario.facade.apis.set('orders-prod', { ...api, revisions: new Map([[name, { ...revision, mark: 'by hand' }]]) });
    scenario.describeApi(['listOrders', 'getOrder']);
    await releaseIt(scenario);
    expect((await thrownBy(toProd(scenario))).facts.evidence).toEqual([
      'The revision that is current was not made by this tool.',
    ]);
  });
});

describe('api-publish', () => {
  it('does nothing where the door is as it should be, and puts right what is not', async () => {
    const scenario = await released(['listOrders']);
    expect(await publishAlone(scenario)).toMatchObject({ state: 'unchanged' });
    expect(scenario.lines).toContain('orders at shop-apim is as it should be (revision 20261124-1)');
    scenario.facade.apis.delete('orders');
    expect(await publishAlone(scenario, { dryRun: true })).toMatchObject({ state: 'planned' });
    expect(scenario.lines.slice(-4)).toEqual([
      'would make the API orders with revision 20261124-1, which no client finds yet',
      'would put the policies of revision 20261124-1',
      'would finish revision 20261124-1',
      'would change of orders: path',
    ]);
    expect(scenario.facade.apis.size).toBe(0);
    expect(await publishAlone(scenario)).toMatchObject({ state: 'published' });
    expect(scenario.facade.apis.size).toBe(1);
  });

  it('checks before clients find it', async () => {
    const scenario = await released(['listOrders']);
    scenario.facade.apis.delete('orders');
    const failed = new Error('answers 500');
    await expect(publishAlone(scenario, { check: () => Promise.reject(failed) })).rejects.toBe(failed);
    expect(`${orders(scenario).settings.path}`).toBe('staged-api/orders');
  });

  it.each<[string, Partial<ApiPublishRequest> | 'nothing', string]>([
    ['an environment without a facade', { environment: named(new ReleaseScenario(), 'preprod') }, 'no-facade'],
    ['a service that was never deployed', 'nothing', 'not-deployed'],
    ['a release that does not exist', { build: BuildNumber.parse('20261124-7')! }, 'no-such-release'],
  ])('refuses %s', async (_, wanted, type) => {
    const scenario = await (wanted === 'nothing' ? released() : released(['listOrders']));
    if (wanted === 'nothing') scenario.describeApi(['listOrders']);
    const error = await thrownBy(publishAlone(scenario, wanted === 'nothing' ? {} : wanted));
    expect(`${error.exitCode} ${error.facts.type}`).toBe(`2 ${type}`);
  });

  it('refuses a release whose code does not serve there', async () => {
    const scenario = await released(['listOrders']);
    scenario.describeApi(['listOrders', 'getOrder']);
    const none: Partial<ReleaseRequest> = { targets: [] };
    await releaseIt(scenario, none);
    const { facts } = await thrownBy(publishAlone(scenario, { build: BuildNumber.parse('20261124-2')! }));
    expect(facts.reason).toBe('20261124-2 does not run in preprod: 20261124-1 does.');
  });

  it('needs an approval where the environment is protected', async () => {
    const scenario = await released(['listOrders']);
    await toProd(scenario);
    const environment = named(scenario, 'prod');
    expect((await thrownBy(publishAlone(scenario, { environment }))).exitCode).toBe(2);
    expect(await publishAlone(scenario, { environment, ...approvesAll('eve') })).toMatchObject({ state: 'unchanged' });
  });
});
