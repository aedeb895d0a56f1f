import fc from 'fast-check';
import { Refusal } from '../../errors/product-error.ts';
import { BuildNumber } from '../../release/build-number.ts';
import { ApiPath } from '../api-path.ts';
import { ApiVersion } from '../api-version.ts';
import { ApiId, ApiRevision, ProductId } from '../identifiers.ts';
import { RevisionMark } from '../revision-mark.ts';
import type { DoorApi } from './door.ts';
import { planPublication, revisionsKept, stepsOf } from './plan-publication.ts';
import type { ApiSettings, Publication } from './publication.ts';
import type { PublishStep } from './publish-step.ts';

const orders = ApiId.parse('orders')!;
const build = (revision: number) => BuildNumber.parse(`20261124-${revision}`)!;
const commitOf = (revision: number) => `${revision}a2b3c4`.padStart(9, '0');
const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const product = (id: string) => ProductId.parse(id)!;

const settings: ApiSettings = {
  displayName: 'Orders',
  description: '',
  path: ApiPath.parse('orders')!,
  serviceUrl: 'https://gateway.example/orders',
  needsKey: true,
};

const publication = (revision: number, changes: Partial<Publication> = {}): Publication => ({
  ...{ api: orders, build: build(revision), commit: commitOf(revision), digest: digestOf('a'), settings },
  products: [product('partners')],
  ...changes,
});

/** What a revision consists of, as far as it was written. */
interface Content {
  description: string;
  policies: string;
  serviceUrl: string;
  mark: string;
}

/** A door as strict as API Management, in memory. */
class PureDoor {
  settings: ApiSettings | undefined;
  current = '';
  readonly revisions = new Map<string, Content>();
  readonly products = new Set<string>();
  hasVersionSet = false;
  /** Every step that was carried out. */
  readonly done: string[] = [];

  get api(): DoorApi | undefined {
    if (!this.settings) return undefined;
    return {
      settings: this.settings,
      current: ApiRevision.parse(this.current)!,
      revisions: [...this.revisions].map(([name, { mark, serviceUrl }]) => ({
        ...{ revision: ApiRevision.parse(name)!, mark: RevisionMark.parse(mark), serviceUrl },
      })),
      products: [...this.products].map(product),
    };
  }

  plan(wanted: Publication, recorded: readonly ApiRevision[] = []) {
    return planPublication(wanted, { door: this.api, hasVersionSet: this.hasVersionSet, recorded });
  }

  /** @param isCut whether it ends in the middle of the step. */
  apply(step: PublishStep, { digest }: Publication, isCut = false): void {
    this.done.push(step.kind);
    const written = isCut ? 'a part of it' : digest;
    switch (step.kind) {
      case 'create-version-set':
        this.hasVersionSet = true;
        return;
      case 'create-api': {
        refuse(this.settings !== undefined, 'it exists');
        const { serviceUrl } = step.settings;
        this.settings = step.settings;
        this.current = String(step.revision);
        this.revisions.set(this.current, { description: written, policies: '', serviceUrl, mark: String(step.mark) });
        return;
      }
      case 'create-revision':
        refuse(this.revisions.has(String(step.revision)), 'IdentifierAlreadyInUse');
        refuse(String(step.source) !== this.current, 'copies of what is current only');
        this.revisions.set(String(step.revision), {
          ...this.revisions.get(this.current)!,
          ...{ serviceUrl: step.serviceUrl, mark: String(step.mark) },
        });
        return;
      case 'import': {
        const content = this.written(step);
        const { serviceUrl, ...frozen } = step.settings;
        refuse(!same(frozen, { ...this.settings!, serviceUrl: undefined }), "Can't change property");
        Object.assign(content, { serviceUrl, description: written, mark: String(step.mark) });
        if (step.isCurrent) this.settings = { ...this.settings!, serviceUrl };
        return;
      }
      case 'put-policies':
        this.written(step).policies = written;
        return;
      case 'seal':
        this.written(step).mark = String(step.mark);
        return;
      case 'point':
        refuse(String(step.revision) === this.current, 'it is current');
        this.revisions.get(String(step.revision))!.serviceUrl = step.serviceUrl;
        return;
      case 'switch':
        refuse(!this.revisions.has(String(step.revision)), 'unknown revision');
        refuse(String(step.revision) === this.current, 'switches nothing');
        this.current = String(step.revision);
        this.settings = { ...this.settings!, serviceUrl: this.revisions.get(this.current)!.serviceUrl };
        return;
      case 'settle':
        this.settings = { ...this.settings!, ...step.settings };
        this.revisions.get(this.current)!.serviceUrl = this.settings.serviceUrl;
        return;
      case 'link':
        refuse(this.products.has(String(step.product)), 'Link already exists');
        this.products.add(String(step.product));
        return;
      case 'unlink':
        refuse(!this.products.delete(String(step.product)), 'no such link');
        return;
      case 'prune':
        refuse(String(step.revision) === this.current, 'Cannot delete the current revision');
        refuse(!this.revisions.delete(String(step.revision)), 'unknown revision');
    }
  }

