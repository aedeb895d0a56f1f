import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { creationObstacle } from './creation-obstacle.ts';

const quota = 'pods "orders-0" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0';
const failed = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: quota };

function workload(kind: string, status: object): KubernetesObject {
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'orders' }, spec: { replicas: 2 }, status };
}
function event(reason: string, lastTimestamp: string, involvedObject: object = {}): KubernetesObject {
  const about = { kind: 'StatefulSet', name: 'orders', ...involvedObject };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    reason,
    message: quota,
    lastTimestamp,
    involvedObject: about,
  };
}

const [earlier, later] = ['2026-11-27T21:00:00Z', '2026-11-27T21:00:05Z'];
const says = (kind: string) => `${kind} orders cannot create its pods: the ResourceQuota none forbids it: ${quota}`;

it('reads the condition of a Deployment', () => {
  expect(creationObstacle(workload('Deployment', { conditions: [failed] }))).toBe(says('Deployment'));
  const over = { conditions: [{ ...failed, status: 'False' }] };
  expect(creationObstacle(workload('Deployment', over))).toBeUndefined();
});

it('reads the newest event about a StatefulSet, which has no condition for it', () => {
  const events = [event('FailedCreate', later), event('SuccessfulCreate', earlier)];
  expect(creationObstacle(workload('StatefulSet', { replicas: 1 }), events)).toBe(says('StatefulSet'));
});

it.each([
  ['its pods could be made since', { replicas: 1 }, [event('FailedCreate', earlier), event('SuccessfulCreate', later)]],
  ['all of its pods are there', { replicas: 2 }, [event('FailedCreate', later)]],
  ['it is of another workload', { replicas: 0 }, [event('FailedCreate', later, { name: 'payments' })]],
  ['it is of another kind', { replicas: 0 }, [event('FailedCreate', later, { kind: 'DaemonSet' })]],
])('takes no notice of an event when %s', (_, status, events) => {
  expect(creationObstacle(workload('StatefulSet', status), events)).toBeUndefined();
});
