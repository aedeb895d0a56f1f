import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { annotation } from '../../product/wire-names.ts';
import { isMap } from './object-fields.ts';

/** A value as SOPS writes it. */
const encrypted = /^ENC\[[A-Z0-9_]+,data:[^\]]*\]$/;
const sopsFile = /(?:^|\/)([^/]*)\.sops\.(?:ya?ml|json)$/;
/** Fields of a Secret that hold its values. */
export const secretPlaces = ['data', 'stringData'] as const;
const howTo = "`sops encrypt --encrypted-regex '^(data|stringData)$'`";

/** Reports whether a file is named as one that SOPS encrypted: `secrets/prod.sops.yaml`. */
export function isSopsFile(path: string): boolean {
  return sopsFile.test(path);
}

/**
 * Returns the files that are read for an environment: of those that SOPS encrypted, the ones that are named like it, and those
 * that are named like none.
 * @param texts by path.
 */
export function withoutOthersSecrets(
  texts: ReadonlyMap<string, string>,
  environment: string,
  environmentNames: readonly string[],
): ReadonlyMap<string, string> {
  return new Map(
    [...texts].filter(([path]) => {
      const name = sopsFile.exec(path)?.[1];
      // ".sops.yaml" holds the rules of SOPS itself.
      return name === undefined || (name !== '' && (name === environment || !environmentNames.includes(name)));
    }),
  );
}

/**
 * Returns why an object that SOPS has been at may not be in git, as clauses without any value: all of a Secret's values are
 * encrypted, and nothing else is, since plans and records name it.
 */
export function mistakesInEncrypted(object: KubernetesObject): string[] {
  const { data, stringData, sops, ...rest } = object;
  if (object.kind !== 'Secret') return ['is encrypted by SOPS, which is for Secrets: others are read as they are.'];
  const block = isMap(sops) ? sops : {};
  const plain = secretPlaces.flatMap((place) => plainKeys({ data, stringData }[place]).map((key) => `${place}.${key}`));
  const mistakes = plain.map(
    (key) =>
      `holds ${key} as plain text, though SOPS encrypted the file. Encrypt it with ${howTo}, and change the value.`,
  );
  if (typeof block['mac'] !== 'string') mistakes.push('has no MAC of SOPS, by which a change would be seen.');
  if (block['mac_only_encrypted'] === true)
    mistakes.push('has a MAC of its values alone, so that its name could be changed unseen (mac_only_encrypted).');
  if (hasEncrypted(rest)) mistakes.push(`is encrypted beyond its values. Encrypt these alone, with ${howTo}.`);
  return mistakes;
}

function plainKeys(values: unknown): string[] {
  if (values === undefined || values === null) return [];
  if (!isMap(values)) return ['*'];
  // SOPS leaves empty texts as they are.
  return Object.keys(values).filter((key) => {
    const value = values[key];
    return typeof value !== 'string' || (value !== '' && !encrypted.test(value));
  });
}

function hasEncrypted(value: unknown): boolean {
  if (typeof value === 'string') return encrypted.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasEncrypted);
}

/**
 * Returns an encrypted Secret without its values, with a hash of what they are encrypted to: by it is seen that they have
 * changed, where nobody may know them. Any other object is returned as it is.
 */
export function locked(object: KubernetesObject): KubernetesObject {
  const { data, stringData, sops, ...rest } = object;
  if (sops === undefined || object.kind !== 'Secret') return object;
  const hash = createHash('sha256')
    .update(JSON.stringify([data ?? {}, stringData ?? {}]))
    .digest('hex');
  const annotations = { ...object.metadata.annotations, [annotation.encrypted]: hash.slice(0, 16) };
  return { ...rest, metadata: { ...object.metadata, annotations } };
}

/** Reports whether an object's values are encrypted, and nobody has decrypted them. */
export function isLocked(object: KubernetesObject): boolean {
  return object.metadata.annotations?.[annotation.encrypted] !== undefined && object['data'] === undefined;
}
