import { ImageRef } from '../image/image-ref.ts';
import { isMap } from '../manifests/source/object-fields.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import type { BlockOwner, CacheReference, SecretReference } from './build-settings.ts';
import type { Mistakes } from './mistakes.ts';
import { isVariableName, looksSecret } from './read-arguments.ts';

const id = /^[A-Za-z0-9][\w.-]{0,127}$/;
const noId = 'this is no id. It has letters, digits, `.`, `-` and `_`.';

/** Reads where the secrets of a build are found. No value is shown: who misunderstands the key writes the secret there. */
export function readSecrets(
  value: unknown,
  mistakes: Mistakes,
  owner: BlockOwner,
): Readonly<Record<string, SecretReference>> | undefined {
  if (!isMap(value)) return mistakes.tell('expected an object, such as {"npm": {"env": "NPM_TOKEN"}}.');
  const read = Object.entries(value).map(([name, each]) => {
    const at = mistakes.within(name);
    if (!id.test(name)) at.tell(noId);
    return [name, readSecret(each, at, owner)];
  });
  return Object.fromEntries(read) as Record<string, SecretReference>;
}

function readSecret(value: unknown, mistakes: Mistakes, owner: BlockOwner): SecretReference | undefined {
  const found = readEither(value, ['env', 'file'], mistakes);
  if (!found) return undefined;
  const { kind, text } = found;
  const at = mistakes.within(kind);
  if (looksSecret(text)) return at.tell('this looks like the secret itself. Write where it is found.');
  if (kind === 'file') {
    const file = readFile(text, at, owner);
    return file === undefined ? undefined : { file };
  }
  return isVariableName(text) ? { env: text } : at.tell('this is no name of a variable.');
}

/** Reads the ids of ssh agents. */
export function readSsh(value: unknown, mistakes: Mistakes): readonly string[] | undefined {
  if (!Array.isArray(value)) return mistakes.tell('expected a list of ids, such as ["default"].');
  for (const [index, each] of value.entries())
    if (typeof each !== 'string' || !id.test(each)) mistakes.within(String(index)).tell(noId);
  return [...new Set(value as string[])];
}

/** Reads where layers are kept. */
export function readCache(value: unknown, mistakes: Mistakes, owner: BlockOwner): CacheReference | undefined {
  const found = readEither(value, ['registry', 'folder'], mistakes);
  if (!found) return undefined;
  const { kind, text } = found;
  const at = mistakes.within(kind);
  if (kind === 'folder') {
    const folder = readFile(text, at, owner);
    return folder === undefined ? undefined : { folder };
  }
  const reference = ImageRef.parse(text);
  if (reference && reference.digest === undefined) return { registry: text };
  return at.tell('expected a repository with its registry, such as registry.example/cache/orders or one with a tag.');
}

/** Reads a place on the machine that builds: absolute, in the home folder, or relative to the workspace's root. */
function readFile(text: string, mistakes: Mistakes, { root }: BlockOwner): string | undefined {
  // Engines are given it among others, with commas between them.
  if (/[,"\p{Cc}]/u.test(text)) return mistakes.tell('engines take no path with a comma or a quotation mark.');
  return text.replace(/^\{workspaceRoot\}\/?/, './').replaceAll('{projectRoot}', root);
}

/** Reads an object with one key of two, whose value is a text. */
function readEither<Kind extends string>(
  value: unknown,
  kinds: readonly [Kind, Kind],
  mistakes: Mistakes,
): { readonly kind: Kind; readonly text: string } | undefined {
  const example = `expected an object with the key "${kinds[0]}" or "${kinds[1]}"`;
  if (!isMap(value)) return mistakes.tell(`${example}.`);
  const given = Object.keys(value);
  const unknown = given.filter((key) => !kinds.includes(key as Kind));
  for (const key of unknown) mistakes.within(key).tell(`there is no such key. ${didYouMean(key, kinds)}`.trimEnd());
  if (unknown.length > 0) return undefined;
  const [kind] = given as Kind[];
  if (kind === undefined || given.length > 1) return mistakes.tell(`${example}, and not both or neither.`);
  const text = value[kind];
  if (typeof text === 'string' && text.trim() !== '') return { kind, text };
  return mistakes.within(kind).tell('expected a text.');
}
