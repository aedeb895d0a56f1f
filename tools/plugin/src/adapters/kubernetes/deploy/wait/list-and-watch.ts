import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { Refusal } from '../../../../model/errors/product-error.ts';
import { ApiError } from '../../client/api-error.ts';
import type { KubernetesApi } from '../../client/api.ts';
import type { RolloutEvent } from './rollout-state.ts';

/** Objects of one kind that are followed. */
export interface Followed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** True when the object is skipped where reading it is forbidden. */
  readonly optional?: boolean;
}

/**
 * Lists objects and tells what becomes of them, until the signal. When the connection breaks, or the server has
 * forgotten where we were, they are listed again, so that nothing that happened meanwhile is missed.
 * @throws {ApiError} when we may not look.
 */
export async function listAndWatch(
  api: KubernetesApi,
  { apiVersion, kind, path, query, optional = false }: Followed,
  signal: AbortSignal,
  tell: (event: RolloutEvent) => void,
): Promise<void> {
  let version: string | undefined;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = (await api.send('GET', path, { query, signal })) as List;
        // Items of a list do not say what they are.
        tell({ type: 'listed', kind, objects: list.items.map((item) => ({ ...item, apiVersion, kind })) });
        version = list.metadata.resourceVersion;
      }
      for await (const { type, object } of api.watch(path, { ...query, resourceVersion: version }, signal)) {
        version = String(object.metadata['resourceVersion'] ?? version);
        if (type !== 'BOOKMARK') tell({ type: type === 'DELETED' ? 'deleted' : 'changed', object });
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && (error.code === 401 || error.code === 403)) {
        if (optional) return;
        throw error;
      }
      if (error instanceof Refusal && error.facts.type !== 'cluster-unreachable') throw error;
      version = undefined;
      await pause(300, undefined, { signal }).catch(() => {});
    }
  }
}

interface List {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly KubernetesObject[];
}
