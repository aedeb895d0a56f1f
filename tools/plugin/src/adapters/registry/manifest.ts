import { parseDigest, type Digest } from '../../model/image/image-ref.ts';

/** Every kind of manifest that lists others. */
const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** Every kind of manifest that an image may have today. */
export const manifestTypes = [
  indexTypes[0]!,
  'application/vnd.oci.image.manifest.v1+json',
  indexTypes[1]!,
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** Content that a manifest names. */
export interface Descriptor {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
  /** `linux/arm64/v8` in an index, where it says so. */
  readonly platform?: string;
}

/** The parts that a manifest names, each in its order. */
export interface ManifestParts {
  /** The image's configuration. */
  readonly config: Descriptor | undefined;
  /** Configuration and layers; none of layers that are not kept in registries. */
  readonly blobs: readonly Descriptor[];
  /** The manifests of an index. */
  readonly manifests: readonly Descriptor[];
  /** Those of them that are an image: what BuildKit says of how it built one stands in an index, too. */
  readonly images: readonly Descriptor[];
  /** The manifest that this one is said of: a signature's. */
  readonly subject: Descriptor | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a manifest, whatever it is: what is no descriptor is none. */
export function readManifest(json: unknown): ManifestParts {
  const { config, layers, blobs, manifests, subject } = fieldsOf(json);
  const listed = listOf(manifests);
  const [configuration] = descriptorsIn([config]);
  return {
    config: configuration,
    blobs: descriptorsIn([config, ...listOf(layers).filter(isKept), ...listOf(blobs)]),
    manifests: descriptorsIn(listed),
    images: descriptorsIn(listed.filter((each) => !isAttestation(each))),
    subject: descriptorsIn([subject])[0],
  };
}

/** Reports whether a manifest is an index. */
export function isIndex(json: unknown): boolean {
  return Array.isArray(fieldsOf(json)['manifests']);
}

/** Returns the media type by which a manifest is put back: the one that it was sent as, or has in itself. */
export function mediaTypeOf(json: unknown, sentAs: string | undefined): string {
  const { mediaType } = fieldsOf(json);
  if (typeof mediaType === 'string') return mediaType;
  const [type = ''] = (sentAs ?? '').split(';');
  return /^application\/vnd\./.test(type.trim()) ? type.trim() : isIndex(json) ? manifestTypes[0]! : manifestTypes[1]!;
}

/** Layers of Windows and the like are fetched from where their addresses say. */
function isKept(layer: unknown): boolean {
  const { mediaType, urls } = fieldsOf(layer);
  return !(/foreign|nondistributable/.test(String(mediaType)) && Array.isArray(urls) && urls.length > 0);
}

function isAttestation(listed: unknown): boolean {
  const { platform, annotations } = fieldsOf(listed);
  return fieldsOf(platform)['os'] === 'unknown' || fieldsOf(annotations)['vnd.docker.reference.type'] !== undefined;
}

function descriptorsIn(list: readonly unknown[]): Descriptor[] {
  return list.flatMap((each) => {
    const { digest: text, size, mediaType, platform } = fieldsOf(each);
    const digest = typeof text === 'string' ? parseDigest(text) : undefined;
    if (digest === undefined) return [];
    const { os, architecture, variant } = fieldsOf(platform);
    const words = [os, architecture, variant].filter((word): word is string => typeof word === 'string');
    return {
      digest,
      size: Number.isSafeInteger(size) && Number(size) >= 0 ? Number(size) : 0,
      mediaType: typeof mediaType === 'string' ? mediaType : '',
      ...(words.length > 0 ? { platform: words.join('/') } : {}),
    };
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
