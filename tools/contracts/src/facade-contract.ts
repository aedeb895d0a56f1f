import * as xml from '@xmldom/xmldom';
import { Failure, Refusal, type ProductError } from '../../plugin/src/model/errors/product-error.ts';
import { ApiPath } from '../../plugin/src/model/facade/api-path.ts';
import { ApiVersion } from '../../plugin/src/model/facade/api-version.ts';
import { readApiDescription } from '../../plugin/src/model/facade/description/api-description.ts';
import { ApiId, ApiRevision, ProductId } from '../../plugin/src/model/facade/identifiers.ts';
import { contentDigest, readApiPolicies } from '../../plugin/src/model/facade/policies/api-policies.ts';
import { planPublication, revisionsKept, stepsOf } from '../../plugin/src/model/facade/publishing/plan-publication.ts';
import type { ApiSettings, Publication } from '../../plugin/src/model/facade/publishing/publication.ts';
import { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import type { ApiContent, Facade } from '../../plugin/src/ports/facade.ts';

/** What a revision consists of at the door. */
export interface DoorContent {
  /** Names of its operations. */
  readonly operations: readonly string[];
  /** Texts by operation; that of the API itself under the empty name. */
  readonly policies: Readonly<Record<string, string>>;
}

/** A door under test, and hands to see and do what the port does not. */
export interface FacadeScenario {
  readonly facade: Facade;
  /** Lines of all writes so far, whatever came of them: `PUT apis/orders`. */
  writes(): readonly string[];
  /**
   * Lets nothing get to the door any more after so many further moments, as if the publisher were killed: each write is
   * one, and each answer may be.
   */
  cutOffAfter(moments: number): void;
  /** Ends that. */
  restore(): void;
  addProduct(id: string): Promise<void>;
  addNamedValue(name: string): Promise<void>;
  /** Makes an API with the revision 1, as somebody does who knows nothing of this tool. */
  makeByHand(api: ApiId, settings: ApiSettings): Promise<void>;
  contentOf(api: ApiId, revision: ApiRevision): Promise<DoorContent>;
}

interface Changes {
  readonly operations?: readonly string[];
  /** Files in `apim/`. */
  readonly policies?: Readonly<Record<string, string>>;
  readonly settings?: Partial<ApiSettings>;
  readonly products?: readonly string[];
}

/** A publication, with its content. */
interface Release {
  readonly publication: Publication;
  readonly content: ApiContent;
  readonly expected: DoorContent;
}

const policyOf = (name: string) =>
  `<policies><inbound><base /><set-header name="${name}"><value>1</value></set-header></inbound></policies>`;

let count = 0;
const newApi = () => ApiId.parse(`orders-${process.pid}-${++count}`)!;

function release(api: ApiId, revision: number, changes: Changes = {}): Release {
  const { operations = ['listOrders'], policies: files = {}, settings: changed, products } = changes;
  const file = 'apps/orders/openapi.yaml';
  const paths = operations.map((id) => [
    `/${id}`,
    { get: { operationId: id, responses: { 200: { description: 'x' } } } },
  ]);
  const document = { openapi: '3.0.3', info: { title: 'x', version: '1' }, paths: Object.fromEntries(paths) };
  const read = readApiDescription(file, new Map([[file, JSON.stringify(document)]]));
  if (!('description' in read)) throw new Error('It refers to other files.');
  const texts = new Map(Object.entries(files).map(([name, text]) => [`apps/orders/apim/${name}`, text]));
  const policies = readApiPolicies('apps/orders/apim', texts, read.description, xml);
  const build = BuildNumber.parse(`20261124-${revision}`)!;
  const settings: ApiSettings = {
    ...{ displayName: `Orders ${api}`, description: 'All orders', path: ApiPath.parse(`${api}`)!, needsKey: true },
    ...{ serviceUrl: 'https://gateway.example/orders', ...changed },
  };
  const publication: Publication = {
    ...{ api, build, commit: `${revision}a2b3c4d`, digest: contentDigest(read.description, policies), settings },
    products: products?.map((id) => ProductId.parse(id)!),
  };
  return {
    publication,
    content: { publication, description: read.description, policies, notes: 'by the contract' },
    expected: {
      operations: read.description.operations.map(({ name }) => name).sort(),
      policies: Object.fromEntries([
        ...(policies.api ? [['', policies.api.text]] : []),
        ...[...policies.operations].map(([name, { text }]) => [name, text]),
      ]),
    },
  };
}

const revisions = (numbers: readonly number[]) => numbers.map((number) => ApiRevision.parse(`20261124-${number}`)!);

/** Publishes, and returns the kinds of steps that it took. */
async function publish(facade: Facade, { publication, content }: Release, recorded: readonly number[] = []) {
  const state = await facade.read(publication);
  const steps = stepsOf(planPublication(publication, { ...state, recorded: revisions(recorded) }));
  for (const step of steps) await facade.carryOut(step, content);
  return steps.map(({ kind }) => kind);
}

async function expectReached(
  { facade, contentOf }: FacadeScenario,
  { publication, expected }: Release,
  recorded: readonly number[] = [],
) {
  const { api, digest, settings, products } = publication;
  const state = await facade.read(publication);
  const { door } = state;
  expect(texts(door!.settings)).toMatchObject(texts(settings));
  const current = door!.revisions.find(({ revision }) => revision.equals(door!.current));
  expect(current!.mark!.digest).toBe(digest);
  if (products) expect(door!.products.map(String).sort()).toEqual(products.map(String).sort());
  expect(await contentOf(api, door!.current)).toEqual(expected);
  expect(stepsOf(planPublication(publication, { ...state, recorded: revisions(recorded) }))).toEqual([]);
}

function texts(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, textOf(each)]));
}

