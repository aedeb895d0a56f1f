import { Platform } from '../../../model/build/platform.ts';
import { archLabel, osLabel, type ClusterNode, type Taint } from '../../../model/nodes/cluster-node.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { listPartial } from '../client/list-partial.ts';

/** A node as far as it is read. */
interface ListedNode {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: { readonly nodeInfo?: { readonly operatingSystem?: string; readonly architecture?: string } };
}

/** Lists the nodes of a cluster. @returns undefined where the account may not. */
export async function listNodes(api: KubernetesApi): Promise<readonly ClusterNode[] | undefined> {
  try {
    return (await listPartial(api, '/api/v1/nodes', 'Node')).flatMap(readNode);
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return undefined;
    throw explainApiError(error, 'look at the nodes of the cluster', api);
  }
}

/** @returns none for a node that does not say what it is, as one does not that is only being made. */
function readNode(object: KubernetesObject): ClusterNode[] {
  const { metadata, spec = {}, status = {} } = object as unknown as ListedNode;
  const { labels = {} } = metadata;
  const { operatingSystem, architecture } = status.nodeInfo ?? {};
  const platform = Platform.parse(
    `${operatingSystem || (labels[osLabel] ?? '')}/${architecture || (labels[archLabel] ?? '')}`,
  );
  if (!platform) return [];
  return [{ platform, labels, taints: spec.taints ?? [], isCordoned: spec.unschedulable ?? false }];
}
