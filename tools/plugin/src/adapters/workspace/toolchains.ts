import type { ProjectGraph } from '@nx/devkit';
import { parse as parseJsonc, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { badVersionFile } from '../../model/toolchains/bad-version-file.ts';
import { readGlobalJson } from '../../model/toolchains/dotnet-toolchain.ts';
import { readGoFiles } from '../../model/toolchains/go-toolchain.ts';
import { languagesOfMarkers } from '../../model/toolchains/language-markers.ts';
import { languagesRun, libraryBuilds, serviceBuilds, type TargetsLike } from '../../model/toolchains/languages-run.ts';
import { readNodeFile } from '../../model/toolchains/node-toolchain.ts';
import { readPyprojectPython, readPythonVersion } from '../../model/toolchains/python-toolchain.ts';
import { versionFiles } from '../../model/toolchains/version-files.ts';
import { anyVersion, distinctToolchains, type Language, type Toolchain } from '../../model/toolchains/toolchain.ts';

/** The workspace's files, on the disk or in a generator's tree. Paths are relative to its root. */
export interface WorkspaceFiles {
  /** @returns undefined where there is no such file. */
  read(path: string): string | undefined;
  /** Returns the names of what a folder holds; none where there is no such folder. */
  list(folder: string): readonly string[];
}

/** A project that is built: a service, or one that a service depends on. */
interface BuiltProject {
  readonly root: string;
  /** As Nx has them; those that only `project.json` has are added. */
  readonly targets: TargetsLike;
  readonly isService: boolean;
}

/** Finds what services need on the machine that builds them. Each file is read once. */
export class WorkspaceToolchains {
  private readonly files: WorkspaceFiles;
  private readonly found = new Map<string, Toolchain>();
  private readonly texts = new Map<string, string | undefined>();

  constructor(files: WorkspaceFiles) {
    this.files = files;
  }

  /**
   * Returns what a service needs: languages whose tools its `build`, `lint` and `test` start, and the `build` of the
   * projects that it depends on. @throws {Refusal} naming a file that cannot be understood.
   */
  ofService(graph: Pick<ProjectGraph, 'nodes' | 'dependencies'>, service: string): Toolchain[] {
    const reached = new Set([service]);
    // A set is walked in the order of insertion, also of what is inserted meanwhile.
    for (const name of reached) for (const { target } of graph.dependencies[name] ?? []) reached.add(target);
    const toolchains = [...reached].flatMap((name) => {
      const data = graph.nodes[name]?.data;
      const isService = name === service;
      return data ? this.ofProject({ root: data.root, targets: data.targets ?? {}, isService }) : [];
    });
    return distinctToolchains(toolchains);
  }

  /** Returns what one project needs by itself. @throws {Refusal} */
  ofProject({ root, targets, isService }: BuiltProject): Toolchain[] {
    const names = isService ? serviceBuilds : libraryBuilds;
    const { languages, hasOpaque } = languagesRun({ ...this.ownTargets(root), ...targets }, names);
    const markers = hasOpaque ? languagesOfMarkers(this.files.list(root)) : [];
    return [...new Set([...languages, ...markers])].map((language) => this.nearest(language, root));
  }

  /** Returns the Node.js that Nx itself runs on: that of the workspace's root. @throws {Refusal} */
  ofNx(): Toolchain {
    return this.nearest('node', '.');
  }

  private nearest(language: Language, root: string): Toolchain {
    const key = `${language}\0${root}`;
    let toolchain = this.found.get(key);
    if (!toolchain) this.found.set(key, (toolchain = this.readNearest(language, root) ?? anyVersion(language)));
    return toolchain;
  }

  private readNearest(language: Language, root: string): Toolchain | undefined {
    if (language === 'go') {
      const nearestOf = (name: string) =>
        this.existing(foldersUpFrom(root).map((folder) => join(folder, name)))[0] ?? [];
      return readGoFiles(versionFiles.go.flatMap(nearestOf));
    }
    for (const folder of foldersUpFrom(root))
      for (const { file, text } of this.existing(versionFiles[language].map((name) => join(folder, name)))) {
        const toolchain = readFile(language, file, text);
        if (toolchain) return toolchain;
      }
    return undefined;
  }

  /** Those of the files that there are. */
  private existing(paths: readonly string[]): { readonly file: string; readonly text: string }[] {
    return paths.flatMap((file) => {
      if (!this.texts.has(file)) this.texts.set(file, this.files.read(file));
      const text = this.texts.get(file);
      return text === undefined ? [] : { file, text };
    });
  }

  /** The targets that `project.json` has: a project that is about to be added is in no graph yet. */
  private ownTargets(root: string): TargetsLike {
    try {
      const text = this.files.read(join(root, 'project.json'));
      return (parseJsonc(text ?? '{}') as { targets?: TargetsLike } | undefined)?.targets ?? {};
    } catch {
      // Nx tells of it.
      return {};
    }
  }
}

function readFile(language: Exclude<Language, 'go'>, file: string, text: string): Toolchain | undefined {
  if (language === 'node') return readNodeFile(file, text);
  if (language === 'dotnet') return readGlobalJson(file, parseGlobalJson(file, text));
  return file.endsWith('.toml') ? readPyprojectPython(file, parsePyproject(file, text)) : readPythonVersion(file, text);
}

/** Comments and commas at the end of a list are allowed in it. */
function parseGlobalJson(file: string, text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parseJsonc(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  const [mistake] = errors;
  if (!mistake) return value;
  const line = text.slice(0, mistake.offset).split('\n').length;
  const reason = `This is not JSON: ${printParseErrorCode(mistake.error)} in line ${line}.`;
  throw badVersionFile('dotnet', file, reason, 'Fix it.');
}

function parsePyproject(file: string, text: string): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    throw badVersionFile('python', file, `This is not TOML: ${(error as Error).message.split('\n')[0]}`, 'Fix it.');
  }
}

/** A folder and those above it, up to the workspace's root. */
function foldersUpFrom(folder: string): string[] {
  const folders = [folder];
  for (let at = folder; at !== '.' && at !== ''; folders.push(at))
    at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '.';
  return folders;
}

function join(folder: string, name: string): string {
  return folder === '.' || folder === '' ? name : `${folder}/${name}`;
}
