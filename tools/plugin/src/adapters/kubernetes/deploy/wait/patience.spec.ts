import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { usualPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { evaluateRollout, type RolloutStatus, type RolloutTarget } from './evaluate-rollout.ts';
import { nothingKnown, reduceRollout } from './rollout-state.ts';

const deployment: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders', uid: 'd1', annotations: { 'deployment.kubernetes.io/revision': '2' } },
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'orders', image: 'orders:2' }] } } },
  status: {},
};
const replicaSet: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: 'orders-2',
    uid: 'r2',
    labels: { 'pod-template-hash': '2' },
    annotations: { 'deployment.kubernetes.io/revision': '2' },
    ownerReferences: [{ uid: 'd1' }],
  },
};
const podWith = (status: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'orders-2-a',
    uid: 'p1',
    labels: { 'pod-template-hash': '2' },
    ownerReferences: [{ uid: 'r2' }],
    ...metadata,
  },
  status: { phase: 'Pending', ...status },
});
const waitingFor = (reason: string, message = '') => ({
  containerStatuses: [{ name: 'orders', image: 'orders:2', state: { waiting: { reason, message } } }],
});
const mountEvent = (message: string, reason = 'FailedMount'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e1' },
  reason,
  message,
  involvedObject: { kind: 'Pod', uid: 'p1' },
});

/** Judges what is there from the first second on. @param seconds that it has been so. */
function judge(
  objects: readonly KubernetesObject[],
  seconds: number,
  target: Partial<RolloutTarget> = {},
): RolloutStatus {
  let state = nothingKnown;
  const all = [deployment, replicaSet, ...objects];
  for (const kind of new Set(all.map((each) => each.kind))) {
    // The last of a name is the one that is there.
    const latest = new Map(all.filter((each) => each.kind === kind).map((each) => [each.metadata.name, each]));
    state = reduceRollout(state, { type: 'listed', kind, objects: [...latest.values()] }, 0);
  }
  return evaluateRollout(state, { object: deployment, ...target }, seconds * 1000, usualPatience);
}

const secretMissing = podWith(waitingFor('CreateContainerConfigError', 'secret "orders-key" not found'));

it.each([
  ['a Secret that is not there', [secretMissing]],
  ['a registry that lets nobody in', [podWith(waitingFor('ErrImagePull', '401 Unauthorized'))]],
  ['a registry that is away', [podWith(waitingFor('ImagePullBackOff', 'dial tcp: i/o timeout'))]],
  ['an image that is to come another way', [podWith(waitingFor('ErrImageNeverPull'))]],
  ['a container that cannot be made', [podWith(waitingFor('CreateContainerError', 'context deadline exceeded'))]],
  ['a volume that is not there', [podWith({}), mountEvent('MountVolume.SetUp failed : secret "x" not found')]],
  ['a quota that is full', [creation('pods "orders-2-a" is forbidden: exceeded quota: few, used: pods=2')]],
  ['a webhook that is away', [creation('failed calling webhook "x.example": connection refused')]],
  ['an etcd that elects', [creation('etcdserver: leader changed')]],
])('waits a minute for %s, and no longer', (_, objects) => {
  expect(judge(objects, 59)).toMatchObject({ state: 'waiting', obstacle: expect.any(String) });
  expect(judge(objects, 61)).toMatchObject({ state: 'failed' });
});

it.each([
  ['an image that its registry does not have', [podWith(waitingFor('ErrImagePull', 'orders:2: not found'))]],
  ['a name that is none', [podWith(waitingFor('InvalidImageName'))]],
  ['a policy that refuses', [creation('admission webhook "x.example" denied the request: no')]],
  ['a LimitRange', [creation('pods "a" is forbidden: maximum memory usage per Container is 2Gi, but limit is 3Gi')]],
  ['a Pod Security level', [creation('pods "a" is forbidden: violates PodSecurity "restricted:latest": x')]],
])('does not wait for %s', (_, objects) => {
  expect(judge(objects, 3)).toMatchObject({ state: 'failed' });
});

