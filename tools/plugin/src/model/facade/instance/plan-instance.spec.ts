import fc from 'fast-check';
import { Refusal } from '../../errors/product-error.ts';
import { BuildNumber } from '../../release/build-number.ts';
import { entityKey, entityKinds, type EntityKind, type HeldEntity, type InstanceEntity } from './instance-entity.ts';
import { InstancePlace, parsePlaceMark, withoutTags, withTags } from './place.ts';
import { planInstance, type InstanceState, type InstanceStep } from './plan-instance.ts';
import type { InstanceConfiguration } from './read-instance-files.ts';
import { refuseContested } from './refuse-contested.ts';
import { refuseUnprovisionable } from './refuse-instance.ts';

const version = (revision: number) => BuildNumber.parse(`20261124-${revision}`)!;
const placeOf = (name: string, pathPrefix?: string) =>
  new InstancePlace(pathPrefix, { name, namespace: `shop-${name}` });
const [whole, below] = [placeOf('prod'), placeOf('preprod', 'preprod')];

/** An instance that refuses what API Management refuses, in memory. */
class PureInstance {
  readonly entities = new Map<string, HeldEntity>();
  readonly marks = new Map<string, string>();
  readonly deleted: HeldEntity[] = [];

  get state(): InstanceState {
    const marks = [...this.marks].flatMap(([tag, value]) => parsePlaceMark(tag, value) ?? []);
    return { entities: [...this.entities.values()], marks, apis: [] };
  }

  carryOut(step: InstanceStep): void {
    switch (step.kind) {
      case 'put':
        for (const need of needsOf(step.entity))
          if (!this.entities.has(need)) throw new Error(`${entityKey(step.entity)} needs ${need}`);
        this.entities.set(entityKey(step.entity), { ...step.entity, owners: step.owners });
        return;
      case 'delete': {
        const key = entityKey(step.entity);
        const user = [...this.entities.values()].find((each) => needsOf(each).includes(key));
        if (user) throw new Error(`${key} is used by ${entityKey(user)}`);
        this.deleted.push(this.entities.get(key)!);
        this.entities.delete(key);
        return;
      }
      case 'mark':
        this.marks.set(step.tag, step.value);
        return;
      case 'unmark':
        this.marks.delete(step.tag);
    }
  }

  /** Provisions, and may be killed on the way. */
  provision(wanted: readonly InstanceEntity[], place: InstancePlace, revision: number, steps = Infinity) {
    const plan = planInstance({ entities: wanted, needs: [] }, this.state, { place, version: version(revision) });
    plan.steps.slice(0, steps).forEach((step) => this.carryOut(step));
    return plan;
  }
}

/** Texts refer to what they need: `{{a}}`, `[b]`. */
function needsOf({ content }: InstanceEntity): string[] {
  const text = content['text'] ?? '';
  return [
    ...[...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => `named-value/${name}`),
    ...[...text.matchAll(/\[(\w+)\]/g)].map(([, name]) => `fragment/${name}`),
  ];
}

function entity(kind: EntityKind, name: string, text: string): InstanceEntity {
  const content: Record<EntityKind, Readonly<Record<string, string>>> = {
    'named-value': { value: text },
    product: { name: text, description: '', terms: '', subscription: 'required', approval: 'false', published: 'true' },
    ...{ fragment: { text }, policy: { text } },
    fallback: { name: 'x', path: '', backend: `https://${text}`, subscription: 'none', operations: 'GET' },
  };
  return { kind, id: name, name, content: content[kind] };
}

const names = ['a', 'b', 'c'];
const subset = fc.subarray(names);
/** Configurations whose policies need only what they have. */
const configuration = fc
  .record({
    values: subset,
    fragments: subset,
    products: subset,
    policy: fc.boolean(),
    fallback: fc.boolean(),
    text: fc.constantFrom('1', '2'),
  })
  .map(({ values, fragments, products, policy, fallback, text }) => {
    const needed = values.map((name) => `{{${name}}}`).join(' ');
    return [
      ...values.map((name) => entity('named-value', name, text)),
      ...fragments.map((name) => entity('fragment', name, `${text} ${needed}`)),
      ...products.map((name) => entity('product', name, text)),
      ...(policy
        ? [entity('policy', 'policy', `${text} ${needed} ${fragments.map((name) => `[${name}]`).join(' ')}`)]
        : []),
      ...(fallback ? [entity('fallback', 'fallback', text)] : []),
    ];
  });
const run = fc.record({ wanted: configuration, steps: fc.nat({ max: 12 }), revision: fc.integer({ min: 1, max: 9 }) });

const kept = ({ entities }: PureInstance) =>
  new Map([...entities].map(([key, { content, owners }]) => [key, { content, owners }]));

