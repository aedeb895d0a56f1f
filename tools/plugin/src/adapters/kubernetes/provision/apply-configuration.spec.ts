import { FakeApiServer } from '../../../../../simulators/src/kubernetes/fake-api-server.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { KubernetesConfiguration } from './kubernetes-configuration.ts';

const path = '/api/v1/namespaces/gateway/configmaps/listeners';
const listeners = (data: Record<string, string>, managedFields?: object[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'listeners', namespace: 'gateway', ...(managedFields ? { managedFields } : {}) },
  data,
});
const kubectls = {
  manager: 'kubectl-client-side-apply',
  operation: 'Update',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:data': { '.': {}, 'f:theirs': {} } },
};

it('leaves to kubectl what it wrote to an object that is shared', async () => {
  const server = await FakeApiServer.start();
  server.put(path, listeners({ theirs: '1' }, [kubectls]));
  const configuration = new KubernetesConfiguration(server.api, { namespace: 'shop' });
  const objects = [listeners({ ours: '2' })];
  const asked: string[] = [];
  server.before = (what, query) => void asked.push(`${what} as ${query.get('fieldManager')}`);
  const plan = await configuration.plan(objects);
  expect(plan).toMatchObject([{ action: 'configured', fields: [{ path: 'data.ours', from: undefined, to: '"2"' }] }]);
  expect(await configuration.apply(objects, new AbortController().signal)).toEqual(plan);
  // The one write is the apply that was dry-run: nobody's fields become ours before it.
  expect(server.written).toEqual([`PATCH ${path}`]);
  expect(new Set(asked.filter((what) => what.startsWith('PATCH')))).toEqual(
    new Set([`PATCH ${path} as poc-provisioning-shop`]),
  );
  expect(server.read(path)).toMatchObject({
    metadata: { managedFields: [kubectls] },
    data: { theirs: '1', ours: '2' },
  });
  expect(await configuration.plan(objects)).toMatchObject([{ action: 'unchanged' }]);
  server.close();
});
