import { isDeployers, upgradeManagedFields, ownsReplicas, type ManagedFields } from './managed-fields.ts';

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

describe('adopting', () => {
  const data = { 'f:data': { 'f:a': {} } };
  const taken = (...entries: ManagedFields[]) => upgradeManagedFields(live(...entries), now, isDeployers);

  it.each(['helm', 'helm-controller', 'terraform-provider-helm_v2.9.0_x5', 'argocd-application-controller'])(
    'takes what %s left',
    (manager) => {
      expect(taken(entry(manager, 'Update', data))).toMatchObject([{ manager: 'poc-deployer', fieldsV1: data }]);
    },
  );

  it.each(['Terraform', 'HashiCorp', 'pulumi-kubernetes-1a2b', 'kapp-server-side-apply', 'kustomize-controller'])(
    'takes what %s left',
    (manager) => {
      expect(taken(entry(manager, 'Apply', data))).toMatchObject([{ manager: 'poc-deployer', fieldsV1: data }]);
    },
  );

  it('takes what was written by whoever made the object', () => {
    const whole = { 'f:data': { '.': {}, 'f:a': {} } };
    expect(taken(entry('Go-http-client', 'Update', whole))).toMatchObject([{ manager: 'poc-deployer' }]);
    expect(taken(entry('node-fetch', 'Update', { 'f:spec': { 'f:selector': {} } }))).toHaveLength(1);
  });

  it('leaves to controllers and injectors what they wrote', () => {
    for (const manager of [
      'kube-controller-manager',
      'cert-manager-cainjector',
      'keda',
      'kubectl-rollout',
      'some-operator',
    ])
      expect(taken(entry(manager, 'Update', data))).toBeUndefined();
    expect(taken(entry('helm', 'Update', data, { subresource: 'status' }))).toBeUndefined();
  });

  it('leaves to a claim on storage what cannot be changed', () => {
    const claim = { ...live(entry('helm', 'Update', data)), kind: 'PersistentVolumeClaim' };
    expect(upgradeManagedFields(claim, now, isDeployers)).toBeUndefined();
  });
});
