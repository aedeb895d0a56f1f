import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';

/** Kept from run to run: programs that were installed, and the packages that the registry once fetched. */
export const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'poc/adoption');

/**
 * Installs packages beside this repository, where no earlier run has.
 * @param name of the folder: it says the versions, for what is there is never installed again.
 * @param manifest what package.json says beside its name. @param finish what is still to do in the folder then.
 * @returns the folder, which is whole: another that installs the same, or was ended halfway, is not met.
 */
export async function installOnce(
  name: string,
  manifest: object,
  finish: (folder: string) => void = () => undefined,
): Promise<string> {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  try {
    writeFileSync(join(unfinished, 'package.json'), JSON.stringify({ name: 'installed', private: true, ...manifest }));
    const args = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    await runSuccessfully('npm', args, { cwd: unfinished });
    finish(unfinished);
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}
