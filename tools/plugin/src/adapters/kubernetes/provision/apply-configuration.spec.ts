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

describe('what is for a namespace that is still to be made', () => {
  const home: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  const settings: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: {} };
  const claim: KubernetesObject = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } };
  const answers = {
    kyverno: [400, 'admission webhook "validate.kyverno.svc-fail" denied the request: nothing in default'],
    policy: [422, "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: nothing in default"],
    gatekeeper: [403, 'admission webhook "validation.gatekeeper.sh" denied the request: nothing in default'],
  } as const;

  let server: FakeApiServer;
  afterEach(() => server.close());

  /** Starts a server that refuses what is written to a namespace. */
  async function refusing(where: string, [code, message]: readonly [number, string]): Promise<void> {
    server = await FakeApiServer.start();
    const resources = [{ name: 'namespaces', kind: 'Namespace', namespaced: false, verbs: ['patch'] }];
    server.put('/api/v1', { apiVersion: 'v1', kind: 'APIResourceList', metadata: { name: 'v1' }, resources });
    server.refuse = (what) =>
      what.startsWith(`PATCH /api/v1/namespaces/${where}/`) ? { code, body: { kind: 'Status', message } } : undefined;
  }

  it.each(Object.entries(answers))('is not refused for a policy of another namespace (%s)', async (_, answer) => {
    await refusing('default', answer);
    const configuration = new KubernetesConfiguration(server.api, { namespace: 'shop' });
    const plan = await configuration.plan([home, settings]);
    expect(plan).toMatchObject([
      { action: 'created' },
      { isElsewhere: true, untried: expect.stringContaining('nothing in default') },
    ]);
    const order: string[] = [];
    server.before = (what, query) => {
      if (what.startsWith('PATCH')) order.push(`${query.has('dryRun') ? 'try' : 'write'} ${what.split('/').at(-1)}`);
    };
    const applied = await configuration.apply([home, settings], new AbortController().signal);
    expect(applied).toMatchObject([
      { name: 'shop', action: 'created' },
      { name: 'settings', action: 'created' },
    ]);
    expect(applied[1]).not.toHaveProperty('isElsewhere');
    expect([...new Set(order)]).toEqual(['try shop', 'write shop', 'try settings', 'write settings']);
  });

  it('is written only when all of it may be', async () => {
    await refusing('shop', answers.policy);
    const configuration = new KubernetesConfiguration(server.api, { namespace: 'shop' });
    await configuration.plan([home, settings, claim]);
    const applying = configuration.apply([home, settings, claim], new AbortController().signal);
    await expect(applying).rejects.toMatchObject({
      message: expect.stringContaining('2 objects cannot be applied'),
    });
    expect(server.written).toEqual(['PATCH /api/v1/namespaces/shop']);
  });

  it('is refused for what is wrong with it anywhere', async () => {
    await refusing('default', [422, 'ConfigMap "settings" is invalid: data: Invalid value']);
    const configuration = new KubernetesConfiguration(server.api, { namespace: 'shop' });
    await expect(configuration.plan([home, settings])).rejects.toMatchObject({ facts: { type: 'bad-object' } });
  });
});