it.each([
  [
    'a disk that another node still has',
    [podWith({}), mountEvent('Multi-Attach error for volume "pv"', 'FailedAttachVolume')],
  ],
  [
    'a driver that is not registered yet',
    [podWith({}), mountEvent('driver name disk.csi not found in the list of registered CSI drivers')],
  ],
  [
    'a quota while a pod drains',
    [
      creation('exceeded quota: few'),
      podWith({ phase: 'Running' }, { name: 'orders-1-a', uid: 'p0', deletionTimestamp: '2026-11-27T10:00:00Z' }),
    ],
  ],
])('waits until the deadline for %s', (_, objects) => {
  expect(judge(objects, 280)).toMatchObject({ state: 'waiting', obstacle: expect.any(String) });
});

it('waits until the deadline for what an object of the release brings', () => {
  const external = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'keys' },
    spec: { target: { name: 'orders-key' } },
  };
  expect(judge([secretMissing], 280, { makers: [external] })).toMatchObject({ state: 'waiting' });
  const other = { ...external, spec: { target: { name: 'payments-key' } } };
  expect(judge([secretMissing], 280, { makers: [other] })).toMatchObject({ state: 'failed' });
});

it('has the grace and the restarts that a workload asks for', () => {
  const asking = (annotations: Record<string, string>) => ({
    object: { ...deployment, metadata: { ...deployment.metadata, annotations } },
  });
  expect(judge([secretMissing], 280, asking({ 'poc.dev/rollout-grace': '5m' }))).toMatchObject({ state: 'waiting' });
  const crashed = podWith({
    phase: 'Running',
    containerStatuses: [{ name: 'orders', restartCount: 4, state: { terminated: { exitCode: 1 } } }],
  });
  expect(judge([crashed], 1)).toMatchObject({ state: 'failed' });
  expect(judge([crashed], 1, asking({ 'poc.dev/allowed-restarts': '5' }))).toMatchObject({ state: 'waiting' });
});

it('does not take an event for what is so when the volumes are there', () => {
  const event = mountEvent('MountVolume.SetUp failed : secret "x" not found');
  const conditions = [{ type: 'PodReadyToStartContainers', status: 'True' }];
  const pulling = waitingFor('ContainerCreating');
  expect(judge([podWith({ conditions, ...pulling }), event], 280)).toMatchObject({
    state: 'waiting',
    obstacle: undefined,
  });
});

it('tolerates init containers that fail for a minute, and none that has succeeded', () => {
  const ahead = (status: object) => podWith({ initContainerStatuses: [{ name: 'wait', ...status }] });
  const failing = ahead({
    restartCount: 4,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1 } },
  });
  expect(judge([failing], 59)).toMatchObject({
    state: 'waiting',
    obstacle: expect.stringMatching(/exited with code 1/),
  });
  expect(judge([failing], 61)).toMatchObject({ state: 'failed' });
  const done = ahead({ restartCount: 4, state: { terminated: { exitCode: 0 } } });
  expect(judge([done], 280)).toMatchObject({ state: 'waiting', obstacle: undefined });
});

it('says that a Deployment is paused', () => {
  const paused = { ...deployment, spec: { ...(deployment['spec'] as object), paused: true } };
  expect(judge([paused], 0)).toMatchObject({ state: 'waiting', obstacle: expect.stringMatching(/It is paused/) });
});

it('keeps what another list of the kind has brought', () => {
  const worker = { ...deployment, metadata: { ...deployment.metadata, name: 'orders-worker', uid: 'd2' } };
  const listed = (object: KubernetesObject, objects: readonly KubernetesObject[]) =>
    ({ type: 'listed', kind: 'Deployment', list: `Deployment ${object.metadata.name}`, objects }) as const;
  let state = reduceRollout(nothingKnown, listed(deployment, [deployment]), 0);
  const judged = (object: KubernetesObject) => evaluateRollout(state, { object }, 0, usualPatience).state;
  expect([judged(deployment), judged(worker)]).toEqual(['waiting', 'waiting']);
  state = reduceRollout(state, listed(worker, [worker]), 0);
  expect([judged(deployment), judged(worker)]).toEqual(['waiting', 'waiting']);
  state = reduceRollout(state, listed(worker, []), 0);
  expect([judged(deployment), judged(worker)]).toEqual(['waiting', 'vanished']);
});

/** The ReplicaSet, which may not make its pods. */
function creation(message: string): KubernetesObject {
  const conditions = [{ type: 'ReplicaFailure', status: 'True', message }];
  return { ...replicaSet, status: { conditions } };
}
