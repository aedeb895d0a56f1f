import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The one thing that a played CI does not do for real: its `npm ci` links the packages that are here, because installing
 * them again takes a minute each time. Its `npx` runs what is installed there, as npm's does after half a second of looking.
 * @param folder where it is put.
 * @param packages folder that is linked.
 * @returns the folder, for the PATH.
 */
export function npmWithoutInstall(folder: string, packages: string): string {
  mkdirSync(folder, { recursive: true });
  const npm = join(folder, 'npm');
  const npx = join(folder, 'npx');
  const real = dirname(process.execPath);
  // It leaves the folder of its cache, as npm does.
  const cache = 'mkdir --parents "${NPM_CONFIG_CACHE:-$HOME/.npm}"';
  const link = `${cache}; exec ln --symbolic --no-dereference --force "${packages}" node_modules`;
  writeFileSync(npm, `#!/bin/sh\nif [ "$1" = ci ]; then ${link}; fi\nexec "${real}/npm" "$@"\n`);
  const installed = 'installed="$PWD/node_modules/.bin/$1"';
  const run = 'if [ -x "$installed" ]; then shift; exec "$installed" "$@"; fi';
  writeFileSync(npx, `#!/bin/sh\n${installed}\n${run}\nexec "${real}/npx" "$@"\n`);
  for (const script of [npm, npx]) chmodSync(script, 0o755);
  return folder;
}
