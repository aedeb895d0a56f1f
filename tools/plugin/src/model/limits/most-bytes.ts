const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** The most bytes that are taken of what others send or keep, by its kind. More of it is refused, and what sent it is named. */
export const mostBytes = {
  /** A registry's manifest or index: the OCI distribution specification has registries take 4 MiB; oras reads as much. */
  manifest: 4 * mebibyte,
  /** An image's configuration: it lists layers, as a manifest does. BuildKit's own is a few KiB. */
  imageConfig: 4 * mebibyte,
  /** The answer of a registry's token service: that of oras' auth client. */
  registryToken: 128 * kibibyte,
  /** GitHub's longest answer here is of a hundred fields in GraphQL, each with an address. */
  forge: 16 * mebibyte,
  /** A number of Prometheus takes a few hundred characters. */
  metric: 256 * kibibyte,
  /** An answer of a published API, which is compared with its description. */
  api: mebibyte,
  /** The data of a record, unpacked: packed, etcd takes 1.5 MiB of it, and manifests pack to a tenth. 20 are read at once. */
  record: 16 * mebibyte,
} as const;

/** Returns a size for messages: `4 MiB`. */
export function formatBytes(bytes: number): string {
  return bytes < mebibyte ? `${Math.ceil(bytes / kibibyte)} KiB` : `${Math.ceil(bytes / mebibyte)} MiB`;
}
