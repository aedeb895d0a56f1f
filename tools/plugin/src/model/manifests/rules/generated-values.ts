import { provisioningFolder } from '../../workspace/places.ts';
import { Refusal } from '../../errors/product-error.ts';
import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import { annotation } from '../../product/wire-names.ts';
import { isMap } from '../source/object-fields.ts';
import type { Manifest } from '../source/manifest.ts';

/** The pattern of keys in a Secret. */
const secretKey = /^[-._a-zA-Z0-9]{1,253}$/;

/** Returns the keys of a Secret for which provisioning makes up values: none of any other object. */
export function generatedKeysOf({ kind, metadata }: KubernetesObject): readonly string[] {
  const text = metadata.annotations?.[annotation.generate];
  if (kind !== 'Secret' || text === undefined) return [];
  return text
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
}

/** Returns the keys that have no value yet. @param live the Secret as the cluster has it. */
export function missingKeysOf(object: KubernetesObject, live: KubernetesObject | undefined): readonly string[] {
  const data = live?.['data'];
  return generatedKeysOf(object).filter((key) => !(isMap(data) && key in data));
}

/**
 * Checks which objects ask for values that are made up.
 * @param reach `service` for its own manifests: who deploys must not read or write Secrets.
 * @throws {Refusal} naming file and object.
 */
export function refuseBadGenerated(manifests: readonly Manifest[], reach: 'service' | 'cluster'): void {
  const mistakes = manifests.flatMap(({ object, source }) => {
    if (object.metadata.annotations?.[annotation.generate] === undefined) return [];
    const at = `${source.at(['metadata', 'annotations', annotation.generate])}: ${describeObject(object)}`;
    if (object.kind !== 'Secret') return [`${at} is not a Secret: ${annotation.generate} generates values of Secrets.`];
    if (reach === 'service') return [`${at} gets its values from provisioning: it belongs into ${provisioningFolder}.`];
    const keys = generatedKeysOf(object);
    const bad = keys.find((key) => !secretKey.test(key));
    if (keys.length === 0) return [`${at} names no key in ${annotation.generate}.`];
    return bad === undefined ? [] : [`${at}: "${bad.slice(0, 80)}" cannot be a key of a Secret.`];
  });
  if (mistakes.length === 0) return;
  throw new Refusal({
    type: 'bad-manifest',
    doing: 'read the Kubernetes manifests',
    reason:
      mistakes.length === 1 ? mistakes[0]! : `${mistakes.length} objects ask for values that cannot be generated.`,
    remedy: `Write the keys of the Secret, with commas between them: ${annotation.generate}: username,password`,
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}
