import { Failure } from '../../plugin/src/model/errors/product-error.ts';
import {
  differingFields,
  entityKey,
  fallbackMethods,
  type InstanceEntity,
} from '../../plugin/src/model/facade/instance/instance-entity.ts';
import { InstancePlace } from '../../plugin/src/model/facade/instance/place.ts';
import { planInstance } from '../../plugin/src/model/facade/instance/plan-instance.ts';
import { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import type { FacadeInstance } from '../../plugin/src/ports/facade-instance.ts';

/** An instance under test, empty, and hands to see and do what the port does not. */
export interface FacadeInstanceScenario {
  readonly instance: FacadeInstance;
  /** Lines of all writes so far, whatever came of them. */
  writes(): readonly string[];
  /** Lets nothing get to the instance any more after so many further moments, as if the provisioner were killed. */
  cutOffAfter(moments: number): void;
  /** Ends that. */
  restore(): void;
  /** Makes something as somebody does who knows nothing of this tool. */
  makeByHand(entity: InstanceEntity): Promise<void>;
  /** Makes an API of a service, with a policy of its own, that a product has. */
  makeService(policy: string, product?: string): Promise<void>;
}

const version = (revision: number) => BuildNumber.parse(`20261124-${revision}`)!;
const prod = new InstancePlace(undefined, { name: 'prod', namespace: 'shop' });
const preprod = new InstancePlace('preprod', { name: 'preprod', namespace: 'shop' });

const value = (name: string, content: InstanceEntity['content']): InstanceEntity => ({
  ...{ kind: 'named-value', id: name.replaceAll('.', '-'), name, content },
});
const text = (kind: 'fragment' | 'policy', name: string, written: string): InstanceEntity => ({
  ...{ kind, id: name, name, content: { text: written } },
});
const product = (name: string, changes: Readonly<Record<string, string>> = {}): InstanceEntity => ({
  ...{ kind: 'product', id: name, name },
  content: {
    ...{ name, description: '', terms: '', subscription: 'required', approval: 'false', published: 'true' },
    ...changes,
  },
});
const fallback = (place: InstancePlace, backend: string, changes: Readonly<Record<string, string>> = {}) => ({
  ...{ kind: 'fallback' as const, id: place.fallback.toString(), name: place.fallback.toString() },
  content: {
    ...{ name: `Fallback ${place.pathPrefix}`, path: place.pathPrefix, backend, subscription: 'none' },
    ...{ operations: fallbackMethods.join(' '), ...changes },
  },
});

const fragment = (inner: string) => `<fragment><set-header name="x"><value>${inner}</value></set-header></fragment>`;
const policy = (inner: string) =>
  `<policies><inbound>${inner}</inbound><backend><forward-request /></backend></policies>`;
const vault = 'https://shop.vault.azure.net/secrets/key';

/** Of everything one, each needing those before it. */
const first = [
  value('legacy.url', { value: 'https://legacy.example' }),
  value('legacy-key', { keyVault: vault, secret: 'true' }),
  text('fragment', 'tracing', fragment('{{legacy.url}} @(1 < 2 && "a" != "b")')),
  product('partners', { description: 'All of it', terms: 'Be kind', approval: 'true' }),
  text('policy', 'policy', policy('<include-fragment fragment-id="tracing" /><x y="{{legacy-key}}" />')),
  fallback(prod, 'https://legacy.example'),
];
/** Each otherwise, or another one. */
const second = [
  value('legacy.url', { keyVault: vault, identity: '6f1b2c3d-0000-4000-8000-0123456789ab', secret: 'true' }),
  value('other', { value: 'x' }),
  text('fragment', 'other', fragment('{{other}}')),
  product('partners', { name: 'All partners', subscription: 'none', published: 'false' }),
  product('internal'),
  text('policy', 'policy', policy('<include-fragment fragment-id="other" />')),
  fallback(prod, 'https://newer.example', { name: 'Old shop', subscription: 'required' }),
];

/** Provisions, and returns the steps that it took, with what stays. */
async function provision(
  instance: FacadeInstance,
  wanted: readonly InstanceEntity[],
  { place = prod, revision = 1 }: { readonly place?: InstancePlace; readonly revision?: number } = {},
): Promise<string[]> {
  const target = { place, version: version(revision) };
  const { steps } = planInstance({ entities: wanted, needs: [] }, await instance.read(place), target);
  const done: string[] = [];
  for (const step of steps) {
    const stays = await instance.carryOut(step);
    const what = 'entity' in step ? `${step.entity.kind} ${step.entity.name}` : step.tag;
    done.push(`${step.kind} ${what}${stays === undefined ? '' : ` stays: ${stays}`}`);
  }
  return done;
}

async function expectReached(instance: FacadeInstance, wanted: readonly InstanceEntity[], place = prod) {
  const { entities } = await instance.read(place);
  const ours = entities.filter(({ owners }) => owners.includes(place.tag));
  expect(ours.map(entityKey).sort()).toEqual(wanted.map(entityKey).sort());
  for (const each of wanted)
    expect(
      differingFields(
        each,
        ours.find((one) => entityKey(one) === entityKey(each))!,
      ),
    ).toEqual([]);
}

/** Declares the behaviour that every instance must have for provisioning. @param start makes an empty one. */
export function facadeInstanceContract(start: () => Promise<FacadeInstanceScenario>): void {
  it('has nothing where nothing is', async () => {
    const { instance } = await start();
    expect(await instance.read(prod)).toEqual({ entities: [], marks: [], apis: [] });
    expect(await provision(instance, [])).toEqual([]);
  });

  it('makes one of everything, and writes nothing when nothing differs', async () => {
    const { instance, writes } = await start();
    const steps = await provision(instance, first);
    expect(steps).toEqual([
      ...['put named-value legacy-key', 'put named-value legacy.url', 'put fragment tracing', 'put product partners'],
      ...['put policy policy', 'put fallback fallback', 'mark poc-provisioning'],
    ]);
    await expectReached(instance, first);
    expect((await instance.read(prod)).marks).toEqual([
      { tag: 'poc-provisioning', version: version(1), environment: 'prod in shop' },
    ]);
    const before = writes().length;
    expect(await provision(instance, first)).toEqual([]);
    expect(writes()).toHaveLength(before);
  });

  it('changes everything, deletes what is gone, and leaves nothing at the end', async () => {
    const { instance } = await start();
    await provision(instance, first);
    const steps = await provision(instance, second, { revision: 2 });
    expect(steps.slice(-3)).toEqual([
      'delete fragment tracing',
      'delete named-value legacy-key',
      'mark poc-provisioning',
    ]);
    await expectReached(instance, second);
    await provision(instance, first, { revision: 3 });
    await expectReached(instance, first);
    await provision(instance, [], { revision: 4 });
    expect(await instance.read(prod)).toEqual({ entities: [], marks: [], apis: [] });
  });

  it('continues after it was killed at any moment', async () => {
    const { instance, cutOffAfter, restore, writes } = await start();
    let [from, to] = [first, second];
    let revision = 1;
    await provision(instance, from, { revision });
    for (let moments = 1; ; moments++) {
      revision++;
      cutOffAfter(moments);
      const ended = await provision(instance, to, { revision }).then(
        () => 'done',
        (error: unknown) => error,
      );
      restore();
      if (ended !== 'done') expect((ended as Failure).facts.type).toBe('facade-unreachable');
      await provision(instance, to, { revision });
      await expectReached(instance, to);
      const before = writes().length;
      expect(await provision(instance, to, { revision })).toEqual([]);
      expect(writes()).toHaveLength(before);
      if (ended === 'done') return;
      [from, to] = [to, from];
    }
  }, 240_000);

  it('writes what was made by hand as the files have it, and deletes none of it', async () => {
    const { instance, makeByHand } = await start();
    await makeByHand(value('by-hand', { value: 'x' }));
    await makeByHand(product('starter'));
    await makeByHand(text('fragment', 'old', fragment('x')));
    const wanted = [
      value('by-hand', { value: 'y' }),
      product('starter', { name: 'Starter' }),
      text('fragment', 'old', fragment('y')),
    ];
    await provision(instance, wanted);
    const { entities } = await instance.read(prod);
    for (const each of wanted) {
      const held = entities.find((one) => entityKey(one) === entityKey(each))!;
      expect([differingFields(each, held), held.owners]).toEqual([[], []]);
    }
    await provision(instance, [], { revision: 2 });
    expect((await instance.read(prod)).entities.map(entityKey).sort()).toEqual(wanted.map(entityKey).sort());
  });

  it('keeps what another place has, too', async () => {
    const { instance } = await start();
    const shared = [value('url', { value: 'x' }), text('fragment', 'a', fragment('x')), product('partners')];
    await provision(instance, [...shared, fallback(prod, 'https://a.example')]);
    const below = { place: preprod };
    await provision(
      instance,
      [...shared, text('policy', 'policy', policy('')), fallback(preprod, 'https://b.example')],
      below,
    );
    const { entities, apis } = await instance.read(preprod);
    expect(entities.filter(({ kind }) => kind !== 'policy' && kind !== 'fallback').map(({ owners }) => owners)).toEqual(
      shared.map(() => [prod.tag, preprod.tag]),
    );
    expect(apis).toEqual([{ api: 'fallback', path: '' }]);
    await provision(instance, [], { revision: 2 });
    await expectReached(
      instance,
      shared.concat(text('policy', 'policy', policy('')), fallback(preprod, 'https://b.example')),
      preprod,
    );
    await provision(instance, [], { ...below, revision: 2 });
    expect(await instance.read(prod)).toEqual({ entities: [], marks: [], apis: [] });
  });

  it('keeps what policies of services use, and says so', async () => {
    const { instance, makeService } = await start();
    await provision(instance, [value('url', { value: 'x' }), value('other', { value: 'x' })]);
    await makeService('<policies><inbound><x y="{{url}}" /></inbound></policies>');
    const [other, url] = await provision(instance, [], { revision: 2 });
    expect(other).toContain('delete named-value url stays: ');
    expect(other).toContain('is used by the following entities');
    expect(url).toBe('delete named-value other');
    expect((await instance.read(prod)).entities.map(({ name }) => name)).toEqual(['url']);
  });

  it('tells what uses a product', async () => {
    const { instance, makeService } = await start();
    await provision(instance, [product('partners'), product('internal')]);
    await makeService('<policies />', 'partners');
    expect(await instance.usersOf('partners')).toEqual(['the API orders']);
    expect(await instance.usersOf('internal')).toEqual([]);
  });

  it('mends a fallback that somebody changed', async () => {
    const { instance, makeByHand } = await start();
    const wanted = fallback(prod, 'https://legacy.example');
    await makeByHand(fallback(prod, 'https://legacy.example', { operations: 'GET' }));
    await instance.carryOut({ kind: 'put', entity: wanted, owners: [prod.tag], isThere: true });
    await expectReached(instance, [wanted]);
  });

  it('writes nothing any more when it is stopped', async () => {
    const { instance, writes } = await start();
    const before = writes().length;
    const reason = new Failure({ type: 'interrupted', doing: 'provision', reason: 'x.', remedy: 'Go on.' });
    const step = { kind: 'put', entity: product('partners'), owners: [prod.tag], isThere: false } as const;
    await expect(instance.carryOut(step, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(writes()).toHaveLength(before);
  });
}
