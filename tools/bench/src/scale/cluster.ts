import pMap from 'p-map';
import { fingerprintOf } from '../../../plugin/src/adapters/kubernetes/observe/drift.ts';
import { KubernetesApi } from '../../../plugin/src/adapters/kubernetes/client/api.ts';
import { findAccess } from '../../../plugin/src/adapters/kubernetes/client/credentials/kubeconfig.ts';
import { patchObject } from '../../../plugin/src/adapters/kubernetes/deploy/patch-object.ts';
import { recordObject } from '../../../plugin/src/adapters/kubernetes/records/record-data.ts';
import { collectionPath, Resources } from '../../../plugin/src/adapters/kubernetes/client/resources.ts';
import type { DeploymentRecord } from '../../../plugin/src/model/deploy/deployment-record.ts';
import type { Environment } from '../../../plugin/src/model/environment/environment.ts';
import { ImageRef } from '../../../plugin/src/model/image/image-ref.ts';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { identityOf } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import { renderManifests } from '../../../plugin/src/model/manifests/render.ts';
import type { Release } from '../../../plugin/src/model/release/release.ts';
import { commitOf, manifestsOf } from './history.ts';
import { releaseOf, serviceName, type Size } from './shop.ts';
import { newestMark, note } from '../../../plugin/src/model/product/wire-names.ts';

/** Requests that are under way at the same time. */
const atOnce = 32;
/** Milliseconds for answers of a cluster that shares its machine with what fills it. */
export const patient = { firstTimeout: 60_000, answerTimeout: 120_000 };

/**
 * Puts all services into an environment: objects, pods that say they are ready, and records.
 * @param lag how many releases the environment is behind the newest.
 */
export async function fillEnvironment(
  environment: Environment,
  commits: readonly string[],
  size: Size,
  lag: number,
): Promise<void> {
  const api = new KubernetesApi(await findAccess(environment, '/'), patient);
  const resources = new Resources(api);
  const indexes = Array.from({ length: size.services }, (_, index) => index);
  const fill = async (index: number) => {
    const name = serviceName(index);
    const newest = size.releases - 1 - lag;
    const last = newestRecord(environment, releaseOf(name, newest, commitOf(commits, index, newest, size)), size);
    const older = Array.from({ length: size.records - 1 }, (_, back) => {
      const release = Math.max(0, newest - 1 - back);
      return olderRecord(last, releaseOf(name, release, commitOf(commits, index, release, size)), back + 1);
    });
    const applied = await placeObjects({ api, resources, environment }, last.manifests);
    await keepRecord(api, environment, last, applied);
    for (const record of older) await keepRecord(api, environment, record, undefined);
    for (let replica = 1; replica <= size.pods; replica++) await makePod(api, environment, last, replica);
  };
  await pMap(indexes, fill, { concurrency: atOnce });
  api.close();
}

/** Where objects are placed. */
interface Place {
  readonly api: KubernetesApi;
  readonly resources: Resources;
  readonly environment: Environment;
}

/** Applies objects as a deployment does, without what it refuses: these Deployments are paused. @returns fingerprints of them. */
export async function placeObjects(
  { api, resources, environment: { namespace } }: Place,
  objects: readonly KubernetesObject[],
): Promise<Record<string, string>> {
  const applied: Record<string, string> = {};
  for (const object of objects) {
    const sent = structuredClone(object);
    sent.metadata.namespace = namespace;
    const path = await resources.path(sent, namespace);
    applied[identityOf(object)] = fingerprintOf(await patchObject(api, path, sent, {}));
  }
  return applied;
}

/** Returns the record of a release that was deployed. */
export function newestRecord(environment: Environment, release: Release, { releases }: Size): DeploymentRecord {
  const { service, buildNumber, imageDigest } = release;
  const actor = { person: 'ada', run: 'https://ci.example/runs/123456789' };
  const { objects } = renderManifests({
    texts: new Map([['k8s/all.yaml', manifestsOf(service)]]),
    folder: 'k8s',
    environment,
    environmentNames: [environment.name],
    release,
    image: ImageRef.of(environment.registry, service, buildNumber.toString(), imageDigest),
    actor,
    partOf: 'scale',
  });
  return {
    environment: environment.name,
    release,
    manifests: objects,
    actor,
    cause: { action: 'deploy' },
    sequence: releases,
    startedAt: startOf(releases),
    outcome: 'succeeded',
  };
}

/** The same of an older release; rendering it anew would take far longer than keeping it. */
function olderRecord(newest: DeploymentRecord, release: Release, back: number): DeploymentRecord {
  const text = JSON.stringify(newest.manifests)
    .replaceAll(newest.release.buildNumber.toString(), release.buildNumber.toString())
    .replaceAll(newest.release.imageDigest, release.imageDigest)
    .replaceAll(newest.release.commit, release.commit);
  const sequence = newest.sequence - back;
  const manifests = JSON.parse(text) as KubernetesObject[];
  return { ...newest, release, manifests, sequence, startedAt: startOf(sequence) };
}

function startOf(sequence: number): string {
  return new Date(Date.UTC(2026, 10, sequence, 12)).toISOString();
}

async function keepRecord(
  api: KubernetesApi,
  { namespace }: Environment,
  record: DeploymentRecord,
  applied: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const body = recordObject(record, 'scale');
  const annotations = {
    ...body.metadata.annotations,
    [note.finishedAt]: new Date(Date.parse(record.startedAt) + 5000).toISOString(),
    ...(applied ? { [note.applied]: JSON.stringify(applied) } : {}),
  };
  const labels = { ...body.metadata.labels };
  if (!applied) delete labels[newestMark];
  await api.send('POST', collectionPath('apps/v1', 'controllerrevisions', namespace), {
    body: { ...body, metadata: { ...body.metadata, labels, annotations } },
  });
}

/** A pod that no scheduler looks at, whose status says that it serves. */
async function makePod(
  api: KubernetesApi,
  { namespace }: Environment,
  { manifests, release }: DeploymentRecord,
  replica: number,
): Promise<void> {
  const workload = manifests.find(({ kind }) => kind === 'Deployment') as KubernetesObject & {
    spec: { template: { metadata: object; spec: object } };
  };
  const { template } = workload.spec;
  const name = `${release.service}-5d9c7b8f6d-abcd${replica}`;
  const pods = collectionPath('v1', 'pods', namespace);
  await api.send('POST', pods, {
    body: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...template.metadata, name },
      spec: { ...template.spec, schedulerName: 'nobody' },
    },
  });
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const image = `registry.example/${release.service}:${release.buildNumber}`;
  const types = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  await api.send('PATCH', `${pods}/${name}/status`, {
    contentType: 'application/merge-patch+json',
    body: {
      status: {
        phase: 'Running',
        startTime: now,
        conditions: types.map((type) => ({ type, status: 'True', lastTransitionTime: now })),
        containerStatuses: [
          {
            name: release.service,
            image,
            imageID: `registry.example/${release.service}@${release.imageDigest}`,
            ready: true,
            started: true,
            restartCount: 0,
            state: { running: { startedAt: now } },
            containerID: `containerd://${'0'.repeat(64)}`,
          },
        ],
      },
    },
  });
}
