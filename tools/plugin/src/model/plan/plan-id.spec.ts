import fc from 'fast-check';
import { annotation } from '../product/wire-names.ts';
import { approveCommand, showCommand } from './approve-command.ts';
import { PlanId } from './plan-id.ts';
import { typedOverrides, typedReason, withoutActor, type PlannedWork } from './planned-work.ts';

const anyDifference = fc.record({
  kind: fc.constantFrom('Deployment', 'Service', 'HTTPRoute'),
  name: fc.string(),
  action: fc.constantFrom('created', 'configured', 'deleted'),
  fields: fc.array(fc.record({ path: fc.string(), from: fc.string(), to: fc.string() })),
});
const anyWork: fc.Arbitrary<PlannedWork> = fc.record({
  action: fc.constantFrom('deploy', 'promote', 'provision', 'publish'),
  service: fc.option(fc.string(), { nil: undefined }),
  environment: fc.string(),
  from: fc.option(fc.string(), { nil: undefined }),
  build: fc.option(fc.string(), { nil: undefined }),
  replaces: fc.option(fc.string(), { nil: undefined }),
  digest: fc.string(),
  commit: fc.string(),
  contentHash: fc.string(),
  canary: fc.option(fc.record({ steps: fc.array(fc.nat(100)), pauseMs: fc.nat() }), { nil: undefined }),
  differences: fc.array(anyDifference),
  objects: fc.array(fc.jsonValue()),
  publishes: fc.array(fc.record({ api: fc.string(), revision: fc.string() })),
  options: fc.array(fc.string()),
});
const idOf = (work: PlannedWork) => PlanId.of(work).toString();

/** The same value with the fields of each object in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).reverse();
  return Object.fromEntries(fields.map(([name, field]) => [name, turned(field)]));
}

describe('PlanId', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(anyWork, (work) => {
        const id = PlanId.of(work);
        expect(PlanId.parse(id.toString())).toEqual(id);
        expect(JSON.stringify({ id })).toBe(`{"id":"${id}"}`);
        expect(id.toString()).toMatch(/^plan-[0-9a-f]{32}$/);
      }),
    );
  });

  it.each(['', 'plan-', 'plan-3f9a', `plan-${'0'.repeat(33)}`, `plan-${'G'.repeat(32)}`, ` plan-${'0'.repeat(32)}`])(
    'reads nothing else: %j',
    (text) => expect(PlanId.parse(text)).toBeUndefined(),
  );

  it('does not depend on the order of fields, and of what has none', () => {
    fc.assert(
      fc.property(anyWork, (work) => {
        const { differences, objects, publishes, options } = work;
        const lists = {
          differences: differences.toReversed(),
          objects: objects.toReversed(),
          publishes: publishes.toReversed(),
          options: options.toReversed(),
        };
        expect(idOf(turned({ ...work, ...lists }) as PlannedWork)).toBe(idOf(work));
      }),
    );
  });

  it('changes with each part', () => {
    fc.assert(
      fc.property(
        anyWork,
        anyWork,
        fc.constantFrom(...(Object.keys(partsOf()) as (keyof ReturnType<typeof partsOf>)[])),
        (a, b, part) => {
          fc.pre(JSON.stringify(turned(a[part])) !== JSON.stringify(turned(b[part])));
          // Lists have no order.
          fc.pre(!Array.isArray(a[part]) || sortedText(a[part]) !== sortedText(b[part]));
          expect(idOf({ ...a, [part]: b[part] })).not.toBe(idOf(a));
        },
      ),
    );
  });

  it('is the same whatever the reason', () => {
    fc.assert(
      fc.property(anyWork, fc.string(), (work, reason) =>
        expect(idOf({ ...work, retyped: typedReason(reason) })).toBe(idOf(work)),
      ),
    );
  });

  it('takes a value that moved to another part for another plan', () => {
    fc.assert(
      fc.property(anyWork, fc.string({ minLength: 1 }), (work, text) => {
        const moved = { ...work, digest: '', commit: text };
        expect(idOf(moved)).not.toBe(idOf({ ...moved, digest: text, commit: '' }));
      }),
    );
  });

  it('does not count objects that stay as they are', () => {
    fc.assert(
      fc.property(anyWork, fc.array(anyDifference), (work, others) => {
        const unchanged = others.map((each) => ({ ...each, action: 'unchanged' }));
        expect(idOf({ ...work, differences: [...unchanged, ...work.differences] })).toBe(idOf(work));
      }),
    );
  });
});

function partsOf(): Record<Exclude<keyof PlannedWork, 'retyped'>, true> {
  return {
    ...{ action: true, service: true, environment: true, from: true, build: true, replaces: true, digest: true },
    ...{ commit: true, contentHash: true, canary: true, differences: true, objects: true, publishes: true },
    options: true,
  };
}

function sortedText(list: unknown): string {
  return JSON.stringify((list as unknown[]).map((each) => JSON.stringify(sortedFields(each))).sort());
}

function sortedFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedFields);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).sort();
  return names.map((name) => [name, sortedFields((value as Record<string, unknown>)[name])]);
}

describe('withoutActor', () => {
  it('leaves out who writes an object and from which run, wherever it is noted', () => {
    const of = (person: string) => ({
      metadata: { annotations: { [annotation.person]: person, [annotation.run]: `${person}@x`, a: 'b' } },
      spec: { template: { metadata: { annotations: { [annotation.person]: person } } }, list: [{ annotations: 'x' }] },
    });
    expect(withoutActor(of('ada'))).toEqual(withoutActor(of('eve')));
    expect(withoutActor(of('ada'))).toMatchObject({
      metadata: { annotations: { a: 'b' } },
      spec: { list: [{ annotations: 'x' }] },
    });
  });
});

describe('the command that applies a plan', () => {
  const work: PlannedWork = {
    ...{ action: 'promote', service: 'orders', from: 'preprod', environment: 'prod', build: '20261124-1' },
    ...{ commit: 'c', differences: [], objects: [], publishes: [] },
    options: typedOverrides({ force: true, adopt: true, allowDowntime: false }),
    canary: { steps: [10, 50], pauseMs: 300_000 },
  };

  it('names the build, and all that was asked for', () => {
    const typed =
      'nx run orders:promote --from=preprod --to=prod --tag=20261124-1 --canary=10%,50% --pause=5m --force --adopt';
    expect(approveCommand(work, PlanId.of(work))).toBe(`${typed} --approve=${PlanId.of(work)}`);
    expect(showCommand(work)).toBe(`${typed} --dry-run`);
  });

  it.each([
    ['hotfix', '--reason=hotfix'],
    ["INC-7: it's down; $(x)", `--reason='INC-7: it'\\''s down; $(x)'`],
  ])('has the reason %s as one word of a shell', (reason, word) => {
    const shown = showCommand({ ...work, retyped: typedReason(reason) });
    expect(shown).toContain(` --force --adopt ${word} --dry-run`);
  });

  it.each([
    [{ action: 'deploy' }, 'nx run orders:k8s-deploy --env=prod --tag=20261124-1 --dry-run'],
    [{ action: 'publish' }, 'nx run orders:api-publish --env=prod --tag=20261124-1 --dry-run'],
    [{ action: 'provision', build: undefined }, 'nx run infrastructure:provision --env=prod --dry-run'],
  ] as const)('is that of %j', (part, command) => {
    expect(showCommand({ ...work, ...part, canary: undefined, options: [] })).toBe(command);
  });
});
