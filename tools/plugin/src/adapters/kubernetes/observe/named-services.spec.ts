import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { NamedServices } from './named-services.ts';
import { PodServices } from './pod-services.ts';

const pod = (name: string, instance?: string): KubernetesObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: { name, labels: instance === undefined ? {} : { 'app.kubernetes.io/instance': instance } },
});
const workload = (instance: string): KubernetesObject => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'any' } },
  spec: { selector: { matchLabels: { 'app.kubernetes.io/instance': instance } } },
});

it('names the service of a pod, also of one that is taken out of it or deleted', () => {
  const services = new PodServices();
  services.note([['orders', workload('orders')]]);
  const named = new NamedServices((object) => services.of(object));
  expect(named.take({ type: 'listed', kind: 'Pod', objects: [pod('a', 'orders')] })).toBe('all');
  expect(named.take({ type: 'changed', object: pod('b', 'orders') })).toEqual(new Set(['orders']));
  expect(named.take({ type: 'changed', object: pod('a', 'debug') })).toEqual(new Set(['orders', 'debug']));
  expect(named.take({ type: 'changed', object: pod('a', 'debug') })).toEqual(new Set(['debug']));
  expect(named.take({ type: 'deleted', object: pod('b') })).toEqual(new Set(['orders']));
  expect(named.take({ type: 'changed', object: pod('foreign') })).toEqual(new Set());
});

it('names every service that selects its pods otherwise for any pod, and all before any look', () => {
  const services = new PodServices();
  expect(new NamedServices((object) => services.of(object)).take({ type: 'changed', object: pod('a') })).toBe('all');
  services.note([
    ['orders', workload('orders')],
    ['old', workload('something')],
  ]);
  expect(services.of(pod('a', 'orders'))).toEqual(['orders', 'old']);
  expect(services.of(pod('a'))).toEqual(['old']);
  services.note([['old', undefined]]);
  expect(services.of(pod('a'))).toEqual([]);
});
