import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The one thing that a played CI does not do for real: its `npm ci` links the packages that are here, because installing
 * them again takes a minute each time.
 * @param folder where it is put.
 * @param packages folder that is linked.
 * @returns the folder, for the PATH.
 */
export function npmWithoutInstall(folder: string, packages: string): string {
  mkdirSync(folder, { recursive: true });
  const npm = join(folder, 'npm');
  const real = join(dirname(process.execPath), 'npm');
  const link = `exec ln --symbolic --no-dereference --force "${packages}" node_modules`;
  writeFileSync(npm, `#!/bin/sh\nif [ "$1" = ci ]; then ${link}; fi\nexec "${real}" "$@"\n`);
  chmodSync(npm, 0o755);
  return folder;
}
