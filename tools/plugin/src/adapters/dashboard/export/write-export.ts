import { access, constants, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Refusal } from '../../../model/errors/product-error.ts';
import { exportMark } from './export-page.ts';

/** The only file of an export. */
const indexFile = 'index.html';
/** The remains of an export that was killed while it wrote. */
const unfinishedFile = /^index\.html\.\d+\.tmp$/;
/** Bytes of a page in which its mark must be. */
const markBefore = 1024;

/** @throws {Refusal} when an export cannot be written to a folder: it is a file, read only, or holds something else. */
export async function refuseOtherFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names === undefined) return requireWritable(await nearestFolder(folder), folder);
  const others = names.filter((name) => name !== indexFile && !unfinishedFile.test(name));
  if (others.length > 0)
    throw refusal(`${folder} holds files that no export has (${others.slice(0, 3).sort().join(', ')}).`);
  if (names.includes(indexFile) && !(await isExport(join(folder, indexFile))))
    throw refusal(`${join(folder, indexFile)} is not an export of the dashboard.`);
  await requireWritable(folder, folder);
}

/** Writes an export to a folder, in place of an older one there: whole, or not at all. @throws {Refusal} */
export async function writeExport(html: string, folder: string): Promise<void> {
  await refuseOtherFolder(folder);
  const path = join(folder, indexFile);
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(unfinished, html);
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw refusal(`It cannot be written to ${folder} (${codeOf(cause)}).`, cause);
  }
}

async function isExport(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(markBefore), 0, markBefore, 0);
      return buffer.toString('utf8', 0, bytesRead).includes(exportMark);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw refusal(`${path} cannot be read (${codeOf(cause)}).`, cause);
  }
}

/** Undefined where there is nothing yet. */
async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw refusal(
      codeOf(cause) === 'ENOTDIR' ? `${folder} is not a folder.` : `${folder} cannot be read (${codeOf(cause)}).`,
      cause,
    );
  }
}

/** Returns the folder in which one has to be made that does not exist yet. */
async function nearestFolder(folder: string): Promise<string> {
  const parent = dirname(folder);
  return (await namesIn(parent)) === undefined && parent !== folder ? nearestFolder(parent) : parent;
}

async function requireWritable(existing: string, folder: string): Promise<void> {
  try {
    await access(existing, constants.W_OK);
  } catch (cause) {
    throw refusal(`It cannot be written to ${folder} (${codeOf(cause)}).`, cause);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function refusal(reason: string, cause?: unknown): Refusal {
  return new Refusal({
    type: 'bad-option',
    doing: 'export the dashboard',
    reason,
    remedy: 'Give `--export` an empty folder, one that does not exist yet, or that of an older export.',
    cause,
  });
}
