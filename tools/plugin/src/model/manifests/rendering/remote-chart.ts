import { parseDocument } from 'yaml';
import { Refusal } from '../../errors/product-error.ts';
import { ImageRef, parseDigest, type Digest } from '../../image/image-ref.ts';
import { isMap } from '../source/object-fields.ts';

/** A chart in a registry, by its digest. */
export type RemoteChart = ImageRef & { readonly digest: Digest };

const keys = ['chart', 'version', 'digest'];

/**
 * Reads which chart a service takes from a registry: `chart: oci://registry.example/charts/web`, `digest: sha256:…`, and,
 * for readers and for who renews it, `version: 1.2.3`.
 * @param path of the file, for what is said of it. @throws {Refusal} for what names no chart, or not by its digest.
 */
export function parseRemoteChart(text: string, path: string): RemoteChart {
  const document = parseDocument(text, { logLevel: 'error' });
  const value: unknown = document.errors.length > 0 ? undefined : document.toJS();
  if (!isMap(value)) throw refusalOf(path, 'It is not a map of `chart` and `digest`.');
  const stranger = Object.keys(value).find((key) => !keys.includes(key));
  if (stranger !== undefined) throw refusalOf(path, `It has the key "${stranger}", and knows ${keys.join(', ')} only.`);
  const { chart, version, digest } = value;
  if (version !== undefined && typeof version !== 'string')
    throw refusalOf(path, '`version` is no text: put quotes around it.');
  const address = typeof chart === 'string' ? /^oci:\/\/([^@]+)$/.exec(chart)?.[1] : undefined;
  const image = address === undefined ? undefined : ImageRef.parse(address);
  if (!image || image.tag !== undefined)
    throw refusalOf(
      path,
      '`chart` is not the address of a chart without its version: "oci://registry.example/charts/web".',
    );
  const pinned = typeof digest === 'string' ? parseDigest(digest) : undefined;
  if (!pinned)
    throw refusalOf(
      path,
      '`digest` is not "sha256:" with 64 hexadecimal digits. A version could be pushed again with other content.',
    );
  const tagged = version === undefined ? image : ImageRef.parse(`${image.toString()}:${version.replaceAll('+', '_')}`);
  if (!tagged) throw refusalOf(path, '`version` is not the version of a chart.');
  return tagged.withDigest(pinned);
}

function refusalOf(path: string, reason: string): Refusal {
  return new Refusal({
    type: 'bad-chart',
    doing: `read ${path}`,
    reason,
    remedy: 'Write both; `helm pull oci://… --version …` prints the digest of a chart.',
  });
}
