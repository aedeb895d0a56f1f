import { createHash } from 'node:crypto';

/**
 * Name of the folder that holds what was built from these inputs: readable, and another one as soon as an input
 * differs.
 * @param inputs texts by name, such as module files and versions; their order does not matter.
 */
export function cacheKey(version: string, inputs: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(inputs).sort()) {
    const text = inputs[name] ?? '';
    hash.update(`${name.length}:${name}${text.length}:${text}`);
  }
  return `${version}-${hash.digest('hex').slice(0, 12)}`;
}