function textOf(value: unknown): string {
  const { set, version } = value as { readonly set?: unknown; readonly version?: unknown };
  return set === undefined ? String(value) : `${String(set)} ${String(version)}`;
}

async function thrownBy(action: Promise<unknown>): Promise<ProductError> {
  const thrown: unknown = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown instanceof Refusal || thrown instanceof Failure ? undefined : thrown).toBeUndefined();
  return thrown as ProductError;
}

/** Declares the behaviour that every public door must have. */
export function facadeContract(start: () => Promise<FacadeScenario>): void {
  it('has nothing where nothing is', async () => {
    const { facade } = await start();
    expect(await facade.read(release(newApi(), 1).publication)).toEqual({ door: undefined, hasVersionSet: false });
  });

  it('makes an API, and writes nothing when nothing differs', async () => {
    const scenario = await start();
    const { facade, writes, addProduct } = scenario;
    await addProduct('partners');
    const first = release(newApi(), 1, {
      ...{ operations: ['listOrders', 'getOrder'], products: ['partners'] },
      policies: { 'policy.xml': policyOf('all'), 'operations/getOrder.xml': policyOf('one') },
    });
    const kinds = await publish(facade, first);
    expect(kinds).toEqual(['create-api', 'put-policies', 'seal', 'link', 'settle']);
    await expectReached(scenario, first);
    const before = writes().length;
    expect(await publish(facade, first)).toEqual([]);
    expect(
      await publish(facade, {
        ...first,
        publication: { ...first.publication, build: BuildNumber.parse('20261124-2')! },
      }),
    ).toEqual([]);
    expect(writes()).toHaveLength(before);
  });

  it('stages a revision, switches to it, and goes back by a switch alone', async () => {
    const scenario = await start();
    const { facade, addProduct } = scenario;
    await addProduct('partners');
    await addProduct('internal');
    const api = newApi();
    const first = release(api, 1, {
      ...{ operations: ['listOrders', 'getOrder'], products: ['partners'] },
      policies: { 'policy.xml': policyOf('all'), 'operations/getOrder.xml': policyOf('one') },
    });
    await publish(facade, first);
    const second = release(api, 2, {
      ...{ operations: ['listOrders', 'cancelOrder'], products: ['internal'] },
      policies: { 'operations/listOrders.xml': policyOf('list') },
      settings: { description: 'New', displayName: `New ${api}`, needsKey: false, serviceUrl: 'https://new.example' },
    });
    const staging = ['create-revision', 'import', 'put-policies', 'seal'];
    expect(await publish(facade, second)).toEqual([...staging, 'switch', 'settle', 'link', 'unlink']);
    await expectReached(scenario, second);
    expect(await publish(facade, first)).toEqual(['switch', 'settle', 'link', 'unlink']);
    await expectReached(scenario, first);
  });

  it('lets a revision go to where the service is now before it becomes current', async () => {
    const scenario = await start();
    const api = newApi();
    const settings = { serviceUrl: 'https://moved.example' };
    await publish(scenario.facade, release(api, 1));
    await publish(scenario.facade, release(api, 2, { operations: ['other'], settings }));
    const back = release(api, 1, { settings });
    expect(await publish(scenario.facade, back)).toEqual(['point', 'switch']);
    await expectReached(scenario, back);
  });

  it('deletes old revisions but those that a record names', async () => {
    const scenario = await start();
    const api = newApi();
    const last = revisionsKept + 4;
    for (let number = 1; number <= last; number++)
      await publish(scenario.facade, release(api, number, { operations: [`operation${number}`] }), [1]);
    const { door } = await scenario.facade.read(release(api, last).publication);
    const kept = door!.revisions.map(({ revision }) => Number(`${revision}`.split('-')[1])).sort((a, b) => a - b);
    expect(kept).toEqual([1, 4, 5, 6, 7, 8, 9]);
    const back = release(api, 2, { operations: ['operation2'] });
    expect((await publish(scenario.facade, back, [1])).slice(0, 2)).toEqual(['create-revision', 'import']);
    await expectReached(scenario, back, [1]);
  });

  it('has versions in one set, and the original stays at its path', async () => {
    const scenario = await start();
    const set = newApi();
    const original = release(set, 1, { settings: { versions: { set } } });
    expect((await publish(scenario.facade, original))[0]).toBe('create-version-set');
    await expectReached(scenario, original);
    const version = { set, version: ApiVersion.parse('v2')! };
    const second = release(ApiId.parse(`${set}-v2`)!, 1, {
      settings: { versions: version, path: original.publication.settings.path },
    });
    expect((await publish(scenario.facade, second))[0]).toBe('create-api');
    await expectReached(scenario, second);
    const next = release(ApiId.parse(`${set}-v2`)!, 2, {
      ...{ operations: ['other'], settings: second.publication.settings },
    });
    await publish(scenario.facade, next);
    await expectReached(scenario, next);
  });

  it('tells where a revision is called before clients find it', async () => {
    const { facade } = await start();
    const set = newApi();
    await publish(facade, release(set, 1, { settings: { needsKey: false, versions: { set } } }));
    const { settings } = release(set, 1).publication;
    const second = release(ApiId.parse(`${set}-v2`)!, 2, {
      settings: { path: settings.path, versions: { set, version: ApiVersion.parse('v2')! } },
    });
    const plan = planPublication(second.publication, { ...(await facade.read(second.publication)), recorded: [] });
    for (const step of plan.stage) await facade.carryOut(step, second.content);
    const [one, two] = revisions([1, 2]);
    const open = await facade.entrance(set, one!);
    expect(open.needsKey).toBe(false);
    expect(open.url).toMatch(new RegExp(`^https://[^/]+/${set};rev=${one}$`));
    const hidden = await facade.entrance(second.publication.api, two!);
    expect(hidden).toMatchObject({ needsKey: true, keyHeader: 'Ocp-Apim-Subscription-Key' });
    expect(hidden.url).toMatch(new RegExp(`^https://[^/]+/staged-api/${set}-v2;rev=${two}$`));
    for (const step of plan.open) await facade.carryOut(step, second.content);
    expect((await facade.entrance(second.publication.api, two!)).url).toMatch(new RegExp(`/${set}/v2;rev=${two}$`));
  });

  it('takes over an API that was made by hand', async () => {
    const scenario = await start();
    const wanted = release(newApi(), 2);
    const { api, settings } = wanted.publication;
    await scenario.makeByHand(api, { ...settings, displayName: `By hand ${api}` });
    const kinds = await publish(scenario.facade, wanted);
    expect(kinds).toEqual(['create-revision', 'import', 'put-policies', 'seal', 'switch', 'settle']);
    await expectReached(scenario, wanted);
  });

  it('tells what else is there', async () => {
    const scenario = await start();
    const { facade, addProduct, addNamedValue } = scenario;
    await addProduct('partners');
    await addNamedValue('orders-url');
    const other = release(newApi(), 1);
    await publish(facade, other);
    const { products, namedValues, others } = await facade.surroundings(newApi());
    expect(products.map(String)).toContain('partners');
    expect(namedValues).toContain('orders-url');
    const { api } = other.publication;
    expect(others).toContainEqual({ api: `${api}`, path: `${api}` });
    expect((await facade.surroundings(api)).others.map((each) => each.api)).not.toContain(`${api}`);
  });

  it('tells what clients get of each API', async () => {
    const { facade, makeByHand } = await start();
    const [first, second] = [release(newApi(), 1), release(newApi(), 1)];
    await publish(facade, first);
    const { publication, content } = release(first.publication.api, 2, { operations: ['other'] });
    const state = await facade.read(publication);
    // Staged, so that clients do not get it.
    for (const step of planPublication(publication, { ...state, recorded: [] }).stage)
      await facade.carryOut(step, content);
    await makeByHand(second.publication.api, second.publication.settings);
    const currentOf = async ({ api }: Publication) =>
      (await facade.currentApis()).filter((each) => `${each.api}` === `${api}`);
    const { digest, settings } = first.publication;
    const [found, ...others] = await currentOf(first.publication);
    expect(others).toEqual([]);
    expect([`${found!.revision}`, found!.mark?.digest]).toEqual(['20261124-1', digest]);
    expect(texts(found!.settings)).toMatchObject(texts(settings));
    expect(await currentOf(second.publication)).toMatchObject([{ mark: undefined }]);
  });

  it('tells the products of each API', async () => {
    const { facade, addProduct } = await start();
    for (const product of ['partners', 'internal']) await addProduct(product);
    const [both, one, none] = [['partners', 'internal'], ['internal'], []].map((products) =>
      release(newApi(), 1, { products }),
    );
    for (const each of [both!, one!, none!]) await publish(facade, each);
    const found = await facade.productsOfApis();
    const of = ({ publication }: Release) => found.get(`${publication.api}`.toLowerCase())?.map(String).sort();
    expect([of(both!), of(one!), of(none!)]).toEqual([['internal', 'partners'], ['internal'], undefined]);
  });

  it('tells the address that clients call', async () => {
    const address = await (await start()).facade.address();
    expect(address).toMatch(/^https?:\/\/[^/]+$/);
  });

  it.each(['stage', 'write to', 'delete'])('does not %s what has become current meanwhile', async (what) => {
    const scenario = await start();
    const { facade, writes } = scenario;
    const api = newApi();
    await publish(facade, release(api, 1));
    const { publication, content } = release(api, 2, { operations: ['other'] });
    await publish(facade, { publication, content, expected: { operations: [], policies: {} } });
    const before = writes().length;
    const revision = ApiRevision.of(publication.build);
    const { settings } = publication;
    const { mark } = (await facade.read(publication)).door!.revisions.find((each) => each.revision.equals(revision))!;
    const step = {
      stage: {
        kind: 'create-revision',
        revision,
        source: ApiRevision.parse('20261124-1')!,
        mark: mark!,
        serviceUrl: '',
      },
      'write to': { kind: 'import', revision, isCurrent: false, mark: mark!, settings },
      delete: { kind: 'prune', revision },
    } as const;
    const error = await thrownBy(facade.carryOut(step[what as keyof typeof step], content));
    expect(error.facts.type).toBe('facade-moved');
    expect(writes()).toHaveLength(before);
  });

  it('stops before the next write when it is asked to', async () => {
    const { facade, writes } = await start();
    const { publication, content } = release(newApi(), 1);
    const [step] = stepsOf(planPublication(publication, { ...(await facade.read(publication)), recorded: [] }));
    const before = writes().length;
    const reason = new Failure({ type: 'interrupted', doing: 'publish', reason: 'x.', remedy: 'Go on.' });
    const error = await thrownBy(facade.carryOut(step!, content, { signal: AbortSignal.abort(reason) }));
    expect(error).toBe(reason);
    expect(writes()).toHaveLength(before);
  });

  it('goes on from wherever it was killed, and what is current is there at every moment', async () => {
    const scenario = await start();
    const { facade, cutOffAfter, restore, addProduct } = scenario;
    await addProduct('partners');
    await addProduct('internal');
    const releases = (api: ApiId) => [
      release(api, 1, { policies: { 'policy.xml': policyOf('all') }, products: ['partners'] }),
      release(api, 2, {
        ...{ operations: ['listOrders', 'cancelOrder'], products: ['internal'] },
        policies: { 'operations/cancelOrder.xml': policyOf('one') },
        settings: { description: 'New', serviceUrl: 'https://new.example' },
      }),
      release(api, 1, { policies: { 'policy.xml': policyOf('all') }, products: ['partners'] }),
    ];
    let killed = 0;
    for (const index of [0, 1, 2])
      for (let after = 1; ; after++) {
        const all = releases(newApi());
        for (const before of all.slice(0, index)) await publish(facade, before);
        const wanted = all[index]!;
        cutOffAfter(after);
        const isKilled = await publish(facade, wanted).then(
          () => false,
          (error: unknown) => {
            expect(error instanceof Failure || error instanceof Refusal ? undefined : error).toBeUndefined();
            return true;
          },
        );
        restore();
        const { door } = await facade.read(wanted.publication);
        if (door) expect(door.revisions.map(({ revision }) => `${revision}`)).toContain(`${door.current}`);
        await publish(facade, wanted);
        await expectReached(scenario, wanted);
        if (!isKilled) break;
        killed++;
      }
    expect(killed).toBeGreaterThan(10);
  }, 120_000);
}
