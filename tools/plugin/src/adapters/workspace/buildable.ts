import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LocatedBuild } from '../../model/build/build-settings.ts';
import { isImageContext } from '../../model/build/read-source.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { stageMistake } from '../../model/build/stages.ts';

/** A service whose image shall be built. */
interface ToBuild {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** With places that are absolute. */
  readonly build: LocatedBuild;
}

/**
 * Makes sure that a service has a Dockerfile, and the stage in it that its image is made of.
 * @throws {Refusal}
 */
export async function requireStage({ name, folder, build: { target } }: ToBuild): Promise<void> {
  const dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8').catch(() => undefined);
  if (dockerfile === undefined)
    throw refused(name, `There is no ${join(folder, 'Dockerfile')} to build it from.`, 'Write one, or check it out.');
  const mistake = target === undefined ? undefined : stageMistake(dockerfile, target);
  if (mistake !== undefined)
    throw refused(name, `At build.target, ${mistake}`, 'Correct the option `build` of its target docker-release.');
}

/**
 * The same of the folders that a build reads, and of the one that its cache is written to.
 * @throws {Refusal}
 */
export async function requireBuildPlaces({ name, build: { context, contexts, cache } }: ToBuild): Promise<void> {
  const folders = Object.entries(contexts).flatMap(([key, place]): [string, string][] =>
    isImageContext(place) ? [] : [[`build.contexts.${key}`, place]],
  );
  for (const [key, place] of [['build.context', context] as const, ...folders]) {
    if (await isFolder(place)) continue;
    throw refused(name, `At ${key}, there is no folder ${place}.`, 'Correct it, or check the folder out.');
  }
  if (!cache || !('folder' in cache)) return;
  const trouble = await whyNotMade(cache.folder);
  if (trouble !== undefined)
    throw refused(
      name,
      `At build.cache.folder, ${cache.folder} cannot be written to: ${trouble}.`,
      'Name another folder, or leave `cache` out.',
    );
}

/** Looks at the nearest folder that there is. @returns why nothing can be made in it, as a clause. */
async function whyNotMade(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const stats = await stat(at).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown');
    if (stats === 'ENOENT' && at !== dirname(at)) continue;
    if (stats === 'ENOTDIR') continue;
    if (typeof stats === 'string') return `${at} cannot be read (${stats})`;
    if (!stats.isDirectory()) return `${at} is no folder`;
    const mayWrite = await access(at, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    return mayWrite ? undefined : `${at} is not writable for this user`;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

function refused(name: string, reason: string, remedy: string): Refusal {
  return new Refusal({ type: 'bad-build', doing: `build the image of ${name}`, reason, remedy });
}
