import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { ApiError } from './api-error.ts';
import type { KubernetesApi } from './api.ts';
import { prepareProtobuf, readProtobufList, type ListedKind } from './protobuf-lists.ts';

/**
 * Lists objects with no more of each than `protobuf-lists.ts` names.
 * @param kind what is read of them: of a kind that is not its own, the metadata.
 */
export async function listPartial(
  api: KubernetesApi,
  path: string,
  kind: ListedKind,
  labelSelector?: string,
): Promise<KubernetesObject[]> {
  const protobuf = 'application/vnd.kubernetes.protobuf';
  // A record's data is nearly all of it, and is not read here.
  const isMetadata = kind === 'PartialObjectMetadata' || kind === 'ControllerRevision';
  const accept = isMetadata ? `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1` : protobuf;
  const [body] = await Promise.all([
    api.sendForBytes('GET', path, { query: { labelSelector }, accept, isLong: true }),
    prepareProtobuf(),
  ]);
  try {
    return await readProtobufList(kind, body);
  } catch (cause) {
    throw new ApiError(0, `${api.server} did not answer like an API server: ${String(cause)}`);
  }
}