describe('planInstance', () => {
  it('reaches what is wanted from any state, killed as often as one likes, and is empty then', () => {
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 6 }), (runs) => {
        const instance = new PureInstance();
        for (const { wanted, steps, revision } of runs) instance.provision(wanted, whole, revision, steps);
        const { wanted, revision } = runs.at(-1)!;
        instance.provision(wanted, whole, revision);
        expect([...instance.entities.keys()].sort()).toEqual(wanted.map(entityKey).sort());
        for (const each of wanted) expect(instance.entities.get(entityKey(each))!.content).toEqual(each.content);
        expect(instance.provision(wanted, whole, revision).steps).toEqual([]);
        expect(instance.marks.get(whole.tag)).toBe(
          wanted.length > 0 ? `20261124-${revision} for prod in shop-prod` : undefined,
        );
      }),
    );
  });

  it('deletes nothing that was made by hand, and nothing that another place has', () => {
    fc.assert(
      fc.property(configuration, configuration, fc.array(run, { maxLength: 5 }), (byHand, others, runs) => {
        const instance = new PureInstance();
        for (const each of byHand) instance.carryOut({ kind: 'put', entity: each, owners: [], isThere: false });
        const shared = others.filter(({ kind }) => kind === 'named-value' || kind === 'product');
        instance.provision(shared, below, 1);
        // What is used cannot be deleted anyway.
        const safely = (wanted: readonly InstanceEntity[]) => wanted.filter((each) => needsOf(each).length === 0);
        for (const { wanted, revision } of runs) instance.provision(safely(wanted), whole, revision);
        instance.provision([], whole, 9);
        expect(instance.deleted.flatMap(({ owners }) => owners).filter((owner) => owner !== whole.tag)).toEqual([]);
        for (const each of [...byHand, ...shared].filter(({ kind }) => kind !== 'policy'))
          expect(instance.entities.has(entityKey(each))).toBe(true);
      }),
    );
  });

  it('lets the newest version have the say of what places share, whoever is provisioned last', () => {
    fc.assert(
      fc.property(configuration, configuration, fc.integer({ min: 1, max: 8 }), (older, newer, revision) => {
        const instance = new PureInstance();
        instance.provision(older, whole, revision);
        instance.provision(newer, below, revision + 1);
        const before = kept(instance);
        const again = instance.provision(older, whole, revision);
        expect(kept(instance)).toEqual(before);
        expect(again.steps).toEqual([]);
        expect(instance.provision(newer, below, revision + 1).steps).toEqual([]);
      }),
    );
  });

  it('tells who has the say, from whom it takes over, and what it leaves', () => {
    const instance = new PureInstance();
    const value = (text: string) => [entity('named-value', 'a', text)];
    instance.carryOut({ kind: 'put', entity: entity('product', 'starter', 'x'), owners: [], isThere: false });
    expect(instance.provision(value('1'), whole, 1).foreign.map(({ name }) => name)).toEqual(['starter']);
    const [takes] = instance.provision(value('2'), below, 2).changes;
    expect(takes).toMatchObject({ action: 'configured', takenFrom: ['prod in shop-prod'] });
    const [stays] = instance.provision(value('1'), whole, 1).changes;
    expect(stays).toMatchObject({ action: 'unchanged', heldBy: { tag: below.tag, version: version(2) } });
    const same = planInstance({ entities: value('3'), needs: [] }, instance.state, {
      place: whole,
      version: version(2),
    });
    // What differs then was changed by hand.
    expect(same.changes[0]).not.toHaveProperty('takenFrom');
    const adopted = planInstance({ entities: [entity('product', 'starter', 'y')], needs: [] }, instance.state, {
      place: whole,
      version: version(3),
    });
    expect(adopted.changes[0]).toMatchObject({ action: 'configured', takenFrom: 'made by hand' });
    expect(adopted.steps[0]).toMatchObject({ kind: 'put', owners: [] });
  });

  it('marks last on the way forward, and first on the way back', () => {
    const instance = new PureInstance();
    const kinds = (revision: number, text: string) =>
      instance.provision([entity('named-value', 'a', text)], whole, revision).steps.map(({ kind }) => kind);
    expect(kinds(1, '1')).toEqual(['put', 'mark']);
    expect(kinds(2, '1')).toEqual(['mark']);
    expect(kinds(1, '2')).toEqual(['mark', 'put']);
    expect(instance.provision([], whole, 1).steps.map(({ kind }) => kind)).toEqual(['delete', 'unmark']);
  });

  it('puts in the order of kinds, and deletes in the reverse one', () => {
    const instance = new PureInstance();
    const all = entityKinds.map((kind) => entity(kind, kind === 'policy' ? 'policy' : 'a', '1'));
    const order = ({ steps }: { readonly steps: readonly InstanceStep[] }) =>
      steps.flatMap((step) => ('entity' in step ? [step.entity.kind] : []));
    expect(order(instance.provision([...all].reverse(), whole, 1))).toEqual(entityKinds);
    expect(order(instance.provision([], whole, 2))).toEqual([...entityKinds].reverse());
  });
});

