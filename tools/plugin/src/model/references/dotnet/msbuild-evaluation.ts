import { posix } from 'node:path';
import { foldersAbove, pathFrom } from '../reference.ts';
import type { SourceTree } from '../source-tree.ts';
import { expand, type Expanded } from './expand.ts';
import type { MsbuildFile, MsbuildStatement } from './msbuild-file.ts';

/** Properties that an installation sets: what they lead to is no part of any workspace. */
const ofInstallation =
  /^(MSBuild(Extensions|Tools|Bin|SDKs|Runtime|User|Program)\w*|VSToolsPath|NuGetPackageRoot|Pkg\w+|VisualStudio\w*|FSharp\w*|DOTNET\w*|NetCore\w*|UserProfile|HOME|\w*SDK\w*Path)$/i;

interface Place {
  readonly file: string;
  readonly line: number;
}

/**
 * Reads a project file with all that it imports, and keeps what any condition could give it: every value that a property
 * may have, every item.
 */
export class MsbuildEvaluation {
  readonly imports: (Place & { readonly written: string; readonly path: string })[] = [];
  readonly items: (Place & {
    readonly name: string;
    readonly written: string;
    readonly version?: string | undefined;
  })[] = [];
  readonly mistakes: (Place & { readonly reason: string })[] = [];
  private readonly project: string;
  private readonly tree: SourceTree;
  private readonly read: (text: string) => MsbuildFile;
  private readonly seen = new Set<string>();
  /** The property that nothing sets, by one that is made of it. */
  private readonly causes = new Map<string, string>();
  private readonly properties = new Map<string, readonly string[]>();

  constructor(project: string, tree: SourceTree, read: (text: string) => MsbuildFile) {
    this.project = project;
    this.tree = tree;
    this.read = read;
  }

  /** Reads a file, if there is one, once. */
  run(file: string | undefined): void {
    if (file === undefined || this.seen.has(file)) return;
    this.seen.add(file);
    const found = this.tree.parsed(file, this.read);
    if ('mistake' in found) {
      this.mistakes.push({ file, line: found.line, reason: found.mistake });
      return;
    }
    for (const statement of found.statements) this.take(statement, file);
  }

  /** Puts properties into a text of a file; names the property that is at the bottom of it when that cannot be. */
  expand(text: string, file: string): Expanded {
    const path = text.replaceAll('\\', '/');
    if (!path.includes('$(')) return { values: [path] };
    const found = expand(path, this.propertiesIn(file), (name, parameters) => this.searchAbove(name, parameters));
    if (!('unknown' in found)) return found;
    return { unknown: this.causes.get(found.unknown.toLowerCase()) ?? found.unknown };
  }

  private take(statement: MsbuildStatement, file: string): void {
    if (statement.kind === 'property') this.set(statement, file);
    else if (statement.kind === 'item') this.items.push({ ...statement, file });
    else this.import(statement, file);
  }

  private set(
    { name, value, isConditional }: { name: string; value: string; isConditional: boolean },
    file: string,
  ): void {
    const key = name.toLowerCase();
    const before = this.properties.get(key) ?? [];
    const expanded = this.expand(value, file);
    // What it is made of may be set by an SDK: then it is as unknown as that.
    const values = 'values' in expanded ? expanded.values : [];
    if ('unknown' in expanded && expanded.unknown.toLowerCase() !== key) this.causes.set(key, expanded.unknown);
    const all = isConditional ? [...new Set([...before, ...values])] : values;
    if (all.length > 0) this.properties.set(key, all);
    else if (!isConditional) this.properties.delete(key);
  }

  private import(
    { written, isConditional, line }: { written: string; isConditional: boolean; line: number },
    file: string,
  ): void {
    const expanded = this.expand(written, file);
    if ('unknown' in expanded) {
      if (!ofInstallation.test(expanded.unknown))
        this.mistakes.push({
          file,
          line,
          reason: `it imports ${written}, and nothing in the workspace's files sets $(${expanded.unknown})`,
        });
      return;
    }
    for (const value of expanded.values) {
      const path = pathFrom(posix.dirname(file), value.trim(), this.tree);
      // Most conditions ask whether there is such a file.
      if (value.trim() === '' || (isConditional && !this.tree.exists(path))) continue;
      // What lies above projects counts by itself (`inputsAbove`).
      const isAbove = /^Directory\.(Build|Packages)\.(props|targets)$/i.test(posix.basename(path));
      if (!isAbove || !this.tree.exists(path)) this.imports.push({ file, line, written, path });
      if (this.tree.holds(path)) this.run(path);
    }
  }

  /** The properties that MSBuild itself sets, beside those of the files. */
  private propertiesIn(file: string): ReadonlyMap<string, readonly string[]> {
    const absolute = (folder: string) => `${posix.join(this.tree.root, folder)}/`.replace(/\/{2,}$/, '/');
    const ofFile = (prefix: string, path: string): [string, readonly string[]][] => [
      [`${prefix}fullpath`, [posix.join(this.tree.root, path)]],
      [`${prefix}file`, [posix.basename(path)]],
      [`${prefix}name`, [posix.parse(path).name]],
      [`${prefix}extension`, [posix.extname(path)]],
    ];
    const folder = posix.dirname(this.project);
    return new Map<string, readonly string[]>([
      ...this.properties,
      ...ofFile('msbuildproject', this.project),
      ['msbuildprojectdirectory', [absolute(folder).slice(0, -1)]],
      ['projectdir', [absolute(folder)]],
      ['projectname', [posix.parse(this.project).name]],
      ...ofFile('msbuildthisfile', file),
      ['msbuildthisfile', [posix.basename(file)]],
      ['msbuildthisfiledirectory', [absolute(posix.dirname(file))]],
    ]);
  }

  /** Answers the functions that look for a file in the folders above. */
  private searchAbove(name: string, parameters: readonly string[]): string | undefined {
    const isPath = /^MSBuild::GetPathOfFileAbove$/i.test(name);
    if (!isPath && !/^MSBuild::GetDirectoryNameOfFileAbove$/i.test(name)) return undefined;
    const [first = '', second = ''] = parameters;
    const [wanted, start] = isPath ? [first, second || posix.dirname(this.project)] : [second, first];
    const from = pathFrom('.', start || '.', this.tree);
    if (from.startsWith('..')) return '';
    const folders = from === '.' ? ['.'] : [from, ...foldersAbove(from)];
    const folder = folders.find((each) => this.tree.exists(posix.join(each, wanted)));
    if (folder === undefined) return '';
    return posix.join(this.tree.root, folder, isPath ? wanted : '.').replace(/\/$/, '');
  }
}
