import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Platform } from '../../model/build/platform.ts';

interface Listed {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

const mediaType = 'application/vnd.oci.image.index.v1+json';
const nameAnnotation = 'org.opencontainers.image.ref.name';

/**
 * Makes the images of a folder (OCI image layout) one: each was put there under its platform's name. They are listed in the
 * order of the platforms, so that the same images have the same digest.
 */
export async function joinPlatforms(
  folder: string,
  platforms: readonly Platform[],
  annotations: Readonly<Record<string, string>>,
): Promise<void> {
  const path = join(folder, 'index.json');
  const { manifests } = JSON.parse(await readFile(path, 'utf8')) as { manifests: readonly Listed[] };
  const listed = platforms.map((platform) => {
    const found = manifests.find((each) => each.annotations?.[nameAnnotation] === layoutName(platform));
    if (!found) throw new Error(`podman put no image for ${platform} into ${folder}`);
    const { os, architecture, variant } = platform;
    return {
      ...{ mediaType: found.mediaType, digest: found.digest, size: found.size },
      platform: { architecture, os, ...(variant === undefined ? {} : { variant }) },
    };
  });
  const index = JSON.stringify({ schemaVersion: 2, mediaType, manifests: listed, annotations });
  const hash = createHash('sha256').update(index).digest('hex');
  await writeFile(join(folder, 'blobs/sha256', hash), index);
  const root = { mediaType, digest: `sha256:${hash}`, size: Buffer.byteLength(index) };
  await writeFile(path, JSON.stringify({ schemaVersion: 2, manifests: [root] }));
}

/** The name of a platform's image in the folder. */
export function layoutName(platform: Platform): string {
  return platform.toString().replaceAll('/', '-');
}