describe('withTags', () => {
  it('is read back, and shows the text alone', () => {
    const tags = fc.subarray([whole.tag, below.tag, 'poc-provisioning-dev']);
    fc.assert(
      fc.property(
        fc.string().map((text) => text.trim()),
        tags,
        fc.constantFrom('first' as const, 'last' as const),
        (text, owners, where) => {
          expect(withoutTags(withTags(text, owners, where))).toEqual({ text, owners: [...owners].sort() });
        },
      ),
    );
  });
});

describe('refuseUnprovisionable', () => {
  const fallback = entity('fallback', 'fallback', 'legacy.example');
  const refusalOf = (
    configuration: InstanceConfiguration,
    changes: Partial<InstanceState> = {},
    users: ReadonlyMap<string, readonly string[]> = new Map(),
  ): string => {
    const state: InstanceState = { entities: [], marks: [], apis: [], ...changes };
    const plan = planInstance(configuration, state, { place: whole, version: version(2) });
    try {
      refuseUnprovisionable({ configuration, state, plan, place: whole, instance: 'shop-apim', users });
    } catch (error) {
      if (error instanceof Refusal) return error.explain();
      throw error;
    }
    return '';
  };
  const held = (each: InstanceEntity, ...owners: string[]): HeldEntity => ({ ...each, owners });
  const value = entity('named-value', 'legacy-url', 'x');
  const needing = (name: string): InstanceConfiguration => ({
    entities: [],
    needs: [{ kind: 'named-value', name, at: 'Infrastructure/apim/policy.xml:3' }],
  });
  const mark = { tag: whole.tag, version: version(2), environment: 'prod in other' };

  it('takes what is well, and what policies need that was made by hand', () => {
    expect(refusalOf({ entities: [fallback, value], needs: [] })).toBe('');
    expect(refusalOf(needing('legacy-url'), { entities: [held(value)] })).toBe('');
  });

  it.each([
    [
      'a place of another environment',
      { entities: [], needs: [] },
      { marks: [mark] },
      'is provisioned for the environment prod in other already',
    ],
    [
      'a fallback by hand',
      { entities: [fallback], needs: [] },
      { entities: [held(fallback)] },
      'fallback.yaml:1: there is an API fallback that was made by hand',
    ],
    [
      'a path that is taken',
      { entities: [fallback], needs: [] },
      { apis: [{ api: 'legacy', path: '' }] },
      'fallback.yaml:1: the empty path belongs to the API legacy.',
    ],
    [
      'an id that is taken',
      { entities: [{ ...value, name: 'legacy.url' }], needs: [] },
      { entities: [held(value)] },
      '"legacy.url" would have the id of "legacy-url"',
    ],
    [
      'what a policy needs and is not there',
      needing('legacy-uri'),
      { entities: [held(value)] },
      'policy.xml:3: There is no named value "legacy-uri". Did you mean "legacy-url"?',
    ],
    [
      'what a policy needs and goes',
      needing('legacy-url'),
      { entities: [held(value, whole.tag)] },
      'policy.xml:3: There is no named value "legacy-url".',
    ],
  ] as [string, InstanceConfiguration, Partial<InstanceState>, string][])(
    'refuses %s',
    (_, configuration, changes, expected) => {
      expect(refusalOf(configuration, changes)).toContain(expected);
    },
  );

  it('refuses to delete a product that is used', () => {
    const entities = [held(entity('product', 'partners', 'x'), whole.tag)];
    const users = new Map([['partners', ['the API orders', 'the subscription ada']]]);
    expect(refusalOf({ entities: [], needs: [] }, { entities }, users)).toContain(
      'is used by the API orders, the subscription ada.',
    );
  });
});

describe('refuseContested', () => {
  const named = (environment: string, ...entities: InstanceEntity[]) => ({
    environment,
    configuration: { entities, needs: [] },
  });
  const value = (text: string) => entity('named-value', 'url', text);

  it('takes what is the same, what one has alone, and a fallback for each', () => {
    const dev = named('dev', value('a'), entity('product', 'a', 'x'), entity('fallback', 'fallback', 'a'));
    const prod = named('prod', value('a'), entity('fallback', 'fallback', 'b'));
    expect(() => refuseContested('shop-apim', dev, [prod])).not.toThrow();
  });

  it('refuses what two would have otherwise', () => {
    expect(() => refuseContested('shop-apim', named('dev', value('a')), [named('prod', value('b'))])).toThrow(
      'The named value url would be "a" in dev and "b" in prod (value), and shop-apim has it once.',
    );
  });
});
