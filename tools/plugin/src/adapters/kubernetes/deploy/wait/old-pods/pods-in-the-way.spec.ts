import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { usualPatience } from '../../../../../model/manifests/rules/rollout-patience.ts';
import { evaluateRollout, type RolloutStatus, type RolloutTarget } from '../evaluate-rollout.ts';
import { nothingKnown, reduceRollout } from '../rollout-state.ts';

/** A StatefulSet of three whose newest revision is `new`. */
const setWith = (spec: object = {}, status: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'orders', uid: 's1', generation: 2 },
  spec: { replicas: 3, template: { spec: { containers: [{ name: 'orders', image: 'orders:2' }] } }, ...spec },
  status: {
    ...{ observedGeneration: 2, replicas: 3, readyReplicas: 2, updatedReplicas: 0 },
    ...{ currentRevision: 'old', updateRevision: 'new', ...status },
  },
});
const podWith = (index: number, revision: string, status: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ name: `orders-${index}`, namespace: 'shop', uid: `p${index}`, resourceVersion: '7' },
    labels: { 'controller-revision-hash': revision },
    ownerReferences: [{ uid: 's1' }],
    ...metadata,
  },
  status: { phase: 'Running', ...status },
});
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const container = (state: object, more: object = {}) => ({
  containerStatuses: [{ name: 'orders', ready: false, restartCount: 0, state, ...more }],
});
const waiting = (reason: string, more: object = {}) => container({ waiting: { reason, message: 'no' } }, more);
const crashed = waiting('CrashLoopBackOff', { restartCount: 3, lastState: { terminated: { exitCode: 1 } } });
const running = (more: object = {}) => container({ running: {} }, { started: true, ...more });
const good = [podWith(0, 'old', ready), podWith(1, 'old', ready)];
const withLast = (status: object, revision = 'broken', metadata: object = {}) => [
  ...good,
  podWith(2, revision, status, metadata),
];

/** Evaluates what is there from the first second on. @param seconds that it has been so. */
function evaluate(
  set: KubernetesObject,
  pods: readonly KubernetesObject[],
  seconds: number,
  target: Partial<RolloutTarget> = { replacesPods: true },
): RolloutStatus {
  const sets = reduceRollout(nothingKnown, { type: 'listed', kind: set.kind, objects: [set] }, 0);
  const state = reduceRollout(sets, { type: 'listed', kind: 'Pod', objects: pods }, 0);
  return evaluateRollout(state, { object: set, ...target }, seconds * 1000, usualPatience);
}

const namesOf = (status: RolloutStatus) =>
  status.state === 'waiting' ? (status.replaceable ?? []).map(({ metadata }) => metadata.name) : status.state;
const obstacleOf = (status: RolloutStatus) => (status.state === 'waiting' ? status.obstacle : status.state);

it.each([
  ['crashes', crashed],
  ['has no image', { phase: 'Pending', ...waiting('ImagePullBackOff') }],
  ['lacks its configuration', { phase: 'Pending', ...waiting('CreateContainerConfigError') }],
  ['cannot be started', { phase: 'Pending', ...waiting('RunContainerError') }],
  ['has no node', { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message: 'no node' }] }],
])('a pod of an older revision that %s is replaced when its controller had a moment to do so', (_, status) => {
  const early = evaluate(setWith(), withLast(status), 2);
  expect(namesOf(early)).toEqual([]);
  expect(early).toMatchObject({ state: 'waiting', again: 2500 });
  expect(namesOf(evaluate(setWith(), withLast(status), 3))).toEqual(['orders-2']);
  const parallel = setWith({ podManagementPolicy: 'Parallel' });
  expect(namesOf(evaluate(parallel, withLast(status), 3))).toEqual(['orders-2']);
});

it.each([
  ['runs and is not ready', running()],
  ['crashed and runs again', running({ restartCount: 1, lastState: { terminated: { exitCode: 1 } } })],
  ['is on its way', { phase: 'Pending' }],
])('a pod of an older revision that %s has the grace', (_, status) => {
  expect(namesOf(evaluate(setWith(), withLast(status), 59))).toEqual([]);
  expect(namesOf(evaluate(setWith(), withLast(status), 61))).toEqual(['orders-2']);
  const patient = setWith();
  patient.metadata.annotations = { 'poc.dev/rollout-grace': '5m' };
  expect(namesOf(evaluate(patient, withLast(status), 280))).toEqual([]);
});

