import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { HiddenDifference, LinkTarget } from '../../../ports/repository/source-files.ts';
import { Git } from '../git.ts';
import { findHiddenDifferences } from './hidden-differences.ts';
import { filesBehind, type LinkedFiles } from './symbolic-link.ts';
import { below, blobName, parseChangedFiles, parseIndex, parseStatus, records, type GitFile } from './tree-listing.ts';

/** Longest list of folders that is given to git as arguments; beyond it git lists all and we pick. */
const mostFolderArguments = 200;

/** The files of the workspace as they lie on the disk. */
export class WorkingTree {
  private readonly git: Git;
  private place: Promise<{ top: string; prefix: string }> | undefined;

  constructor(git: Git) {
    this.git = git;
  }

  /** Path of the workspace's root inside the repository: empty, or with a slash at its end. */
  async prefix(): Promise<string> {
    return (await this.located()).prefix;
  }

  async dirtyPaths(): Promise<string[]> {
    const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--', '.'];
    const output = await this.git.text(args);
    return parseStatus(output, await this.prefix()).map(({ path }) => path);
  }

  async hiddenDifferences(folders: readonly string[]): Promise<HiddenDifference[]> {
    if (folders.length === 0) return [];
    const found = await findHiddenDifferences(this.git, asArguments(folders), (files) => this.hash(files));
    const isBelow = below(folders);
    return found.filter(({ path }) => isBelow(path));
  }

  async ignoredPaths(folders: readonly string[]): Promise<string[]> {
    if (folders.length === 0) return [];
    const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignored=matching'];
    const output = await this.git.text([...args, '--', ...asArguments(folders)]);
    const isBelow = below(folders);
    return parseStatus(output, await this.prefix())
      .filter(({ status, path }) => status === '!!' && isBelow(path.replace(/\/$/, '')))
      .map(({ path }) => path);
  }

  async blobs(folders: readonly string[]): Promise<Map<string, string>> {
    if (folders.length === 0) return new Map();
    const where = ['--', ...asArguments(folders)];
    const [index, changes, others] = await Promise.all([
      this.git.text(['ls-files', '-s', '-z', ...where]),
      this.git.text(['diff-files', '--raw', '-z', '--relative', '--no-renames', '--ignore-submodules=dirty', ...where]),
      this.git.text(['ls-files', '--others', '--exclude-standard', '-z', ...where]),
    ]);
    const isBelow = below(folders);
    const changed = parseChangedFiles(changes);
    const blobs = new Map<string, string>();
    const toHash: { path: string; mode: string }[] = [];
    for (const file of parseIndex(index)) {
      if (!isBelow(file.path)) continue;
      const mode = changed.get(file.path);
      if (mode === undefined || mode === '160000') blobs.set(file.path, blobName(file));
      else if (mode !== '000000') toHash.push({ path: file.path, mode });
    }
    // A folder among them is another repository inside this one.
    for (const path of records(others).filter((path) => isBelow(path) && !path.endsWith('/')))
      toHash.push({ path, mode: await this.modeOnDisk(path) });
    for (const file of await this.hash(toHash)) blobs.set(file.path, blobName(file));
    return blobs;
  }

  async contents(folders: readonly string[]): Promise<Map<string, Buffer>> {
    const linked = await this.linkedFiles();
    const isBelow = below(folders);
    const contents = new Map<string, Buffer>();
    for (const path of linked.paths) {
      if (!isBelow(path)) continue;
      const behind = await filesBehind(path, linked);
      if (typeof behind === 'string') continue;
      for (const [seen, real] of behind) {
        // Deleted but not staged, or a submodule's folder: no content.
        const content = await readFile(join(this.git.folder, real)).catch(() => undefined);
        if (content !== undefined) contents.set(seen, content);
      }
    }
    return contents;
  }

  async linkTargets(links: readonly string[]): Promise<Map<string, LinkTarget>> {
    const linked = await this.linkedFiles();
    const found = await Promise.all(
      links.map(async (path) => ({
        path,
        written: (await linked.linkTarget(path)) ?? '',
        behind: await filesBehind(path, linked),
      })),
    );
    const wanted = found.flatMap(({ behind }) => (typeof behind === 'string' ? [] : [...behind.values()]));
    const blobs = await this.blobs([...new Set(wanted)]);
    return new Map(
      found.map(({ path, written, behind }) => {
        const reals = typeof behind === 'string' ? [] : [...behind.values()];
        const files = reals.flatMap((real): [string, string][] => (blobs.has(real) ? [[real, blobs.get(real)!]] : []));
        return [path, { written, isOutside: behind === 'outside', files: new Map(files) }];
      }),
    );
  }

  /** Returns the files that git does not ignore, with the links among them. */
  private async linkedFiles(): Promise<LinkedFiles> {
    const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z'];
    const paths = new Set(records(await this.git.text([...args, '--', ...asArguments([''])])));
    const links = new Map<string, Promise<string | undefined>>();
    const readLink = async (path: string) => {
      const stats = await lstat(join(this.git.folder, path)).catch(() => undefined);
      return stats?.isSymbolicLink() ? readlink(join(this.git.folder, path)) : undefined;
    };
    const linkTarget = (path: string) => {
      const known = links.get(path) ?? readLink(path);
      links.set(path, known);
      return known;
    };
    return { paths, linkTarget };
  }

  private async modeOnDisk(path: string): Promise<string> {
    const stats = await lstat(join(this.git.folder, path));
    if (stats.isSymbolicLink()) return '120000';
    return (stats.mode & 0o100) === 0 ? '100644' : '100755';
  }

  private async hash(files: readonly { path: string; mode: string }[]): Promise<GitFile[]> {
    const { top, prefix } = await this.located();
    // From the repository's root: git takes the paths on its input to begin there, wherever it is run.
    const git = new Git(top);
    const hashed: GitFile[] = [];
    const byLine: { path: string; mode: string }[] = [];
    for (const { path, mode } of files) {
      if (mode === '120000') {
        const target = await readlink(join(this.git.folder, path));
        hashed.push({ path, mode, object: (await git.text(['hash-object', '--stdin'], { input: target })).trim() });
      } else if (path.includes('\n') || prefix.includes('\n') || (prefix + path).startsWith('"')) {
        hashed.push({ path, mode, object: (await git.text(['hash-object', '--', prefix + path])).trim() });
      } else byLine.push({ path, mode });
    }
    if (byLine.length === 0) return hashed;
    const input = byLine.map(({ path }) => `${prefix}${path}\n`).join('');
    const objects = (await git.text(['hash-object', '--stdin-paths'], { input })).trim().split('\n');
    return [...hashed, ...byLine.map((file, i) => ({ ...file, object: objects[i]! }))];
  }

  private located(): Promise<{ top: string; prefix: string }> {
    this.place ??= this.git.text(['rev-parse', '--show-toplevel', '--show-prefix']).then((text) => {
      const [top = '', prefix = ''] = text.split('\n');
      return { top, prefix };
    });
    return this.place;
  }
}

function asArguments(folders: readonly string[]): string[] {
  if (folders.length > mostFolderArguments || folders.includes('')) return ['.'];
  return [...folders];
}
