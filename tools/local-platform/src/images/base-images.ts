import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryAddress } from '../addresses.ts';
import { projectFolder, type Folders } from '../folders.ts';
import type { Output } from '../output.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';
import { registryStorage } from '../registry.ts';
import { imagePackages, installPackages } from '../system-packages.ts';
import { debianRelease, nodeVersion, npmVersion } from '../versions.ts';
import { inWorkFolder } from '../work-folder.ts';

/** An image that Dockerfiles of services begin with. */
interface BaseImage {
  readonly tag: string;
  /** Makes it, where it cannot be pulled. */
  make(making: Making): Promise<void>;
}

/** What making an image may use. */
interface Making {
  /** Empty, and gone afterwards. */
  readonly folder: string;
  readonly output: Output;
  readonly signal: AbortSignal | undefined;
}

const debianTag = `debian:${debianRelease}-slim`;

const baseImages: readonly BaseImage[] = [
  { tag: debianTag, make: makeDebian },
  { tag: `node:24-${debianRelease}-slim`, make: makeNode },
  { tag: `python:3.11-slim-${debianRelease}`, make: makePython },
];

/** The images that the platform has ready. */
export const baseImageTags: readonly string[] = baseImages.map(({ tag }) => tag);

const pullProbeMs = 15_000;

/**
 * Makes sure that the engine has the base images: from the cache, else pulled, else made.
 * Docker has to answer.
 */
export async function ensureBaseImages(
  folders: Folders,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const image of baseImages) await ensureBaseImage(image, folders, output, signal);
}

async function ensureBaseImage(
  image: BaseImage,
  folders: Folders,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (await engineHas(image.tag)) return;
  const saved = join(folders.images, `${image.tag.replace(/[:/]/g, '-')}.tar`);
  if (existsSync(saved)) {
    await runCommand(`load ${image.tag} from the cache`, ['docker', 'load', '--quiet', '--input', saved], { signal });
    return;
  }
  mkdirSync(folders.images, { recursive: true });
  if (await canPull(image.tag, signal)) {
    output.say(`pulling ${image.tag}`);
    await runCommand(`pull ${image.tag}`, ['docker', 'pull', '--quiet', image.tag], { signal });
  } else {
    await inWorkFolder(folders.images, (folder) => image.make({ folder, output, signal }));
  }
  await runCommand(`save ${image.tag}`, ['docker', 'save', '--output', `${saved}.new`, image.tag], { signal });
  renameSync(`${saved}.new`, saved);
}

async function engineHas(tag: string): Promise<boolean> {
  return (await tryCommand(['docker', 'image', 'inspect', '--format={{.Id}}', tag])).code === 0;
}

let pullable: Promise<boolean> | undefined;

/** Asks once whether the public registry can be reached: where one image cannot be had, no other can. */
function canPull(tag: string, signal: AbortSignal | undefined): Promise<boolean> {
  const probe = { timeoutMs: pullProbeMs, signal, env: { DOCKER_CLI_EXPERIMENTAL: 'enabled' } };
  pullable ??= tryCommand(['docker', 'manifest', 'inspect', tag], probe).then(({ code }) => code === 0);
  return pullable;
}

async function makeDebian({ folder, output, signal }: Making): Promise<void> {
  output.say(`making ${debianTag} with debootstrap (no image registry can be reached)`);
  await installPackages(imagePackages, output, signal);
  await makeRootFilesystem({ folder, output, signal }, []);
  await importImage(folder, debianTag, ['CMD ["bash"]'], signal);
}

async function makePython({ folder, output, signal }: Making): Promise<void> {
  const tag = `python:3.11-slim-${debianRelease}`;
  output.say(`making ${tag} with debootstrap`);
  await installPackages(imagePackages, output, signal);
  const root = await makeRootFilesystem({ folder, output, signal }, ['python3', 'python3-pip', 'ca-certificates']);
  const link = (target: string, path: string) => runCommand(`make ${tag}`, ['ln', '-sf', target, join(root, path)]);
  for (const name of ['python', 'python3', 'python3.11']) await link('/usr/bin/python3.11', `usr/local/bin/${name}`);
  for (const name of ['pip', 'pip3']) await link('/usr/bin/pip3', `usr/local/bin/${name}`);
  // In the official image pip installs into the image's own Python, too.
  rmSync(join(root, 'usr/lib/python3.11/EXTERNALLY-MANAGED'), { force: true });
  await importImage(folder, tag, ['CMD ["python3"]', 'ENV LANG=C.UTF-8'], signal);
}

