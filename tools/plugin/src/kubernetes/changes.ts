import { label } from '../model/manifests/labels.ts';
import { WakeUp } from '../model/wake-up.ts';
import { explainApiError } from './api-error.ts';
import type { Place } from './plan.ts';
import { recordOf } from './record-data.ts';
import { collectionPath } from './resources.ts';
import { follow, type Followed } from './wait/follow.ts';

/** What tells that something about services changed: their workloads, pods and records. */
const watched: readonly (Omit<Followed, 'path'> & { readonly plural: string })[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', query: { labelSelector: label.service } },
  {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    query: { labelSelector: recordOf },
  },
  { apiVersion: 'v1', kind: 'Pod', plural: 'pods', query: {} },
];

/**
 * Tells that something may have changed, once for all that came since it was asked last.
 * @throws {Refusal} when we may not look.
 */
export async function* watchForChanges({ api, namespace }: Place, signal: AbortSignal): AsyncGenerator<void> {
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const changed = new WakeUp();
  const following = Promise.all(
    watched.map(({ plural, ...each }) =>
      follow(api, { ...each, path: collectionPath(each.apiVersion, plural, namespace) }, ended, changed.ring),
    ),
  );
  let failure: unknown;
  // It ends only with the signal, or because we may not look.
  following.catch((error: unknown) => {
    failure = error;
    changed.ring();
  });
  signal.addEventListener('abort', changed.ring, { once: true });
  try {
    while (!signal.aborted) {
      await changed.heard();
      if (failure !== undefined) throw explainApiError(failure, 'watch the services', api);
      if (!signal.aborted) yield;
    }
  } finally {
    stop.abort();
    await following.catch(() => undefined);
  }
}
