import { readJson, writeJson, type Tree } from '@nx/devkit';
import { inFolder } from '../../../model/workspace/places.ts';

type Json = Record<string, unknown>;

/** Returns the file in which a project's targets are written. */
export function projectFileOf(tree: Tree, root: string): { readonly path: string; readonly isPackage: boolean } {
  const inside = (name: string) => inFolder(root, name);
  const isPackage = !tree.exists(inside('project.json')) && tree.exists(inside('package.json'));
  return { path: inside(isPackage ? 'package.json' : 'project.json'), isPackage };
}

/** Returns the options that a project gives a target itself. */
export function targetOptions(tree: Tree, root: string, target: string): Readonly<Json> {
  const { path, isPackage } = projectFileOf(tree, root);
  if (!tree.exists(path)) return {};
  const file = readJson<Json>(tree, path);
  const project = (isPackage ? file['nx'] : file) as { targets?: Record<string, { options?: Json }> } | undefined;
  return project?.targets?.[target]?.options ?? {};
}

/** Writes an option of a target. */
export function setTargetOption(
  tree: Tree,
  root: string,
  { target, option, value }: { readonly target: string; readonly option: string; readonly value: unknown },
): string {
  const { path, isPackage } = projectFileOf(tree, root);
  const file = readJson<Json>(tree, path);
  const project = (isPackage ? ((file['nx'] ??= {}) as Json) : file) as Json;
  const targets = (project['targets'] ??= {}) as Record<string, { options?: Json }>;
  const written = (targets[target] ??= {});
  written.options = { ...written.options, [option]: value };
  writeJson(tree, path, file);
  return path;
}