/** Makes the files of a small Debian. @returns its folder. */
async function makeRootFilesystem({ folder, signal }: Making, packages: readonly string[]): Promise<string> {
  const root = join(folder, 'root');
  const include = packages.length === 0 ? [] : [`--include=${packages.join(',')}`];
  // Its mounts are its own, and go with it however it ends.
  const argv = ['unshare', '--mount', 'debootstrap', '--variant=minbase', ...include, debianRelease, root];
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
  // apt wants these folders, and the machine's own names are nobody's business.
  mkdirSync(join(root, 'var/cache/apt/archives/partial'), { recursive: true });
  mkdirSync(join(root, 'var/lib/apt/lists/partial'), { recursive: true });
  for (const path of ['etc/resolv.conf', 'etc/hostname']) rmSync(join(root, path), { force: true });
  return root;
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

async function makeNode({ folder, output, signal }: Making): Promise<void> {
  const tag = `node:24-${debianRelease}-slim`;
  output.say(`making ${tag} from the npm package of Node ${nodeVersion}`);
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
  for (const [name, spec] of [
    ['node', `node-linux-${architecture}@${nodeVersion}`],
    ['npm', `npm@${npmVersion}`],
  ] as const) {
    const target = join(folder, name);
    mkdirSync(target);
    await runCommand(`download ${spec}`, ['npm', 'pack', '--silent', `--pack-destination=${target}`, spec], {
      signal,
      cwd: folder,
    });
    const [archive = ''] = readdirSync(target);
    const unpack = [
      'tar',
      '--extract',
      `--file=${join(target, archive)}`,
      `--directory=${target}`,
      '--strip-components=1',
      '--no-same-owner',
    ];
    await runCommand(`unpack ${spec}`, unpack, { signal });
    rmSync(join(target, archive));
  }
  cpSync(join(projectFolder, 'images', 'node', 'Dockerfile'), join(folder, 'Dockerfile'));
  const build = [
    'docker',
    'build',
    `--tag=${tag}`,
    `--build-arg=NODE_VERSION=${nodeVersion}`,
    `--build-arg=BASE=${debianTag}`,
    folder,
  ];
  await runCommand(`build ${tag}`, build, { signal, env: { DOCKER_BUILDKIT: '0' } });
}

/** Image that holds a pod's namespaces open. */
export const pauseImage = `${registryAddress}/pause:3.10`;

/**
 * Makes sure that the registry has the pause image and the base images. What was pushed once is kept in the cache, in
 * the registry's own form.
 */
export async function fillRegistry(folders: Folders, output: Output, signal: AbortSignal | undefined): Promise<void> {
  await ensurePauseImage(folders, signal);
  await fillRegistryWithBaseImages(folders, output, signal);
  await keepSeed(folders);
}

/** Makes sure that the registry has the base images, under `library/`. */
export async function fillRegistryWithBaseImages(
  folders: Folders,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { tag } of baseImages) {
    const image = `${registryAddress}/library/${tag}`;
    if (await registryHas(`library/${tag}`)) continue;
    output.say(`pushing ${tag} to the registry`);
    await runCommand(`tag ${tag}`, ['docker', 'tag', tag, image], { signal });
    await runCommand(`push ${image}`, ['docker', 'push', '--quiet', image], { signal });
  }
}

/** Keeps what the registry holds for the next one, unless something is kept already or others have pushed, too. */
async function keepSeed(folders: Folders): Promise<void> {
  const seed = join(folders.images, 'registry');
  if (existsSync(seed) || !holdsOnlyOurs(folders)) return;
  await inWorkFolder(folders.images, async (aside) => {
    cpSync(registryStorage(folders), join(aside, 'registry'), { recursive: true });
    renameSync(join(aside, 'registry'), seed);
  });
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
  const seed = join(folders.images, 'registry');
  const storage = registryStorage(folders);
  if (!existsSync(seed) || existsSync(join(storage, 'docker'))) return;
  mkdirSync(join(storage, '..'), { recursive: true });
  const aside = `${storage}.new`;
  rmSync(aside, { recursive: true, force: true });
  cpSync(seed, aside, { recursive: true });
  rmSync(storage, { recursive: true, force: true });
  renameSync(aside, storage);
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
