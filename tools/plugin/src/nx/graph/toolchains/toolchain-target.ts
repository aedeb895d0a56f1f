import type { TargetConfiguration } from '@nx/devkit';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { languagesOfMarkers } from '../../../model/toolchains/language-markers.ts';
import { foldersAbove } from '../../../model/references/reference.ts';
import { languagesRun, libraryBuilds, serviceBuilds } from '../../../model/toolchains/languages-run.ts';
import type { Language } from '../../../model/toolchains/toolchain.ts';
import { versionFiles } from '../../../model/toolchains/version-files.ts';
import { hashCommand } from '../../../model/product/installation.ts';
import { executorNamed } from '../executor-name.ts';
import type { ProjectFile } from '../project-file.ts';
import { acceptsThisNode, type KnownFolders } from './accepts-this-node.ts';

/** Name of the target, which `build`, `lint` and `test` depend on (nx.json), and of its executor. */
export const toolchainTargetName = 'toolchain';

/** Shown by `nx show project`. */
export const toolchainDescription = 'Check that this machine has the languages that the project is built with';

/** A project as it lies on the disk. */
interface ProjectOnDisk {
  /** Relative to the workspace's root. */
  readonly root: string;
  readonly workspaceRoot: string;
  readonly projectFile: ProjectFile;
  readonly isService: boolean;
  /** Of other projects. */
  readonly knownFolders: KnownFolders;
}

/**
 * Returns the target that checks what a project needs on this machine; none where it needs only Node.js, which is there,
 * because Nx runs on it. Whether a language is needed is found by the target; here, where no targets of other plugins are
 * known yet, it is enough that it may be.
 */
export async function toolchainTarget(project: ProjectOnDisk): Promise<TargetConfiguration | undefined> {
  const { root, workspaceRoot, isService, knownFolders } = project;
  const { targets = {} } = project.projectFile;
  const names: readonly string[] = isService ? serviceBuilds : libraryBuilds;
  const run = languagesRun(targets, names);
  const isUnclear = run.hasOpaque || !names.some((name) => Object.hasOwn(targets, name));
  const languages = new Set([
    ...run.languages,
    ...(isUnclear ? languagesOfMarkers(entriesOf(join(workspaceRoot, root))) : []),
  ]);
  if (languages.delete('node') && isService && !(await acceptsThisNode(root, workspaceRoot, knownFolders)))
    languages.add('node');
  if (languages.size === 0) return undefined;
  return {
    executor: executorNamed(toolchainTargetName),
    // What is installed is an input, so that nothing is asked twice and nothing is believed that has changed.
    cache: true,
    inputs: inputsOf(project, languages),
    outputs: [],
    metadata: { description: toolchainDescription, technologies: [...languages] },
  };
}

function inputsOf({ root, workspaceRoot }: ProjectOnDisk, languages: ReadonlySet<Language>) {
  const folders = [root, ...foldersAbove(root)];
  const files = [...languages].flatMap((language) =>
    folders.flatMap((folder) => versionFiles[language].map((name) => (folder === '.' ? name : `${folder}/${name}`))),
  );
  // The manager of versions that Python may be started by chooses by it.
  const pythonFolder = folders.find((folder) => existsSync(join(workspaceRoot, folder, '.python-version'))) ?? '.';
  return [
    ...files.map((file) => `{workspaceRoot}/${file}`),
    '{projectRoot}/requirements*.txt',
    '{projectRoot}/*.*proj',
    ...[...languages].map((language) => ({
      runtime: `${hashCommand('installed-tool')} ${language} ${language === 'python' ? pythonFolder : '.'}`,
    })),
  ];
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
