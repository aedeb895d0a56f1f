import { createHash } from 'node:crypto';
import { fieldChanges, type FieldChange } from '../../../model/observe/field-changes.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { isMap } from '../../../model/manifests/source/object-fields.ts';
import type { ConfigurationChange } from '../../../ports/cluster-configuration.ts';
import { ApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';

/** A change that applying an object would make, as far as it can be known without trying it. */
export type ComparedChange = Pick<ConfigurationChange, 'action' | 'fields' | 'fingerprint'> & {
  readonly isCompared: true;
};

/**
 * Compares an object with the one that is there, for an account that may not try it: policies of the cluster are not tried by
 * who changes nothing, and rights not by who lacks them. What one that may not be read would become is not told, only whether
 * it is there: to make it again is tried, if that is permitted.
 * @param cause why it could not be tried. @throws {ApiError} the cause, when it cannot be compared either.
 */
export async function compareUntried(
  api: KubernetesApi,
  path: string,
  { sent, cause }: { readonly sent: KubernetesObject; readonly cause: unknown },
): Promise<ComparedChange> {
  if (!(cause instanceof ApiError && isForbidden(cause))) throw cause;
  return compare(api, path, { sent, cause });
}

/** Compares a Secret whose values are encrypted: tried without them, it would lose those that it has. @throws {ApiError} */
export function compareLocked(api: KubernetesApi, path: string, sent: KubernetesObject): Promise<ComparedChange> {
  return compare(api, path, { sent });
}

async function compare(
  api: KubernetesApi,
  path: string,
  { sent, cause }: { readonly sent: KubernetesObject; readonly cause?: ApiError },
): Promise<ComparedChange> {
  try {
    const live = await api.get(path);
    if (!live) return { action: 'created', isCompared: true };
    const fields = compared(live, sent);
    const fingerprint = fingerprintOf(live, sent);
    return fields.length === 0
      ? { action: 'unchanged', fingerprint, isCompared: true }
      : { action: 'configured', fields, fingerprint, isCompared: true };
  } catch (error) {
    if (!(error instanceof ApiError && isForbidden(error))) throw error;
    const isKept = await isThere(api, path, { sent, cause: cause ?? error });
    return isKept
      ? { action: 'unchanged', fingerprint: unread, isCompared: true }
      : { action: 'created', isCompared: true };
  }
}

/** Reports whether the authorizer refuses it, and no quota or policy. */
function isForbidden({ code, message }: ApiError): boolean {
  return code === 403 && /cannot \w+ resource|attempting to grant RBAC permissions/.test(message);
}

async function isThere(
  api: KubernetesApi,
  path: string,
  { sent, cause }: { readonly sent: KubernetesObject; readonly cause: ApiError },
): Promise<boolean> {
  try {
    await api.send('POST', path.slice(0, path.lastIndexOf('/')), { query: { dryRun: 'All' }, body: sent });
    return false;
  } catch (error) {
    if (error instanceof ApiError && error.code === 409) return true;
    throw error instanceof ApiError && isForbidden(error) ? cause : error;
  }
}

/** Stands for the difference from an object that not every account may read. */
const unread = 'unread';

/**
 * Returns what tells whether a manifest, and the fields of an object that it is about, are as they were: the same for accounts
 * that may try it and for those that may only read. Of Secrets, which who plans may not read, none does.
 */
export function fingerprintOf(live: KubernetesObject, sent: KubernetesObject): string {
  if (sent.kind === 'Secret') return unread;
  return createHash('sha256')
    .update(JSON.stringify(compared(live, sent)))
    .digest('hex')
    .slice(0, 32);
}

function compared(live: KubernetesObject, sent: KubernetesObject): FieldChange[] {
  return fieldChanges(live, laidOver(live, sent) as KubernetesObject);
}

/** Lays a manifest over what is there: items of lists of the same length one by one, because the server fills defaults in. */
function laidOver(live: unknown, sent: unknown): unknown {
  if (isMap(live) && isMap(sent))
    return {
      ...live,
      ...Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, laidOver(live[key], value)])),
    };
  if (Array.isArray(live) && Array.isArray(sent) && live.length === sent.length)
    return sent.map((item, index) => laidOver(live[index], item));
  return sent;
}
