import { isScalar, parseAllDocuments, visit } from 'yaml';
import { Refusal } from '../errors/product-error.ts';
import { describeObject, type KubernetesObject } from '../manifests/kubernetes-object.ts';
import { isLocked, secretPlaces } from '../manifests/source/encrypted-secrets.ts';
import { isMap, placedIdentityOf } from '../manifests/source/object-fields.ts';
import { knownSecrets } from '../secrets/known-secrets.ts';

/** A place that decrypted values are for. */
export interface DecryptedPlace {
  /** The environment's namespace. */
  readonly home: string;
  /** Fills in what an object's name and namespace say. @throws {Refusal} */
  readonly fillIn: (object: KubernetesObject, path: string) => KubernetesObject;
}

/**
 * Returns the objects with the values of the Secrets that were encrypted. Each value is known as a secret from then on, so
 * that nothing that is printed has it.
 * @param texts decrypted files, by path. @throws {Refusal} naming keys, never values.
 */
export function withValues(
  objects: readonly KubernetesObject[],
  texts: ReadonlyMap<string, string>,
  { home, fillIn }: DecryptedPlace,
): KubernetesObject[] {
  const values = new Map<string, Readonly<Record<string, string>>>();
  for (const [path, text] of texts)
    for (const secret of secretsIn(text)) {
      const { apiVersion, kind, metadata } = secret;
      const named = fillIn({ apiVersion, kind, metadata }, path);
      values.set(placedIdentityOf(named, home), dataOf(secret, `${path}: ${describeObject(named)}`));
    }
  return objects.map((object) => {
    if (!isLocked(object)) return object;
    return { ...object, data: values.get(placedIdentityOf(object, home)) ?? {} };
  });
}

function secretsIn(text: string): KubernetesObject[] {
  const documents = parseAllDocuments(text, { prettyErrors: false, logLevel: 'error' });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    // What YAML would read as a number or a date is the text that it was written as.
    visit(document, {
      Scalar: (_, node) => void (isScalar(node) && node.source !== undefined && (node.value = node.source)),
    });
    const value: unknown = document.toJS();
    return isMap(value) && isMap(value['metadata']) ? [value as KubernetesObject] : [];
  });
}

/** Returns all values of a Secret in base64, as the cluster keeps them: of `stringData` it would forget what is gone. */
function dataOf(secret: KubernetesObject, at: string): Record<string, string> {
  const data: Record<string, string> = {};
  for (const place of secretPlaces)
    for (const [key, value] of Object.entries(isMap(secret[place]) ? secret[place] : {})) {
      const text = typeof value === 'string' ? value : '';
      const bytes = place === 'data' ? Buffer.from(text, 'base64') : Buffer.from(text);
      knownSecrets.add(text);
      knownSecrets.add(bytes.toString());
      if (place === 'data' && bytes.toString('base64') !== text.replaceAll(/\s/g, '')) throw notBase64(at, key);
      data[key] = bytes.toString('base64');
    }
  return data;
}

function notBase64(at: string, key: string): Refusal {
  return new Refusal({
    type: 'bad-manifest',
    doing: 'read encrypted Secrets',
    reason: `${at}: what data.${key} is decrypted to is not base64.`,
    remedy: 'Write the text itself into `stringData`, and encrypt it again.',
  });
}
