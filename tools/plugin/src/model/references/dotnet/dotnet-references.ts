import { posix } from 'node:path';
import { foldersAbove, inTests, pathFrom, type References } from '../reference.ts';
import type { SourceTree } from '../source-tree.ts';
import { MsbuildEvaluation } from './msbuild-evaluation.ts';
import type { MsbuildFile } from './msbuild-file.ts';

const projectFile = /\.(cs|fs|vb)proj$/i;
/** Projects of tests, where they do not lie in the folder of tests. */
const testProject = /[._-](unit|integration|e2e|acceptance)?tests?\.\w+proj$/i;
/** Items that are files, which a project may take from another one's folder. */
const fileItems = /^(Compile|Content|None|EmbeddedResource|AdditionalFiles|Protobuf|Page|Resource|Reference)$/;

/** Reports whether a file is one that MSBuild reads. */
export function isMsbuildFile(file: string): boolean {
  return projectFile.test(file);
}

/** Reports whether a project file is one of tests by its name. */
export function isTestProject(file: string): boolean {
  return testProject.test(file);
}

/**
 * Finds what .NET projects need of other projects: `ProjectReference`, whatever its condition says, in the project file
 * and in what it imports; files that are imported or compiled from another project.
 * @param read parses an MSBuild file.
 */
export function findDotnetReferences(
  tree: SourceTree,
  references: References,
  read: (text: string) => MsbuildFile,
): void {
  for (const [project, files] of tree.projects) {
    const own = files.filter((file) => projectFile.test(file));
    if (own.length === 0) continue;
    const isTest = inTests(tree.rootOf(project));
    const ofProduct = own.filter((file) => !testProject.test(file) && !isTest(file));
    // Tests beside what they test are no part of it; a project of nothing but tests needs what they need.
    for (const file of ofProduct.length > 0 ? ofProduct : own)
      new ProjectFile(project, file, { tree, references, read }).follow();
  }
}

/** A project file, and what it refers to. */
class ProjectFile {
  private readonly project: string;
  private readonly file: string;
  private readonly tree: SourceTree;
  private readonly references: References;
  private readonly evaluation: MsbuildEvaluation;

  constructor(
    project: string,
    file: string,
    shared: {
      readonly tree: SourceTree;
      readonly references: References;
      readonly read: (text: string) => MsbuildFile;
    },
  ) {
    this.project = project;
    this.file = file;
    this.tree = shared.tree;
    this.references = shared.references;
    this.evaluation = new MsbuildEvaluation(file, shared.tree, shared.read);
  }

  follow(): void {
    const above = (name: string) => foldersAbove(this.file).map((folder) => posix.join(folder, name));
    const nearest = (name: string) => above(name).find((file) => this.tree.holds(file));
    for (const name of ['Directory.Build.props', 'Directory.Packages.props']) this.evaluation.run(nearest(name));
    this.evaluation.run(this.file);
    this.evaluation.run(nearest('Directory.Build.targets'));
    const { imports, items, mistakes } = this.evaluation;
    for (const { file, line, reason } of mistakes)
      this.references.lose({ project: this.project, file, line, written: posix.basename(file) }, reason);
    for (const { file, line, written, path } of imports)
      this.references.follow({ project: this.project, file, line, written, path });
    for (const item of items) this.followItem(item);
  }

  private followItem({
    name,
    file,
    line,
    written,
  }: {
    name: string;
    file: string;
    line: number;
    written: string;
  }): void {
    const isProject = name === 'ProjectReference';
    if (!isProject && !fileItems.test(name)) return;
    const expanded = this.evaluation.expand(written, file);
    if ('unknown' in expanded) {
      const reason = `nothing in the workspace's files sets $(${expanded.unknown})`;
      if (isProject) this.references.lose({ project: this.project, file, line, written }, reason);
      return;
    }
    // An item's path begins at the project, wherever the item is written.
    const folder = posix.dirname(this.file);
    for (const each of expanded.values.flatMap((value) => value.split(';'))) {
      const include = each.trim().replaceAll('\\', '/');
      if (include === '' || include.includes('@(')) continue;
      const path = pathFrom(folder, include, this.tree);
      const reference = { project: this.project, file, line, written: each.trim(), path };
      if (path.includes('*')) this.followPattern(reference, isProject);
      else if (isProject) this.references.follow(reference);
      else this.addOwner(path);
    }
  }

  private addOwner(path: string): void {
    const owner = path.startsWith('../') ? undefined : this.tree.ownerOf(path);
    if (owner !== undefined && this.tree.exists(path)) this.references.add(this.project, owner);
  }

  private followPattern(
    reference: { project: string; file: string; line: number; written: string; path: string },
    isProject: boolean,
  ): void {
    const pattern = patternOf(reference.path);
    const found = this.tree.files.filter((file) => pattern.test(file));
    if (isProject && found.length === 0) this.references.lose(reference, 'it points nowhere');
    for (const path of found) {
      if (isProject) this.references.follow({ ...reference, path });
      else this.addOwner(path);
    }
  }
}

/** `**` is any number of folders, `*` a part of a name. */
function patternOf(path: string): RegExp {
  const source = path
    .split('/')
    .map((segment) =>
      segment === '**'
        ? '(?:.*/)?'
        : `${segment
            .replace(/[.+^${}()|[\]\\]/g, '\\$&')
            .replaceAll('*', '[^/]*')
            .replaceAll('?', '[^/]')}/`,
    )
    .join('')
    .replace(/\/$/, '');
  return new RegExp(`^${source}$`, 'i');
}
