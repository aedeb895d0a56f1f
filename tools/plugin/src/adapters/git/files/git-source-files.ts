import type { SourceFiles } from '../../../ports/repository/source-files.ts';
import type { Clone } from '../clone.ts';
import { isBinary } from './object-batch.ts';
import { resolveLink } from './symbolic-link.ts';
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
    const input = commits.map((commit) => `${commit}:${at}\n`).join('');
    const args = ['cat-file', '--batch-check=%(objectname) %(objecttype)'];
    const blobs = (await this.clone.git.text(args, { input })).split('\n');
    const objects = commits.map((_, index) => /^([0-9a-f]{40,64}) blob$/.exec(blobs[index] ?? '')?.[1]);
    const wanted = [...new Set(objects.filter((object) => object !== undefined))];
    const contents = await this.clone.readObjects(wanted.map((object) => ({ object })));
    return new Map(
      commits.flatMap((commit, index): [string, string][] => {
        const content = contents.get(objects[index] ?? '');
        return content ? [[commit, content.toString()]] : [];
      }),
    );
  }

  dirtyPaths(): Promise<string[]> {
    return this.clone.tree.dirtyPaths();
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
    const files = new Map((await this.filesOf(commit)).map((file) => [file.path, file]));
    const isBelow = below([folders].flat());
    const wanted = [...files.values()].filter(({ path, mode }) => isBelow(path) && mode !== '160000');
    const hasLinks = wanted.some(({ mode }) => mode === '120000');
    const links = hasLinks
      ? await this.clone.readObjects([...files.values()].filter(({ mode }) => mode === '120000'))
      : new Map();
    const sources = new Map<string, GitFile>();
    for (const { path } of wanted) {
      const file = await resolveLink(path, (at) => {
        const link = files.get(at);
        return link?.mode === '120000' ? links.get(link.object)?.toString() : undefined;
      });
      const source = file === undefined ? undefined : files.get(file);
      if (source && source.mode !== '160000') sources.set(path, source);
    }
    const contents = await this.clone.readObjects([...sources.values()]);
    const texts = new Map<string, string>();
    for (const [path, { object }] of sources) {
      const content = contents.get(object);
      if (content && !isBinary(content)) texts.set(path, content.toString());
    }
    return texts;
  }

  workingTreeTexts(folder: string): Promise<Map<string, string>> {
    return this.clone.tree.texts(folder);
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
