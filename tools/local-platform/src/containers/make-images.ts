import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Output } from '../command/output.ts';
import { runCommand } from '../processes/run-command.ts';
import { projectFolder } from '../storage/folders.ts';
import { debianKeys, imagePackages, installPackages } from '../system-packages.ts';
import { unpackNpmPackage } from '../tools/npm-package.ts';
import { debianRelease, nodePackage, nodeVersion, npmPackage } from '../versions.ts';

/** The context of making an image. */
export interface Making {
  /** Empty, and removed afterwards. */
  readonly folder: string;
  readonly output: Output;
  readonly signal: AbortSignal | undefined;
}

/** The base image of the others. */
export const debianTag = `debian:${debianRelease}-slim`;

/** The base image of services on Node. */
export const nodeTag = `node:24-${debianRelease}-slim`;

/** The base image of services on Python. */
export const pythonTag = `python:3.11-slim-${debianRelease}`;

/** The base image of stores in memory. */
export const redisTag = `redis:7-${debianRelease}`;

/** The base image of databases. */
export const postgresTag = `postgres:15-${debianRelease}`;

/** The image of the registry, where it is a container. */
export const registryTag = 'registry:2';

/** Makes the image of Debian. */
export async function makeDebian({ folder, output, signal }: Making): Promise<void> {
  output.say(`making ${debianTag} with debootstrap (no image registry can be reached)`);
  await installPackages(imagePackages, output, signal);
  await makeRootFilesystem({ folder, signal });
  await importImage(folder, debianTag, ['CMD ["bash"]'], signal);
}

/** Makes the image of Python: Debian's own, as no package of a registry carries the official one. */
export function makePython(making: Making): Promise<void> {
  return makeFromPackages('python', pythonTag, making);
}

/** Makes the image of Redis, of Debian's package. */
export function makeRedis(making: Making): Promise<void> {
  return makeFromPackages('redis', redisTag, making);
}

/** Makes the image of PostgreSQL, of Debian's package. */
export function makePostgres(making: Making): Promise<void> {
  return makeFromPackages('postgres', postgresTag, making);
}

/** Makes the image of the registry, of Debian's package. */
export function makeRegistry(making: Making): Promise<void> {
  return makeFromPackages('registry', registryTag, making);
}

async function makeFromPackages(name: string, tag: string, { folder, output, signal }: Making): Promise<void> {
  output.say(`making ${tag} from ${debianTag}`);
  // Debian's packages are downloaded by the build itself.
  await buildImage(name, tag, ['--network=host'], { folder, signal });
}

/** Makes the files of a small Debian in the folder `root`. */
async function makeRootFilesystem({ folder, signal }: Pick<Making, 'folder' | 'signal'>): Promise<void> {
  const root = join(folder, 'root');
  // Its mounts are in a namespace of its own, and are removed with it however it ends.
  // Without the keys debootstrap would warn, and take whatever the mirror has.
  const signed = ['--force-check-gpg', `--keyring=${debianKeys}`];
  const argv = ['unshare', '--mount', 'debootstrap', ...signed, '--variant=minbase', debianRelease, root];
  await runCommand('make the files of a Debian', argv, { signal });
  const unneeded = [
    'var/cache/apt',
    'var/lib/apt/lists',
    'usr/share/doc',
    'usr/share/man',
    'usr/share/locale',
    'usr/share/info',
  ];
  for (const path of [...unneeded, 'var/log']) {
    for (const name of existsSync(join(root, path)) ? readdirSync(join(root, path)) : []) {
      rmSync(join(root, path, name), { recursive: true, force: true });
    }
  }
  // apt requires these folders; the machine's own names do not belong into an image.
  mkdirSync(join(root, 'var/cache/apt/archives/partial'), { recursive: true });
  mkdirSync(join(root, 'var/lib/apt/lists/partial'), { recursive: true });
  for (const path of ['etc/resolv.conf', 'etc/hostname']) rmSync(join(root, path), { force: true });
}

async function importImage(
  folder: string,
  tag: string,
  changes: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const archive = join(folder, 'root.tar');
  const pack = [
    'tar',
    '--create',
    `--file=${archive}`,
    `--directory=${join(folder, 'root')}`,
    '--numeric-owner',
    '--one-file-system',
    '.',
  ];
  await runCommand(`pack ${tag}`, pack, { signal });
  const options = changes.flatMap((change) => ['--change', change]);
  await runCommand(`import ${tag}`, ['docker', 'import', ...options, archive, tag], { signal });
}

/** Makes the image of Node. */
export async function makeNode({ folder, output, signal }: Making): Promise<void> {
  output.say(`making ${nodeTag} from the npm package of Node ${nodeVersion}`);
  await unpackNpmPackage(nodePackage(process.arch), join(folder, 'node'), signal);
  await unpackNpmPackage(npmPackage, join(folder, 'npm'), signal);
  await buildImage('node', nodeTag, [`--build-arg=NODE_VERSION=${nodeVersion}`], { folder, signal });
}

/** Builds an image by the Dockerfile of a folder below `images`, from the image of Debian. */
async function buildImage(
  name: string,
  tag: string,
  options: readonly string[],
  { folder, signal }: Pick<Making, 'folder' | 'signal'>,
): Promise<void> {
  cpSync(join(projectFolder, 'images', name, 'Dockerfile'), join(folder, 'Dockerfile'));
  const build = ['docker', 'build', `--tag=${tag}`, `--build-arg=BASE=${debianTag}`, ...options, folder];
  await runCommand(`build ${tag}`, build, { signal, env: { DOCKER_BUILDKIT: '0' } });
}