it.each([
  ['ready', withLast(ready)],
  ['of the newest revision', withLast(crashed, 'new')],
  ['replaced by Kubernetes, because it failed', withLast({ phase: 'Failed', reason: 'Evicted' })],
  ['going', withLast(crashed, 'broken', { deletionTimestamp: '2026-11-27T10:00:00Z' })],
  ['not to be there any more', [...good, podWith(3, 'broken', crashed)]],
  ['of another owner', withLast(crashed, 'broken', { ownerReferences: [{ uid: 's2' }] })],
  ['without a revision', withLast(crashed, 'broken', { labels: {} })],
  ['reading its data before its startup probe succeeds', withLast(running({ started: false }))],
])('a pod that is %s is never deleted', (_, pods) => {
  for (const seconds of [3, 61, 3600]) {
    const found = namesOf(evaluate(setWith(), pods, seconds));
    // One of the newest revision that crashes ends the rollout.
    if (found !== 'failed') expect(found).toEqual([]);
  }
});

it('counts from the ordinal that the StatefulSet begins with', () => {
  const set = setWith({ ordinals: { start: 5 } });
  expect(namesOf(evaluate(set, [podWith(7, 'broken', crashed)], 3))).toEqual(['orders-7']);
  expect(namesOf(evaluate(set, [podWith(8, 'broken', crashed)], 3))).toEqual([]);
});

it('leaves pods below the partition, and those of OnDelete, to people, and says so', () => {
  const partition = setWith({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
  const broken = [podWith(1, 'broken', crashed), podWith(2, 'broken', crashed)];
  expect(namesOf(evaluate(partition, broken, 3))).toEqual(['orders-2']);
  const below = evaluate(partition, [podWith(0, 'old', ready), podWith(1, 'broken', crashed)], 3600);
  expect(namesOf(below)).toEqual([]);
  expect(obstacleOf(below)).toMatch(
    /Pod orders-1 is crash-looping.*its partition 2 keeps .*Lower spec\.updateStrategy/,
  );

  const byHand = evaluate(setWith({ updateStrategy: { type: 'OnDelete' } }), withLast(crashed), 3600);
  expect(namesOf(byHand)).toEqual([]);
  expect(obstacleOf(byHand)).toMatch(
    /OnDelete leaves .* to a person\. .*`kubectl delete pod orders-2 --namespace=shop`/,
  );
});

it('names the pod and the command where the deployer does not replace it', () => {
  const status = evaluate(setWith(), withLast(crashed), 3600, {});
  expect(namesOf(status)).toEqual([]);
  expect(obstacleOf(status)).toMatch(
    /An old pod is in the way: Pod orders-2 .*`kubectl delete pod orders-2 --namespace/,
  );
  const due = evaluate(setWith(), withLast(crashed), 1);
  expect(obstacleOf(due)).toMatch(/Pod orders-2 is crash-looping.* It is deleted unless it becomes ready soon\./);
});

it.each([
  [
    { rollingUpdate: { partition: 2 } },
    { updatedReplicas: 1 },
    /^2 of the pods of StatefulSet orders \(orders-0, orders-1\) keep an older revision, because its partition is 2\. /,
  ],
  [{ rollingUpdate: { partition: 9 } }, { updatedReplicas: 0 }, /^3 of the pods .*because its partition is 9/],
  [
    { type: 'OnDelete' },
    { updatedReplicas: 1 },
    /^2 .*OnDelete.*`kubectl delete pod orders-0 orders-1 --namespace=shop`/,
  ],
])('is ready with pods that keep an older revision, and tells which: %j', (updateStrategy, status, told) => {
  const set = setWith({ updateStrategy }, { readyReplicas: 3, ...status });
  const pods = [...good, podWith(2, status.updatedReplicas === 0 ? 'old' : 'new', ready)];
  expect(evaluate(set, pods, 0)).toMatchObject({ state: 'ready', kept: expect.stringMatching(told) });
  const all = setWith({ updateStrategy }, { readyReplicas: 3, updatedReplicas: 3 });
  expect(
    evaluate(
      all,
      [0, 1, 2].map((index) => podWith(index, 'new', ready)),
      0,
    ),
  ).toEqual({
    state: 'ready',
    line: '3 of 3 pods ready',
  });
});

it('tells that OnDelete keeps pods of a DaemonSet, and what to do with a broken one', () => {
  const daemons = (status: object): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', uid: 's1', annotations: { 'deprecated.daemonset.template.generation': '2' } },
    spec: { updateStrategy: { type: 'OnDelete' } },
    status: { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 0, ...status },
  });
  const old = { labels: { 'pod-template-generation': '1' } };
  const pods = [podWith(0, '', ready, old), podWith(1, '', crashed, old)];
  const broken = evaluate(daemons({ numberAvailable: 1 }), pods, 3600);
  expect(namesOf(broken)).toEqual([]);
  expect(obstacleOf(broken)).toMatch(/OnDelete leaves .* to a person\. .*`kubectl delete pod orders-1/);
  expect(evaluate(daemons({ numberAvailable: 2 }), pods, 0)).toMatchObject({
    state: 'ready',
    kept: expect.stringMatching(/^2 of the pods of DaemonSet agent .* OnDelete/),
  });
});
