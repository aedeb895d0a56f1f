import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Refusal } from '../../model/errors/product-error.ts';
import { indexFile } from '../../model/portal/portal-index.ts';
import type { PortalSite } from './portal-site.ts';

/** @throws {Refusal} when a site cannot be written to a folder: it is a file, or holds something else. */
export async function refuseForeignFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names === undefined || names.length === 0 || names.includes(indexFile)) return;
  throw refusal(`${folder} holds files that no portal has (${names.slice(0, 3).join(', ')}).`);
}

/** Writes a site to a folder, in place of an older one there: whole, or not at all. @throws {Refusal} */
export async function writeSite(site: PortalSite, folder: string): Promise<void> {
  await refuseForeignFolder(folder);
  const unfinished = `${folder}.${process.pid}.tmp`;
  try {
    for (const [name, { body }] of site) {
      const path = join(unfinished, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, body);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    throw refusal(`It cannot be written (${codeOf(cause)}).`, cause);
  }
}

async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw refusal(`${folder} cannot be read as a folder (${codeOf(cause)}).`, cause);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function refusal(reason: string, cause?: unknown): Refusal {
  return new Refusal({
    type: 'bad-option',
    doing: 'export the portal',
    reason,
    remedy: 'Give `--output` an empty folder, one that does not exist yet, or that of an older export.',
    cause,
  });
}
