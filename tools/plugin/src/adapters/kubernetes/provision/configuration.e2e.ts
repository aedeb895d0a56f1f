import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import {
  clusterConfigurationContract,
  type ConfigurationScenario,
} from '../../../../../contracts/src/cluster-configuration-contract.ts';
import type { ApiRequest } from '../client/api-request.ts';
import { KubernetesApi } from '../client/api.ts';
import { environmentOn, readPlatform } from '../e2e-platform.ts';
import { findAccess } from '../client/credentials/kubeconfig.ts';
import { Resources } from '../client/resources.ts';
import { KubernetesConfiguration } from './kubernetes-configuration.ts';

const platform = readPlatform();

/** Access to the API, with a holder of a lock that can be made to renew it no more. */
class MortalApi extends KubernetesApi {
  isDead = false;

  override async send(method: string, path: string, request: ApiRequest = {}): Promise<unknown> {
    if (this.isDead && path.includes('/leases/')) throw new Error('the network is gone');
    return super.send(method, path, request);
  }
}

let count = 0;
const hands: { api: KubernetesApi; namespaces: string[] }[] = [];

async function apiOf(namespace: string): Promise<MortalApi> {
  return new MortalApi(await findAccess(environmentOn(platform, namespace), '/'));
}

async function start(): Promise<ConfigurationScenario> {
  const namespace = `provision-e2e-${process.pid}-${++count}`;
  const other = `${namespace}-b`;
  const [api, mortal] = await Promise.all([apiOf(namespace), apiOf(namespace)]);
  hands.push({ api, namespaces: [namespace, other] });
  const resources = new Resources(api);
  return {
    configuration: new KubernetesConfiguration(mortal, { namespace }),
    namespace,
    again: async () => new KubernetesConfiguration(await apiOf(namespace), { namespace }),
    beside: async () => ({
      configuration: new KubernetesConfiguration(await apiOf(other), { namespace: other }),
      namespace: other,
    }),
    put: async (object) => {
      const { path } = await resources.placeOf(object, namespace);
      const lastApplied = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(object) };
      const annotations = { ...object.metadata.annotations, ...lastApplied };
      await api.send('POST', path.slice(0, path.lastIndexOf('/')), {
        body: { ...object, metadata: { ...object.metadata, annotations } },
        query: { fieldManager: 'kubectl-client-side-apply' },
      });
    },
    read: async (kind, name, within) => {
      const object: KubernetesObject = { apiVersion: 'v1', kind, metadata: { name, namespace: within ?? '' } };
      return api.get((await resources.placeOf(object, '')).path);
    },
    killHolder: async () => {
      mortal.isDead = true;
    },
  };
}

afterAll(async () => {
  for (const { api, namespaces } of hands) {
    for (const namespace of namespaces) {
      const query = { labelSelector: `poc.dev/provisioning-of=${namespace}` };
      const records = '/apis/apps/v1/namespaces/poc-provisioning/controllerrevisions';
      await api.send('DELETE', records, { query }).catch(() => undefined);
      const lease = `/apis/coordination.k8s.io/v1/namespaces/poc-provisioning/leases/poc-${namespace}`;
      await api.send('DELETE', lease).catch(() => undefined);
      await api.send('DELETE', `/api/v1/namespaces/${namespace}`).catch(() => undefined);
    }
    api.close();
  }
});

describe('KubernetesConfiguration', () => {
  clusterConfigurationContract(start);

  it('refuses what the server does not know, also in a namespace that is still to be made', async () => {
    const { configuration, namespace } = await start();
    const home: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    const misspelt = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hrad: { pods: '1' } },
    };
    await expect(configuration.plan([home, misspelt])).rejects.toMatchObject({ facts: { type: 'unknown-field' } });
    const unknown = { apiVersion: 'v1', kind: 'ResourceQuoat', metadata: { name: 'q' } };
    await expect(configuration.plan([home, unknown])).rejects.toMatchObject({ facts: { type: 'unknown-kind' } });
  });

  it('writes objects of the whole cluster', async () => {
    const { configuration, namespace } = await start();
    const role: KubernetesObject = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: namespace },
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }],
    };
    const made = await configuration.apply([role], new AbortController().signal);
    expect(made).toMatchObject([{ action: 'created' }]);
    expect(made[0]).not.toHaveProperty('namespace');
    const { apiVersion, kind } = role;
    const taken = await configuration.prune([{ apiVersion, kind, name: namespace, created: true }], []);
    expect(taken).toMatchObject([{ action: 'deleted' }]);
  });
});
