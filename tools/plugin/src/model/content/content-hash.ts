import { createHash } from 'node:crypto';
import type { ContentHash } from '../release/release.ts';

/** Everything that makes a service's image and manifests what they are. */
export interface Content {
  /** Blob names by path, relative to the workspace's root: sources, Dockerfile, manifests, of the service and its closure. */
  readonly files: ReadonlyMap<string, string>;
  /** Resolved npm dependencies: `name@version`, with `#integrity` where it is known. Order and repetition do not count. */
  readonly packages: Iterable<string>;
}

/**
 * Hashes content. The same on every machine, whatever the order in which files and packages were found; how the
 * release was asked for (options, who, when) is no part of it.
 */
export function hashContent({ files, packages }: Content): ContentHash {
  const hash = createHash('sha256');
  // Each text goes in with its length before it, so that no two contents run together to the same bytes.
  const add = (text: string) => hash.update(`${Buffer.byteLength(text)}:${text}`);
  const paths = [...files.keys()].sort(byCodeUnit);
  add(`files ${paths.length}`);
  for (const path of paths) {
    add(path);
    add(files.get(path) ?? '');
  }
  const names = [...new Set(packages)].sort(byCodeUnit);
  add(`packages ${names.length}`);
  for (const name of names) add(name);
  return `sha256:${hash.digest('hex')}`;
}

/** Not `localeCompare`: that depends on the machine's language. */
function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
