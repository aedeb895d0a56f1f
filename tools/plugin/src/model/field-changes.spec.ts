import fc from 'fast-check';
import { describeFieldChange, fieldChanges } from './field-changes.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

const object = (rest: object, kind = 'Deployment'): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'orders' },
  ...rest,
});
const changes = (from: object, to: object, kind?: string) =>
  fieldChanges(object(from, kind), object(to, kind)).map(describeFieldChange);

describe('fieldChanges', () => {
  it('tells fields by path, and items by their name', () => {
    const pod = (image: string, more: object[] = []) => ({
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'orders', image, args: ['a', 'b'] }, ...more] } } },
    });
    expect(changes(pod('a:1'), pod('a:2', [{ name: 'proxy', image: 'p:1' }]))).toEqual([
      'spec.template.spec.containers[orders].image: "a:1" → "a:2"',
      'spec.template.spec.containers[proxy].name: (none) → "proxy"',
      'spec.template.spec.containers[proxy].image: (none) → "p:1"',
    ]);
    expect(changes({ spec: { a: 1, list: [1, 2] } }, { spec: { list: [1, 3] } })).toEqual([
      'spec.a: 1 → (none)',
      'spec.list: [1,2] → [1,3]',
    ]);
  });

  it('passes over what the cluster keeps, and who wrote it', () => {
    const metadata = (value: string) => ({
      metadata: {
        name: 'orders',
        resourceVersion: value,
        managedFields: [value],
        annotations: { 'poc.dev/person': value, 'deployment.kubernetes.io/revision': value },
      },
      status: { replicas: value },
    });
    expect(changes(metadata('1'), metadata('2'))).toEqual([]);
  });

  it('masks secrets, and still says that they differ', () => {
    const env = (value: string) => ({
      spec: {
        env: [
          { name: 'DB_PASSWORD', value },
          { name: 'HOST', value },
        ],
      },
    });
    expect(changes(env('tea'), env('milk'))).toEqual([
      'spec.env[DB_PASSWORD].value: *** → *** (another)',
      'spec.env[HOST].value: "tea" → "milk"',
    ]);
    expect(changes({ data: { any: 'dGVh' } }, { data: { any: 'bWlsaw==' } }, 'Secret')).toEqual([
      'data.any: *** → *** (another)',
    ]);
    expect(changes({ data: {} }, { data: { API_KEY: 'tea', URL: 'postgres://me:tea@db/x' } }, 'ConfigMap')).toEqual([
      'data: {} → (none)',
      'data.API_KEY: (none) → ***',
      'data.URL: (none) → "postgres://me:***@db/x"',
    ]);
  });

  it('finds nothing in equals, and something in whatever differs', () => {
    const value = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(fieldChanges(object({ spec: a }), object({ spec: structuredClone(a) }))).toEqual([]);
        const isSame = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        if (!isSame) expect(fieldChanges(object({ spec: a }), object({ spec: b })).length).toBeGreaterThan(0);
      }),
    );
  });

  it('never lets a value of a Secret through', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.constant('c2VjcmV0')),
        fc.constantFrom('data', 'stringData'),
        (data, at) => {
          const text = JSON.stringify(fieldChanges(object({}, 'Secret'), object({ [at]: data }, 'Secret')));
          expect(text.replaceAll(JSON.stringify(Object.keys(data)), '')).not.toContain('c2VjcmV0');
        },
      ),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [key, sorted(each)]);
}
