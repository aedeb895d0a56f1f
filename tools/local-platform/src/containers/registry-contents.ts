import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { registryAddress } from '../addresses.ts';
import { provisionerImage } from '../cluster/volumes.ts';
import type { Output } from '../command/output.ts';
import type { PlatformScope } from '../providers/provider.ts';
import { runCommand } from '../processes/run-command.ts';
import type { Folders } from '../storage/folders.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import { baseImagesOf } from './base-images.ts';
import { registryStorage } from './registry.ts';

/** Image that holds a pod's namespaces open. */
export const pauseImage = `${registryAddress}/pause:3.10`;

/** Makes sure that the registry has the pause image and the base images. */
export async function fillRegistry(
  folders: Folders,
  scope: PlatformScope,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  await ensureProgramImage(pauseImage, join(folders.binaries, 'pause'), folders, signal);
  await fillRegistryWithBaseImages(folders, scope, output, signal);
}

/** Makes sure that the registry has the base images, under `library/`. */
export async function fillRegistryWithBaseImages(
  folders: Folders,
  scope: PlatformScope,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { tag } of baseImagesOf(scope)) {
    const image = `${registryAddress}/library/${tag}`;
    if (await registryHas(`library/${tag}`)) continue;
    output.say(`pushing ${tag} to the registry`);
    await runCommand(`tag ${tag}`, ['docker', 'tag', tag, image], { signal });
    await runCommand(`push ${image}`, ['docker', 'push', '--quiet', image], { signal });
  }
}

/** Folder with what the registry of a platform of this scope holds at first. */
function seedFolder(folders: Folders, scope: PlatformScope): string {
  return join(folders.images, scope === 'full' ? 'registry' : 'registry-minimal');
}

/**
 * Copies the registry for the next one, in the registry's own form, unless the copy of an earlier one has all images or
 * users have pushed to it.
 */
export async function keepRegistry(folders: Folders): Promise<void> {
  const storage = registryStorage(folders);
  const scope = holdsImages(storage, imagesOf('full')) ? 'full' : 'minimal';
  const seed = seedFolder(folders, scope);
  const kept = [seed, seedFolder(folders, 'full')].some((path) => holdsImages(path, imagesOf(scope)));
  if (kept || !holdsOnlyOurs(storage)) return;
  await inWorkFolder(folders.images, async (staging) => {
    cpSync(storage, join(staging, 'registry'), { recursive: true });
    rmSync(seed, { recursive: true, force: true });
    renameSync(join(staging, 'registry'), seed);
  });
  // It holds all that the minimal one does.
  if (scope === 'full') rmSync(seedFolder(folders, 'minimal'), { recursive: true, force: true });
}

/** Returns the images of a platform, as its registry names them. */
function imagesOf(scope: PlatformScope): string[] {
  const programs = [pauseImage, provisionerImage].map((image) => image.slice(registryAddress.length + 1));
  return [...programs, ...baseImagesOf(scope).map(({ tag }) => `library/${tag}`)];
}

/** Reports whether the storage of a registry has all of these images. */
export function holdsImages(storage: string, references: readonly string[]): boolean {
  return references.every((reference) => {
    const [repository, tag] = splitReference(reference);
    return existsSync(join(repositories(storage), repository, '_manifests', 'tags', tag));
  });
}

function holdsOnlyOurs(storage: string): boolean {
  const ours = new Set(imagesOf('full').map((reference) => splitReference(reference)[0].split('/')[0]));
  return readdirSync(repositories(storage)).every((name) => ours.has(name));
}

function repositories(storage: string): string {
  return join(storage, 'docker/registry/v2/repositories');
}

/** Fills the storage of a registry that has not been started yet from the cache. */
export function seedRegistry(folders: Folders): void {
  const seed = (['full', 'minimal'] as const)
    .map((scope) => seedFolder(folders, scope))
    .find((path) => existsSync(path));
  const storage = registryStorage(folders);
  if (seed === undefined || existsSync(join(storage, 'docker'))) return;
  mkdirSync(join(storage, '..'), { recursive: true });
  const staging = `${storage}.new`;
  rmSync(staging, { recursive: true, force: true });
  cpSync(seed, staging, { recursive: true });
  rmSync(storage, { recursive: true, force: true });
  renameSync(staging, storage);
}

/** Makes sure that the registry has an image of one program and nothing else. */
export async function ensureProgramImage(
  image: string,
  binary: string,
  folders: Folders,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (await registryHas(image.slice(registryAddress.length + 1))) return;
  const name = basename(binary);
  await inWorkFolder(folders.images, async (folder) => {
    cpSync(binary, join(folder, name));
    const lines = ['FROM scratch', `COPY ${name} /${name}`, 'USER 65535:65535', `ENTRYPOINT ["/${name}"]`, ''];
    writeFileSync(join(folder, 'Dockerfile'), lines.join('\n'));
    const env = { DOCKER_BUILDKIT: '0' };
    await runCommand(`build the image of ${name}`, ['docker', 'build', `--tag=${image}`, folder], { signal, env });
    await runCommand(`push the image of ${name}`, ['docker', 'push', '--quiet', image], { signal });
  });
}

async function registryHas(reference: string): Promise<boolean> {
  const [repository, tag] = splitReference(reference);
  const response = await fetch(`http://${registryAddress}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
  });
  return response.ok;
}

/** Returns the repository and the tag of a reference. */
function splitReference(reference: string): [repository: string, tag: string] {
  const colon = reference.lastIndexOf(':');
  return [reference.slice(0, colon), reference.slice(colon + 1)];
}
