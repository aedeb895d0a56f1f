import type { NxJsonConfiguration } from '@nx/devkit';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { executorNamed } from '../executor-name.ts';

const target = 'docker-release';

/**
 * Returns the `.dockerignore` of the folder that a service's image is built from, where that is not the service's own: it
 * says which files the image can be made of. By the option `context` of the target `docker-release`.
 */
export function ignoreFileOfContext(
  projectRoot: string,
  workspaceRoot: string,
  defaults: NxJsonConfiguration['targetDefaults'],
): string[] {
  const folder = join(workspaceRoot, projectRoot);
  if (!existsSync(join(folder, 'Dockerfile'))) return [];
  const written = contextIn(readFileSync(join(folder, 'project.json'), 'utf8')) ?? defaultContext(defaults);
  if (typeof written !== 'string') return [];
  const context = posix.join(written.replace(/^\{workspaceRoot\}\/?/, './').replaceAll('{projectRoot}', projectRoot));
  const file = posix.join(context, '.dockerignore');
  return file.startsWith('../') || posix.isAbsolute(file) || file === `${projectRoot}/.dockerignore` ? [] : [file];
}

function contextIn(text: string): unknown {
  // To parse the files of a thousand services would take longer than to look.
  if (!text.includes('"context"')) return undefined;
  try {
    const { targets } = JSON.parse(text) as { targets?: Record<string, { options?: { context?: unknown } }> };
    return targets?.[target]?.options?.context;
  } catch {
    // Comments are allowed there; Nx reports mistakes.
    return /"docker-release"\s*:\s*\{[^}]*"context"\s*:\s*"([^"]*)"/.exec(text)?.[1];
  }
}

function defaultContext(defaults: NxJsonConfiguration['targetDefaults']): unknown {
  const found: unknown = defaults?.[target] ?? defaults?.[executorNamed(target)];
  return (found as { options?: { context?: unknown } } | undefined)?.options?.context;
}