  private written(step: { readonly revision: ApiRevision; readonly isCurrent: boolean }): Content {
    const name = String(step.revision);
    refuse(step.isCurrent !== (name === this.current), 'IdentifierAlreadyInUse');
    refuse(step.isCurrent && this.isOpen(), 'clients see what is written');
    const content = this.revisions.get(name);
    refuse(!content, 'unknown revision');
    return content!;
  }

  isOpen(): boolean {
    return this.settings !== undefined && String(this.settings.path) !== String(ApiPath.staged(orders));
  }

  /** What must hold whenever somebody looks. */
  check(before: string): void {
    if (!this.settings) return;
    expect([...this.revisions.keys()]).toContain(this.current);
    for (const { mark, description, policies } of this.revisions.values()) {
      const digest = RevisionMark.parse(mark)?.digest;
      if (digest !== undefined) expect([description, policies]).toEqual([digest, digest]);
    }
    // What clients see is finished, or was there before.
    if (this.isOpen() && this.current !== before)
      expect(RevisionMark.parse(this.revisions.get(this.current)!.mark)!.digest).toBeDefined();
  }

  checkReached({ build: number, commit, digest, settings: wanted, products }: Publication): void {
    const mark = RevisionMark.parse(this.revisions.get(this.current)!.mark)!;
    expect(mark.digest === digest || mark.isOf(number, commit)).toBe(true);
    expect(mark.digest).toBeDefined();
    expect(same({ ...this.settings!, ...wanted }, this.settings!)).toBe(true);
    if (products) expect([...this.products].sort()).toEqual(products.map(String).sort());
  }
}

function refuse(isRefused: boolean, reason: string): void {
  if (isRefused) throw new Error(reason);
}

const texts = (value: object) =>
  JSON.stringify(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(),
    (_, each: unknown) =>
      typeof each === 'object' &&
      each !== null &&
      !Array.isArray(each) &&
      Object.getPrototypeOf(each) !== Object.prototype
        ? String(each)
        : each,
  );
const same = (a: object, b: object) => texts(a) === texts(b);

function carryOut(door: PureDoor, wanted: Publication, recorded: readonly ApiRevision[] = []): string[] {
  const from = door.done.length;
  const before = door.current;
  for (const step of stepsOf(door.plan(wanted, recorded))) {
    door.apply(step, wanted);
    door.check(before);
  }
  door.checkReached(wanted);
  expect(stepsOf(door.plan(wanted, recorded))).toEqual([]);
  return door.done.slice(from);
}

