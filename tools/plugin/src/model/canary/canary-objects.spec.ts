import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { fieldAt } from '../manifests/source/object-fields.ts';
import { canaryObjects, canaryPods, type CanaryObjects } from './canary-objects.ts';

const identity = { 'app.kubernetes.io/name': 'orders', 'app.kubernetes.io/instance': 'orders' };

function deployment(selector: Record<string, string> = identity, config = 'orders-2'): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'orders', labels: { 'poc.dev/service': 'orders' } },
    spec: {
      replicas: 4,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...identity, ...selector } },
        spec: { containers: [{ name: 'orders', envFrom: [{ configMapRef: { name: config } }] }] },
      },
    },
  };
}

function service(selector: Record<string, string> = identity): KubernetesObject {
  const ports = [{ port: 80, nodePort: 30080 }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'orders' },
    spec: { type: 'NodePort', selector, ports },
  };
}

const config = (name: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

function route(port = 80): KubernetesObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'orders' },
    spec: { rules: [{ backendRefs: [{ name: 'orders', port }] }] },
  };
}

const usual = [config('orders-2'), config('shared'), service(), deployment(), route()];
const before = [config('orders-1'), config('shared'), service(), deployment(identity, 'orders-1'), route()];

function made(coming = usual, stable = before): CanaryObjects | string {
  return canaryObjects({ service: 'orders', buildNumber: '20261124-2', stable, coming, jobs: [] }, 2);
}

describe('the objects of a canary', () => {
  it('are a Deployment and a Service of their own, and what only its release needs', () => {
    const { own, prerequisites, services } = made() as CanaryObjects;
    expect(own.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Service orders-canary',
      'Deployment orders-canary',
    ]);
    expect([...services]).toEqual([['orders', 'orders-canary']]);
    expect(prerequisites).toEqual([config('orders-2')]);
    const labels = { ...identity, 'app.kubernetes.io/instance': 'orders.canary' };
    expect(own[0]).toMatchObject({ metadata: { labels: { 'poc.dev/canary': '20261124-2' } } });
    expect(own[0]?.['spec']).toEqual({ selector: labels, ports: [{ port: 80 }] });
    expect(fieldAt(own[1], 'spec', 'replicas')).toBe(2);
    expect(fieldAt(own[1], 'spec', 'selector')).toEqual({ matchLabels: labels });
    expect(fieldAt(own[1], 'spec', 'template', 'metadata', 'labels')).toEqual(labels);
  });

  it('have other labels wherever the Deployment selects by, where nobody selects by the instance', () => {
    const selector = { app: 'orders' };
    const all = [service(selector), deployment(selector), route()];
    const { own } = made(all, all) as CanaryObjects;
    expect(fieldAt(own[1], 'spec', 'template', 'metadata', 'labels')).toMatchObject({ app: 'orders.canary' });
  });

  it.each([
    ['a batch service', [config('a')], /no pods that answer requests/],
    [
      'a StatefulSet',
      usual.map((each) => (each.kind === 'Deployment' ? { ...each, kind: 'StatefulSet' } : each)),
      /StatefulSet/,
    ],
    ['no route any more', usual.slice(0, -1), /no HTTPRoute to it any more/],
    ['its name taken', [...usual, { ...service(), metadata: { name: 'orders-canary' } }], /of their own/],
  ])('are none of %s', (_, coming, reason) => {
    expect(made(coming)).toMatch(reason);
  });

  it('are none where the way of now leads to a port that the release does not have', () => {
    expect(made(usual, [...before.slice(0, -1), route(81)])).toMatch(/leads to port 81 of Service orders/);
    const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'orders' } };
    expect(made(usual, [...before.slice(0, -1), ingress])).toBe(
      'No HTTPRoute leads to it: Ingress orders knows no shares.',
    );
  });

  it('have as many pods as the greatest share needs, and two where the service has them', () => {
    const pods = (steps: number[], now: number) => canaryPods({ service: 'orders', coming: usual }, steps, now);
    expect(pods([10], 4)).toBe(2);
    expect(pods([10, 50], 10)).toBe(5);
    expect(pods([100], 2)).toBe(4);
    const one = usual.map((each) =>
      each.kind === 'Deployment' ? { ...each, spec: { ...(each['spec'] as object), replicas: 1 } } : each,
    );
    expect(canaryPods({ service: 'orders', coming: one }, [10], 1)).toBe(1);
  });
});
