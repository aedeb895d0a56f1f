import { Refusal } from '../errors/product-error.ts';
import { isMap } from '../manifests/source/object-fields.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { plainBuild, type BlockOwner, type BuildSettings } from './build-settings.ts';
import { Mistakes } from './mistakes.ts';
import { readArguments } from './read-arguments.ts';
import { readCache, readSecrets, readSsh } from './read-references.ts';
import { readContexts, readFolder, readPlatforms, readStage } from './read-source.ts';

/** The keys of the block, each with what reads it. */
const readers: {
  readonly [Key in keyof BuildSettings]: (
    value: unknown,
    mistakes: Mistakes,
    owner: BlockOwner,
  ) => BuildSettings[Key] | undefined;
} = {
  context: readFolder,
  platforms: readPlatforms,
  args: readArguments,
  secrets: readSecrets,
  ssh: readSsh,
  target: readStage,
  contexts: readContexts,
  cache: readCache,
};

/** Names of the keys that a `build` block may have. */
export const buildKeys = Object.keys(readers) as (keyof BuildSettings)[];

/**
 * Reads the `build` block of a service: the option `build` of its target `docker-release`.
 * @param block undefined for none. @returns folders relative to the workspace's root, platforms in their normal form.
 * @throws {Refusal} naming every mistake by its key, and no value that may be a secret.
 */
export function parseBuild(block: unknown, owner: BlockOwner): BuildSettings {
  if (block === undefined) return plainBuild;
  const mistakes = new Mistakes('build');
  const settings = isMap(block)
    ? readBlock(block, mistakes, owner)
    : mistakes.tell('expected an object, such as {"context": "."}.');
  const { found } = mistakes;
  if (found.length === 0 && settings) return settings;
  throw new Refusal({
    type: 'bad-build',
    doing: `read how the image of ${owner.name} is built`,
    reason: found.length === 1 ? found[0]! : `Its block \`build\` has ${found.length} mistakes.`,
    remedy:
      'Correct the option `build` of its target docker-release, in its project.json or in `targetDefaults` of nx.json (docs: build).',
    ...(found.length === 1 ? {} : { evidence: found }),
  });
}

function readBlock(block: Readonly<Record<string, unknown>>, mistakes: Mistakes, owner: BlockOwner): BuildSettings {
  for (const key of Object.keys(block)) {
    if (Object.hasOwn(readers, key)) continue;
    const known = didYouMean(key, buildKeys) || `The keys are ${buildKeys.join(', ')}.`;
    mistakes.within(key).tell(`there is no such key. ${known}`);
  }
  const given = buildKeys.filter((key) => Object.hasOwn(block, key));
  const read = given.map((key) => [key, readers[key](block[key], mistakes.within(key), owner)]);
  return { ...plainBuild, ...(Object.fromEntries(read) as Partial<BuildSettings>) };
}
