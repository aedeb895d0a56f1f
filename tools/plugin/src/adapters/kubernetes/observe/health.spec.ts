import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { healthOf, worseOf } from './health.ts';

function deployment(wanted: number, status: object, generation = 2): KubernetesObject {
  const metadata = { name: 'orders', generation };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: wanted }, status };
}
function stateful(updateStrategy: object, status: object): KubernetesObject {
  const metadata = { name: 'orders', generation: 2 };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { replicas: 3, updateStrategy }, status };
}
const seen = { observedGeneration: 2 };

it.each([
  ['healthy', deployment(2, { ...seen, replicas: 2, updatedReplicas: 2, readyReplicas: 2 })],
  ['rolling-out', deployment(2, { ...seen, replicas: 3, updatedReplicas: 1, readyReplicas: 2 })],
  ['rolling-out', deployment(2, { ...seen, replicas: 3, updatedReplicas: 2, readyReplicas: 3 })],
  ['rolling-out', deployment(2, { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2 })],
  ['rolling-out', deployment(2, {})],
  ['degraded', deployment(2, { ...seen, replicas: 2, updatedReplicas: 2, readyReplicas: 1 })],
  ['down', deployment(2, { ...seen, replicas: 2, updatedReplicas: 2 })],
  ['stopped', deployment(0, seen)],
  [
    'stuck',
    deployment(2, { ...seen, replicas: 3, conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }] }),
  ],
  [
    'healthy',
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', generation: 2 },
      status: {
        ...seen,
        desiredNumberScheduled: 3,
        currentNumberScheduled: 3,
        updatedNumberScheduled: 3,
        numberReady: 3,
      },
    },
  ],
  ['healthy', stateful({ type: 'OnDelete' }, { ...seen, replicas: 3, updatedReplicas: 0, readyReplicas: 3 })],
  [
    'healthy',
    stateful({ rollingUpdate: { partition: 2 } }, { ...seen, replicas: 3, updatedReplicas: 1, readyReplicas: 3 }),
  ],
  [
    'rolling-out',
    stateful({ rollingUpdate: { partition: 1 } }, { ...seen, replicas: 3, updatedReplicas: 1, readyReplicas: 3 }),
  ],
  ['degraded', stateful({ type: 'OnDelete' }, { ...seen, replicas: 3, updatedReplicas: 0, readyReplicas: 2 })],
])('%s', (health, workload) => expect(healthOf(workload)).toBe(health));

it('tells the worst of several workloads', () => {
  const well = deployment(2, { ...seen, replicas: 2, updatedReplicas: 2, readyReplicas: 2 });
  const down = deployment(2, { ...seen, replicas: 2, updatedReplicas: 2 });
  const stopped = deployment(0, seen);
  expect(worseOf(well, down)).toBe(down);
  expect(worseOf(down, well)).toBe(down);
  expect(worseOf(stopped, well)).toBe(stopped);
  expect(worseOf(well, undefined)).toBe(well);
});
