import { label } from '../model/manifests/labels.ts';
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

/** Tells that something may have changed, once for all that came since it was asked last. */
export async function* watchForChanges({ api, namespace }: Place, signal: AbortSignal): AsyncGenerator<void> {
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  let hasChanged = false;
  let wake = () => {};
  const tell = () => {
    hasChanged = true;
    wake();
  };
  const following = Promise.all(
    watched.map(({ plural, ...each }) =>
      follow(api, { ...each, path: collectionPath(each.apiVersion, plural, namespace) }, ended, tell),
    ),
  );
  // It ends only with the signal, or because we may not look.
  following.catch(tell);
  signal.addEventListener('abort', tell, { once: true });
  try {
    while (!signal.aborted) {
      if (!hasChanged) await new Promise<void>((resolve) => (wake = resolve));
      hasChanged = false;
      if (!signal.aborted) yield await Promise.race([following.then(() => {}), Promise.resolve()]);
    }
  } catch (error) {
    throw explainApiError(error, 'watch the services', api);
  } finally {
    stop.abort();
    await following.catch(() => undefined);
  }
}
