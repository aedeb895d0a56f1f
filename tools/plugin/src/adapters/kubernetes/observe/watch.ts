import { label, newestMark, recordOf } from '../../../model/product/wire-names.ts';
import { Notify } from '../../../model/concurrency/notify.ts';
import { mergeChanges, noServices, type ChangedServices } from '../../../model/observe/changed-services.ts';
import { explainApiError } from '../client/api-error.ts';
import { collectionPath } from '../client/resources.ts';
import { listAndWatch, type Followed } from '../deploy/wait/list-and-watch.ts';
import { NamedServices, type ServicesOf } from './named-services.ts';
import type { ObservedNamespace } from './observe.ts';

/** Objects whose changes concern services, by their metadata alone, and how their services are found by it. */
type Watched = Omit<Followed, 'path' | 'onLoss'> & {
  readonly plural: string;
  readonly servicesOf: (place: ObservedNamespace) => ServicesOf;
};

function byLabel(key: string): Watched['servicesOf'] {
  return () => (object) => [object.metadata.labels?.[key] ?? []].flat();
}

/** Workloads, pods and newest records. */
const watched: readonly Watched[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    plural: 'deployments',
    query: { labelSelector: label.service },
    servicesOf: byLabel(label.service),
  },
  {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    // Of older ones nothing is observed: there are twenty times as many.
    query: { labelSelector: `${recordOf},${newestMark}` },
    servicesOf: byLabel(recordOf),
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    plural: 'pods',
    query: {},
    servicesOf:
      ({ podServices }) =>
      (pod) =>
        podServices.of(pod),
  },
  // Who may not see them goes without.
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    plural: 'cronjobs',
    query: { labelSelector: label.service },
    servicesOf: byLabel(label.service),
    optional: true,
  },
];

/**
 * Yields the services of which something may have changed; events before the next wait are merged into one.
 * @throws {ProductError} when the right to read them is missing, or the server is gone.
 */
export async function* watchForChanges(place: ObservedNamespace, signal: AbortSignal): AsyncGenerator<ChangedServices> {
  const { api, namespace } = place;
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const heard = new Notify();
  let changed = noServices;
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= error;
    heard.notify();
  };
  const following = Promise.all(
    watched.map(({ plural, servicesOf, ...each }) => {
      const named = new NamedServices(servicesOf(place));
      const path = collectionPath(each.apiVersion, plural, namespace);
      return listAndWatch(api, { ...each, metadataOnly: true, path, onLoss: fail }, ended, (event) => {
        changed = mergeChanges(changed, named.take(event));
        heard.notify();
      });
    }),
  );
  // It ends only with the signal, or because we may not look.
  following.catch(fail);
  signal.addEventListener('abort', heard.notify, { once: true });
  try {
    while (!signal.aborted) {
      await heard.notified();
      if (failure !== undefined) throw explainApiError(failure, 'watch the services', api);
      const services = changed;
      changed = noServices;
      if (!signal.aborted && (services === 'all' || services.size > 0)) yield services;
    }
  } finally {
    stop.abort();
    signal.removeEventListener('abort', heard.notify);
    await following.catch(() => undefined);
  }
}
