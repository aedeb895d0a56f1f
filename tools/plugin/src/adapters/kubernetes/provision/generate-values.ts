import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { generatedValuesManager } from '../../../model/product/wire-names.ts';
import { missingKeysOf } from '../../../model/manifests/rules/generated-values.ts';
import type { KubernetesApi } from '../client/api.ts';

/** Bytes of a value: 192 bits, as 32 characters that need no escaping in an address. */
const valueBytes = 24;

/**
 * Makes up the values that a Secret asks for and does not have. A value that is there is never read out nor replaced, and
 * none leaves this function but to the API server.
 * @param live the Secret as it is. @throws {ApiError} 409 when another one wrote it meanwhile.
 */
export async function generateValues(
  api: KubernetesApi,
  path: string,
  object: KubernetesObject,
  live: KubernetesObject,
): Promise<void> {
  const missing = missingKeysOf(object, live);
  if (missing.length === 0) return;
  const value = () => Buffer.from(randomBytes(valueBytes).toString('base64url')).toString('base64');
  await api.send('PATCH', path, {
    // Under a name of its own, and not applied: applying the manifest, which lacks the values, does not take them away.
    query: { fieldManager: generatedValuesManager },
    body: {
      // Two runs must not give one Secret two passwords.
      metadata: { resourceVersion: live.metadata['resourceVersion'] },
      data: Object.fromEntries(missing.map((key) => [key, value()])),
    },
    contentType: 'application/merge-patch+json',
  });
}
