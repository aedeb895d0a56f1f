import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { rsort, satisfies } from 'semver';

/** Folder of the Pythons of this machine that lie side by side, as those of an agent's tool cache do: pyenv's. */
export const pythonsFolder = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');

/** Returns their versions, the newest first. */
export function installedPythons(): string[] {
  const names = existsSync(pythonsFolder) ? readdirSync(pythonsFolder) : [];
  return rsort(names.filter((name) => /^\d+\.\d+\.\d+$/.test(name)));
}

/**
 * Returns the folder of programs of the newest one that a range takes.
 * @returns undefined when there is none; then only the Python on the PATH can be it.
 */
export function findPython(range: string): string | undefined {
  const newest = installedPythons().find((version) => satisfies(version, range));
  return newest === undefined ? undefined : join(pythonsFolder, newest, 'bin');
}
