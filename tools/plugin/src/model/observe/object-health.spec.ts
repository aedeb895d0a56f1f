import fc from 'fast-check';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { hasHealth, isWaitedFor, objectHealth } from './object-health.ts';

/** An object of generation 2. */
function object(type: string, fields: object = {}, annotations: Record<string, string> = {}): KubernetesObject {
  const cut = type.lastIndexOf('/');
  const [apiVersion, kind] = [type.slice(0, cut), type.slice(cut + 1)];
  return { apiVersion, kind, metadata: { name: 'orders', generation: 2, annotations }, ...fields };
}

const widget = (status: object) => object('shop.example/v1/Widget', { status });
const condition = (type: string, status = 'True', more: object = {}) => ({ type, status, ...more });
const conditions = (...all: object[]) => ({ status: { conditions: all } });
const certificate = (...all: object[]) => object('cert-manager.io/v1/Certificate', conditions(...all));
const claim = (phase: string) => object('v1/PersistentVolumeClaim', { status: { phase } });
const event = (type: string, reason: string, name = 'orders') => ({
  ...object('v1/Event'),
  ...{ type, reason, message: 'so it is', involvedObject: { kind: 'PersistentVolumeClaim', name } },
});

const healthy: [string, KubernetesObject, KubernetesObject[]?][] = [
  ['custom resource without a status', object('shop.example/v1/Widget')],
  ['custom resource without conditions', widget({ phase: 'Odd' })],
  ['custom resource with conditions of its own', widget({ conditions: [condition('Cached', 'False')] })],
  ['custom resource that is ready', widget({ observedGeneration: 2, conditions: [condition('Ready')] })],
  ['custom resource that is not stalled', widget({ conditions: [condition('Stalled', 'False'), condition('Ready')] })],
  ['custom resource whose generation is a hash', widget({ observedGeneration: 'a1b2' })],
  ['Certificate that is ready', certificate(condition('Ready', 'True', { observedGeneration: 2 }))],
  ['ConfigMap', object('v1/ConfigMap')],
  ['CronJob', object('batch/v1/CronJob', { status: {} })],
  ['Deployment, which has a wait of its own', object('apps/v1/Deployment', { status: { observedGeneration: 1 } })],
  ['Service within the cluster', object('v1/Service', { spec: { type: 'ClusterIP' } })],
  [
    'Service with an address',
    object('v1/Service', {
      spec: { type: 'LoadBalancer' },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
    }),
  ],
  [
    'Ingress with a name',
    object('networking.k8s.io/v1/Ingress', { status: { loadBalancer: { ingress: [{ hostname: 'lb.example' }] } } }),
  ],
  ['claim that is bound', claim('Bound')],
  ['claim that waits for its first pod', claim('Pending'), [event('Normal', 'WaitForFirstConsumer')]],
  ['Job that is complete', object('batch/v1/Job', conditions(condition('Complete')))],
  ['Job that is suspended', object('batch/v1/Job', { spec: { suspend: true } })],
  [
    'autoscaler of nothing',
    object(
      'autoscaling/v2/HorizontalPodAutoscaler',
      conditions(condition('ScalingActive', 'False', { reason: 'ScalingDisabled' })),
    ),
  ],
  [
    'budget that allows no disruption now',
    object(
      'policy/v1/PodDisruptionBudget',
      conditions(condition('DisruptionAllowed', 'False', { reason: 'InsufficientPods' })),
    ),
  ],
  [
    'Gateway that is programmed',
    object('gateway.networking.k8s.io/v1/Gateway', conditions(condition('Accepted'), condition('Programmed'))),
  ],
  ['Pod that has done its work', object('v1/Pod', { status: { phase: 'Succeeded' } })],
  [
    'object of which nobody wants to know',
    object('cert-manager.io/v1/Certificate', conditions(condition('Stalled')), { 'poc.dev/health': 'ignored' }),
  ],
];
it.each(healthy)('takes for healthy: a %s', (_, live, ...[events]) =>
  expect(objectHealth(live, events)).toEqual({ state: 'healthy' }),
);

