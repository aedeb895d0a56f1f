import { parseDigest, type Digest } from '../../model/release/image-ref.ts';

/** Every kind of manifest that an image may have today. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** The target of a manifest: the image's configuration, or, of an index, the manifest for our platform. */
export type ManifestTarget = { readonly config: Digest } | { readonly manifest: Digest };

interface Manifest {
  config?: { digest?: string };
  manifests?: { digest?: string; platform?: { os?: string; architecture?: string } }[];
}

/** @returns undefined for a manifest that holds no image of ours: another artifact, or several platforms but not linux/amd64. */
export function readManifest(json: unknown): ManifestTarget | undefined {
  const { config, manifests } = (typeof json === 'object' && json !== null ? json : {}) as Manifest;
  if (Array.isArray(manifests)) {
    // Attestations stand in an index as images of an unknown platform.
    const images = manifests.filter(({ platform }) => platform?.os !== 'unknown');
    const ours = images.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64');
    const chosen = parseDigest((ours ?? (images.length === 1 ? images[0] : undefined))?.digest ?? '');
    return chosen && { manifest: chosen };
  }
  const digest = parseDigest(config?.digest ?? '');
  return digest && { config: digest };
}
