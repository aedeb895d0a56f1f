import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Output } from '../command/output.ts';
import type { PlatformScope } from '../providers/provider.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';
import type { Folders } from '../storage/folders.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import {
  debianTag,
  makeDebian,
  makeNode,
  makePostgres,
  makePython,
  makeRedis,
  makeRegistry,
  nodeTag,
  postgresTag,
  pythonTag,
  redisTag,
  registryTag,
  type Making,
} from './make-images.ts';

/** An image that Dockerfiles of services begin with, or that stores run. */
interface BaseImage {
  readonly tag: string;
  /** The smallest platform that has it. */
  readonly scope: PlatformScope;
  /** Makes it, where it cannot be pulled. */
  make(making: Making): Promise<void>;
}

const baseImages: readonly BaseImage[] = [
  { tag: debianTag, scope: 'minimal', make: makeDebian },
  { tag: nodeTag, scope: 'minimal', make: makeNode },
  { tag: redisTag, scope: 'minimal', make: makeRedis },
  { tag: postgresTag, scope: 'minimal', make: makePostgres },
  { tag: pythonTag, scope: 'full', make: makePython },
];

/** The registry itself, where it is a container. */
const registryImage: BaseImage = { tag: registryTag, scope: 'minimal', make: makeRegistry };

/** Returns the base images of a platform. */
export function baseImagesOf(scope: PlatformScope): readonly BaseImage[] {
  return baseImages.filter((image) => scope === 'full' || image.scope === 'minimal');
}

const pullProbeMs = 15_000;

/**
 * Makes sure that the engine has the base images: from the cache, else pulled, else made.
 * Docker has to answer.
 */
export async function ensureBaseImages(
  folders: Folders,
  scope: PlatformScope,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { tag } of baseImagesOf(scope)) await ensureBaseImage(tag, folders, output, signal);
}

/** Makes sure that the engine has one of the images. Docker has to answer. */
export async function ensureBaseImage(
  tag: string,
  folders: Folders,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  const image = [...baseImages, registryImage].find((candidate) => candidate.tag === tag);
  if (image === undefined || (await engineHas(tag))) return;
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

/** Reports whether the public registry can be reached, asked once: it is the same for all images. */
function canPull(tag: string, signal: AbortSignal | undefined): Promise<boolean> {
  const probe = { timeoutMs: pullProbeMs, signal, env: { DOCKER_CLI_EXPERIMENTAL: 'enabled' } };
  pullable ??= tryCommand(['docker', 'manifest', 'inspect', tag], probe).then(({ code }) => code === 0);
  return pullable;
}
