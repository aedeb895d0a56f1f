import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { HiddenDifference, LinkTarget } from '../../../ports/repository/source-files.ts';
import { Git } from '../git.ts';
import { AskedTogether } from './asked-together.ts';
import { filteredPaths, findHiddenDifferences } from './hidden-differences.ts';
import { filesBehind, resolveLink, type LinkedFiles } from './symbolic-link.ts';
import { below, blobName, parseIndex, records, type GitFile, type IndexedFile } from './tree-listing.ts';
import { parseStatus, type WorkingTreeStatus } from './working-tree-status.ts';

/** Longest list of folders that is given to git as arguments; beyond it git lists all and we pick. */
const mostFolderArguments = 200;

/** Options of every look at the working tree. */
const status = ['status', '--porcelain=v2', '-z', '--no-renames', '--untracked-files=all'];

/** What git knows of the files of some folders. */
interface Look {
  readonly index: readonly IndexedFile[];
  readonly status: WorkingTreeStatus;
}

/** The files of the workspace as they lie on the disk. */
export class WorkingTree {
  private readonly git: Git;
  private place: Promise<{ top: string; prefix: string }> | undefined;
  /** A release asks for content, ignored files and what git hides in one go, before the build and after it. */
  private readonly looks = new AskedTogether<Look>((folders) => this.look(folders));
  private readonly filtered = new AskedTogether<string[]>((folders) => filteredPaths(this.git, asArguments(folders)));
  private dirty: Promise<string[]> | undefined;

  constructor(git: Git) {
    this.git = git;
  }

  /** Path of the workspace's root inside the repository: empty, or with a slash at its end. */
  async prefix(): Promise<string> {
    return (await this.located()).prefix;
  }

  /** Services of one run ask for it alike: who asks while git looks gets what it finds. */
  dirtyPaths(): Promise<string[]> {
    this.dirty ??= this.findDirtyPaths().finally(() => (this.dirty = undefined));
    return this.dirty;
  }

  private async findDirtyPaths(): Promise<string[]> {
    const output = await this.git.text([...status, '--', '.']);
    const { changed, staged, untracked } = parseStatus(output, await this.prefix());
    return [...new Set([...changed.keys(), ...staged, ...untracked])];
  }

  async hiddenDifferences(folders: readonly string[]): Promise<HiddenDifference[]> {
    if (folders.length === 0) return [];
    const [{ index }, filtered] = await Promise.all([this.looks.about(folders), this.filtered.about(folders)]);
    const isBelow = below(folders);
    const asked = { index: index.filter(({ path }) => isBelow(path)), filtered: filtered.filter(isBelow) };
    return findHiddenDifferences(this.git.folder, asked, (files) => this.hash(files));
  }

  async ignoredPaths(folders: readonly string[]): Promise<string[]> {
    if (folders.length === 0) return [];
    const { status } = await this.looks.about(folders);
    const isBelow = below(folders);
    return status.ignored.filter((path) => isBelow(path.replace(/\/$/, '')));
  }

  async blobs(folders: readonly string[]): Promise<Map<string, string>> {
    if (folders.length === 0) return new Map();
    const { index, status } = await this.looks.about(folders);
    const isBelow = below(folders);
    const blobs = new Map<string, string>();
    const toHash: { path: string; mode: string }[] = [];
    for (const file of index) {
      if (!isBelow(file.path)) continue;
      const mode = status.changed.get(file.path);
      if (mode === undefined || mode === '160000') blobs.set(file.path, blobName(file));
      else if (mode !== '000000') toHash.push({ path: file.path, mode });
    }
    // A folder among them is another repository inside this one.
    for (const path of status.untracked.filter((path) => isBelow(path) && !path.endsWith('/')))
      toHash.push({ path, mode: await this.modeOnDisk(path) });
    for (const file of await this.hash(toHash)) blobs.set(file.path, blobName(file));
    return blobs;
  }

  private async look(folders: readonly string[]): Promise<Look> {
    const where = ['--', ...asArguments(folders)];
    const [index, found, prefix] = await Promise.all([
      this.git.text(['ls-files', '-v', '-s', '-z', ...where]),
      this.git.text([...status, '--ignored=matching', '--ignore-submodules=dirty', ...where]),
      this.prefix(),
    ]);
    return { index: parseIndex(index), status: parseStatus(found, prefix) };
  }

  async contents(folders: readonly string[]): Promise<Map<string, Buffer>> {
    const near = await this.linkedFiles(folders);
    // What a link stands for may be anywhere.
    const linked = (await hasLinks(near)) ? await this.linkedFiles(['']) : near;
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
    const linked = await this.linkedFiles(['']);
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

  /** Returns the files in folders that git does not ignore, with the links among them. */
  private async linkedFiles(folders: readonly string[]): Promise<LinkedFiles> {
    const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z'];
    const paths = new Set(records(await this.git.text([...args, '--', ...asArguments(folders)])));
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

/** Reports whether one of some files is a link, or behind one. */
async function hasLinks(files: LinkedFiles): Promise<boolean> {
  const paths = [...files.paths];
  const found = await Promise.all(paths.map((path) => resolveLink(path, files)));
  return found.some((real, index) => typeof real === 'string' || real.path !== paths[index]);
}

function asArguments(folders: readonly string[]): string[] {
  if (folders.length > mostFolderArguments || folders.includes('')) return ['.'];
  return [...folders];
}
