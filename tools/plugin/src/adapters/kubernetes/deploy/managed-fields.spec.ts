import { upgradeManagedFields, ownsReplicas, type ManagedFields } from './managed-fields.ts';

const now = new Date('2026-11-24T12:00:00.500Z');
const entry = (manager: string, operation: string, fieldsV1: Record<string, unknown>, more = {}): ManagedFields => ({
  manager,
  operation,
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const live = (...managedFields: ManagedFields[]) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', managedFields },
});

describe('folding managers', () => {
  it('gives what kubectl wrote to this tool, and leaves all others', () => {
    const ours = entry('poc-deployer', 'Apply', { 'f:data': { 'f:a': {} } });
    const applied = entry('kubectl-client-side-apply', 'Update', { 'f:data': { '.': {}, 'f:b': {} } });
    const edited = entry('kubectl-edit', 'Update', { 'f:metadata': { 'f:labels': { 'f:x': {} } } });
    const operator = entry('some-operator', 'Update', { 'f:data': { 'f:c': {} } });
    const status = entry('kubectl-edit', 'Update', { 'f:status': {} }, { subresource: 'status' });
    expect(upgradeManagedFields(live(applied, operator, ours, edited, status), now)).toEqual([
      operator,
      status,
      {
        ...ours,
        time: '2026-11-24T12:00:00Z',
        fieldsV1: { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} }, 'f:metadata': { 'f:labels': { 'f:x': {} } } },
      },
    ]);
  });

  it('has nothing to do without kubectl', () => {
    expect(upgradeManagedFields(live(entry('poc-deployer', 'Apply', {})), now)).toBeUndefined();
    expect(upgradeManagedFields(live(entry('kubectl-rollout', 'Update', {})), now)).toBeUndefined();
    expect(upgradeManagedFields({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }, now)).toBeUndefined();
  });
});

it('knows whether replicas are ours', () => {
  const replicas = { 'f:spec': { 'f:replicas': {} } };
  expect(ownsReplicas([entry('poc-deployer', 'Apply', replicas)])).toBe(true);
  expect(ownsReplicas([entry('poc-deployer', 'Apply', {}), entry('hpa', 'Update', replicas)])).toBe(false);
});