describe('planPublication', () => {
  it('makes an API where no client finds it, and opens it last', () => {
    const door = new PureDoor();
    expect(carryOut(door, publication(1))).toEqual(['create-api', 'put-policies', 'seal', 'link', 'settle']);
    expect(door.plan(publication(1)).revision.toString()).toBe('20261124-1');
    const { stage, open } = new PureDoor().plan(publication(1));
    const [create] = stage;
    expect(open.map(({ kind }) => kind)).toEqual(['settle']);
    expect(create).toMatchObject({ settings: { needsKey: true, path: { text: 'staged-api/orders' } } });
  });

  it('stages a revision, switches, and changes the rest afterwards', () => {
    const door = new PureDoor();
    carryOut(door, publication(1));
    const next = publication(2, {
      digest: digestOf('b'),
      settings: { ...settings, description: 'New', needsKey: false },
      products: [product('internal')],
    });
    const { stage, open } = door.plan(next);
    expect(stage.map(({ kind }) => kind)).toEqual(['create-revision', 'import', 'put-policies', 'seal']);
    expect(stage[1]).toMatchObject({ settings: { description: '', needsKey: true } });
    expect(open.slice(0, 2)).toEqual([
      { kind: 'switch', revision: ApiRevision.parse('20261124-2') },
      { kind: 'settle', settings: { description: 'New', needsKey: false } },
    ]);
    expect(carryOut(door, next)).toEqual([...stage, ...open].map(({ kind }) => kind));
    expect(open.slice(2).map(({ kind }) => kind)).toEqual(['link', 'unlink']);
  });

  it('has nothing to do for a build that changes nothing, and goes back by a switch alone', () => {
    const door = new PureDoor();
    carryOut(door, publication(1));
    expect(carryOut(door, publication(2))).toEqual([]);
    carryOut(door, publication(3, { digest: digestOf('b') }));
    expect(carryOut(door, publication(2))).toEqual(['switch']);
    expect(door.current).toBe('20261124-1');
    expect(carryOut(door, publication(3, { digest: digestOf('b') }))).toEqual(['switch']);
  });

  it('lets an old revision go to where the service is now, before it is current', () => {
    const door = new PureDoor();
    carryOut(door, publication(1));
    const moved = { ...settings, serviceUrl: 'https://new.example/orders' };
    carryOut(door, publication(2, { digest: digestOf('b'), settings: moved }));
    expect(carryOut(door, publication(1, { settings: moved }))).toEqual(['point', 'switch']);
    expect(carryOut(door, publication(1))).toEqual(['settle']);
  });

  it('imports again what was pruned', () => {
    const door = new PureDoor();
    const old = publication(1);
    carryOut(door, old);
    for (let number = 2; number < 10; number++)
      carryOut(door, publication(number, { digest: digestOf(String(number)) }));
    expect([...door.revisions.keys()]).not.toContain('20261124-1');
    expect(carryOut(door, old)).toEqual(['create-revision', 'import', 'put-policies', 'seal', 'switch', 'prune']);
  });

  it('keeps the current one, the last five, those of records, and what others made', () => {
    const door = new PureDoor();
    carryOut(door, publication(1));
    door.revisions.set('1', { description: '', policies: '', serviceUrl: '', mark: 'by hand' });
    const recorded = [ApiRevision.parse('20261124-2')!];
    for (let number = 2; number < 12; number++)
      carryOut(door, publication(number, { digest: digestOf(number.toString(16)) }), recorded);
    const kept = Array.from({ length: revisionsKept }, (_, index) => `20261124-${6 + index}`);
    expect([...door.revisions.keys()].sort()).toEqual(['1', '20261124-11', '20261124-2', ...kept].sort());
  });

  it('knows a product whatever capitals it was made with', () => {
    const door = new PureDoor();
    carryOut(door, publication(1, { products: [product('Partners')] }));
    expect(stepsOf(door.plan(publication(1)))).toEqual([]);
  });

  it('leaves products alone where nothing is said of them', () => {
    const door = new PureDoor();
    carryOut(door, publication(1));
    door.products.add('by-hand');
    const { products: _, ...rest } = publication(2, { digest: digestOf('b') });
    carryOut(door, { ...rest, products: undefined });
    expect([...door.products]).toEqual(['partners', 'by-hand']);
  });

  it('takes over an API that was made by hand', () => {
    const door = new PureDoor();
    door.settings = { ...settings, displayName: 'Orders API' };
    door.current = '1';
    door.revisions.set('1', { description: '', policies: '', serviceUrl: '', mark: '' });
    expect(carryOut(door, publication(2))).toEqual([
      'create-revision',
      'import',
      'put-policies',
      'seal',
      'switch',
      'settle',
      'link',
    ]);
  });

  it('makes a set of versions, with the API that has none as the original', () => {
    const door = new PureDoor();
    carryOut(door, publication(1));
    const versioned = publication(1, { settings: { ...settings, versions: { set: orders } } });
    expect(carryOut(door, versioned)).toEqual(['create-version-set', 'settle']);
    // Clients of a version stay when its description has gone.
    expect(carryOut(door, publication(1))).toEqual([]);
    const second = new PureDoor();
    second.hasVersionSet = true;
    const version = { set: orders, version: ApiVersion.parse('v2')! };
    carryOut(second, publication(1, { settings: { ...settings, versions: version } }));
    expect(second.settings!.versions).toEqual(version);
  });

  it.each([
    ['of another commit', new RevisionMark(build(1), 'fffffff', digestOf('b')), false, 'It is of commit fffffff.'],
    ['of another build', new RevisionMark(build(9), commitOf(1), digestOf('b')), false, 'It is of commit'],
    ['that somebody made', 'mine', false, 'This tool did not make it.'],
    [
      'that clients see unfinished',
      new RevisionMark(build(1), commitOf(1)),
      true,
      'It is current, and was never finished.',
    ],
  ])('refuses to write to a revision %s', (_, mark, isCurrent, expected) => {
    const door = new PureDoor();
    door.settings = settings;
    door.current = isCurrent ? '20261124-1' : '1';
    for (const name of ['1', '20261124-1'])
      door.revisions.set(name, { description: 'x', policies: 'x', serviceUrl: '', mark: String(mark) });
    expect(() => door.plan(publication(1))).toThrow(expected);
  });

  it('leaves a current revision of the same commit as it was sent', () => {
    const door = new PureDoor();
    carryOut(door, publication(1));
    expect(carryOut(door, publication(1, { digest: digestOf('f') }))).toEqual([]);
  });
});

