import fc from 'fast-check';
import { BuildNumber } from '../release/build-number.ts';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { Refusal } from '../errors/product-error.ts';
import { ReleaseTag } from '../release/release-tag.ts';
import { whyNotServiceName } from '../release/service-name.ts';
import { packageMessage, packageTag, parsePackageMessage } from './provisioning-package.ts';
import { formerObjects, keyOf, type ProvisionedObject, type ProvisioningRecord } from './provisioning-record.ts';
import { renderProvisioning } from './render-provisioning.ts';

const version = BuildNumber.parse('20261124-1')!;
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });

describe('a package', () => {
  it('is read back from the message of its tag, and from no other', () => {
    fc.assert(
      fc.property(hex(64), hex(40), fc.integer({ min: 1, max: 999 }), (hash, commit, revision) => {
        const made = {
          version: BuildNumber.parse(`20261124-${revision}`)!,
          commit,
          contentHash: `sha256:${hash}` as const,
        };
        const tag = packageTag(made.version);
        expect(ReleaseTag.parse(tag.toString())?.toString()).toBe(`provisioning-20261124-${revision}`);
        expect(parsePackageMessage(tag, commit, packageMessage(made))).toEqual(made);
        const other = packageTag(BuildNumber.parse(`20261125-${revision}`)!);
        expect(parsePackageMessage(other, commit, packageMessage(made))).toBeUndefined();
      }),
    );
    expect(parsePackageMessage(packageTag(version), 'c', 'by hand')).toBeUndefined();
  });

  it('has a name that no service can have', () => {
    expect(whyNotServiceName('provisioning')).toMatch(/versioned/);
    expect(whyNotServiceName('provisioning-2')).toBeUndefined();
  });
});

describe('renderProvisioning', () => {
  const environment = { name: 'preprod', namespace: 'shop', registry: 'acr.example/shop', variables: { PODS: '10' } };
  const render = (files: Readonly<Record<string, string>>, environmentNames = ['dev', 'preprod']) =>
    renderProvisioning({
      texts: new Map(Object.entries(files).map(([name, text]) => [`Infrastructure/kubernetes/${name}`, text])),
      environment,
      environmentNames,
    });
  const home = "apiVersion: v1\nkind: Namespace\nmetadata: { name: '${NAMESPACE}' }\n";
  const account = (namespace: string, more = '') =>
    `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: deployer${namespace} }\n${more}`;
  const generated = (keys: string) =>
    `apiVersion: v1\nkind: Secret\nmetadata: { name: s, annotations: { poc.dev/generate: '${keys}' } }\n`;
  const places = (objects: readonly KubernetesObject[]) =>
    objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`);

  it('knows the registry of the environment, which an own variable of that name wins over', () => {
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m }\ndata: { from: "${REGISTRY}/" }\n';
    expect(render({ 'a.yaml': map })).toMatchObject([{ data: { from: 'acr.example/shop/' } }]);
    const variables = { ...environment.variables, REGISTRY: 'mirror.example' };
    const request = { texts: new Map([['Infrastructure/kubernetes/a.yaml', map]]), environmentNames: [] };
    expect(renderProvisioning({ ...request, environment: { ...environment, variables } })).toMatchObject([
      { data: { from: 'mirror.example/' } },
    ]);
  });

  it('takes objects of the whole cluster and of any namespace, namespaces first', () => {
    const role =
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: "${ENVIRONMENT}:look" }\n';
    const files = {
      'a.yaml': account(', namespace: gateway'),
      'b.yaml': account(''),
      'c.yaml': role,
      'd.yaml': home,
      'README.md': 'no manifest',
    };
    const objects = render(files);
    expect(places(objects)).toEqual([
      'Namespace -/shop',
      'ServiceAccount gateway/deployer',
      'ServiceAccount -/deployer',
      'ClusterRole -/preprod:look',
    ]);
    for (const { metadata } of objects) expect(metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'poc' });
  });

  it("lays the environment's file over the objects of the same place, however that is written", () => {
    const files = {
      'a.yaml': account(", namespace: '${NAMESPACE}'"),
      'b.yaml': account(', namespace: gateway'),
      'preprod.yaml': account('', 'automountServiceAccountToken: false\n'),
      'dev.yaml': account(', namespace: nowhere'),
    };
    const objects = render(files);
    expect(places(objects)).toEqual(['ServiceAccount shop/deployer', 'ServiceAccount gateway/deployer']);
    expect(objects.map((object) => object['automountServiceAccountToken'])).toEqual([false, undefined]);
    const twins = { 'a.yaml': files['a.yaml'], 'c.yaml': account('') };
    expect(() => render(twins)).toThrow(/already in/);
  });

  it.each([
    ['a value that nobody gives', { 'a.yaml': account('', 'x: "${NOTHING}"\n') }, /NOTHING.*has no value/],
    [
      'a secret',
      { 'a.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: { a: YQ== }\n' },
      /holds data/,
    ],
    ['nothing', { 'README.md': '' }, /There is no manifest/],
    ['a bad name', { 'a.yaml': home.replace('${NAMESPACE}', 'Shop!') }, /cannot be named/],
    [
      'made-up values of what is no Secret',
      { 'a.yaml': account(', annotations: { poc.dev/generate: password }') },
      /a\.yaml:3: ServiceAccount deployer is not a Secret/,
    ],
    ['made-up values of no key', { 'a.yaml': generated(' , ') }, /names no key/],
    ['a key that cannot be', { 'a.yaml': generated('user, pass word') }, /"pass word" cannot be a key/],
    [
      'a lock of its own',
      { 'a.yaml': 'apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: { name: poc-x }\n' },
      /reserved for locks/,
    ],
  ])('refuses %s', (_, files, message) => {
    expect(() => render(files as Record<string, string>)).toThrow(Refusal);
    expect(() => render(files as Record<string, string>)).toThrow(message);
  });
});

describe('formerObjects', () => {
  const object = (name: string, created: boolean): ProvisionedObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    created,
  });
  const record = (outcome: ProvisioningRecord['outcome'], ...objects: ProvisionedObject[]) =>
    ({ outcome, objects }) as unknown as ProvisioningRecord;

  it('are those of the newest that succeeded, and of whatever was tried since', () => {
    const records = [
      record('failed', object('c', true), object('a', false)),
      record('abandoned', object('b', true)),
      record('succeeded', object('a', true)),
      record('succeeded', object('z', true)),
    ];
    const former = formerObjects(records).map(({ name, created }) => `${name} ${created}`);
    expect(former.sort()).toEqual(['a true', 'b true', 'c true']);
    expect(formerObjects(records.slice(0, 2)).map(({ name }) => name)).toEqual(['c', 'a', 'b']);
    expect(formerObjects([])).toEqual([]);
  });

  it('tells objects apart by group, kind, name and namespace, and not by the version of their API', () => {
    const base = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a', namespace: 'x' };
    expect(keyOf(base)).toBe(keyOf({ ...base, apiVersion: 'apps/v1beta1' }));
    const others = [
      { ...base, apiVersion: 'extensions/v1' },
      { ...base, kind: 'DaemonSet' },
      { ...base, name: 'b' },
      { ...base, namespace: 'y' },
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' },
    ];
    expect(new Set([base, ...others].map(keyOf)).size).toBe(6);
  });
});
