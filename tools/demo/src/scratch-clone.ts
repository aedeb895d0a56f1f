import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { read } from './run-process.ts';

/** The demo's own repository, kept from one run to the next. */
export interface ScratchClone {
  /** The checkout to work in. */
  readonly folder: string;
  /** True when the user's checkout has changes that no commit holds, which the demo leaves out. */
  readonly leavesChangesOut: boolean;
}

/**
 * Clones what is checked out at `root` beside a bare repository that stands for the origin. Only ever reads from `root`:
 * tags and build numbers of the demo go to the bare repository.
 */
export async function scratchClone(root: string): Promise<ScratchClone> {
  const home = join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'poc', 'demo');
  const [origin, folder] = [join(home, 'origin.git'), join(home, 'workspace')];
  mkdirSync(home, { recursive: true });
  const git = (args: readonly string[], cwd: string) => read(['git', ...args], { cwd });
  if (!existsSync(join(origin, 'HEAD'))) {
    rmSync(origin, { recursive: true, force: true });
    await git(['init', '--quiet', '--bare', '--initial-branch=main', origin], home);
  }
  await git(['fetch', '--quiet', '--no-tags', '--update-shallow', root, '+HEAD:refs/heads/main'], origin);
  if (!existsSync(join(folder, '.git', 'HEAD'))) {
    rmSync(folder, { recursive: true, force: true });
    await git(['clone', '--quiet', origin, folder], home);
  }
  // Anew each time: the checkout that the demo ran from before may be gone.
  rmSync(join(folder, 'node_modules'), { force: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  await git(['fetch', '--quiet', 'origin'], folder);
  await git(['checkout', '--quiet', '--force', '-B', 'main', 'origin/main'], folder);
  const changes = await git(['status', '--porcelain'], root);
  return { folder, leavesChangesOut: changes.trim() !== '' };
}
