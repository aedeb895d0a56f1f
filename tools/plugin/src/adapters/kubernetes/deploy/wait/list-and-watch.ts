import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { ProductError, Refusal } from '../../../../model/errors/product-error.ts';
import { ApiError } from '../../client/api-error.ts';
import type { KubernetesApi } from '../../client/api.ts';
import { typedItems } from '../../client/typed-items.ts';
import type { ListName, RolloutEvent } from './rollout-state.ts';

/** Objects of one kind that are followed. */
export interface Followed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The name that tells it from other lists of the same kind. */
  readonly list?: ListName;
  /** True when no more is read of objects than their metadata. */
  readonly metadataOnly?: boolean;
  /** True when the object is skipped where reading it is forbidden. */
  readonly optional?: boolean;
  /** Called each time the server gave no answer, or none but errors, for so long that it counts as gone. */
  readonly onLoss?: (error: unknown) => void;
}

/**
 * Lists objects and tells what becomes of them, until the signal. When the connection breaks, or the server has
 * forgotten where we were, they are listed again, so that nothing that happened meanwhile is missed.
 * @throws {ApiError} when we may not look.
 */
export async function listAndWatch(
  api: KubernetesApi,
  { apiVersion, kind, path, query, list, metadataOnly = false, optional = false, onLoss = () => {} }: Followed,
  signal: AbortSignal,
  tell: (event: RolloutEvent) => void,
): Promise<void> {
  const from = list === undefined ? {} : { list };
  const accept = metadataOnly ? metadataForm : undefined;
  let version: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const { items, metadata } = (await api.send('GET', path, { query, signal, accept: accept?.list })) as List;
        tell({ ...from, type: 'listed', kind, objects: typedItems(items, { apiVersion, kind }) });
        version = metadata.resourceVersion;
      }
      const watched = { ...query, resourceVersion: version };
      for await (const { type, object } of api.watch(path, watched, signal, accept?.object)) {
        version = String(object.metadata['resourceVersion'] ?? version);
        failures = 0;
        if (type === 'DELETED') tell({ type: 'deleted', object });
        else if (type !== 'BOOKMARK') tell({ ...from, type: 'changed', object });
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && (error.code === 401 || error.code === 403)) {
        if (optional) return;
        throw error;
      }
      if (error instanceof Refusal && error.facts.type !== 'cluster-unreachable') throw error;
      // One that breaks off a watch, or begins none, is listed again at once, and that is asked several times.
      if (version === undefined || error instanceof ProductError) onLoss(error);
      version = undefined;
      await pause(retryAfterMs(failures++), undefined, { signal }).catch(() => {});
    }
  }
}

/** Answers without what objects hold. */
const metadataForm = {
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  object: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
};

/** Longer each time, and not the same for all who lost their connection at once: a server that comes back is busy. */
function retryAfterMs(failures: number): number {
  return Math.min(300 * 2 ** failures, 10_000) * (0.75 + Math.random() / 2);
}

interface List {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly KubernetesObject[] | null;
}
