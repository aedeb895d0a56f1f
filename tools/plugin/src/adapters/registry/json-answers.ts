import type { ImageRef } from '../../model/image/image-ref.ts';
import { noRegistry } from './registry-refusals.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Returns the labels in an image's configuration; none for what is no configuration. */
export function readLabels(json: unknown): Readonly<Record<string, string>> {
  const labels = Object.entries(fieldsIn(fieldsIn(fieldsIn(json)['config'])['Labels']));
  return Object.fromEntries(labels.filter((label): label is [string, string] => typeof label[1] === 'string'));
}

/** Returns what an image's configuration says that it is for, `linux/arm64/v8`; the empty text where it does not say. */
export function readPlatform(json: unknown): string {
  const { os, architecture, variant } = fieldsIn(json);
  return [os, architecture, variant].filter((word) => typeof word === 'string' && word !== '').join('/');
}

/** Returns the token in a token service's answer; the empty text for none, or for what no header can hold. */
export function readToken(json: unknown): string {
  const { token, access_token: accessToken } = fieldsIn(json);
  const found = token ?? accessToken;
  return typeof found === 'string' && /^[\x21-\x7e]+$/.test(found) ? found : '';
}

function fieldsIn(json: unknown): Fields {
  return typeof json === 'object' && json !== null ? (json as Fields) : {};
}

/** Reads an answer of a registry. @throws {Refusal} when it is no JSON, as of what is no registry. */
export function parseJson({ body }: { readonly body: Buffer }, image: ImageRef): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw noRegistry(image, cause);
  }
}
