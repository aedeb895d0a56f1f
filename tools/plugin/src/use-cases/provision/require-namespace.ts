import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { provisioningFolder } from '../../model/provision/render-provisioning.ts';
import type { ConfigurationChange } from '../../ports/cluster-configuration.ts';

/**
 * Makes sure that an environment has its namespace: deployments see by it what was provisioned.
 * @param before the version that it has; undefined where there is none. @throws {Refusal}
 */
export function requireNamespace(
  { name, namespace }: Environment,
  changes: readonly ConfigurationChange[],
  before: BuildNumber | undefined,
): void {
  const isMade = changes.some((change) => change.kind === 'Namespace' && change.name === namespace);
  if (isMade || before !== undefined) return;
  throw new Refusal({
    type: 'no-namespace',
    doing: `provision ${name}`,
    reason: `Its namespace "${namespace}" is not among the manifests in ${provisioningFolder}.`,
    remedy: 'Add a Namespace named ${NAMESPACE} to them.',
  });
}