const troubled: [string, KubernetesObject, 'waiting' | 'failed', RegExp, KubernetesObject[]?][] = [
  [
    'that its controller has not seen',
    widget({ observedGeneration: 1, conditions: [condition('Ready')] }),
    'waiting',
    /not seen it as it is/,
  ],
  [
    'that is reconciled',
    widget({ conditions: [condition('Reconciling', 'True', { reason: 'Progressing' })] }),
    'waiting',
    /^It is being worked on \(Progressing\)\.$/,
  ],
  [
    'that is stalled',
    widget({
      conditions: [
        condition('Ready', 'False'),
        condition('Stalled', 'True', { reason: 'BadSpec', message: 'no such size' }),
      ],
    }),
    'failed',
    /^Its controller has given up \(BadSpec\): no such size\.$/,
  ],
  [
    'that was stalled before',
    certificate(condition('Stalled', 'True', { observedGeneration: 1 })),
    'waiting',
    /not said anything/,
  ],
  [
    'that is not ready',
    certificate(condition('Ready', 'False', { reason: 'DoesNotExist', message: 'a\nb' })),
    'waiting',
    /^It is not ready \(DoesNotExist\): a b\.$/,
  ],
  ['of which it is not known', certificate(condition('Ready', 'Unknown')), 'waiting', /^It is not ready\.$/],
  ['that was ready before', certificate(condition('Ready', 'True', { observedGeneration: 1 })), 'waiting', /not seen/],
  [
    'that nobody has looked at',
    object('external-secrets.io/v1/ExternalSecret'),
    'waiting',
    /not said anything of it yet/,
  ],
  [
    'that is being deleted',
    { ...widget({}), metadata: { name: 'w', deletionTimestamp: 'now' } },
    'waiting',
    /being deleted/,
  ],
  [
    'without an address',
    object('networking.k8s.io/v1/Ingress', { status: { loadBalancer: {} } }),
    'waiting',
    /no address/,
  ],
  ['without a balancer', object('v1/Service', { spec: { type: 'LoadBalancer' } }), 'waiting', /no address/],
  [
    'without a volume',
    claim('Pending'),
    'waiting',
    /^It has no volume yet\.$/,
    [event('Normal', 'WaitForFirstConsumer', 'other')],
  ],
  [
    'whose volume cannot be made',
    claim('Pending'),
    'waiting',
    /^It has no volume \(ProvisioningFailed\): so it is\.$/,
    [event('Warning', 'ProvisioningFailed')],
  ],
  ['whose volume is gone', claim('Lost'), 'waiting', /is gone/],
  [
    'that has failed',
    object('batch/v1/Job', conditions(condition('Failed', 'True', { reason: 'BackoffLimitExceeded' }))),
    'failed',
    /BackoffLimitExceeded/,
  ],
  ['that runs', object('batch/v1/Job'), 'waiting', /not ended/],
  [
    'that cannot scale',
    object(
      'autoscaling/v2/HorizontalPodAutoscaler',
      conditions(condition('AbleToScale', 'False', { reason: 'FailedGetScale', message: 'no such Deployment' })),
    ),
    'waiting',
    /^It cannot scale \(FailedGetScale\): no such Deployment\.$/,
  ],
  [
    'that cannot scale by any metric that it names',
    object(
      'autoscaling/v2/HorizontalPodAutoscaler',
      conditions(condition('ScalingActive', 'False', { reason: 'InvalidMetricSourceType', message: 'cpus' })),
    ),
    'waiting',
    /^It cannot scale \(InvalidMetricSourceType\): cpus\.$/,
  ],
  [
    'that cannot be kept',
    object(
      'policy/v1/PodDisruptionBudget',
      conditions(condition('DisruptionAllowed', 'False', { reason: 'SyncFailed' })),
    ),
    'waiting',
    /SyncFailed/,
  ],
  [
    'that is not programmed',
    object('gateway.networking.k8s.io/v1/Gateway', conditions(condition('Accepted'))),
    'waiting',
    /not said anything/,
  ],
  ['whose route is refused', object('gateway.networking.k8s.io/v1/HTTPRoute'), 'waiting', /has not accepted it yet/],
  [
    'that what it is attached to does not take',
    object('gateway.example/v1/RatePolicy', {
      status: {
        ancestors: [
          { ancestorRef: { name: 'public' }, conditions: [condition('Accepted', 'False', { reason: 'Invalid' })] },
        ],
      },
    }),
    'waiting',
    /^public does not take it \(Invalid\)\.$/,
  ],
  [
    'with too few pods',
    object('apps/v1/ReplicaSet', { spec: { replicas: 2 }, status: { readyReplicas: 1 } }),
    'waiting',
    /1 of 2/,
  ],
  ['that has crashed', object('v1/Pod', { status: { phase: 'Failed', reason: 'Evicted' } }), 'failed', /Evicted/],
];
it.each(troubled)('tells of one %s', (_, live, state, says, ...[events]) =>
  expect(objectHealth(live, events)).toEqual({ state, says: expect.stringMatching(says) }),
);

