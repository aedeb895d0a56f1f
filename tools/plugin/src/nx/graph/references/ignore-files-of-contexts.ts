import type { NxJsonConfiguration } from '@nx/devkit';
import { parse as parseJsonc } from 'jsonc-parser';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { executorNamed } from '../executor-name.ts';
import type { ProjectFile } from '../project-file.ts';

const target = 'docker-release';

interface Block {
  readonly context?: unknown;
  readonly contexts?: unknown;
}

/**
 * Returns the `.dockerignore` of each folder of the workspace that a service's image is built from, where that is not the service's
 * own: it says which files the image can be made of. By the option `build` of the target `docker-release`.
 */
export function ignoreFilesOfContexts(
  projectRoot: string,
  workspaceRoot: string,
  projectFile: ProjectFile,
  defaults: NxJsonConfiguration['targetDefaults'],
): string[] {
  if (!existsSync(join(workspaceRoot, projectRoot, 'Dockerfile'))) return [];
  // Nx takes the keys of an option from the project alone, if it has the option.
  const { context, contexts } = blockIn(projectFile) ?? defaultBlock(defaults) ?? {};
  const others = typeof contexts === 'object' && contexts !== null ? Object.values(contexts) : [];
  const folders = [context, ...(others as unknown[])].filter((each) => typeof each === 'string');
  const files = folders
    .filter((folder) => !folder.includes('://'))
    .map((folder) => folder.replace(/^\{workspaceRoot\}\/?/, './').replaceAll('{projectRoot}', projectRoot))
    .map((folder) => posix.join(folder, '.dockerignore'))
    .filter((file) => !file.startsWith('../') && !posix.isAbsolute(file) && file !== `${projectRoot}/.dockerignore`);
  return [...new Set(files)];
}

function blockIn({ text, targets }: ProjectFile): Block | undefined {
  // Comments are allowed there; Nx reports mistakes.
  return blockOf(
    (targets ?? (parseJsonc(text) as { targets?: object } | undefined)?.targets) as Targets | undefined,
    target,
  );
}

type Targets = Readonly<Record<string, unknown>>;

function defaultBlock(defaults: NxJsonConfiguration['targetDefaults']): Block | undefined {
  return blockOf(defaults, target) ?? blockOf(defaults, executorNamed(target));
}

function blockOf(targets: Targets | undefined, name: string): Block | undefined {
  const found = (targets?.[name] as { options?: { build?: unknown } } | undefined)?.options?.build;
  return typeof found === 'object' && found !== null ? (found as Block) : undefined;
}
