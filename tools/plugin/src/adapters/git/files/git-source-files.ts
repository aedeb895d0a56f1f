import type { FilesSource, HiddenDifference, LinkTarget, SourceFiles } from '../../../ports/repository/source-files.ts';
import type { Clone } from '../clone.ts';
import { textsAmong } from './texts-among.ts';
import { filesBehind, type LinkedFiles } from './symbolic-link.ts';
import { below, blobName, parseTree, type GitFile } from './tree-listing.ts';

/** Commits whose listing is kept: services of one run ask for the same. */
const mostListings = 4;

/** The files of commits and of the working tree, by the git command line. */
export class GitSourceFiles implements SourceFiles {
  private readonly clone: Clone;
  private readonly listings = new Map<string, Promise<GitFile[]>>();

  constructor(clone: Clone) {
    this.clone = clone;
  }

  async readFileAt(path: string, commits: readonly string[]): Promise<Map<string, string>> {
    const at = `${await this.clone.tree.prefix()}${path}`;
    const objects = await this.clone.objects.read(commits.map((commit) => `${commit}:${at}`));
    return new Map(
      commits.flatMap((commit): [string, string][] => {
        const object = objects.get(`${commit}:${at}`);
        return object?.kind === 'blob' ? [[commit, object.content.toString()]] : [];
      }),
    );
  }

  dirtyPaths(): Promise<string[]> {
    return this.clone.tree.dirtyPaths();
  }

  hiddenDifferences(folders: readonly string[]): Promise<HiddenDifference[]> {
    return this.clone.tree.hiddenDifferences(folders);
  }

  ignoredPaths(folders: readonly string[]): Promise<string[]> {
    return this.clone.tree.ignoredPaths(folders);
  }

  async blobs(commit: string, folders: readonly string[]): Promise<Map<string, string>> {
    const isBelow = below(folders);
    const files = (await this.filesOf(commit)).filter(({ path }) => isBelow(path));
    return new Map(files.map((file) => [file.path, blobName(file)]));
  }

  workingTreeBlobs(folders: readonly string[]): Promise<Map<string, string>> {
    return this.clone.tree.blobs(folders);
  }

  async texts(commit: string, folders: string | readonly string[]): Promise<Map<string, string>> {
    return textsAmong(await this.contentsOf(commit, [folders].flat()));
  }

  contents(source: FilesSource, folders: readonly string[]): Promise<Map<string, Buffer>> {
    return source === 'working-tree' ? this.clone.tree.contents(folders) : this.contentsOf(source.commit, folders);
  }

  private async contentsOf(commit: string, folders: readonly string[]): Promise<Map<string, Buffer>> {
    const { files, linked } = await this.linkedFiles(commit);
    const isBelow = below(folders);
    const sources = new Map<string, GitFile>();
    for (const { path, mode } of files.values()) {
      if (!isBelow(path) || mode === '160000') continue;
      const behind = mode === '120000' ? await filesBehind(path, linked) : new Map([[path, path]]);
      if (typeof behind === 'string') continue;
      for (const [seen, real] of behind) if (files.get(real)!.mode !== '160000') sources.set(seen, files.get(real)!);
    }
    const contents = await this.clone.readObjects([...sources.values()]);
    return new Map(
      [...sources].flatMap(([path, { object }]): [string, Buffer][] => {
        const content = contents.get(object);
        return content ? [[path, content]] : [];
      }),
    );
  }

  async linkTargets(source: FilesSource, links: readonly string[]): Promise<Map<string, LinkTarget>> {
    if (source === 'working-tree') return this.clone.tree.linkTargets(links);
    const { files, linked } = await this.linkedFiles(source.commit);
    const targets = new Map<string, LinkTarget>();
    for (const path of links) {
      const behind = await filesBehind(path, linked);
      const written = (await linked.linkTarget(path)) ?? '';
      if (typeof behind === 'string') targets.set(path, { written, isOutside: behind === 'outside', files: new Map() });
      else {
        const blobs = [...behind.values()].map((real): [string, string] => [real, blobName(files.get(real)!)]);
        targets.set(path, { written, isOutside: false, files: new Map(blobs) });
      }
    }
    return targets;
  }

  /** Returns the files of a commit with its links. */
  private async linkedFiles(commit: string): Promise<{ files: Map<string, GitFile>; linked: LinkedFiles }> {
    const files = new Map((await this.filesOf(commit)).map((file) => [file.path, file]));
    const links = [...files.values()].filter(({ mode }) => mode === '120000');
    let texts: ReturnType<Clone['readObjects']> | undefined;
    const linkTarget = async (at: string) => {
      const link = files.get(at);
      if (link?.mode !== '120000') return undefined;
      return (await (texts ??= this.clone.readObjects(links))).get(link.object)?.toString();
    };
    const paths = { has: (path: string) => files.has(path), [Symbol.iterator]: () => files.keys() };
    return { files, linked: { paths, linkTarget } };
  }

  async workingTreeTexts(folder: string): Promise<Map<string, string>> {
    return textsAmong(await this.clone.tree.contents([folder]));
  }

  private filesOf(commit: string): Promise<GitFile[]> {
    const known = this.listings.get(commit);
    if (known) return known;
    const files = this.listTree(commit);
    this.listings.set(commit, files);
    files.catch(() => this.listings.delete(commit));
    const [oldest] = this.listings.keys();
    if (this.listings.size > mostListings && oldest !== undefined) this.listings.delete(oldest);
    return files;
  }

  private async listTree(commit: string): Promise<GitFile[]> {
    await this.clone.fetchCommit(commit);
    const prefix = await this.clone.tree.prefix();
    const where = prefix === '' ? [] : ['--', prefix];
    return parseTree(await this.clone.git.text(['ls-tree', '-r', '-z', '--full-tree', commit, ...where]), prefix);
  }
}
