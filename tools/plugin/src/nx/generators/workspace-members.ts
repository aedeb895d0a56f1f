import { readJson, updateJson, writeJson, type Tree } from '@nx/devkit';
import { parseDocument, YAMLSeq } from 'yaml';

/** Adds a folder to the package manager's workspaces, unless one of their patterns has it. */
export function joinWorkspaces(tree: Tree, root: string): void {
  if (tree.exists('pnpm-workspace.yaml')) {
    const document = parseDocument(tree.read('pnpm-workspace.yaml', 'utf8') ?? '');
    const packages = document.get('packages');
    if (!(packages instanceof YAMLSeq) || isMatched(packages.toJSON() as string[], root)) return;
    packages.add(root);
    tree.write('pnpm-workspace.yaml', document.toString());
    return;
  }
  updateJson(tree, 'package.json', (manifest: { workspaces?: string[] | { packages?: string[] } }) => {
    const { workspaces = [] } = manifest;
    const patterns = Array.isArray(workspaces) ? workspaces : (workspaces.packages ?? []);
    if (isMatched(patterns, root)) return manifest;
    const packages = [...patterns, root];
    return { ...manifest, workspaces: Array.isArray(workspaces) ? packages : { ...workspaces, packages } };
  });
}

/** Reports whether patterns such as `apps/*` and `packages/**` have a folder; a later `!` takes it out again. */
function isMatched(patterns: readonly string[], root: string): boolean {
  return patterns.reduce((matched, pattern) => {
    const isExcluded = pattern.startsWith('!');
    return asPattern(pattern.replace(/^!/, '')).test(root) ? !isExcluded : matched;
  }, false);
}

function asPattern(glob: string): RegExp {
  const parts = glob.replace(/^\.\/|\/$/g, '').split('/');
  const text = parts.map((part) =>
    part === '**' ? '.*' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*'),
  );
  return new RegExp(`^${text.join('/')}$`);
}

/** Lets the root's `tsconfig.json` refer to a project, where it does to others. */
export function referFromRoot(tree: Tree, root: string): void {
  if (!tree.exists('tsconfig.json')) return;
  updateJson(tree, 'tsconfig.json', (config: { references?: { path: string }[] }) =>
    config.references === undefined
      ? config
      : {
          ...config,
          references: [...config.references.filter(({ path }) => path !== `./${root}`), { path: `./${root}` }],
        },
  );
}

/**
 * Takes a folder out of the package manager's workspaces, where it is named and no pattern, and out of the references of the
 * root's `tsconfig.json`. @returns the files that were changed.
 */
export function leaveWorkspaces(tree: Tree, root: string): string[] {
  const isOther = (entry: string) => entry.replace(/^!?(\.\/)?|\/$/g, '') !== root;
  return [
    ...editJson(tree, 'package.json', (manifest: { workspaces?: string[] | { packages?: string[] } }) => {
      const { workspaces } = manifest;
      if (Array.isArray(workspaces)) return { ...manifest, workspaces: workspaces.filter(isOther) };
      if (workspaces?.packages === undefined) return manifest;
      return { ...manifest, workspaces: { ...workspaces, packages: workspaces.packages.filter(isOther) } };
    }),
    ...editJson(tree, 'tsconfig.json', (config: { references?: { path: string }[] }) =>
      config.references === undefined
        ? config
        : {
            ...config,
            references: config.references.filter(({ path }) => isOther(path.replace(/\/tsconfig[^/]*\.json$/, ''))),
          },
    ),
    ...leavePnpmWorkspace(tree, isOther),
  ];
}

function leavePnpmWorkspace(tree: Tree, isOther: (entry: string) => boolean): string[] {
  const file = 'pnpm-workspace.yaml';
  const document = parseDocument(tree.read(file, 'utf8') ?? '');
  const packages = document.get('packages');
  if (!(packages instanceof YAMLSeq)) return [];
  const entries = packages.toJSON() as unknown[];
  const gone = [...entries.keys()].filter((index) => !isOther(String(entries[index])));
  if (gone.length === 0) return [];
  for (const index of gone.reverse()) packages.delete(index);
  tree.write(file, document.toString());
  return [file];
}

function editJson<T extends object>(tree: Tree, file: string, edit: (before: T) => T): string[] {
  if (!tree.exists(file)) return [];
  const before = readJson<T>(tree, file);
  const after = edit(before);
  if (JSON.stringify(after) === JSON.stringify(before)) return [];
  writeJson(tree, file, after);
  return [file];
}
