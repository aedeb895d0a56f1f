import { open, readdir, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Refusal } from '../../model/errors/product-error.ts';

/** Bytes of a file that are read at most: what is longer is refused by whoever reads the text. */
const mostBytes = 32 * 1024 * 1024;

/** Returns the names in a folder; none where there is no folder. */
export async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/**
 * Returns the text of a file of the workspace as it lies on the disk.
 * @returns undefined where there is none, or where a symbolic link leads out of the workspace.
 * @throws {Refusal} where it may not be read.
 */
export async function readTextOf(workspaceRoot: string, path: string): Promise<string | undefined> {
  try {
    const [root, file] = await Promise.all([realpath(workspaceRoot), realpath(join(workspaceRoot, path))]);
    if (relative(root, file).startsWith('..')) return undefined;
    return await readBeginning(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'].includes(code ?? ''))
      return undefined;
    throw new Refusal({
      type: 'unreadable-file',
      doing: `read ${path}`,
      reason: message,
      remedy: 'Give this account the right to read it.',
      cause: error,
    });
  }
}

async function readBeginning(file: string): Promise<string | undefined> {
  const opened = await open(file, 'r');
  try {
    const about = await opened.stat();
    // A pipe would be waited for.
    if (!about.isFile()) return undefined;
    const buffer = Buffer.alloc(Math.min(about.size, mostBytes));
    const { bytesRead } = await opened.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await opened.close();
  }
}