describe('planPublication, from any state', () => {
  const digests = fc.constantFrom(...'abc').map(digestOf);
  const anySettings = fc.record({
    displayName: fc.constantFrom('Orders', 'Bestellungen'),
    description: fc.constantFrom('', 'New'),
    path: fc.constantFrom('orders', 'shop/orders').map((text) => ApiPath.parse(text)!),
    serviceUrl: fc.constantFrom('https://a.example/orders', 'https://b.example/orders'),
    needsKey: fc.boolean(),
  });
  const products = fc.option(fc.subarray(['partners', 'internal', 'all'].map(product)), {
    nil: undefined,
  });
  const publications = fc
    .record({ revision: fc.integer({ min: 1, max: 9 }), digest: digests, settings: anySettings, products })
    .map(({ revision, ...rest }) => publication(revision, rest));
  const contents = fc
    .record({
      revision: fc.integer({ min: 1, max: 9 }),
      kind: fc.constantFrom('foreign', 'unfinished', 'finished', 'other'),
      digest: digests,
    })
    .map(({ revision, kind, digest }): [string, Content] => {
      const mark = new RevisionMark(
        build(revision),
        kind === 'other' ? 'fffffff' : commitOf(revision),
        kind === 'unfinished' ? undefined : digest,
      );
      const isWhole = kind !== 'unfinished';
      return [
        `20261124-${revision}`,
        {
          description: digest,
          policies: isWhole ? digest : '',
          serviceUrl: 'https://a.example/orders',
          mark: kind === 'foreign' ? 'by hand' : String(mark),
        },
      ];
    });
  const doors = fc
    .record({
      revisions: fc.array(contents, { maxLength: 9 }),
      current: fc.nat(),
      settings: anySettings,
      isStaged: fc.boolean(),
      products: fc.uniqueArray(fc.constantFrom('partners', 'internal')),
    })
    .map(({ revisions, current, settings: has, isStaged, products: linked }) => () => {
      const door = new PureDoor();
      for (const [name, content] of revisions) door.revisions.set(name, { ...content });
      const names = [...door.revisions.keys()];
      if (names.length === 0) return door;
      door.current = names[current % names.length]!;
      door.settings = { ...has, ...(isStaged ? { path: ApiPath.staged(orders) } : {}) };
      door.settings = { ...door.settings, serviceUrl: door.revisions.get(door.current)!.serviceUrl };
      for (const each of linked) door.products.add(each);
      return door;
    });
  const recorded = fc.array(fc.integer({ min: 1, max: 9 }).map((number) => ApiRevision.of(build(number))));

  /** Publishes, killed again and again: after so many steps, or in the middle of one. */
  function publish(door: PureDoor, wanted: Publication, kills: readonly number[], kept: readonly ApiRevision[]): void {
    const before = door.current;
    const recordedBefore = kept.map(String).filter((name) => door.revisions.has(name));
    for (const kill of kills) {
      for (const [index, step] of stepsOf(door.plan(wanted, kept)).entries()) {
        if (index * 2 > kill) break;
        door.apply(step, wanted, index * 2 === kill && ['import', 'put-policies'].includes(step.kind));
        door.check(before);
      }
    }
    carryOut(door, wanted, kept);
    for (const name of recordedBefore) expect([...door.revisions.keys()]).toContain(name);
  }

  /** Runs it, unless it is refused before anything was changed. */
  function unlessRefused(door: PureDoor, run: () => void): void {
    const { length } = door.done;
    try {
      run();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      expect(error.facts.type).toBe('revision-taken');
      expect(door.done).toHaveLength(length);
    }
  }

  it('reaches what is wanted, however often it is killed, and what clients see is there at every moment', () => {
    fc.assert(
      fc.property(
        doors,
        publications,
        fc.array(fc.nat({ max: 20 }), { maxLength: 4 }),
        recorded,
        (newDoor, wanted, kills, kept) => {
          const door = newDoor();
          unlessRefused(door, () => publish(door, wanted, kills, kept));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reaches each of many releases and rollbacks, one after another', () => {
    const moves = fc.array(fc.tuple(publications, fc.array(fc.nat({ max: 20 }), { maxLength: 2 })), { maxLength: 12 });
    fc.assert(
      fc.property(moves, recorded, (all, kept) => {
        const door = new PureDoor();
        const builds = new Map<string, string>();
        for (const [wanted, kills] of all) {
          // A build has one content.
          const name = String(wanted.build);
          const digest = builds.get(name) ?? wanted.digest;
          builds.set(name, digest);
          publish(door, { ...wanted, digest }, kills, kept);
        }
      }),
      { numRuns: 60 },
    );
  });
});
