import { provisioningFolder } from '../workspace/places.ts';
import type { Environment } from '../environment/environment.ts';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { readEnvironmentManifests } from '../manifests/source/environment-manifests.ts';
import { inKindOrder } from '../manifests/kind-order.ts';
import { label, managedBy } from '../product/wire-names.ts';
import { refuseBadGenerated } from '../manifests/rules/generated-values.ts';
import { refuseHugeNumbers } from '../manifests/rules/number-range.ts';
import { refuseBadNames } from '../manifests/object-names.ts';
import { ManifestSource } from '../manifests/source/manifest-source.ts';
import { onlyWithVariables } from '../manifests/source/only-with.ts';
import { substitute } from '../manifests/source/substitute.ts';
import { isSopsFile, locked, withoutOthersSecrets } from '../manifests/source/encrypted-secrets.ts';
import { withValues } from './decrypted-values.ts';
import { Refusal } from '../errors/product-error.ts';

/** Where the manifests of the clusters' configuration are. */
export { provisioningFolder };

/** The texts that the configuration of an environment is made of. */
export interface ProvisioningTexts {
  /** Texts of the files below `provisioningFolder`, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly environment: Pick<Environment, 'name' | 'namespace' | 'registry' | 'variables'>;
  /** Names of all environments: files named like one are overlays. */
  readonly environmentNames: readonly string[];
}

/**
 * Makes the objects of an environment's configuration, by the rules of services' manifests, but of the whole cluster.
 * @returns them in the order of applying. Objects without a namespace belong to the cluster or to the environment's, as
 * their kind says. @throws {Refusal} naming file and object.
 */
export function renderProvisioning({ environment, environmentNames, ...all }: ProvisioningTexts): KubernetesObject[] {
  const { name } = environment;
  const folder = provisioningFolder;
  const texts = withoutOthersSecrets(all.texts, name, environmentNames);
  const manifests = readEnvironmentManifests({ texts, folder, environment, environmentNames, reach: 'cluster' });
  if (manifests.length === 0) throw nothingToProvision();
  const values = valuesOf(environment);
  const substituted = substitute(onlyWithVariables(manifests, values, name), values, name);
  refuseBadNames(substituted);
  refuseHugeNumbers(substituted);
  refuseBadGenerated(substituted, 'cluster');
  return inKindOrder(substituted.map(({ object }) => marked(locked(object))));
}

/** Returns the files of an environment's configuration that have to be decrypted to provision it, by path. */
export function encryptedFilesOf({ texts, environment, environmentNames }: ProvisioningTexts): Map<string, string> {
  const own = withoutOthersSecrets(texts, environment.name, environmentNames);
  return new Map([...own].filter(([path]) => path.startsWith(`${provisioningFolder}/`) && isSopsFile(path)));
}

/**
 * Returns an environment's objects with the values of encrypted Secrets. What looks like a variable in a value is none.
 * @param decrypted texts of the files, by path. @throws {Refusal} naming keys, never values.
 */
export function unlock(
  objects: readonly KubernetesObject[],
  decrypted: ReadonlyMap<string, string>,
  environment: ProvisioningTexts['environment'],
): KubernetesObject[] {
  const fillIn = (object: KubernetesObject, path: string) =>
    substitute([{ object, source: new ManifestSource(path) }], valuesOf(environment), environment.name)[0]!.object;
  return withValues(objects, decrypted, { home: environment.namespace, fillIn });
}

function valuesOf({ name, namespace, registry, variables }: ProvisioningTexts['environment']): Record<string, string> {
  return { ENVIRONMENT: name, NAMESPACE: namespace, REGISTRY: registry, ...variables };
}

/** Says that it is no one's hand that keeps the object as it is. */
function marked(object: KubernetesObject): KubernetesObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [label.managedBy]: managedBy } } };
}

/** The refusal to provision where nothing is written. */
export function nothingToProvision(): Refusal {
  return new Refusal({
    type: 'nothing-to-provision',
    doing: "read the clusters' configuration",
    reason: `There is no manifest in ${provisioningFolder}.`,
    remedy: 'Write one there, of a Namespace named ${NAMESPACE} to begin with.',
  });
}
