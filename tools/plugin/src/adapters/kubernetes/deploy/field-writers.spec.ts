import { describeFieldWriters } from '../../../model/observe/field-writers.ts';
import { fieldWriters } from './field-writers.ts';
import { isDeployers, isKubectls, type ManagedFields } from './managed-fields.ts';

const entry = (manager: string, fieldsV1: Record<string, unknown>, more: object = {}): ManagedFields => ({
  ...{ manager, operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1 },
  ...more,
});
const deployment = (...managedFields: ManagedFields[]) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'orders', managedFields } },
});
const applied = {
  'f:metadata': { 'f:annotations': { '.': {}, 'f:kubectl.kubernetes.io/last-applied-configuration': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:image': {}, 'f:name': {} } } } },
  },
};

it('names kubectl with what it wrote, whose fields become ours', () => {
  const writtenBy = fieldWriters(deployment(entry('kubectl-client-side-apply', applied)), isKubectls);
  expect(writtenBy).toEqual([
    { manager: 'kubectl-client-side-apply', places: ['spec.replicas', 'spec.template'], fields: 3, isTakenOver: true },
  ]);
  expect(describeFieldWriters([{ kind: 'Deployment', name: 'orders', writtenBy }])).toEqual([
    'Deployment orders has 3 fields from kubectl-client-side-apply (spec.replicas, spec.template): taken over, and what no manifest has of them goes',
  ]);
});

it.each([
  [false, isKubectls],
  [true, isDeployers],
])('says what --adopt does with the fields of other deployers (%s)', (isTakenOver, isUpgraded) => {
  const writtenBy = fieldWriters(deployment(entry('terraform', { 'f:spec': { 'f:replicas': {} } })), isUpgraded);
  expect(writtenBy).toMatchObject([{ manager: 'terraform', isTakenOver }]);
  const [line] = describeFieldWriters([{ kind: 'Deployment', name: 'orders', writtenBy }]);
  expect(line!.includes('with --adopt')).toBe(!isTakenOver);
});

it('names no controller, nobody who scales or restarts, nothing of its own, and no bookkeeping', () => {
  const live = deployment(
    entry('kube-controller-manager', { 'f:status': { 'f:replicas': {} } }, { subresource: 'status' }),
    entry('kubectl-scale', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' }),
    entry('kubectl-rollout', { 'f:spec': { 'f:template': { 'f:metadata': {} } } }),
    entry('poc-deployer', { 'f:spec': { 'f:replicas': {}, 'f:selector': {} } }, { operation: 'Apply' }),
    entry('kubectl-client-side-apply', { 'f:metadata': applied['f:metadata'] }),
  );
  expect(fieldWriters(live, isDeployers)).toEqual([]);
});

it('shortens a long list of places', () => {
  const data = Object.fromEntries([...'abcdefgh'].map((key) => [`f:${key}`, {}]));
  const writtenBy = fieldWriters(deployment(entry('kubectl', { 'f:data': data })), isKubectls);
  const [line] = describeFieldWriters([{ kind: 'ConfigMap', name: 'settings', writtenBy }]);
  expect(line).toContain('has 8 fields from kubectl (data.a, data.b, data.c, data.d, data.e, data.f, and 2 more)');
});
