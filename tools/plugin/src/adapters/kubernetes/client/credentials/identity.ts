import { readFile } from 'node:fs/promises';
import { validateHeaderValue } from 'node:http';
import { isAbsolute, join } from 'node:path';
import type { Fields, KubeconfigEntry } from './kubeconfig-entries.ts';
import { badKubeconfig, fieldsIn, textIn, textsIn } from './kubeconfig-entries.ts';

type Headers = Readonly<Record<string, string | string[]>>;

/** Reports whether a user's kubeconfig entry says by itself who asks: that goes before a plugin, as with kubectl. */
export function hasStaticLogin({ value }: KubeconfigEntry): boolean {
  return ['token', 'tokenFile', 'username'].some((field) => textIn(value, field) !== '');
}

/** Returns the token or password of a user's kubeconfig entry as a header. @throws {Refusal} */
export async function staticLogin(user: KubeconfigEntry | undefined, doing: string): Promise<Headers> {
  const value = user?.value ?? {};
  const [name, password] = [textIn(value, 'username'), textIn(value, 'password')];
  let token = textIn(value, 'token');
  // A mounted token is replaced every hour; it is small.
  if (user && textIn(value, 'tokenFile') !== '') token = (await readNamed(user, 'tokenFile', doing)).toString().trim();
  const basic = name === '' ? undefined : `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  const authorization = token === '' ? basic : `Bearer ${token}`;
  if (authorization === undefined) return {};
  if (!isHeaderValue(authorization)) throw badKubeconfig(doing, `The token of the user "${user?.name}" is none`);
  return { authorization };
}

/**
 * Returns the headers for asking in another's name, as kubectl sends them.
 * @throws {Refusal} for groups, a uid or more of nobody.
 */
export function impersonation(user: KubeconfigEntry | undefined, doing: string): Headers {
  const value = user?.value ?? {};
  const [name, uid] = [textIn(value, 'as'), textIn(value, 'as-uid')];
  const groups = textsIn(value, 'as-groups');
  const extra = Object.entries(fieldsIn(value, 'as-user-extra')).map(
    ([key]) => [`impersonate-extra-${headerKey(key)}`, textsIn(fieldsIn(value, 'as-user-extra'), key)] as const,
  );
  const headers: Headers = {
    ...(name === '' ? {} : { 'impersonate-user': name }),
    ...(uid === '' ? {} : { 'impersonate-uid': uid }),
    ...(groups.length === 0 ? {} : { 'impersonate-group': groups }),
    ...Object.fromEntries(extra.filter(([, values]) => values.length > 0)),
  };
  if (name === '' && Object.keys(headers).length > 0)
    throw badKubeconfig(doing, `The user "${user?.name}" has as-groups, as-uid or as-user-extra, and no "as"`);
  const invalid = Object.entries(headers).find(([, values]) => ![values].flat().every(isHeaderValue));
  if (invalid) throw badKubeconfig(doing, `The user "${user?.name}" has characters in ${invalid[0]} that HTTP forbids`);
  return headers;
}

/** Returns what `<field>-data` holds in base64, or the file that `<field>` names. @throws {Refusal} */
export async function bytesOf(
  entry: KubeconfigEntry | undefined,
  field: string,
  doing: string,
): Promise<Buffer | undefined> {
  const data = textIn(entry?.value, `${field}-data`);
  if (data !== '') return Buffer.from(data, 'base64');
  return !entry || textIn(entry.value, field) === '' ? undefined : readNamed(entry, field, doing);
}

async function readNamed({ value, folder, name }: KubeconfigEntry, field: string, doing: string): Promise<Buffer> {
  const file = textIn(value as Fields, field);
  const path = isAbsolute(file) ? file : join(folder, file);
  try {
    return await readFile(path);
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw badKubeconfig(doing, `"${field}" of "${name}" names ${path}, which cannot be read (${code})`, cause);
  }
}

/** Reports whether a text may be the value of a header. */
export function isHeaderValue(text: string): boolean {
  try {
    validateHeaderValue('x', text);
    return true;
  } catch {
    return false;
  }
}

/** Writes a key as a part of a header's name: lower case, and each byte that HTTP forbids there as `%2F`. */
function headerKey(key: string): string {
  return [...Buffer.from(key.toLowerCase())]
    .map((byte) => [byte, String.fromCharCode(byte)] as const)
    .map(([byte, letter]) =>
      /[\w!#$&'*+.^`|~-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}
