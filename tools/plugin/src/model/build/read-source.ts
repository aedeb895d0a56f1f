import { posix } from 'node:path';
import { ImageRef } from '../image/image-ref.ts';
import { isMap } from '../manifests/source/object-fields.ts';
import type { BlockOwner } from './build-settings.ts';
import type { Mistakes } from './mistakes.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { Platform } from './platform.ts';
import { platformMistake } from './platform-mistake.ts';

/** The beginning of the address of an image that is an additional context. */
const imageScheme = 'docker-image://';

/** Reports whether an additional context is an image, and no folder. */
export function isImageContext(context: string): boolean {
  return context.startsWith(imageScheme);
}

/** Reads a folder of the workspace. @returns it relative to the workspace's root, `.` for the root itself. */
export function readFolder(value: unknown, mistakes: Mistakes, { root }: BlockOwner): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') return mistakes.tell("expected a folder, relative to the workspace's root: `.` is all of it.");
  if (/^[a-z][a-z0-9+.-]*:\/\/|^git@|\0/i.test(text))
    return mistakes.tell('expected a folder of this workspace: what is fetched from elsewhere is in no commit of it.');
  const written = text.replace(/^\{workspaceRoot\}\/?/, './').replaceAll('{projectRoot}', root);
  const folder = posix.join(written, '.').replace(/(?<=.)\/$/, '');
  if (folder !== '..' && !folder.startsWith('../') && !posix.isAbsolute(folder)) return folder;
  return mistakes.tell(
    `${text} leads out of the workspace. Write it relative to the workspace's root: \`.\` is all of it.`,
  );
}

/** Reads the list of platforms. @returns each once, in the order in which they are written. */
export function readPlatforms(value: unknown, mistakes: Mistakes): readonly Platform[] | undefined {
  if (!Array.isArray(value)) return mistakes.tell('expected a list, such as ["linux/amd64", "linux/arm64"].');
  const platforms = new Map<string, Platform>();
  for (const [index, each] of value.entries()) {
    const at = mistakes.within(String(index));
    if (typeof each !== 'string') at.tell('expected a text, such as "linux/amd64".');
    else {
      const mistake = platformMistake(each.slice(0, 80), didYouMean);
      if (mistake === undefined) platforms.set(Platform.parse(each)!.toString(), Platform.parse(each)!);
      else at.tell(mistake);
    }
  }
  return [...platforms.values()];
}

/** Reads the name of a stage of the Dockerfile, or its number. */
export function readStage(value: unknown, mistakes: Mistakes): string | undefined {
  if (typeof value === 'string' && /^[a-z0-9][\w.-]{0,127}$/i.test(value)) return value;
  return mistakes.tell(`${shown(value)} is no name of a stage. Write the one behind AS in the Dockerfile.`);
}

/** Reads the additional contexts: folders of the workspace, or images. */
export function readContexts(
  value: unknown,
  mistakes: Mistakes,
  owner: BlockOwner,
): Readonly<Record<string, string>> | undefined {
  if (!isMap(value)) return mistakes.tell('expected an object, such as {"libs": "libs"}.');
  const contexts = Object.entries(value).map(([name, source]): [string, string] => {
    const at = mistakes.within(name);
    // As in a reference of an image, since `FROM` and `COPY --from` name it.
    if (!/^[a-z0-9][a-z0-9._/:@-]{0,254}$/.test(name))
      at.tell('this is no name of a context. It has small letters, digits, `.`, `-`, `_` and `/`.');
    return [name, readContext(source, at, owner) ?? ''];
  });
  return Object.fromEntries(contexts);
}

function readContext(value: unknown, mistakes: Mistakes, owner: BlockOwner): string | undefined {
  if (typeof value !== 'string' || !isImageContext(value)) return readFolder(value, mistakes, owner);
  const name = value.slice(imageScheme.length);
  if (isImageName(name)) return value;
  return mistakes.tell(
    `${shown(value)} names no image. Write docker-image://node:24, or with a registry and a digest.`,
  );
}

/** Docker Hub's images are written without their registry, too. */
function isImageName(text: string): boolean {
  return ImageRef.parse(text) !== undefined || ImageRef.parse(`docker.io/${text}`) !== undefined;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
