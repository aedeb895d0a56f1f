import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from '../../model/environment/environment.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { HttpImageRegistry } from '../registry/http-image-registry.ts';
import { clusterContract } from '../../../../contracts/src/cluster-contract.ts';
import { widgetType, type ClusterScenario } from '../../../../contracts/src/cluster/cluster-scenario.ts';
import { ApiError } from './client/api-error.ts';
import type { ApiRequest } from './client/api-request.ts';
import { KubernetesApi } from './client/api.ts';
import { accountOn, environmentOn, nodeImageOn, readPlatform } from './e2e-platform.ts';
import { findAccess } from './client/credentials/kubeconfig.ts';
import { KubernetesCluster } from './kubernetes-cluster.ts';
import { Resources } from './client/resources.ts';

const platform = readPlatform();
const environmentOf = (namespace: string) => environmentOn(platform, namespace);

/** Access to the API as this tool has it, with a holder of a lock that can be made to die. */
class MortalApi extends KubernetesApi {
  /** Renewals of a lease by this holder get lost. */
  dead: string | undefined;

  override async send(method: string, path: string, request: ApiRequest = {}): Promise<unknown> {
    const { spec } = (request.body ?? {}) as { spec?: { holderIdentity?: string } };
    if (this.dead !== undefined && spec?.holderIdentity === this.dead) throw new Error('the network is gone');
    return super.send(method, path, request);
  }
}

/** Gives a holder its network back once somebody else has its lease: whoever stays cut off can know of nothing. */
async function revive(api: MortalApi, leasePath: string): Promise<void> {
  for (let tries = 0; tries < 300 && api.dead !== undefined; tries++) {
    const lease = (await api.get(leasePath)) as (KubernetesObject & { spec: { holderIdentity?: string } }) | undefined;
    if (lease?.spec.holderIdentity !== api.dead) api.dead = undefined;
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

let count = 0;
const made: { api: KubernetesApi; namespaces: string[] }[] = [];

async function connectTo(environment: Environment): Promise<{ api: MortalApi; cluster: KubernetesCluster }> {
  const api = new MortalApi(await findAccess(environment, '/'));
  made.push({ api, namespaces: [] });
  return { api, cluster: new KubernetesCluster(api, environment) };
}

async function imageToRun(): Promise<string> {
  const image = nodeImageOn(platform);
  const digest = await new HttpImageRegistry().digest(image);
  if (digest === undefined) throw new Error(`${image} is not in the registry`);
  return image.withDigest(digest).toString();
}

async function start(): Promise<ClusterScenario> {
  const namespace = `k8s-e2e-${process.pid}-${++count}`;
  const environment = environmentOf(namespace);
  const { api, cluster } = await connectTo(environment);
  await api.send('POST', '/api/v1/namespaces', {
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  });
  made.at(-1)!.namespaces.push(namespace);
  // Pods are refused until the namespace has its service account.
  for (;;) {
    if (await api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const resources = new Resources(api);
  const pathOf = (kind: string, name: string) => {
    const apiVersion =
      {
        Deployment: 'apps/v1',
        StatefulSet: 'apps/v1',
        Job: 'batch/v1',
        CronJob: 'batch/v1',
        Ingress: 'networking.k8s.io/v1',
        [widgetType.kind]: widgetType.apiVersion,
      }[kind] ?? 'v1';
    return resources.path({ apiVersion, kind, metadata: { name } }, namespace);
  };
  const patch = (path: string, body: unknown, contentType: string, fieldManager: string) =>
    api.send('PATCH', path, { body, contentType: `application/${contentType}`, query: { fieldManager } });
  return {
    cluster,
    namespace,
    account: accountOn(platform),
    another: async () => (await connectTo(environment)).cluster,
    absent: (await connectTo(environmentOf('k8s-e2e-absent'))).cluster,
    image: await imageToRun(),
    command: ['node', '-e', 'setInterval(() => {}, 1000)'],
    put: async (object) => {
      const path = await resources.path(object, namespace);
      if (await api.get(path)) await api.send('DELETE', path, { body: { propagationPolicy: 'Background' } });
      await api.send('POST', path.slice(0, path.lastIndexOf('/')), {
        body: object,
        query: { fieldManager: 'kubectl-client-side-apply' },
      });
    },
    edit: async (kind, name, manager, path, value) => {
      const body = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
      const isStatus = path[0] === 'status';
      await patch(`${await pathOf(kind, name)}${isStatus ? '/status' : ''}`, body, 'merge-patch+json', manager);
    },
    scale: async (name, manager, replicas) => {
      const path = `${await pathOf('Deployment', name)}/scale`;
      await patch(path, { spec: { replicas } }, 'merge-patch+json', manager);
    },
    setStatus: async (kind, name, status) => {
      const path = `${await pathOf(kind, name)}/status`;
      await patch(path, [{ op: 'add', path: '/status', value: status }], 'json-patch+json', 'controller');
    },
    remove: async (kind, name) => void (await api.send('DELETE', await pathOf(kind, name))),
    read: async (kind, name) => api.get(await pathOf(kind, name)),
    breakImage: async () => {},
    jobCommand: (_, { lines = [], exitCode = 0, milliseconds = 0 }) => {
      const write = lines.map((line) => `console.log(${JSON.stringify(line)});`).join('');
      const end =
        milliseconds === Infinity
          ? 'setInterval(() => {}, 1000)'
          : `setTimeout(() => process.exit(${exitCode}), ${milliseconds})`;
      return ['node', '-e', write + end];
    },
    killHolder: async (service) => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/poc-${service}`;
      const lease = (await api.get(path)) as KubernetesObject & { spec: { holderIdentity: string } };
      api.dead = lease.spec.holderIdentity;
      void revive(api, path);
    },
  };
}

/** Makes the kind of custom resources once, for all test files that run. */
async function defineWidgets(): Promise<void> {
  const { api } = await connectTo(environmentOf('default'));
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const [group, version] = widgetType.apiVersion.split('/');
  const properties = {
    spec: { type: 'object', properties: { size: { type: 'integer' } } },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  await api.send('PATCH', `${definitions}/widgets.${group}`, {
    query: { fieldManager: 'contracts', force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: widgetType.kind },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: 'object', properties } },
          },
        ],
      },
    },
  });
  while (!(await api.get(`/apis/${widgetType.apiVersion}/widgets`))) await pause(100);
}

beforeAll(defineWidgets);
afterEach(async () => {
  for (const { api, namespaces } of made.splice(0)) {
    for (const namespace of namespaces) {
      await api.send('DELETE', `/api/v1/namespaces/${namespace}`).catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
      });
    }
    api.close();
  }
});

describe('KubernetesCluster against a real cluster', () => {
  clusterContract(start);
});
