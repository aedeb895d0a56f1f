import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../model/environment/environment.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../model/manifests/source/object-fields.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Cluster } from '../../ports/cluster.ts';
import { KubernetesApi } from './client/api.ts';
import { connect } from './connect.ts';
import { environmentOn, readPlatform } from './e2e-platform.ts';
import { findAccess } from './client/credentials/kubeconfig.ts';
import { managedFieldsOf } from './deploy/managed-fields.ts';

const apply = async (to: Cluster, objects: readonly KubernetesObject[]) => to.apply(await to.plan('orders', objects));
const platform = readPlatform();
const namespace = `k8s-e2e-bad-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'k8s e2e '));

function environmentOf(changes: { namespace?: string; context?: string; kubeconfig?: string } = {}): Environment {
  const { namespace: name = namespace, ...cluster } = changes;
  return environmentOn(platform, name, cluster);
}

let api: KubernetesApi;
let cluster: Cluster;

beforeAll(async () => {
  api = new KubernetesApi(await findAccess(environmentOf(), '/'));
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  cluster = await connect(environmentOf(), '/');
});

afterAll(async () => {
  await api.send('DELETE', `/api/v1/namespaces/${namespace}`);
  api.close();
});

const labels = { 'app.kubernetes.io/name': 'orders' };

function deployment(spec: object = {}, container: object = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'orders', labels: { 'poc.dev/service': 'orders', 'app.kubernetes.io/managed-by': 'poc' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'orders', image: 'orders:1', ...container }] } },
      ...spec,
    },
  };
}

async function refusalOf(action: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await action.then(
    () => 'not refused',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Refusal);
  expect((error as Refusal).explain()).not.toMatch(/undefined|\[object/);
  return error as Refusal;
}

function kubectl(args: readonly string[], input = ''): string {
  const access = ['--kubeconfig', platform.kubeconfig, '--context', platform.context, '-n', namespace];
  return execFileSync(join(platform.binaries, 'kubectl'), [...access, ...args], { input }).toString();
}

describe('manifests that the cluster refuses', () => {
  it.each<[string, KubernetesObject, string, RegExp]>([
    [
      'an unknown field',
      deployment({ replcias: 2 }),
      'unknown-field',
      /Deployment orders: there is no field "[.]?spec.replcias"/,
    ],
    ['one deep inside', deployment({}, { lifecycle: { preStop: { slep: {} } } }), 'unknown-field', /slep/],
    ['a wrong type', deployment({ replicas: 'two' }), 'bad-object', /Deployment orders: .*replicas/],
    ['a bad value', deployment({ replicas: -1 }), 'bad-object', /spec.replicas: Invalid value: -1/],
    ['a missing field', deployment({}, { image: undefined, name: undefined }), 'bad-object', /name/],
    ['a selector for others', deployment({ selector: { matchLabels: { a: 'b' } } }), 'bad-object', /selector/],
    [
      'an unknown kind',
      { ...deployment(), kind: 'Deploymnet' },
      'unknown-kind',
      /no kind Deploymnet in apps\/v1[^]*Did you mean "Deployment"/,
    ],
    [
      'an unknown group',
      { ...deployment(), apiVersion: 'no.such/v1' },
      'unknown-kind',
      /no kind Deployment in no.such\/v1/,
    ],
    ['an old version', { ...deployment(), apiVersion: 'apps/v1beta1' }, 'unknown-kind', /apps\/v1beta1/],
    [
      'a kind of the cluster',
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } },
      'cluster-object',
      /belongs to the whole cluster/,
    ],
    ['a bad name', { ...deployment(), metadata: { name: 'Bad Name' } }, 'bad-object', /Bad Name/],
  ])('%s', async (_, object, type, why) => {
    const before = await api.get<{ items: unknown[] }>(`/apis/apps/v1/namespaces/${namespace}/deployments`);
    const refusal = await refusalOf(cluster.plan('orders', [object]));
    expect(refusal.explain()).toMatch(why);
    expect(refusal.facts.type).toBe(type);
    expect(await api.get(`/apis/apps/v1/namespaces/${namespace}/deployments`)).toMatchObject({ items: before?.items });
  });

  it('are told all at once', async () => {
    const other = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, dat: {} };
    const refusal = await refusalOf(apply(cluster, [deployment({ replcias: 2 }), other]));
    expect(refusal.facts.evidence?.join('\n')).toMatch(/ConfigMap a[^]*Deployment orders/);
    expect(await api.get(`/api/v1/namespaces/${namespace}/configmaps/a`)).toBeUndefined();
  });

  it('tell that a field can never change', async () => {
    await apply(cluster, [deployment()]);
    const both = { ...labels, more: 'yes' };
    const template = { metadata: { labels: both }, spec: { containers: [{ name: 'orders', image: 'orders:1' }] } };
    const refusal = await refusalOf(
      cluster.plan('orders', [deployment({ selector: { matchLabels: both }, template })]),
    );
    expect(refusal.explain()).toMatch(/Deployment orders: .*immutable[^]*can never change/);
  });
});

it('tells what the cluster warns of, of what changes', async () => {
  const template = (selector: object) => ({
    metadata: { labels },
    spec: { containers: [{ name: 'orders', image: 'orders:1' }], nodeSelector: selector },
  });
  const old = deployment({ template: template({ 'beta.kubernetes.io/os': 'linux' }) });
  const what = { kind: 'Deployment', name: 'orders' };
  const warnings = [expect.stringContaining('nodeSelector[beta.kubernetes.io/os]: deprecated')];
  expect((await cluster.plan('orders', [old])).changes).toMatchObject([{ ...what, warnings }]);
  await apply(cluster, [old]);
  expect((await cluster.plan('orders', [old])).changes).toEqual([{ ...what, action: 'unchanged' }]);
});

describe('what kubectl left', () => {
  it('is taken over, so that what is in no manifest goes', async () => {
    const metadata = { name: 'old', labels: { 'poc.dev/service': 'orders' } };
    const map = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'old' }, data });
    kubectl(['apply', '-f', '-'], JSON.stringify(map({ kept: '1', dropped: '2' })));
    const ours = { ...map({ kept: '1' }), metadata } as KubernetesObject;
    const [{ writtenBy } = {}] = (await cluster.plan('orders', [ours])).changes;
    expect(writtenBy).toMatchObject([{ manager: 'kubectl-client-side-apply', fields: 2, isTakenOver: true }]);
    expect(await apply(cluster, [ours])).toMatchObject([{ action: 'configured' }]);
    const live = await api.get(`/api/v1/namespaces/${namespace}/configmaps/old`);
    expect(live?.['data']).toEqual({ kept: '1' });
    expect(live?.metadata.annotations).toBeUndefined();
    expect(managedFieldsOf(live!).map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
      'poc-deployer Apply',
    ]);
    expect((await cluster.plan('orders', [{ ...ours }])).changes).toMatchObject([{ action: 'unchanged' }]);

    kubectl(['patch', 'configmap', 'old', '--type=merge', '-p', '{"data": {"added": "by hand", "kept": "3"}}']);
    expect((await cluster.plan('orders', [ours])).changes).toEqual([
      {
        kind: 'ConfigMap',
        name: 'old',
        action: 'configured',
        takenOver: ['data.kept from kubectl-patch', 'data.added from kubectl-patch, which no manifest has: it goes'],
        writtenBy: [{ manager: 'kubectl-patch', places: ['data.added', 'data.kept'], fields: 2, isTakenOver: true }],
        fields: [
          { path: 'data.added', from: '"by hand"', to: undefined },
          { path: 'data.kept', from: '"3"', to: '"1"' },
        ],
      },
    ]);
    await apply(cluster, [ours]);
    const mended = await api.get(`/api/v1/namespaces/${namespace}/configmaps/old`);
    expect(mended?.['data']).toEqual({ kept: '1' });
    kubectl(['label', 'configmap', 'old', 'operator.example/x=y']);
    expect((await cluster.plan('orders', [{ ...ours }])).changes).toMatchObject([{ action: 'unchanged' }]);
    expect(await cluster.prune('orders', [])).not.toContainEqual(expect.objectContaining({ name: 'old' }));
  });

  it('is known for ours when somebody cleared who wrote which field, so that what is in no manifest goes', async () => {
    const metadata = { name: 'cleared', labels: { 'poc.dev/service': 'orders' } };
    const map = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    await apply(cluster, [map({ kept: '1', dropped: '2' })]);
    const path = `/api/v1/namespaces/${namespace}/configmaps/cleared`;
    await api.send('PATCH', path, {
      body: [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
      contentType: 'application/json-patch+json',
    });
    expect(managedFieldsOf((await api.get(path))!)).toEqual([]);
    const less = [map({ kept: '1' })];
    expect((await cluster.plan('orders', less)).changes).toMatchObject([
      { action: 'configured', takenOver: ['data.dropped from before-first-apply, which no manifest has: it goes'] },
    ]);
    await apply(cluster, less);
    const live = await api.get(path);
    expect(live?.['data']).toEqual({ kept: '1' });
    expect(managedFieldsOf(live!).map(({ manager }) => manager)).toEqual(['poc-deployer']);
    expect((await cluster.plan('orders', less)).changes).toMatchObject([{ action: 'unchanged' }]);
  });

  it('keeps its pods when an autoscaler takes over the replicas that kubectl set', async () => {
    const scaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'scaled' },
      spec: {
        minReplicas: 2,
        maxReplicas: 4,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' },
      },
    };
    const { spec } = deployment({ replicas: 3 }, { image: '127.0.0.1:5000/pause:3.10' });
    const found = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'scaled' }, spec } as KubernetesObject;
    kubectl(['apply', '-f', '-'], JSON.stringify(found));
    await apply(cluster, [found, scaler]);
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/scaled`;
    expect(fieldAt(await api.get(path), 'spec', 'replicas')).toBe(3);
    expect((await cluster.plan('orders', [{ ...found }, { ...scaler }])).changes).toMatchObject([
      { action: 'unchanged' },
      { action: 'unchanged' },
    ]);
  });
});

