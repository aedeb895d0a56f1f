import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Platform } from '../../model/build/platform.ts';
import { isImageContext } from '../../model/build/read-source.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { BuildRecipe } from '../../ports/container-engine.ts';
import type { DockerBuilder } from './docker-builder.ts';

/** That of this machine; what docker runs on a desktop is of the same architecture. */
const ownPlatform = Platform.parse(`linux/${process.arch === 'x64' ? 'amd64' : process.arch}`)!;

/** Returns what of a build docker's former builder cannot do, as nouns. */
export function beyondLegacyDocker({ dockerfile, settings }: BuildRecipe): string[] {
  const { platforms, secrets, ssh, contexts, cache } = settings;
  return [
    ...(platforms.every((each) => each.equals(ownPlatform)) ? [] : ['another platform than its own']),
    ...(Object.keys(secrets).length > 0 ? ['secrets'] : []),
    ...(ssh.length > 0 ? ['ssh'] : []),
    ...(Object.keys(contexts).length > 0 ? ['contexts'] : []),
    ...(cache ? ['cache'] : []),
    ...(existsSync(`${dockerfile}.dockerignore`) ? ['Dockerfile.dockerignore'] : []),
  ];
}

/** Returns what of a build the builder inside docker's server cannot do, as nouns. */
export function beyondServer(
  { settings: { contexts, cache } }: BuildRecipe,
  { takesContexts }: Pick<DockerBuilder, 'takesContexts'>,
): string[] {
  return [...(Object.keys(contexts).length > 0 && !takesContexts ? ['contexts'] : []), ...(cache ? ['cache'] : [])];
}

/** The versions of podman from which it knows what a build may ask for: those of the buildah in it. */
const podmanSince: readonly (readonly [part: string, asks: (recipe: BuildRecipe) => boolean, since: string])[] = [
  ['secrets', ({ settings }) => Object.keys(settings.secrets).length > 0, '4.0'],
  ['ssh', ({ settings }) => settings.ssh.length > 0, '4.0'],
  ['contexts', ({ settings }) => Object.keys(settings.contexts).length > 0, '4.2'],
  ['cache.registry', ({ settings: { cache } }) => cache !== undefined && 'registry' in cache, '4.3'],
];

/** Returns what of a build a version of podman cannot do, as nouns with what would do it. */
export function beyondPodman(recipe: BuildRecipe, version: string): string[] {
  const { contexts, cache } = recipe.settings;
  const tooOld = podmanSince.filter(([, asks, since]) => asks(recipe) && isOlder(version, since));
  const withIgnoreFile = Object.entries(contexts).filter(
    ([, folder]) => !isImageContext(folder) && existsSync(join(folder, '.dockerignore')),
  );
  return [
    ...tooOld.map(([part, , since]) => `${part} (podman ${since} can)`),
    ...(cache && 'folder' in cache ? ['cache.folder'] : []),
    // It sends all of an additional context, so that the image would be another one than docker's.
    ...withIgnoreFile.map(([name]) => `the .dockerignore of contexts.${name}`),
  ];
}

/** Reports whether something that is asked for depends on podman's version. */
export function dependsOnPodmanVersion(recipe: BuildRecipe): boolean {
  return podmanSince.some(([, asks]) => asks(recipe));
}

function isOlder(version: string, than: string): boolean {
  const [[major = 0, minor = 0], [least = 0, lesser = 0]] = [version, than].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10) || 0),
  ) as [number[], number[]];
  return major < least || (major === least && minor < lesser);
}

/** @throws {Refusal} when an engine cannot do something. @param remedy what would do it. */
export function refuseBeyond(engine: string, beyond: readonly string[], remedy: string): void {
  if (beyond.length === 0) return;
  const last = beyond.at(-1)!;
  const listed = beyond.length === 1 ? last : `${beyond.slice(0, -1).join(', ')} and ${last}`;
  throw new Refusal({
    type: 'build-not-supported',
    doing: `build the image with ${engine}`,
    reason: `${engine} cannot build with ${listed}.`,
    remedy,
  });
}
