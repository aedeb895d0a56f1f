import { BuildNumber } from '../../../model/release/build-number.ts';
import { annotation } from '../../../model/product/wire-names.ts';
import { explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';

/** The version of the configuration that a namespace is marked with, if it is there and has one. @throws {Refusal} */
export async function provisionedVersion(api: KubernetesApi, namespace: string): Promise<BuildNumber | undefined> {
  try {
    const found = await api.get(`/api/v1/namespaces/${encodeURIComponent(namespace)}`);
    return BuildNumber.parse(found?.metadata.annotations?.[annotation.provisioning] ?? '');
  } catch (error) {
    throw explainApiError(error, `see what the namespace ${namespace} was provisioned with`, api);
  }
}
