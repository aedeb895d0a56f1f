import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { workflowCheckers } from '../../../local-platform/src/platform.ts';
import { runCommand } from '../../../scratch-workspace/src/run-command.ts';

/** Texts of files, by path in a workspace. */
export type Files = ReadonlyMap<string, string>;

/** A complaint of actionlint. */
export interface Complaint {
  /** Path in the workspace. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Asks actionlint about workflows. Actions pinned by commit it does not know; it is shown their versions instead. */
export async function askActionlint(files: Files): Promise<Complaint[]> {
  const { actionlint } = await workflowCheckers();
  const unpinned = [...files].map(([path, text]): [string, string] => [
    path,
    text.replace(/@[0-9a-f]{40} # (v\d+)\S*/g, '@$1'),
  ]);
  return inFolder(unpinned, async (cwd) => {
    // shellcheck, where a machine has it, would tell more than on another one.
    const args = ['-shellcheck=', '-pyflakes=', '-format={{json .}}'];
    const { code, stdout, output } = await runCommand(actionlint, args, { cwd });
    if (code > 1) throw new Error(`actionlint ended with ${code}:\n${output}`);
    const complaints = JSON.parse(stdout) as { filepath: string; line: number; message: string }[];
    return complaints.map(({ filepath, line, message }) => ({ file: filepath, line, message }));
  });
}

/** Asks zizmor about workflows. @returns its exit code, 0 when it has nothing against them, and what it said. */
export async function askZizmor(files: Files): Promise<{ code: number; output: string }> {
  const { zizmor } = await workflowCheckers();
  return inFolder([...files], (cwd) =>
    runCommand(zizmor, ['--offline', '--strict-collection', '--no-progress', '--color=never', '.'], { cwd }),
  );
}

/** Puts files into a folder that is the root of a repository. */
async function inFolder<T>(files: readonly [string, string][], use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'poc workflows '));
  try {
    mkdirSync(join(folder, '.git'));
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
