import { label, recordOf } from '../../../model/product/wire-names.ts';
import { Notify } from '../../../model/concurrency/notify.ts';
import { explainApiError } from '../client/api-error.ts';
import { collectionPath } from '../client/resources.ts';
import { listAndWatch, type Followed } from '../deploy/wait/list-and-watch.ts';
import type { NamespaceClient } from '../client/namespace-client.ts';

/** The kinds whose changes concern services: workloads, pods and records. */
const watched: readonly (Omit<Followed, 'path' | 'onLoss'> & { readonly plural: string })[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', query: { labelSelector: label.service } },
  {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    query: { labelSelector: recordOf },
  },
  { apiVersion: 'v1', kind: 'Pod', plural: 'pods', query: {} },
  // Who may not see them goes without.
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    plural: 'cronjobs',
    query: { labelSelector: label.service },
    optional: true,
  },
];

/**
 * Yields when something may have changed; events before the next wait are merged into one.
 * @throws {ProductError} when the right to read them is missing, or the server is gone.
 */
export async function* watchForChanges({ api, namespace }: NamespaceClient, signal: AbortSignal): AsyncGenerator<void> {
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const changed = new Notify();
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= error;
    changed.notify();
  };
  const following = Promise.all(
    watched.map(({ plural, ...each }) => {
      const path = collectionPath(each.apiVersion, plural, namespace);
      return listAndWatch(api, { ...each, path, onLoss: fail }, ended, changed.notify);
    }),
  );
  // It ends only with the signal, or because we may not look.
  following.catch(fail);
  signal.addEventListener('abort', changed.notify, { once: true });
  try {
    while (!signal.aborted) {
      await changed.notified();
      if (failure !== undefined) throw explainApiError(failure, 'watch the services', api);
      if (!signal.aborted) yield;
    }
  } finally {
    stop.abort();
    await following.catch(() => undefined);
  }
}
