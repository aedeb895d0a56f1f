import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/**
 * The folders that Nx takes for projects: those with a `project.json`, and those whose `package.json` is of a package of the
 * workspace. To others nothing may be attached: a project without a name ends every command of Nx.
 */
export class ProjectFolders {
  private readonly root: string;
  private packages: ((file: string) => boolean) | undefined;

  /** @param workspaceRoot absolute. */
  constructor(workspaceRoot: string) {
    this.root = workspaceRoot;
  }

  /** Returns the file that makes a folder a project, or undefined for one that is none. @param folder relative; `.` is the root. */
  fileOf(folder: string): 'project.json' | 'package.json' | undefined {
    if (existsSync(join(this.root, folder, 'project.json'))) return 'project.json';
    const file = posix.join(folder, 'package.json');
    return this.isPackage(file) && existsSync(join(this.root, file)) ? 'package.json' : undefined;
  }

  private isPackage(file: string): boolean {
    this.packages ??= packagesIn(this.root);
    return this.packages(file);
  }
}

/** Returns a test for the `package.json` files of the workspace's packages, by what its package manager is told. */
function packagesIn(root: string): (file: string) => boolean {
  const manifest = jsonIn(root, 'package.json');
  const workspaces = manifest?.['workspaces'] as
    readonly string[] | { readonly packages?: readonly string[] } | undefined;
  const patterns = [
    ...listOf(Array.isArray(workspaces) ? workspaces : (workspaces as { packages?: unknown } | undefined)?.packages),
    ...pnpmPackages(root),
  ].map((pattern) => pattern.replace(/^(!?)(\.\/)+/, '$1'));
  const matching = (isExcluded: boolean) =>
    patterns.filter((each) => each.startsWith('!') === isExcluded).map((each) => patternTest(each.replace(/^!/, '')));
  const [taken, excluded] = [matching(false), matching(true)];
  const isRootProject = manifest?.['nx'] !== undefined;
  return (file) => {
    if (file === 'package.json' && isRootProject) return true;
    const folder = posix.dirname(file);
    return taken.some((test) => test(folder)) && !excluded.some((test) => test(folder));
  };
}

/** Returns a test for folders. @param pattern with `*`, `**`, `?` and `{a,b}`; of a folder or of its `package.json`. */
function patternTest(pattern: string): (folder: string) => boolean {
  const folder = pattern.replace(/\/package\.json$/, '').replace(/\/+$/, '');
  const source = folder.replaceAll(/\*\*\/|\*\*|\*|\?|[{},]|[.+^$()|[\]\\]/g, (found) => {
    const signs: Record<string, string> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
    const groups: Record<string, string> = { '{': '(?:', '}': ')', ',': '|' };
    return signs[found] ?? groups[found] ?? `\\${found}`;
  });
  const expression = new RegExp(`^${source}$`);
  return (path) => expression.test(path);
}

/** The list `packages` of pnpm's file, which is one of texts; without a parser of YAML, which every command would load. */
function pnpmPackages(root: string): string[] {
  const text = textOf(root, 'pnpm-workspace.yaml');
  const block = /^packages:[ \t]*(?:#.*)?\r?\n((?:[ \t]*(?:-.*|#.*)?(?:\r?\n|$))*)/m.exec(text)?.[1] ?? '';
  const inLine = /^packages:[ \t]*\[([^\]]*)\]/m.exec(text)?.[1];
  const items = inLine?.split(',') ?? [...block.matchAll(/^[ \t]*-[ \t]+(.*)$/gm)].map(([, item = '']) => item);
  return items
    .map((item) =>
      item
        .trim()
        .replace(/^(["'])(.*?)\1.*$/, '$2')
        .replace(/[ \t]+#.*$/, ''),
    )
    .filter(Boolean);
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function jsonIn(root: string, file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(textOf(root, file)) as Record<string, unknown>;
  } catch {
    // Nx tells what is wrong in it.
    return undefined;
  }
}

function textOf(root: string, file: string): string {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return '';
  }
}
