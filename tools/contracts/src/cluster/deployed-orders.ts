import { BuildNumber } from '../../../plugin/src/model/release/build-number.ts';
import type { Actor } from '../../../plugin/src/model/release/actor.ts';
import type { DeploymentOutcome } from '../../../plugin/src/model/deploy/deployment-record.ts';
import { ImageRef } from '../../../plugin/src/model/image/image-ref.ts';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { renderManifests, type Rendered } from '../../../plugin/src/model/manifests/render.ts';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import type { Release } from '../../../plugin/src/model/release/release.ts';
import type { ChangeSet, Cluster, JobOptions, PlanOptions } from '../../../plugin/src/ports/cluster.ts';
import type { JobScript } from '../../../twins/src/cluster/scripted-jobs.ts';

import { ada, type ClusterScenario } from './cluster-scenario.ts';
export const releaseOf = ({ image }: ClusterScenario, number = '20261124-1', service = 'orders'): Release => ({
  service,
  buildNumber: BuildNumber.parse(number)!,
  commit: 'c'.repeat(40),
  imageDigest: ImageRef.parse(image)!.digest!,
  contentHash: `sha256:${'b'.repeat(64)}`,
  dirty: false,
});

export interface Wishes {
  /** The name of all that is `orders` otherwise. */
  readonly service?: string;
  readonly number?: string;
  readonly actor?: Actor;
  readonly note?: string;
  readonly image?: string;
  readonly replicas?: number;
  readonly more?: readonly object[];
  /** The manifests, in place of a Deployment with its Service and ConfigMap. */
  readonly only?: readonly object[];
  /** How many ReplicaSets of before the Deployment keeps. */
  readonly revisionHistoryLimit?: number;
  /** How the Job `migrate` goes. */
  readonly job?: JobScript;
}

export const objectsOf = (scenario: ClusterScenario, wishes: Wishes = {}) => renderOf(scenario, wishes).objects;
export const jobOf = (scenario: ClusterScenario, job: JobScript, wishes: Wishes = {}): KubernetesObject =>
  renderOf(scenario, { ...wishes, job }).jobs[0]!;
export const renderOf = (scenario: ClusterScenario, wishes: Wishes = {}): Rendered => {
  const command = wishes.job && scenario.jobCommand('migrate', wishes.job);
  const container = { name: 'orders', image: 'orders', command };
  const pod = { terminationGracePeriodSeconds: 0, containers: [container] };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate' },
    spec: { template: { spec: pod } },
  };
  const all = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'orders' }, data: { note: wishes.note ?? 'one' } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'orders' },
      spec: { selector: { 'app.kubernetes.io/name': 'orders' }, ports: [{ port: 80, targetPort: 3000 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'orders' },
      spec: {
        replicas: wishes.replicas ?? 1,
        revisionHistoryLimit: wishes.revisionHistoryLimit,
        template: {
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [
              {
                name: 'orders',
                image: 'orders',
                command: scenario.command,
                envFrom: [{ configMapRef: { name: 'orders' } }],
              },
            ],
          },
        },
      },
    },
    ...(wishes.more ?? []),
  ];
  const items = wishes.only ?? all;
  const { service = 'orders' } = wishes;
  return renderManifests({
    texts: new Map([
      ['k8s/all.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }).replaceAll('orders', service)],
      ...(command ? [['k8s/jobs/migrate.json', JSON.stringify(job)] as const] : []),
    ]),
    folder: 'k8s',
    environment: { name: 'preprod', namespace: scenario.namespace, variables: {} },
    environmentNames: ['preprod'],
    release: releaseOf(scenario, wishes.number, service),
    image: ImageRef.parse(wishes.image ?? scenario.image)!,
    actor: wishes.actor ?? ada,
    partOf: 'shop',
  });
};

export const actions = (changes: ChangeSet) => changes.map(({ kind, action }) => `${kind} ${action}`).sort();
export const all = (action: string) => [`ConfigMap ${action}`, `Deployment ${action}`, `Service ${action}`];
export const wait = (
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  timeoutMs = 60_000,
  signal?: AbortSignal,
) => cluster.waitUntilReady(objects, { timeoutMs, onProgress: () => {}, ...(signal ? { signal } : {}) });
export const run = async (cluster: Cluster, job: KubernetesObject, options: Partial<JobOptions> = {}) => {
  const lines: string[] = [];
  const onLine = (line: string) => void lines.push(line);
  return {
    lines,
    result: await cluster.runJob('orders', job, { timeoutMs: 60_000, onLine, onProgress: () => {}, ...options }),
  };
};
export const changesOf = async (cluster: Cluster, objects: readonly KubernetesObject[], options?: PlanOptions) =>
  (await cluster.plan('orders', objects, options)).changes;
export const apply = async (cluster: Cluster, objects: readonly KubernetesObject[], options?: PlanOptions) =>
  cluster.apply(await cluster.plan('orders', objects, options));
export const uidOf = async ({ read }: ClusterScenario, { metadata }: KubernetesObject) =>
  (await read('Job', metadata.name))?.metadata['uid'];
export const refusalOf = async (action: Promise<unknown>): Promise<Refusal> => {
  const error: unknown = await action.then(
    () => 'not refused',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error as Refusal;
};

export const deployed = async (
  scenario: ClusterScenario,
  wishes: Wishes = {},
  outcome: DeploymentOutcome = 'succeeded',
) => {
  const { cluster } = scenario;
  const manifests = objectsOf(scenario, wishes);
  const record = await cluster.openRecord({
    environment: 'preprod',
    release: releaseOf(scenario, wishes.number, wishes.service),
    manifests,
    actor: ada,
    cause: { action: 'deploy', reason: 'x'.repeat(2000) },
    startedAt: '2026-11-24T12:00:00.000Z',
  });
  await apply(cluster, manifests);
  await wait(cluster, manifests);
  return cluster.closeRecord(record, { outcome });
};
