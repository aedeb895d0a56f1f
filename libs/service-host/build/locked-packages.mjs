import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Builds are made by it, and so are their bytes. */
const builder = 'node_modules/esbuild';

/**
 * Finds packages of a bundle that are installed in another version than package-lock.json has, so that the build ends and
 * not the service. @param inputs paths of what was bundled, as esbuild names them. @param root folder of package-lock.json.
 * @returns a line for each; none where there is no such file.
 */
export async function unlockedPackages(inputs, root = '.') {
  const lockfile = join(root, 'package-lock.json');
  if (!existsSync(lockfile)) return [];
  const { packages = {} } = JSON.parse(await readFile(lockfile, 'utf8'));
  const folders = new Set([builder, ...inputs.flatMap((path) => packageFolder(path) ?? [])]);
  const lines = await Promise.all([...folders].sort().map((folder) => difference(folder, packages[folder], root)));
  return lines.filter((line) => line !== undefined);
}

async function difference(folder, locked, root) {
  const file = join(root, folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { version } = JSON.parse(await readFile(file, 'utf8'));
  if (version === locked?.version) return undefined;
  const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return `${name} is installed in version ${version}, and package-lock.json has ${locked?.version ?? 'none'}`;
}

/** `node_modules/a/node_modules/@b/c` of what lies in it, as package-lock.json names it; undefined for sources. */
function packageFolder(path) {
  const from = path.indexOf('node_modules/');
  return from < 0 ? undefined : /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path.slice(from))?.[0];
}
