import type { BuildSettings } from '../../model/build/build-settings.ts';
import { isImageContext } from '../../model/build/read-source.ts';

/** The registries that a build pulls from: of base images, also where an argument or an additional context names one, and of its cache. */
export function buildRegistries(
  dockerfile: string,
  { args, contexts, cache }: Pick<BuildSettings, 'args' | 'contexts' | 'cache'>,
): string[] {
  const images = Object.values(contexts)
    .filter(isImageContext)
    .map((each) => each.replace(/^.*:\/\//, ''));
  const cached = cache && 'registry' in cache ? [cache.registry] : [];
  const named = [...Object.values(args), ...images, ...cached].join('\n');
  return [...new Set([...dockerfileRegistries(dockerfile), ...dockerfileRegistries(named)])];
}

/** The registries whose images a Dockerfile names, in `FROM`, `COPY --from` or the default of an `ARG`. */
export function dockerfileRegistries(dockerfile: string): string[] {
  const instructions = dockerfile.split(/\r?\n/).filter((line) => !line.trimStart().startsWith('#'));
  // A host is followed by a path, and not preceded by one (as in an address).
  const hosts = instructions.flatMap((line) => [
    ...line.matchAll(/(?<![\w./@:-])((?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?|localhost:\d+)\/[a-z0-9]/gi),
  ]);
  return [...new Set(hosts.map(([, host = '']) => host))];
}
