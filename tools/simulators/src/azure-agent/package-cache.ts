import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that jobs of a pipeline leave to later ones, by key. One that is there is never written again. */
export class PackageCache {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Copies what was kept under a key to a path. @returns whether there was anything. */
  restore(key: string, path: string): boolean {
    const kept = this.placeOf(key);
    if (!existsSync(kept)) return false;
    cpSync(kept, path, { recursive: true, verbatimSymlinks: true });
    return true;
  }

  /** Keeps a folder, unless the key is taken. */
  save(key: string, path: string): void {
    const kept = this.placeOf(key);
    if (existsSync(kept)) return;
    // Jobs end at the same time: the first one that is complete counts.
    const copy = join(mkdtempSync(join(this.folder, 'copy-')), 'content');
    cpSync(path, copy, { recursive: true, verbatimSymlinks: true });
    if (!existsSync(kept)) renameSync(copy, kept);
  }

  private placeOf(key: string): string {
    return join(this.folder, createHash('sha256').update(key).digest('hex'));
  }
}

/**
 * Returns the key of a cache, whose segments are parted by `|`: one in quotes stands for itself, any other one names files and
 * stands for what is in them. @throws when there is no such file, as the task does.
 */
export function cacheKey(written: string, root: string): string {
  const segments = written.split('|').map((segment) => segment.trim());
  return segments.map((segment) => (/^".*"$/.test(segment) ? segment : digestOf(segment, root))).join('|');
}

function digestOf(segment: string, root: string): string {
  const hash = createHash('sha256');
  for (const path of segment.split(',').map((each) => each.trim())) {
    if (/[*?!]/.test(path)) throw new Error(`Cache@2: the pattern ${path} is not supported.`);
    if (path === '' || !existsSync(join(root, path)))
      throw new Error(`Cache@2: there is no file "${path}", as the key has it.`);
    hash.update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}
