import { parseDigest, type Digest } from '../../model/release/image-ref.ts';

/** Every kind of manifest that an image may have today. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** The target of a manifest: the image's configuration, or, of an index, the manifest for one platform. */
export type ManifestTarget = { readonly config: Digest } | { readonly manifest: Digest };

interface Manifest {
  config?: { digest?: unknown } | null;
  manifests?: unknown;
}

interface ListedImage {
  digest?: unknown;
  platform?: { os?: unknown; architecture?: unknown } | null;
}

/** @returns undefined for a manifest that holds no image of ours: another artifact. */
export function readManifest(json: unknown): ManifestTarget | undefined {
  const { config, manifests } = (typeof json === 'object' && json !== null ? json : {}) as Manifest;
  if (Array.isArray(manifests)) {
    // Attestations stand in an index as images of an unknown platform.
    const listed = manifests.filter((each): each is ListedImage => typeof each === 'object' && each !== null);
    const images = listed.filter(({ platform }) => platform?.os !== 'unknown');
    const isFor = (os: string, architecture?: string) =>
      images.find(
        ({ platform }) => platform?.os === os && (architecture ?? platform.architecture) === platform.architecture,
      );
    // One build labels the images of all its platforms alike.
    const chosen = digestIn(isFor('linux', 'amd64') ?? isFor('linux') ?? images[0]);
    return chosen && { manifest: chosen };
  }
  const digest = digestIn(config);
  return digest && { config: digest };
}

function digestIn(described: { digest?: unknown } | null | undefined): Digest | undefined {
  const digest = described?.digest;
  return typeof digest === 'string' ? parseDigest(digest) : undefined;
}
