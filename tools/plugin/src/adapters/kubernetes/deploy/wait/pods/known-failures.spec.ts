import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { knownTroubleOf } from './known-failures.ts';

const pod: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'orders-1', uid: 'p1' },
  status: { phase: 'Pending' },
};

function troubleWith(message: string) {
  const event: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e1' },
    type: 'Warning',
    reason: 'FailedMount',
    message,
    involvedObject: { kind: 'Pod', name: 'orders-1', uid: 'p1' },
  };
  return knownTroubleOf(pod, new Map([['p1', [event]]]));
}

it('tells of a volume that is not there, and not of a kubelet that was late', () => {
  expect(troubleWith('MountVolume.SetUp failed for volume "keys" : secret "absent" not found')).toMatchObject({
    summary: 'cannot mount one of its volumes',
    kind: 'config',
  });
  const late = 'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to sync configmap cache: timed out';
  expect(troubleWith(late)).toBeUndefined();
});
