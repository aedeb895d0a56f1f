import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt, isMap, listAt } from '../../../../model/manifests/source/object-fields.ts';
import { ApiError, explainApiError } from '../../client/api-error.ts';
import type { NamespaceClient } from '../../client/namespace-client.ts';
import { collectionPath } from '../../client/resources.ts';

/** Milliseconds after which it is not waited any longer: a Service may have no pods for good. */
const longestMs = 10_000;
const pauseMs = 100;
/** Milliseconds that are waited where endpoints may not be read. */
const blindPauseMs = 1000;

/**
 * Waits until the Services among some objects know pods that are ready. That a pod is ready is in its status first, and in
 * its Service's endpoints, by which gateways send requests to it, a moment later: on a busy cluster a second or more.
 */
export async function waitForEndpoints(
  place: NamespaceClient,
  objects: readonly KubernetesObject[],
  signal?: AbortSignal,
): Promise<void> {
  const until = performance.now() + longestMs;
  const services = objects.filter((object) => object.kind === 'Service' && isMap(fieldAt(object, 'spec', 'selector')));
  try {
    await Promise.all(
      services.map(async ({ metadata }) => {
        while (!(await hasReadyEndpoint(place, metadata.name)) && performance.now() < until && !signal?.aborted)
          await pause(pauseMs);
      }),
    );
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 403))
      throw explainApiError(error, 'read the endpoints of its Services', place.api);
    await pause(blindPauseMs);
  }
}

async function hasReadyEndpoint({ api, namespace }: NamespaceClient, service: string): Promise<boolean> {
  const path = collectionPath('discovery.k8s.io/v1', 'endpointslices', namespace);
  const list = await api.get<{ items: unknown[] }>(path, { labelSelector: `kubernetes.io/service-name=${service}` });
  // `ready` may be missing, which means that it is (the field's documentation).
  return (list?.items ?? []).some((slice) =>
    listAt(slice, 'endpoints').some((endpoint) => fieldAt(endpoint, 'conditions', 'ready') !== false),
  );
}
