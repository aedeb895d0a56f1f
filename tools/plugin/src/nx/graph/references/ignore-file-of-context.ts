import type { NxJsonConfiguration } from '@nx/devkit';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { executorNamed } from '../executor-name.ts';
import type { ProjectFile } from '../project-file.ts';

const target = 'docker-release';

/**
 * Returns the `.dockerignore` of the folder that a service's image is built from, where that is not the service's own: it
 * says which files the image can be made of. By the option `context` of the target `docker-release`.
 */
export function ignoreFileOfContext(
  projectRoot: string,
  workspaceRoot: string,
  projectFile: ProjectFile,
  defaults: NxJsonConfiguration['targetDefaults'],
): string[] {
  if (!existsSync(join(workspaceRoot, projectRoot, 'Dockerfile'))) return [];
  const written = contextIn(projectFile) ?? defaultContext(defaults);
  if (typeof written !== 'string') return [];
  const context = posix.join(written.replace(/^\{workspaceRoot\}\/?/, './').replaceAll('{projectRoot}', projectRoot));
  const file = posix.join(context, '.dockerignore');
  return file.startsWith('../') || posix.isAbsolute(file) || file === `${projectRoot}/.dockerignore` ? [] : [file];
}

function contextIn({ text, targets }: ProjectFile): unknown {
  if (targets) return (targets[target] as { options?: { context?: unknown } } | undefined)?.options?.context;
  // Comments are allowed there; Nx reports mistakes.
  return /"docker-release"\s*:\s*\{[^}]*"context"\s*:\s*"([^"]*)"/.exec(text)?.[1];
}

function defaultContext(defaults: NxJsonConfiguration['targetDefaults']): unknown {
  const found: unknown = defaults?.[target] ?? defaults?.[executorNamed(target)];
  return (found as { options?: { context?: unknown } } | undefined)?.options?.context;
}