describe('access that is not there', () => {
  const kubeconfig = (server: string, more: object = {}, cluster: object = {}) => {
    const file = join(folder, `${Math.random()}.yaml`);
    const config = {
      contexts: [{ name: 'there', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server, ...cluster } }],
      users: [{ name: 'u', user: more }],
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  };
  const checked = async (changes: Parameters<typeof environmentOf>[0]) =>
    (await connect(environmentOf(changes), '/')).check();

  it('names the contexts that there are', async () => {
    const refusal = await refusalOf(checked({ context: 'poc-lcoal' }));
    expect(refusal.facts.type).toBe('no-such-context');
    expect(refusal.explain()).toMatch(/no context "poc-lcoal"; it has poc-local[^]*Did you mean "poc-local"/);
    expect((await refusalOf(checked({ kubeconfig: '/no/such/file' }))).facts.type).toBe('no-kubeconfig');
  });

  it.each(['https://127.0.0.1:1', 'https://192.0.2.1:6443', 'https://no.such.invalid:6443'])('%s', async (server) => {
    const started = performance.now();
    const refusal = await refusalOf(checked({ context: 'there', kubeconfig: kubeconfig(server) }));
    expect(refusal.facts.type).toBe('cluster-unreachable');
    expect(refusal.explain()).toContain(server);
    expect(performance.now() - started).toBeLessThan(6000);
  });

  it('names a certificate that is not trusted', async () => {
    const refusal = await refusalOf(checked({ context: 'there', kubeconfig: kubeconfig(api.server) }));
    expect(refusal.explain()).toMatch(/certificate/);
  });

  it('names a namespace that is missing', async () => {
    const refusal = await refusalOf(checked({ namespace: 'k8s-e2e-absent' }));
    expect(refusal.facts.type).toBe('no-namespace');
    expect(refusal.explain()).toMatch(/has no namespace "k8s-e2e-absent"[^]*create namespace k8s-e2e-absent/);
  });

  it('names what an account may not do, and who is not known at all', async () => {
    const token = kubectl(['create', 'token', 'default']).trim();
    const open = { 'insecure-skip-tls-verify': true };
    const weak = { context: 'there', kubeconfig: kubeconfig(api.server, { token }, open) };
    const refusal = await refusalOf(checked(weak));
    expect(refusal.facts.type).toBe('forbidden');
    expect(refusal.facts.reason).toMatch(/lacks rights on \d+ resources in the namespace "[^"]+" of the cluster there/);
    expect(refusal.facts.evidence).toContain('may not get, list, watch, patch deployments.apps');
    const planned = await refusalOf((await connect(environmentOf(weak), '/')).plan('orders', [deployment()]));
    expect(planned.explain()).toMatch(/Deployment orders: this account may not get deployments.apps/);
    const unknown = { context: 'there', kubeconfig: kubeconfig(api.server, { token: 'no-such' }, open) };
    expect((await refusalOf(checked(unknown))).facts.type).toBe('cluster-login');
  });
});
