import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryAddress } from '../addresses.ts';
import type { Output } from '../command/output.ts';
import type { PlatformScope } from '../providers/provider.ts';
import { runCommand } from '../processes/run-command.ts';
import type { Folders } from '../storage/folders.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import { baseImagesOf } from './base-images.ts';
import { registryStorage } from './registry.ts';

/** Image that holds a pod's namespaces open. */
export const pauseImage = `${registryAddress}/pause:3.10`;

/**
 * Makes sure that the registry has the pause image and the base images. They are cached in the registry's own form after
 * the first push.
 */
export async function fillRegistry(
  folders: Folders,
  scope: PlatformScope,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  await ensurePauseImage(folders, signal);
  await fillRegistryWithBaseImages(folders, scope, output, signal);
  await keepSeed(folders, scope);
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

/** Copies the registry for the next one, unless that was done before or users have pushed to it. */
async function keepSeed(folders: Folders, scope: PlatformScope): Promise<void> {
  const seed = seedFolder(folders, scope);
  const kept = [seed, seedFolder(folders, 'full')].some((path) => existsSync(path));
  if (kept || !holdsOnlyOurs(folders)) return;
  await inWorkFolder(folders.images, async (staging) => {
    cpSync(registryStorage(folders), join(staging, 'registry'), { recursive: true });
    renameSync(join(staging, 'registry'), seed);
  });
  // It holds all that the minimal one does.
  if (scope === 'full') rmSync(seedFolder(folders, 'minimal'), { recursive: true, force: true });
}

function holdsOnlyOurs(folders: Folders): boolean {
  return (
    readdirSync(join(registryStorage(folders), 'docker/registry/v2/repositories'))
      .sort()
      .join() === 'library,pause'
  );
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

async function ensurePauseImage(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  if (await registryHas('pause:3.10')) return;
  await inWorkFolder(folders.images, async (folder) => {
    cpSync(join(folders.binaries, 'pause'), join(folder, 'pause'));
    const lines = ['FROM scratch', 'COPY pause /pause', 'USER 65535:65535', 'ENTRYPOINT ["/pause"]', ''];
    writeFileSync(join(folder, 'Dockerfile'), lines.join('\n'));
    const env = { DOCKER_BUILDKIT: '0' };
    await runCommand('build the pause image', ['docker', 'build', `--tag=${pauseImage}`, folder], { signal, env });
    await runCommand('push the pause image', ['docker', 'push', '--quiet', pauseImage], { signal });
  });
}

async function registryHas(reference: string): Promise<boolean> {
  const [repository = '', tag = ''] = reference.split(/:(?=[^:]*$)/);
  const response = await fetch(`http://${registryAddress}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
  });
  return response.ok;
}
