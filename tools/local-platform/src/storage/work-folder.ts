import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProcess } from '../processes/process-identity.ts';

/**
 * Runs `work` with an empty folder of its own, which is removed afterwards, as are the folders beside it that killed
 * processes left.
 * @param parent where the folder is made: on the same file system as where its contents are moved to.
 */
export async function inWorkFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const owner = workFolderOwner(name);
    if (owner !== undefined && findProcess(owner) === undefined) remove(join(parent, name));
  }
  const folder = mkdtempSync(join(parent, `.work-${process.pid}-`));
  try {
    return await work(folder);
  } finally {
    remove(folder);
  }
}

/** Returns the process that a work folder of this name belongs to; `undefined` for any other name. */
export function workFolderOwner(name: string): number | undefined {
  const pid = /^\.work-(\d+)-/.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
