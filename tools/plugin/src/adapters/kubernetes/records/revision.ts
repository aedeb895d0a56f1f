import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { formatBytes, mostBytes } from '../../../model/limits/most-bytes.ts';
import { ApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { tellOnce } from '../client/tell-once.ts';
import { note } from '../../../model/product/wire-names.ts';

/** A `ControllerRevision` that holds a record. */
export interface Revision extends KubernetesObject {
  readonly revision?: number;
  readonly data?: unknown;
}

/** Makes a revision. @param path of the collection. @returns it as the server has it; undefined when another has the name. */
export async function createRevision(
  api: KubernetesApi,
  path: string,
  revision: Revision,
): Promise<Revision | undefined> {
  const { name, annotations } = revision.metadata;
  try {
    return (await api.send('POST', path, { body: revision, repeatable: true })) as Revision;
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 409)) throw error;
    const there = await api.get<Revision>(`${path}/${name}`);
    return there?.metadata.annotations?.[note.attempt] === annotations?.[note.attempt] ? there : undefined;
  }
}

/**
 * Writes the data of a revision. Compressed, always: the server compares the bytes of this data when an annotation is
 * changed, and writes `>` in it otherwise than we do.
 */
export function packData(data: object): { gzip: string } {
  return { gzip: gzipSync(JSON.stringify(data)).toString('base64') };
}

/** @returns undefined for what cannot be read: also what takes more unpacked than any record (`mostBytes.record`). */
export function unpackData<T extends object>(data: unknown): T | undefined {
  const { gzip } = (data ?? {}) as { readonly gzip?: unknown };
  if (typeof gzip !== 'string') return undefined;
  try {
    const unpacked = gunzipSync(Buffer.from(gzip, 'base64'), { maxOutputLength: mostBytes.record });
    const value: unknown = JSON.parse(unpacked.toString());
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/** Says that a record is passed over because it cannot be read. @param what as a subject: `deployment`. */
export function passOver({ metadata: { name, namespace } }: Pick<Revision, 'metadata'>, what: string): void {
  const place = namespace === undefined ? '' : ` in the namespace ${namespace}`;
  tellOnce(
    `the record of a ${what} ${name}${place} is passed over: it does not hold what this tool writes, or more than ${formatBytes(mostBytes.record)}`,
  );
}