it('waits for what has a health of its own, but for routes and what tells of pods', () => {
  const types = ['cert-manager.io/v1/Certificate', 'v1/PersistentVolumeClaim', 'shop.example/v1/Widget'];
  for (const type of types) expect(isWaitedFor(object(type))).toBe(true);
  expect(isWaitedFor(object('shop.example/v1/Widget', {}, { 'poc.dev/health': 'ignored' }))).toBe(false);
  for (const type of ['policy/v1/PodDisruptionBudget', 'gateway.networking.k8s.io/v1/HTTPRoute']) {
    expect(isWaitedFor(object(type))).toBe(false);
    expect(hasHealth(object(type))).toBe(true);
  }
  for (const type of ['v1/Secret', 'rbac.authorization.k8s.io/v1/Role', 'apps/v1/StatefulSet'])
    expect(hasHealth(object(type))).toBe(false);
});

describe('whatever a status says', () => {
  const types = fc.constantFrom(
    ...[...healthy.map(([, live]) => live), ...troubled.map(([, live]) => live)].map(
      ({ apiVersion, kind }) => `${apiVersion}/${kind}`,
    ),
  );
  const anyCondition = fc.record(
    {
      type: fc.constantFrom('Ready', 'Stalled', 'Reconciling', 'Accepted', 'Valid', 'Failed', 'Other'),
      status: fc.constantFrom('True', 'False', 'Unknown'),
      observedGeneration: fc.constantFrom(1, 2, 3),
      reason: fc.anything(),
      message: fc.anything(),
    },
    { requiredKeys: ['type', 'status'] },
  );

  it('answers, in sentences', () => {
    const status = fc.oneof(fc.anything(), fc.record({ conditions: fc.anything(), parents: fc.array(fc.anything()) }));
    fc.assert(
      fc.property(types, status, fc.jsonValue(), (type, anything, spec) => {
        const health = objectHealth(object(type, { status: anything, spec }));
        if (health.state !== 'healthy') expect(health.says).toMatch(/^[^\n]+[.!?]$/);
      }),
    );
  });

  it('does not depend on the order of conditions', () => {
    const unique = fc.uniqueArray(anyCondition, { selector: ({ type }) => type });
    fc.assert(
      fc.property(types, unique, (type, all) => {
        const of = (each: readonly object[]) => objectHealth(object(type, conditions(...each))).state;
        expect(of(all)).toBe(of(all.toReversed()));
      }),
    );
  });

  it('never takes an answer of an older generation for one', () => {
    fc.assert(
      fc.property(types, fc.array(anyCondition), (type, all) => {
        const old = all.map((each) => ({ ...each, observedGeneration: 1 }));
        const of = (each: readonly object[]) => objectHealth(object(type, conditions(...each))).state;
        // Without an answer nothing is failed, and with an old one no more is healthy than without.
        expect(of(old)).not.toBe('failed');
        if (of([]) !== 'healthy') expect(of(old)).toBe(of([]));
      }),
    );
  });
});

describe('an autoscaler without metrics', () => {
  const scaler = (reason: string, annotations = {}) => {
    const unscaled = conditions(condition('ScalingActive', 'False', { reason, message: 'unable to get metrics' }));
    const made = object('autoscaling/v2/HorizontalPodAutoscaler', unscaled);
    return { ...made, metadata: { ...made.metadata, annotations } };
  };

  it.each([
    ['FailedGetResourceMetric', /first minute; where none come, the cluster lacks a metrics server/],
    ['FailedGetContainerResourceMetric', /first minute/],
    ['FailedGetPodsMetric', /^It has no metrics to scale by: what serves these to the cluster does not have them\./],
    ['FailedGetExternalMetric', /what serves these/],
  ])('is healthy, with the cause as a remark: %s', (reason, cause) => {
    const health = objectHealth(scaler(reason));
    expect(health).toEqual({ state: 'healthy', remark: expect.stringMatching(cause) });
    expect(health).toMatchObject({
      remark: expect.stringContaining(`Its controller says (${reason}): unable to get metrics.`),
    });
  });

  it('is not healthy where its health is required', () => {
    const required = scaler('FailedGetResourceMetric', { 'poc.dev/health': 'required' });
    expect(objectHealth(required)).toMatchObject({ state: 'waiting' });
  });
});
