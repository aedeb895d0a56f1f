import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BuildSettings, CacheReference, LocatedBuild, SecretReference } from '../../model/build/build-settings.ts';
import { isImageContext } from '../../model/build/read-source.ts';
import { parseBuild } from '../../model/build/parse-build.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Service } from './service.ts';

/** The parts of a service that say how its image is built. */
type Built = Pick<Service, 'name' | 'root' | 'imageOptions'>;

/**
 * Reads how the image of a service is built. Folders are relative to the workspace's root; the context is its own folder where
 * none is declared.
 * @throws {Refusal} naming what is wrong with its block `build`, and options that are of former versions.
 */
export function serviceBuild({ name, root, imageOptions }: Built): BuildSettings & { readonly context: string } {
  const { build, context } = imageOptions;
  if (context !== undefined) throw leftOver(name, context);
  const settings = parseBuild(build, { name, root });
  return { ...settings, context: settings.context ?? root };
}

/** The same with all places absolute. @param workspaceRoot absolute. */
export function locatedBuild(service: Built, workspaceRoot: string): LocatedBuild {
  const { secrets, contexts, cache, ...settings } = serviceBuild(service);
  const place = (text: string) =>
    resolve(
      workspaceRoot,
      text.replace(/^~(?=\/|$)/, () => homedir()),
    );
  return {
    ...settings,
    context: join(workspaceRoot, settings.context),
    secrets: mapValues(secrets, (each): SecretReference => ('file' in each ? { file: place(each.file) } : each)),
    contexts: mapValues(contexts, (each) => (isImageContext(each) ? each : join(workspaceRoot, each))),
    cache: cache && ((): CacheReference => ('folder' in cache ? { folder: place(cache.folder) } : cache))(),
  };
}

function mapValues<T>(values: Readonly<Record<string, T>>, map: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

function leftOver(name: string, context: unknown): Refusal {
  return new Refusal({
    type: 'bad-build',
    doing: `read how the image of ${name} is built`,
    reason: 'Its target docker-release has the option `context`, which is a part of the block `build` now.',
    remedy: `Write \`"options": {"build": {"context": ${JSON.stringify(context)}}}\` there instead: in its project.json, or in \`targetDefaults\` of nx.json.`,
  });
}
