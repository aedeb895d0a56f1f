import { createHash } from 'node:crypto';

/**
 * Returns the name of the folder for what is built from these inputs. It is readable, and differs as soon as an input
 * does.
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
