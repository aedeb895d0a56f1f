import { isMap } from '../manifests/source/object-fields.ts';
import { canonicalJson } from '../text/canonical-json.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns the configuration of a target without what its `build` block says of caches, and the keys of the block in one order:
 * neither changes the image.
 */
export function countedTarget(target: Fields): Fields {
  const { options, ...rest } = target;
  if (!isMap(options) || !isMap(options['build'])) return target;
  const { build, ...others } = options;
  const counted = countedBlock(build as Fields);
  const left = { ...others, ...(counted === undefined ? {} : { build: counted }) };
  return { ...rest, ...(Object.keys(left).length === 0 ? {} : { options: left }) };
}

/** Returns what of a `build` block makes the image; undefined for nothing. */
function countedBlock({ cache: _, ...block }: Fields): unknown {
  return Object.keys(block).length === 0 ? undefined : JSON.parse(canonicalJson(block));
}

/**
 * Returns what a file that describes a project says of how its image is built.
 * @param file `project.json`, or `package.json`, whose field `nx` says the same.
 * @returns undefined where it has no `build` block. `whole` is all of the file; `block` the block alone, none for one that is empty.
 */
export function buildContent(
  file: unknown,
): { readonly whole: string; readonly block: string | undefined } | undefined {
  if (!isMap(file)) return undefined;
  const nx = isMap(file['nx']) ? file['nx'] : file;
  const targets = nx['targets'];
  const target = isMap(targets) ? targets['docker-release'] : undefined;
  const options = isMap(target) ? target['options'] : undefined;
  const block = isMap(options) ? options['build'] : undefined;
  if (!isMap(targets) || !isMap(target) || !isMap(block)) return undefined;
  const counted = countedBlock(block);
  const others = { ...nx, targets: { ...targets, 'docker-release': countedTarget(target) } };
  return {
    whole: canonicalJson(nx === file ? others : { ...file, nx: others }),
    block: counted === undefined ? undefined : canonicalJson(counted),
  };
}
