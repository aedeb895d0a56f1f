import fc from 'fast-check';
import { samplePem, samplePemParts } from '../../../../contracts/src/secret-samples.ts';
import { describeFieldChange, fieldChanges } from './field-changes.ts';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';

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

  const secret = 'hunter2/@x y';
  const container = (fields: object) => ({
    spec: { template: { spec: { initContainers: [{ name: 'a', ...fields }] } } },
  });
  const masked: [string, object, string?][] = [
    ['an argument', container({ args: [`--password=${secret}`] })],
    ['an argument after its flag', container({ args: ['--db-password', secret, '--port', '80'] })],
    ['a script', container({ command: ['sh', '-c', `PGPASSWORD='${secret}' psql --host db`] })],
    ['a flag in a script', container({ command: ['sh', '-c', `mysql --password ${secret}`] })],
    ['variables of the same name', container({ env: ['', secret].map((value) => ({ name: 'DB_PASS', value })) })],
    [
      'a variable of a long name',
      container({
        env: [
          { name: `${'A'.repeat(5000)}`, value: 'x' },
          { name: `API_TOKEN_${'A'.repeat(5000)}`, value: secret },
        ],
      }),
    ],
    [
      'a header',
      container({ readinessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: secret }] } } }),
    ],
    ['a header in a command', container({ command: ['curl', '-H', 'Authorization: Bearer hunter2hunter2'] })],
    ['an address in a list', container({ args: ['x', `amqp://me:${secret.replace(' ', '')}@mq/x`] })],
    ['the user of an address', container({ args: ['https://hunter2hunter2@git.example/x'] })],
    ['a query', container({ args: [`https://x.example/?a=1&access_token=${secret}`] })],
    ['an annotation', { metadata: { name: 'orders', annotations: { 'x.example/auth-token': secret } } }],
    [
      'JSON in an annotation',
      { metadata: { name: 'orders', annotations: { x: JSON.stringify({ a: 1, password: secret }) } } },
    ],
    [
      'JSON in JSON',
      { metadata: { name: 'x', annotations: { x: JSON.stringify(JSON.stringify({ password: secret })) } } },
    ],
    ['a file', { data: { 'app.properties': `host=db\ndb.password = ${secret}\nport=1` } }, 'ConfigMap'],
    ['a YAML file', { data: { 'app.yaml': `db:\n  password: ${secret}\n` } }, 'ConfigMap'],
    ['an XML file', { data: { 'app.xml': `<a><password>${secret}</password></a>` } }, 'ConfigMap'],
    ['a connection string', { data: { DB: `Server=db;Password=${secret};Port=1` } }, 'ConfigMap'],
    ['a key', { data: { pem: samplePem('RSA ').replace(samplePemParts[0]!, secret) } }, 'ConfigMap'],
    [
      'a key that is long',
      { data: { pem: `${samplePem().split('\n')[0]}\n${`${secret}\n`.repeat(2000)}` } },
      'ConfigMap',
    ],
    ['what is far behind', { data: { x: `password="${'a '.repeat(1990)}" ${secret}` } }, 'ConfigMap'],
    ['base64', { data: { x: Buffer.from(`password=${secret}`).toString('base64') } }, 'ConfigMap'],
    ['a token', { data: { x: 'use ghp_hunter2hunter2hunter2' } }, 'ConfigMap'],
    ['a Secret', { stringData: { x: secret }, data: { y: secret } }, 'Secret'],
    ["a custom object's field", { spec: { auth: { clientSecret: secret } } }],
  ];
  it.each(masked.map(([name, fields, kind]) => ({ name, fields, kind })))(
    'masks secrets: $name',
    ({ name, fields, kind }) => {
      for (const [from, to] of [
        [{}, fields],
        [fields, {}],
        [fields, JSON.parse(JSON.stringify(fields).replaceAll('hunter2', 'hunter3'))],
      ]) {
        const text = changes(from, to, kind).join('\n');
        expect(text).not.toMatch(/hunter|@x y|aHVudGVy/);
        if (text !== '' && name !== 'what is far behind') expect(text).toContain('***');
      }
    },
  );

  it('shows what only speaks of secrets', () => {
    const pod = (text: string, number: number) =>
      container({
        env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: text, key: text } } }],
        volumes: [
          { name: 'a', secret: { secretName: text } },
          { name: 'b', serviceAccountToken: { path: text, expirationSeconds: number } },
        ],
        args: ['--compass', text],
      });
    const told = changes(pod('tea', 1), pod('milk', 2)).join('\n');
    expect(told.match(/"tea" → "milk"/g)).toHaveLength(4);
    expect(told).toContain('1 → 2');
    expect(told).toContain('["--compass","tea"]');
    expect(told).not.toContain('***');
  });

  it('shows long texts from where they differ', () => {
    const file = (line: string) => ({ data: { x: `${'a '.repeat(300)}${line}${' b'.repeat(300)}` } });
    const [told] = fieldChanges(object(file('tea'), 'ConfigMap'), object(file('milk'), 'ConfigMap'));
    expect(told!.from).toMatch(/^…[a ]+tea[b ]+…$/);
    expect(told!.to).toMatch(/^…[a ]+milk[b ]+…$/);
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
