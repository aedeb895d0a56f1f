import { scrubValue } from '../../secrets/scrub-value.ts';
import { isSecretName } from '../../secrets/secret-names.ts';
import { ApiId } from '../identifiers.ts';
import { fallbackMethods, type InstanceEntity } from './instance-entity.ts';
import { placePrefix, type InstancePlace } from './place.ts';
import { SettingsFile, type SettingsGroup, type SettingsRules } from './settings-file.ts';

/** How settings are read. */
export interface SettingsReading extends Pick<SettingsRules, 'variables' | 'complain'> {
  readonly place: InstancePlace;
}

const vaultAddress = /^https:\/\/[a-z0-9-]+\.[a-z0-9.-]+\/secrets\/[a-z0-9-]{1,127}(\/[0-9a-f]{32})?\/?$/i;
const client = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Values about secrets that are none: `token-endpoint`. */
const aboutSecrets = /(url|uri|endpoint|issuer|audience|header|name|seconds|type)$/i;
const longestValue = 4096;

/** Reads `named-values.yaml`. */
export function readNamedValues(path: string, text: string, reading: SettingsReading): InstanceEntity[] {
  const file = new SettingsFile(path, text, { ...reading, keys: ['value', 'keyVault', 'identity'] });
  return file.groups().flatMap((group) => {
    const mistake = namedValueMistake(group);
    if (mistake !== undefined) {
      reading.complain(mistake);
      return [];
    }
    const content = textsOf(group);
    const { value, keyVault, identity } = content;
    const kept: Readonly<Record<string, string>> =
      keyVault === undefined
        ? { value: value! }
        : { keyVault, secret: 'true', ...(identity === undefined ? {} : { identity }) };
    return [{ kind: 'named-value', id: group.name.replaceAll(/[._]/g, '-'), name: group.name, content: kept }];
  });
}

function namedValueMistake(group: SettingsGroup): string | undefined {
  const { name, at, settings } = group;
  const [value, vault, identity] = ['value', 'keyVault', 'identity'].map((key) => settings.get(key));
  if (!/^[A-Za-z0-9]([A-Za-z0-9-._]{0,78}[A-Za-z0-9])?$/.test(name))
    return `${at}: a named value cannot be named "${name}": letters, digits, dots, hyphens and underscores, at most 80, with a letter or a digit at both ends.`;
  if (name.replaceAll(/[._]/g, '-').toLowerCase().startsWith(placePrefix))
    return `${at}: names that begin with "${placePrefix}" are kept for what provisioning notes at the instance.`;
  if (value !== undefined && vault !== undefined)
    return `${vault.at}: "${name}" has a value and a keyVault; it can have one of them.`;
  if (vault !== undefined) {
    if (!vaultAddress.test(vault.text))
      return `${vault.at}: keyVault must be the address of a secret, like https://shop.vault.azure.net/secrets/legacy-key.`;
    if (identity !== undefined && !client.test(identity.text))
      return `${identity.at}: identity must be the client id of an identity of the instance; without it, its own is taken.`;
    return undefined;
  }
  if (value === undefined) return `${at}: "${name}" has neither a value nor a keyVault.`;
  if (identity !== undefined) return `${identity.at}: identity is for a value of a key vault.`;
  if (value.text.trim() === '') return `${value.at}: the value is empty, which API Management refuses.`;
  if (value.text.length > longestValue)
    return `${value.at}: the value has ${value.text.length} characters; ${longestValue} are taken.`;
  const isSecret = isSecretName(name) && !aboutSecrets.test(name);
  if (isSecret || scrubValue(value.text) !== value.text)
    return `${value.at}: "${name}" looks like a secret, and a file in git is read by many. Put it into a key vault, and write its address: keyVault: https://….vault.azure.net/secrets/….`;
  return undefined;
}

const productKeys = ['name', 'description', 'terms', 'subscription', 'approval', 'published'];

/** Reads `products.yaml`. */
export function readProducts(path: string, text: string, reading: SettingsReading): InstanceEntity[] {
  const file = new SettingsFile(path, text, { ...reading, keys: productKeys });
  return file.groups().flatMap((group) => {
    const { name, at } = group;
    const { name: shown = name, description = '', terms = '', ...given } = textsOf(group);
    const { subscription = 'required', approval = 'false', published = 'true' } = given;
    const mistakes = [
      ...(ApiId.parse(name) ? [] : [`${at}: a product cannot be named "${name}": ${ApiId.rule}.`]),
      ...notOneOf(group, 'subscription', ['required', 'none']),
      ...notOneOf(group, 'approval', ['true', 'false']),
      ...notOneOf(group, 'published', ['true', 'false']),
      ...tooLong(group, 'name', 300),
      // The tags of its owners stand there, too.
      ...tooLong(group, 'description', 800),
      ...(subscription === 'none' && approval === 'true'
        ? [`${group.settings.get('approval')!.at}: without a subscription there is nothing to approve.`]
        : []),
    ];
    mistakes.forEach(reading.complain);
    if (mistakes.length > 0) return [];
    const content = { name: shown, description, terms, subscription, approval, published };
    return [{ kind: 'product', id: name, name, content }];
  });
}

/** Reads `fallback.yaml`. */
export function readFallback(path: string, text: string, reading: SettingsReading): InstanceEntity[] {
  const { place, complain } = reading;
  const file = new SettingsFile(path, text, { ...reading, keys: ['name', 'backend', 'subscription'] });
  const group = file.single('fallback');
  if (!group) return [];
  const { name = 'Fallback', backend, subscription = 'none' } = textsOf(group);
  const at = group.settings.get('backend')?.at ?? group.at;
  const mistakes = [
    ...(backend === undefined ? [`${at}: the key "backend" is missing: where do calls go that no service takes?`] : []),
    ...(backend !== undefined && !/^https?:\/\/[^/\s?#@]+(\/[^/\s?#]+)*\/?$/.test(backend)
      ? [`${at}: backend must be an address like https://legacy.example, without a query and a login.`]
      : []),
    ...notOneOf(group, 'subscription', ['required', 'none']),
    ...tooLong(group, 'name', 200),
  ];
  mistakes.forEach(complain);
  if (mistakes.length > 0) return [];
  // Those of several environments are listed side by side.
  const shown = place.pathPrefix === '' ? name : `${name} (${place.pathPrefix})`;
  const content = {
    ...{ name: shown, path: place.pathPrefix, backend: backend!, subscription },
    operations: fallbackMethods.join(' '),
  };
  return [{ kind: 'fallback', id: place.fallback.toString(), name: place.fallback.toString(), content }];
}

function textsOf({ settings }: SettingsGroup): Readonly<Record<string, string>> {
  return Object.fromEntries([...settings].map(([key, { text }]) => [key, text]));
}

function notOneOf({ settings }: SettingsGroup, key: string, allowed: readonly string[]): string[] {
  const given = settings.get(key);
  if (!given || allowed.includes(given.text)) return [];
  return [`${given.at}: ${key} must be one of ${allowed.join(', ')}.`];
}

function tooLong({ settings }: SettingsGroup, key: string, most: number): string[] {
  const given = settings.get(key);
  if (!given || given.text.length <= most) return [];
  return [`${given.at}: ${key} has ${given.text.length} characters; ${most} are taken.`];
}
