import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/run-command.ts';
import { projectFolder } from '../storage/folders.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import { compilerPackages, installPackages } from '../system-packages.ts';
import { buildBinaries, toolModule, type BinaryGroup, type BuildContext } from '../tools/binaries.ts';
import { moduleSource } from '../tools/go-build.ts';
import { ensureGo } from '../tools/go-command.ts';

/** A forge that speaks GitHub's API of releases. */
const giteaBinary: BinaryGroup = {
  ...toolModule('Gitea', 'gitea', 180),
  cgoTags: ['sqlite', 'sqlite_unlock_notify'],
};

/** Builds Gitea, and puts what it reads while it runs beside it: `templates`, `options` and `public`. */
export async function buildGiteaIn(target: string, context: BuildContext): Promise<void> {
  const { tools, output, signal } = context;
  await installPackages(compilerPackages, output, signal);
  await buildBinaries([giteaBinary], target, context);
  const go = await ensureGo(tools, output, signal);
  const source = await moduleSource(go, join(projectFolder, giteaBinary.module), 'code.gitea.io/gitea');
  for (const folder of ['templates', 'options', 'public']) {
    if (existsSync(join(target, folder))) continue;
    await inWorkFolder(target, async (staging) => {
      // Files of the module cache are read-only, and so would the copies be.
      const argv = ['cp', '--recursive', '--no-preserve=mode', join(source, folder), staging];
      await runCommand(`copy ${folder} of Gitea`, argv, { signal });
      renameSync(join(staging, folder), join(target, folder));
    });
  }
}
